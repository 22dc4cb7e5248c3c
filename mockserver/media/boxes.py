"""Boxes: length, four letters, contents (ISO/IEC 14496-12 4.2)."""

import struct


def box(kind: bytes, *contents: bytes) -> bytes:
    """A box with a 32-bit size; ours stay far below 4 GiB."""
    body = b"".join(contents)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def full_box(kind: bytes, version: int, flags: int, *contents: bytes) -> bytes:
    """A box that starts with a version and 24 flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *contents)


def entries(layout: str, rows: list[tuple[int, ...]]) -> bytes:
    """A 32-bit count and that many rows, each packed big-endian as `layout` says."""
    return struct.pack(">I", len(rows)) + b"".join([struct.pack(">" + layout, *row) for row in rows])
