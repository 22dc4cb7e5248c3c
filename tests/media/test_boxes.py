"""Boxes."""

from mockserver.media.boxes import box, entries, full_box


def test_size_counts_the_header() -> None:
    """An empty box has eight bytes."""
    assert box(b"free") == b"\x00\x00\x00\x08free"


def test_full_box_starts_with_version_and_flags() -> None:
    """One byte and three bytes."""
    assert full_box(b"vmhd", 1, 2, b"x") == b"\x00\x00\x00\x0dvmhd\x01\x00\x00\x02x"


def test_entries_are_counted() -> None:
    """Four bytes of count, then the rows."""
    assert entries("HH", [(1, 2), (3, 4)]).hex() == "00000002" + "00010002" + "00030004"
