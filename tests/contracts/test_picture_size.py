"""The size of an image-to-video output: the resolution's area at the picture's own ratio (D21, app.md §4)."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.apps.video_v2_6 import picture_size

Resolution = Literal["720p", "1080p"]
AREA: dict[Resolution, int] = {"720p": 921_600, "1080p": 2_073_600}

SEEN: list[tuple[Resolution, int, int]] = [
    ("720p", 1284, 716),
    ("720p", 1280, 716),
    ("720p", 716, 1280),
    ("720p", 1172, 784),
    ("720p", 1176, 784),
    ("720p", 860, 1068),
    ("1080p", 1916, 1080),
    ("1080p", 1928, 1072),
    ("1080p", 1908, 1084),
    ("1080p", 1072, 1928),
    ("1080p", 1076, 1924),
    ("1080p", 1116, 1852),
    ("1080p", 1088, 1904),
]
"""Sizes of real outputs; what went in is not known."""


@pytest.mark.parametrize(
    ("picture", "resolution", "size"),
    [
        ((2000, 3000), "1080p", (1176, 1764)),
        ((3000, 2000), "720p", (1176, 784)),
        ((3840, 2160), "720p", (1280, 720)),
        ((3840, 2160), "1080p", (1920, 1080)),
        ((1080, 1920), "720p", (720, 1280)),
        ((1080, 1920), "1080p", (1080, 1920)),
        ((512, 512), "720p", (960, 960)),
        ((512, 512), "1080p", (1440, 1440)),
        ((400, 700), "1080p", (1088, 1904)),
        ((1376, 768), "720p", (1284, 716)),
        ((928, 1152), "720p", (860, 1068)),
    ],
)
def test_pictures_of_usual_ratios(picture: tuple[int, int], resolution: Resolution, size: tuple[int, int]) -> None:
    """Photos and the usual generated pictures give the sizes that were seen."""
    assert picture_size(*picture, resolution) == size


@pytest.mark.parametrize(("resolution", "width", "height"), SEEN)
def test_a_picture_shaped_like_a_seen_output_comes_out_like_it(resolution: Resolution, width: int, height: int) -> None:
    """Feeding an output back gives that size again, to within one step of four on either side."""
    found = picture_size(width, height, resolution)
    assert abs(found[0] - width) <= 4
    assert abs(found[1] - height) <= 4


@pytest.mark.requirement("REQ-MEDIA-007")
@given(
    short=st.integers(300, 5000),
    ratio=st.floats(1, 2.5),
    portrait=st.booleans(),
    resolution=st.sampled_from(list(AREA)),
)
def test_sides_are_multiples_of_four_and_the_area_is_kept(
    short: int, ratio: float, portrait: bool, resolution: Resolution
) -> None:
    """Each side is the ideal one rounded to a multiple of four, so at most two pixels away from it."""
    long = int(short * ratio)
    width, height = picture_size(*((short, long) if portrait else (long, short)), resolution)
    ideal = (AREA[resolution] * long / short) ** 0.5
    assert width % 4 == height % 4 == 0
    assert abs(max(width, height) - ideal) <= 2.001
    assert abs(min(width, height) - AREA[resolution] / ideal) <= 2.001
    assert abs(width * height / AREA[resolution] - 1) < 0.006


@given(width=st.integers(300, 9000), height=st.integers(300, 9000), resolution=st.sampled_from(list(AREA)))
def test_turning_the_picture_turns_the_output(width: int, height: int, resolution: Resolution) -> None:
    """Portrait and landscape are treated alike."""
    assert picture_size(width, height, resolution) == picture_size(height, width, resolution)[::-1]
