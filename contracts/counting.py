"""Numbers with what they count, as people write them: 1 answer, 2 answers."""


def counted(count: int, thing: str, things: str | None = None) -> str:
    """Return a number and what it counts.

    Args:
        count: how many.
        thing: one of them.
        things: several of them; with an s unless given.
    """
    return f"{count} {thing if count == 1 else things or f'{thing}s'}"
