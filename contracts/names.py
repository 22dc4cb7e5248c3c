"""What to say of a name that nobody knows: the nearest ones, or else all there are."""

import difflib
from collections.abc import Collection

MOST_LISTED = 6
"""Names that are all told, however near one of them is."""


def ensure_known(what: str, name: object, known: Collection[str]) -> None:
    """Refuse a name that nobody knows.

    Args:
        what: is named, such as "app version".
        name: what was said.
        known: what could have been said.

    Raises:
        ValueError: it is none of them; the message says what there is.
    """
    if not isinstance(name, str) or name not in known:
        few = f"expected one of {', '.join(known)}" if len(known) <= MOST_LISTED else hint(str(name), known)
        raise ValueError(f"there is no {what} {name!r}; {few}")


def hint(name: str, known: Collection[str], all_of_them: str | None = None) -> str:
    """Return a few words that follow the complaint.

    Args:
        name: what was said.
        known: what could have been said.
        all_of_them: where the names are listed, said when none is near; the names themselves unless given.
    """
    near = difflib.get_close_matches(name[:64].strip().lower(), known, n=3)
    if near:
        return f"did you mean {', '.join(near)}?"
    return all_of_them or f"expected one of {', '.join(known)}"
