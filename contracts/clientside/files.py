"""Local files that cases give to clients, by what they are: taken from fixtures, the same bytes each time."""

from pathlib import Path

from contracts import fixtures

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
