"""The suite's only source of time: real seconds, for a judge has no clock but the wall's."""

import time


def now() -> float:
    """Return monotonic seconds."""
    return time.monotonic()


def wall() -> float:
    """Return Unix seconds, for reports."""
    return time.time()


def wait(seconds: float) -> None:
    """Wait, between two polls of a server that is not ours to hurry."""
    time.sleep(seconds)
