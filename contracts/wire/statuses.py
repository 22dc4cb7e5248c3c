"""Task statuses: names, both numberings, and which status may follow which (D2, wire.md §9)."""

import functools
from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Literal

Numbering = Literal["current", "legacy"]


class Status(IntEnum):
    """A task's status; the values are the current numbering (REQ-TASK: 10/11/12/13 are the ends)."""

    UNKNOWN = 0
    RECEIVED = 1
    QUEUED = 2
    DISPATCHED = 3
    PREPARING = 4
    SERVING = 5
    SETTING_UP = 6
    RUNNING = 7
    CANCELLING = 8
    UPLOADING = 9
    COMPLETED = 10
    FAILED = 11
    CANCELLED = 12
    REJECTED = 13

    @property
    def text(self) -> str:
        """The lower-case name, as `status_text` and the list filters spell it."""
        return self.name.lower()


TERMINAL = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED, Status.REJECTED})
"""Statuses that absorb: nothing follows them."""

LEGACY_NUMBERS: Mapping[Status, int] = MappingProxyType(
    {
        **{status: int(status) for status in Status if status <= Status.RUNNING},
        # The old table has neither of these two; a cancelling task still runs, a rejected one never came to anything.
        Status.CANCELLING: 7,
        Status.UPLOADING: 8,
        Status.COMPLETED: 9,
        Status.FAILED: 10,
        Status.CANCELLED: 11,
        Status.REJECTED: 10,
    }
)
"""The numbers that the app page's webhook sample and clients up to Python 0.6.0 speak."""

_LEAVE = frozenset({Status.FAILED, Status.CANCELLING, Status.CANCELLED})
# A task that lost its worker goes back to the queue.
_ON_A_WORKER = _LEAVE | {Status.QUEUED}

TRANSITIONS: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        Status.UNKNOWN: frozenset(),
        Status.RECEIVED: _LEAVE | {Status.QUEUED, Status.REJECTED},
        Status.QUEUED: _LEAVE | {Status.DISPATCHED},
        Status.DISPATCHED: _ON_A_WORKER | {Status.PREPARING},
        Status.PREPARING: _ON_A_WORKER | {Status.SERVING},
        Status.SERVING: _ON_A_WORKER | {Status.SETTING_UP},
        Status.SETTING_UP: _ON_A_WORKER | {Status.RUNNING},
        Status.RUNNING: _ON_A_WORKER | {Status.UPLOADING},
        Status.UPLOADING: _LEAVE | {Status.COMPLETED},
        # A platform that finishes before it hears of the cancel still completes (and charges), app.md §7 no. 21.
        Status.CANCELLING: frozenset({Status.CANCELLED, Status.COMPLETED, Status.FAILED}),
        **{status: frozenset[Status]() for status in TERMINAL},
    }
)
"""Legal next statuses; nothing leaves a terminal one."""


def number(status: Status, numbering: Numbering = "current") -> int:
    """Return the number a status has on the wire in the given numbering."""
    return int(status) if numbering == "current" else LEGACY_NUMBERS[status]


def is_legal(before: Status, after: Status) -> bool:
    """Tell whether `after` may follow `before` directly."""
    return after in TRANSITIONS[before]


@functools.cache
def reachable(status: Status) -> frozenset[Status]:
    """Return the statuses that a task may have later, over any number of changes; its own is not among them."""
    found: set[Status] = set()
    waiting = [status]
    while waiting:
        new = TRANSITIONS[waiting.pop()] - found
        found |= new
        waiting += new
    return frozenset(found)


def parse(name: str) -> Status:
    """Return the status of a filter's lower-case name.

    Raises:
        ValueError: the name is none of the documented ones; the message lists them.
    """
    for status in Status:
        if status is not Status.UNKNOWN and status.text == name:
            return status
    known = ", ".join(status.text for status in Status if status is not Status.UNKNOWN)
    raise ValueError(f"unknown status {name!r}; known: {known}")
