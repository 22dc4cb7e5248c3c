"""The kit's only source of time: real seconds, since a client runs on no clock but the wall's."""

import time


def now() -> float:
    """Return monotonic seconds."""
    return time.monotonic()  # this module is where time lives


def wall() -> float:
    """Return Unix seconds, for signatures and reports."""
    return time.time()  # likewise
