"""Identifiers and times as they look on the wire (D15, wire.md §8.1)."""

import re
from datetime import UTC, datetime, timedelta

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Lower-case Crockford base32: no i, l, o, u."""

ID_LENGTH = 26
SHORT_ID_LENGTH = 8
ID = re.compile(rf"[{ALPHABET}]{{{ID_LENGTH}}}")
SHORT_ID = re.compile(rf"[{ALPHABET}]{{{SHORT_ID_LENGTH}}}")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def encode(digest: bytes) -> str:
    """Return an id of 26 characters (130 bits) made from at least 17 bytes of hash."""
    bits = int.from_bytes(digest[:17], "big") >> 6
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(5 * (ID_LENGTH - 1), -1, -5))


def short(identifier: str) -> str:
    """Return the short form: the first eight characters."""
    return identifier[:SHORT_ID_LENGTH]


def timestamp(seconds: float) -> str:
    """Return Unix seconds as RFC 3339 in UTC, to microseconds, trailing zeros trimmed, ending in `Z`."""
    moment = _EPOCH + timedelta(microseconds=round(seconds * 1_000_000))
    fraction = f".{moment.microsecond:06d}".rstrip("0").rstrip(".")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def parse_timestamp(text: str) -> float:
    """Return Unix seconds for an RFC 3339 time with an offset.

    Raises:
        ValueError: not such a time; says what one looks like.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"{text!r} is not an RFC 3339 time with an offset, such as 2026-05-15T10:30:00Z")
    return (moment - _EPOCH).total_seconds()
