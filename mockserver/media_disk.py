"""Rendered videos on disk, so that the next start finds them."""

import contextlib
import hashlib
import os
import re
import tempfile
from importlib.metadata import version
from pathlib import Path

import mockserver
from contracts import fixtures

_DIGEST_BYTES = 32
_NAME = re.compile(r"[0-9a-f]{64}\.video")
_WRITING = "writing-"
"""How the name of a file begins that is not whole yet."""

_ABANDONED_SECONDS = 3600
"""What was being written so long before the newest file has lost its writer."""


class DiskCache:
    """Files in a folder, named by the hash of what made them; the longest unused go when there are too many bytes.

    A file is the SHA-256 of its contents, then the contents, so that a damaged one is noticed and ignored. Nothing a
    user sends is part of a name. Every failure of the disk is a miss: the cache may be slow, never wrong.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        """Use a folder, which is made on the first write.

        Args:
            folder: ours alone.
            most_bytes: bytes kept in all.
        """
        self._folder = folder
        self._most = most_bytes
        self._writer = _writer_hash()

    def get(self, key: str) -> bytes | None:
        """Return what was kept under a key, or None."""
        file = self._file(key)
        try:
            stored = file.read_bytes()
        except OSError:
            return None
        content = stored[_DIGEST_BYTES:]
        if hashlib.sha256(content).digest() != stored[:_DIGEST_BYTES]:
            with contextlib.suppress(OSError):
                file.unlink()
            return None
        with contextlib.suppress(OSError):
            os.utime(file)  # so that the longest unused goes first
        return content

    def put(self, key: str, content: bytes) -> None:
        """Keep some bytes; whole or not at all."""
        if len(content) + _DIGEST_BYTES > self._most:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=_WRITING, delete=False) as file:
                try:
                    file.write(hashlib.sha256(content).digest() + content)
                    file.flush()
                    Path(file.name).replace(self._file(key))
                except BaseException:
                    Path(file.name).unlink(missing_ok=True)
                    raise
            self._make_room()

    def _file(self, key: str) -> Path:
        name = hashlib.sha256(f"{self._writer}/{key}".encode()).hexdigest()
        return self._folder / f"{name}.video"

    def _make_room(self) -> None:
        kept, written = [], []
        for file in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another server made room
                if _NAME.fullmatch(file.name):
                    facts = file.stat()
                    kept.append((facts.st_mtime_ns, file.name, facts.st_size))
                elif file.name.startswith(_WRITING):
                    written.append((file.stat().st_mtime_ns, file))
        newest = max((moment for moment, _, _ in kept), default=0)
        for moment, file in written:
            if moment < newest - _ABANDONED_SECONDS * 1_000_000_000:
                file.unlink(missing_ok=True)
        total = sum(size for _, _, size in kept)
        for _, name, size in sorted(kept):
            if total <= self._most:
                return
            (self._folder / name).unlink(missing_ok=True)
            total -= size


def _writer_hash() -> str:
    """The writer's sources, its data and the library that draws, so that no other version finds what this one wrote."""
    digest = hashlib.sha256(version("pillow").encode())
    sources = sorted((Path(mockserver.__file__).parent / "media").glob("*.py"))
    data = [file for folder in ("audio", "fonts") for file in sorted(fixtures.path(folder).iterdir())]
    for file in [*sources, *data]:
        digest.update(f"{file.name}:".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
