"""The suites' only source of chance that no seed governs; what is generated is Hypothesis' to draw."""

import random


def about(value: float, share: float) -> float:
    """Return a value, give or take a share of it."""
    return value * random.uniform(1 - share, 1 + share)
