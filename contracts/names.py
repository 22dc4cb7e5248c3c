"""What to say of a name that nobody knows: the nearest ones, or else all there are."""

import difflib
from collections.abc import Collection


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
