"""Where the data files lie: samples, transcripts, sound."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_ROOTS = (_PACKAGE / "_fixtures", _PACKAGE.parent / "fixtures")
"""In an installed wheel `fixtures/` is shipped inside this package; in a source checkout it lies beside it."""


def path(*parts: str) -> Path:
    """The file or folder `parts` under `fixtures/`.

    Raises FileNotFoundError when it is in neither place.
    """
    for root in _ROOTS:
        found = root.joinpath(*parts)
        if found.exists():
            return found
    wanted = "/".join(("fixtures", *parts))
    places = " and ".join(str(root) for root in _ROOTS)
    raise FileNotFoundError(
        f"{wanted} is missing: looked in {places}. Reinstall inferencesh-mock, or restore the file."
    )
