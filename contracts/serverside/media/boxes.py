"""The boxes of an MP4 file (ISO/IEC 14496-12 4.2).

UnreadableError
    The bytes are no row of whole boxes, or a box that is needed is not there; the message says where.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_TO_THE_END = 0
_LONG = 1
"""Sizes that are none: the box goes to the end, or its size follows in 64 bits."""


class UnreadableError(ValueError):
    """The file cannot be read."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box."""

    kind: str
    """Four letters."""
    start: int
    """Bytes in front of it, in the file or in the box around it."""
    payload: memoryview
    """What follows its header."""


def split(content: memoryview) -> Iterator[Box]:
    """Yield the boxes that lie side by side.

    Raises:
        UnreadableError: they are cut off, or no boxes at all.
    """
    at = 0
    while at < len(content):
        if len(content) - at < 8:
            raise UnreadableError(f"{len(content) - at} bytes are left at {at}, too few for a box")
        size, letters = struct.unpack_from(">I4s", content, at)
        kind, header = letters.decode("latin-1"), 8
        if size == _LONG and len(content) - at >= 16:
            (size,), header = struct.unpack_from(">Q", content, at + 8), 16
        elif size == _TO_THE_END:
            size = len(content) - at
        if not header <= size <= len(content) - at:
            raise UnreadableError(f"the box {kind!r} at {at} says {size} bytes, and {len(content) - at} are left")
        yield Box(kind, at, content[at + header : at + size])
        at += size


def lookup(payload: memoryview, *path: str) -> memoryview | None:
    """Return the payload of the first box at a path, or None."""
    for kind in path:
        found = next((box.payload for box in split(payload) if box.kind == kind), None)
        if found is None:
            return None
        payload = found
    return payload


def needed(payload: memoryview, *path: str) -> memoryview:
    """Return the payload of the first box at a path.

    Raises:
        UnreadableError: there is none.
    """
    found = lookup(payload, *path)
    if found is None:
        raise UnreadableError(f"there is no box {'/'.join(path)}")
    return found


def fields(layout: str, payload: memoryview, at: int) -> tuple[int, ...]:
    """Return numbers of a payload.

    Raises:
        UnreadableError: it is too short.
    """
    try:
        return struct.unpack_from(layout, payload, at)
    except struct.error:
        raise UnreadableError(f"a box of {len(payload)} bytes is too short for what it has to say") from None
