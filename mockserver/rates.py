"""Rate windows: a minute each, on the world's clock (rest.md §13, D19)."""

import math

from contracts.operations import Rate

PER_MINUTE: dict[Rate, int] = {"run": 100, "get": 1000, "upload": 50}
WINDOW_SECONDS = 60


class RateWindow:
    """Counts the calls of one kind in the current minute."""

    __slots__ = ("_limit", "_used", "_window")

    def __init__(self, rate: Rate) -> None:
        """Start with an empty window."""
        self._limit = PER_MINUTE[rate]
        self._window = -1
        self._used = 0

    def count(self, now: float) -> tuple[int, int, bool]:
        """Count a call.

        Returns:
            How many are left, when the window ends in Unix seconds, and whether this call was within the limit.
        """
        window = int(now // WINDOW_SECONDS)
        if window != self._window:
            self._window, self._used = window, 0
        self._used += 1
        return max(0, self._limit - self._used), (window + 1) * WINDOW_SECONDS, self._used <= self._limit


def retry_after(now: float, reset: int) -> int:
    """Return whole seconds until the window ends, at least 1."""
    return max(1, math.ceil(reset - now))
