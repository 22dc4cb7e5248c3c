"""Byte ranges of a representation in memory (RFC 9110 §14)."""

import re
from dataclasses import dataclass

MOST_RANGES = 32
"""Ranges in one request; more are an attack (RFC 9110 §17.15) and the header is ignored."""

MOST_OVERLAPPING = 2
"""Ranges that overlap others in one request; RFC 9110 §14.2 lets a server ignore a header with more."""

_RANGE = re.compile(r"([0-9]*)-([0-9]*)")


class UnsatisfiableError(ValueError):
    """No range of the request touches the representation."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """A span of bytes, both ends included."""

    first: int
    last: int

    def content_range(self, size: int) -> str:
        """Return the value of a Content-Range header."""
        return f"bytes {self.first}-{self.last}/{size}"


def parse(header: str | None, size: int) -> list[ByteRange] | None:
    """Return the satisfiable ranges that a Range header asks for, in its order.

    Args:
        header: the field value, or None.
        size: bytes of the whole representation.

    Returns:
        None where the header is to be ignored: absent, malformed, another unit, too many ranges, or ranges that
        overlap so much that the answer would be larger than the whole (RFC 9110 §14.2, §17.15).

    Raises:
        UnsatisfiableError: the header is well formed, but none of its ranges can be served.
    """
    unit, _, text = (header or "").partition("=")
    if unit.strip().lower() != "bytes":
        return None
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or len(parts) > MOST_RANGES:
        return None
    found: list[ByteRange] = []
    for part in parts:
        match = _RANGE.fullmatch(part)
        if match is None or part == "-" or max(len(match[1]), len(match[2])) > 18:
            return None
        if not match[1]:
            length = int(match[2])
            if length > 0 and size > 0:
                found.append(ByteRange(max(0, size - length), size - 1))
            continue
        first = int(match[1])
        last = int(match[2]) if match[2] else size - 1
        if match[2] and last < first:
            return None
        if first < size:
            found.append(ByteRange(first, min(last, size - 1)))
    if not found:
        raise UnsatisfiableError
    return None if _is_wasteful(found, size) else found


def multipart(content: bytes, ranges: list[ByteRange], content_type: str, boundary: str) -> bytes:
    """Return a multipart/byteranges body."""
    chunks = []
    for span in ranges:
        head = (
            f"--{boundary}\r\nContent-Type: {content_type}\r\nContent-Range: {span.content_range(len(content))}\r\n\r\n"
        )
        chunks += [head.encode("ascii"), content[span.first : span.last + 1], b"\r\n"]
    return b"".join([*chunks, f"--{boundary}--\r\n".encode("ascii")])


def _is_wasteful(found: list[ByteRange], size: int) -> bool:
    """Tell whether ranges ask for more bytes than there are, or for the same ones too often."""
    if sum(span.last - span.first + 1 for span in found) > size:
        return True
    overlapping = [
        span
        for number, span in enumerate(found)
        if any(
            span.first <= other.last and other.first <= span.last
            for place, other in enumerate(found)
            if place != number
        )
    ]
    return len(overlapping) > MOST_OVERLAPPING
