"""Local files that cases give to clients, by what they are: taken from fixtures, the same bytes each time."""

import contextlib
import hashlib
import itertools
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts import fixtures
from contracts.reporting import plain

MOST_WRITTEN = 256 * 1024 * 1024
"""Bytes of a client's folder that are looked at; a video of the emulator has one or two millions."""

MOST_FILES = 10_000

TEXT = b"This is no picture.\n"


def write(path: Path, kind: str) -> None:
    """Make a file.

    Args:
        path: where.
        kind: `text`, or the name of a picture in fixtures/images.

    Raises:
        FileNotFoundError: there is no such picture.
    """
    path.write_bytes(TEXT if kind == "text" else fixtures.path("images", kind).read_bytes())


def listed(folder: Path) -> list[dict[str, Any]]:
    """Return what lies in a folder, for a report: name, bytes and sha256 of each file, in the order of their names.

    Of more than MOST_FILES files the rest is left out; sha256 is empty for what lies beyond MOST_WRITTEN bytes.
    """
    found, left = [], MOST_WRITTEN
    for path in sorted(itertools.islice(_files(folder), MOST_FILES)):
        with contextlib.suppress(OSError):
            size = path.stat().st_size
            left -= size
            digest = "" if left < 0 else _digest(path)
            name = plain.text(path.relative_to(folder).as_posix())
            found.append({"name": name, "bytes": size, "sha256": digest})
    return found


def identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells a folder from any other that is put in its place; None where there is none, or a link."""
    try:
        found = folder.lstat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None


def content(path: Path) -> bytes | None:
    """Return the bytes of a file, of a very large one no more than MOST_WRITTEN; None where there is no file."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return file.read(MOST_WRITTEN)


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files at any depth, going through no link, one folder after the other."""
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as rows:
                for row in rows:
                    if row.is_dir(follow_symlinks=False):
                        waiting.append(Path(row.path))
                    elif row.is_file(follow_symlinks=False):
                        yield Path(row.path)
        except OSError:
            continue  # too deep for a path, or gone meanwhile


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
