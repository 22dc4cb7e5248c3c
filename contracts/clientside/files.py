"""Local files that cases give to clients, by what they are: taken from fixtures, the same bytes each time."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts import fixtures
from contracts.reporting import plain

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


def listed(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield what lies in a folder, for a report: name, bytes and sha256 of each file, in the order of their names."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            name = plain.text(path.relative_to(folder).as_posix())
            yield {"name": name, "bytes": path.stat().st_size, "sha256": digest}
