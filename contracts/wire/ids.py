"""Identifiers and times as they look on the wire (D15, wire.md §8.1)."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Lower-case Crockford base32: no i, l, o, u."""

ID_LENGTH = 26
SHORT_ID_LENGTH = 8
ID = re.compile(rf"[{ALPHABET}]{{{ID_LENGTH}}}")
SHORT_ID = re.compile(rf"[{ALPHABET}]{{{SHORT_ID_LENGTH}}}")

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
"""RFC 3339 §5.6, in upper case; Python's reader alone would take weeks, bare hours and a decimal comma as well."""

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
    moment = None
    if _TIME.fullmatch(text.upper()):
        with suppress(ValueError):  # a thirteenth month
            moment = datetime.fromisoformat(text.upper())
    if moment is None:
        raise ValueError(f"{text!r} is not an RFC 3339 time with an offset, such as 2026-05-15T10:30:00Z")
    return (moment - _EPOCH).total_seconds()
