"""Money on the wire: whole microcents (D18)."""

MICROCENTS_PER_USD = 100_000_000


def dollars(microcents: int) -> str:
    """Write an amount for people."""
    return f"${microcents / MICROCENTS_PER_USD:.2f}"
