"""Parameter sets."""

import pytest

from mockserver.media.parameter_sets import FrameSize, level_idc, sequence_parameter_set


@pytest.mark.parametrize(
    ("width", "height", "level"),
    [
        (640, 480, 30),
        (1280, 720, 31),
        (1284, 716, 32),  # 3,645 macroblocks, just above level 3.1
        (1920, 1080, 40),
        (2206, 946, 42),  # 8,280 macroblocks, just above level 4
        (2400, 2400, 51),
        (4096, 64, 40),  # short but wider than level 3.2 allows
    ],
)
def test_level_is_the_lowest_that_allows_the_size(width: int, height: int, level: int) -> None:
    """Macroblocks per picture, per second, and the longer side all count."""
    assert level_idc(FrameSize(width, height), 24) == level


def test_a_size_beyond_every_level_is_refused() -> None:
    """The sentence names the size and what would be possible."""
    with pytest.raises(ValueError, match=r"No H\.264 level allows 8192x8192 at 24 fps; the largest"):
        level_idc(FrameSize(8192, 8192), 24)


def test_a_started_macroblock_counts() -> None:
    """1080 lines are 67 and a half macroblocks."""
    size = FrameSize(1920, 1080)
    assert (size.macroblocks_wide, size.macroblocks_high, size.macroblocks) == (120, 68, 8160)


def test_profile_stands_at_the_front() -> None:
    """Main, constraint_set1_flag, level 4: the bytes that also stand in avcC and in codecs="avc1.4d4028"."""
    assert sequence_parameter_set(FrameSize(1920, 1080), 24)[:4].hex() == "674d4028"
