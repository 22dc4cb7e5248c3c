"""Tracks."""

from mockserver.media.parameter_sets import FrameSize
from mockserver.media.tracks import UNDETERMINED
from mockserver.media.video_track import video_track


def test_a_chunk_holds_the_samples_that_begin_in_a_second() -> None:
    """121 pictures: five times 24, and the last alone."""
    track = video_track(FrameSize(64, 64), 24, [b"picture"] * 121)
    assert [len(chunk) for chunk in track.chunks()] == [24, 24, 24, 24, 24, 1]


def test_a_picture_is_preceded_by_its_length() -> None:
    """Four bytes, big-endian (ISO/IEC 14496-15 5.3.3.1)."""
    assert video_track(FrameSize(64, 64), 24, [b"picture"]).samples == (b"\x00\x00\x00\x07picture",)


def test_language_is_undetermined() -> None:
    """`und` in five bits a letter."""
    assert UNDETERMINED == 0x55C4
