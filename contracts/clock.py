"""The suites' only source of time: real seconds, for judges and clients have no clock but the wall's."""

import time


def now() -> float:
    """Return monotonic seconds."""
    return time.monotonic()


def wall() -> float:
    """Return Unix seconds, for reports, signatures and dates."""
    return time.time()


def wait(seconds: float) -> None:
    """Wait, where nothing tells that it is over: between two polls, or two tries."""
    time.sleep(seconds)
