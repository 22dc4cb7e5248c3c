"""Byte ranges against an independent reading of RFC 9110 §14."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver import ranges
from mockserver.ranges import ByteRange, UnsatisfiableError

DIGITS = frozenset("0123456789")


def model(header: str, size: int) -> list[bytes] | str | None:
    """What the grammar and the prose say: None for a header to ignore, "416", or the bytes of each range."""
    content = bytes(index % 251 for index in range(size))
    unit, equals, listed = header.partition("=")
    if not equals or unit.strip().lower() != "bytes":
        return None
    parts = [part for part in (part.strip() for part in listed.split(",")) if part]
    if not parts or len(parts) > 32:
        return None
    served: list[bytes] = []
    places: list[set[int]] = []
    for part in parts:
        first, dash, last = part.partition("-")
        if not dash or set(first + last) - DIGITS or not first + last:
            return None
        if first and last and int(last) < int(first):
            return None
        whole = range(size)
        if first:
            taken = whole[int(first) : int(last) + 1 if last else None]
        else:
            taken = whole[-int(last) :] if int(last) else range(0)
        if taken:
            served.append(bytes(content[place] for place in taken))
            places.append(set(taken))
    overlapping = sum(any(one & other for other in places if other is not one) for one in places)
    if sum(map(len, served)) > size or overlapping > 2:
        return None
    return served or "416"


numbers = st.integers(0, 40).map(str) | st.just("")
specs = st.builds("{}-{}".format, numbers, numbers)
headers = st.builds(
    "{}={}".format,
    st.sampled_from(["bytes", "Bytes", " bytes ", "items", ""]),
    st.lists(
        st.one_of(specs, specs, specs, st.sampled_from(["", " ", "-", "a-b", "1--2", "1-2-3", "+1-2", "\u0661-2"])),
        max_size=5,
    ).map(", ".join),
) | st.text(max_size=12)


@pytest.mark.requirement("REQ-FILE-010")
@given(headers, st.integers(0, 30))
@example("bytes=-0", 10)
@example("bytes=0-0", 0)
@example("bytes=-5", 0)
@example("bytes=9-,10-", 10)
@example("bytes=" + ",".join(["0-0"] * 33), 10)
def test_ranges_are_those_of_the_rfc(header: str, size: int) -> None:
    """For any header and any size: ignored, unsatisfiable, or exactly these bytes in this order."""
    content = bytes(index % 251 for index in range(size))
    wanted = model(header, size)
    try:
        found = ranges.parse(header, size)
    except UnsatisfiableError:
        assert wanted == "416"
        return
    if found is None:
        assert wanted is None
        return
    assert [content[span.first : span.last + 1] for span in found] == wanted
    assert all(0 <= span.first <= span.last < size for span in found)


@pytest.mark.parametrize("header", [None, "", "bytes", "bytes=", "bytes=1", "bytes=5-1", "bytes=" + "9" * 30 + "-"])
def test_what_is_no_range_is_ignored(header: str | None) -> None:
    """A malformed header is as if it had not been sent."""
    assert ranges.parse(header, 10) is None


@pytest.mark.parametrize(
    ("header", "count"),
    [
        ("bytes=0-,0-", None),
        ("bytes=" + ",".join(["0-"] * 32), None),
        ("bytes=0-1,1-2,2-3", None),
        ("bytes=0-98,0-1", None),
        ("bytes=0-10,5-15", 2),
        ("bytes=0-49,50-99", 2),
        ("bytes=" + ",".join(f"{first}-{first}" for first in range(32)), 32),
        ("bytes=0-", 1),
    ],
)
def test_ranges_never_ask_for_more_than_there_is(header: str, count: int | None) -> None:
    """A header that wants the same bytes again and again is ignored: 32 times the whole would be 32 times its size."""
    found = ranges.parse(header, 100)
    assert (None if found is None else len(found)) == count


def test_multipart_frames_each_range() -> None:
    """Boundary, type and range before each part, and a closing boundary."""
    body = ranges.multipart(b"0123456789", [ByteRange(0, 1), ByteRange(8, 9)], "video/mp4", "B")
    assert body == (
        b"--B\r\nContent-Type: video/mp4\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n"
        b"--B\r\nContent-Type: video/mp4\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n--B--\r\n"
    )
