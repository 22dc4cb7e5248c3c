"""Identifiers and times as they look on the wire."""

import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts import schemas
from contracts.wire import ids

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
LATEST = datetime(9999, 12, 31, tzinfo=UTC).timestamp()
digests = st.binary(min_size=17, max_size=32)


def test_the_alphabet_is_crockford_s() -> None:
    """Base32 in lower case without i, l, o and u (D15)."""
    assert ids.ALPHABET == CROCKFORD


@pytest.mark.requirement("REQ-ENV-013")
@given(digests)
def test_an_id_is_26_characters(digest: bytes) -> None:
    """It fits its pattern and the schema, and its short form is the first eight."""
    identifier = ids.encode(digest)
    assert ids.ID.fullmatch(identifier)
    assert ids.short(identifier) == identifier[:8]
    assert ids.SHORT_ID.fullmatch(ids.short(identifier))
    schemas.validator("identifier").validate(identifier)


@given(digests)
def test_an_id_carries_the_first_130_bits(digest: bytes) -> None:
    """Read back as base32 it is the digest's beginning, so equal ids mean equal digests."""
    value = 0
    for character in ids.encode(digest):
        value = value * 32 + CROCKFORD.index(character)
    assert value == int.from_bytes(digest[:17], "big") >> 6


def test_ids_of_different_things_differ() -> None:
    """Ten thousand hashes give ten thousand ids."""
    found = {ids.encode(hashlib.sha256(str(number).encode()).digest()) for number in range(10_000)}
    assert len(found) == 10_000


@pytest.mark.requirement("REQ-ENV-015")
@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_795_379_460.25, "2026-11-22T20:31:00.25Z"),
        (1_795_379_460.000001, "2026-11-22T20:31:00.000001Z"),
        (1_795_379_460.9999999, "2026-11-22T20:31:01Z"),
        (0.1 + 0.2, "1970-01-01T00:00:00.3Z"),
    ],
)
def test_times_are_rfc_3339_in_utc(seconds: float, text: str) -> None:
    """To microseconds, without trailing zeros, ending in Z."""
    assert ids.timestamp(seconds) == text


@pytest.mark.requirement("REQ-ENV-015")
@given(st.floats(0, LATEST))
@example(1_700_000_000.123456)
def test_times_are_read_back(seconds: float) -> None:
    """What is written is read to within a microsecond, fits the schema and has no superfluous zeros."""
    text = ids.timestamp(seconds)
    assert abs(ids.parse_timestamp(text) - seconds) <= 1e-6 + seconds * 1e-15
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,5}[1-9])?Z", text)
    schemas.validator("timestamp").validate(text)


@given(st.lists(st.integers(0, 4 * 10**15), min_size=2, max_size=2))
def test_order_survives(microseconds: list[int]) -> None:
    """A later time is read back as a later time."""
    early, late = sorted(microseconds)
    assert ids.parse_timestamp(ids.timestamp(early / 1e6)) <= ids.parse_timestamp(ids.timestamp(late / 1e6))


@given(st.datetimes(datetime(1970, 1, 2), datetime(9000, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001  # Hypothesis wants naive bounds
def test_any_offset_is_understood(moment: datetime, minutes: int) -> None:
    """The same moment written in another zone is the same moment."""
    aware = moment.replace(tzinfo=UTC)
    shown = (aware + timedelta(minutes=minutes)).replace(tzinfo=None).isoformat()
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    assert ids.parse_timestamp(shown + offset) == aware.timestamp()


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "2026-05-15", "2026-05-15T10:30:00", "1747305000", "2026-13-01T00:00:00Z",
        "20260515T103000Z", "2026-W20-5T10:30:00Z", "2026-05-15T10Z", "2026-05-15T10:30Z", "2026-05-15T10:30:00,5Z",
        "2026-05-15 10:30:00Z", "2026-05-15x10:30:00Z", "2026-05-15T10:30:00+02", "2026-05-15T10:30:00+0200",
        "2026-05-15T10:30:00+02:00:30", "2026-05-15T10:30:00Z\n", " 2026-05-15T10:30:00Z", "2026-05-15T10:30:00.Z",
        "\u0662026-05-15T10:30:00Z", "2026-05-15T10:30:00+99:00",
    ],
)  # fmt: skip
def test_other_times_are_refused(text: str) -> None:
    """A time without an offset could be anybody's; the message shows what one looks like."""
    with pytest.raises(ValueError, match="such as 2026-05-15T10:30:00Z"):
        ids.parse_timestamp(text)


def test_small_letters_and_any_precision_are_rfc_3339() -> None:
    """Its section 5.6 allows both; what is finer than microseconds is cut."""
    assert ids.parse_timestamp("1970-01-01t00:00:01.5z") == 1.5
    assert ids.parse_timestamp("1970-01-01T00:00:00.1234567899Z") == 0.123456
