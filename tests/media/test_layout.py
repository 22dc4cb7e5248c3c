"""The layout."""

from itertools import combinations

import pytest

from mockserver.media import glyphs
from mockserver.media.canvas import CELL, Rectangle
from mockserver.media.layout import Layout, layout

FACTS = ("1080p 10s ♪", "1080x1920", "4f3a9c21")
WORDINGS = (("start-end-frame", *FACTS), ("start-end", "frame", *FACTS))
SIZES = [
    (1280, 720),
    (720, 1280),
    (960, 960),
    (1080, 810),
    (810, 1080),
    (1080, 720),
    (720, 1080),
    (1470, 630),
    (1920, 1080),
    (1080, 1920),
    (1440, 1440),
    (1620, 1216),
    (1216, 1620),
    (2206, 946),
    (1284, 716),
    (1088, 1904),
    (1600, 576),
    (576, 1600),
]  # fmt: skip - a table

sizes = pytest.mark.parametrize(("width", "height"), SIZES)


def _places(made: Layout) -> list[Rectangle]:
    lines = [
        Rectangle(line.x, line.y, glyphs.text_width(line.text) * line.scale, glyphs.HEIGHT * line.scale)
        for line in made.lines
    ]
    panels = [place for place in (made.time_code_panel, made.emblem) if place]
    return [*made.bars, made.sweep, *lines, *panels]


@sizes
def test_everything_is_shown(width: int, height: int) -> None:
    """Every size the app delivers has room for lettering, time code and emblem, with the longest branch."""
    made = layout(width, height, WORDINGS)
    assert [line.text for line in made.lines][-3:] == list(FACTS)
    assert made.time_code
    assert made.emblem


@sizes
def test_nothing_is_cut_off(width: int, height: int) -> None:
    """Every place ends within the started cells of the picture."""
    for place in _places(layout(width, height, WORDINGS)):
        assert place.x >= 0
        assert place.y >= 0
        assert place.x + place.width <= -(-width // CELL)
        assert place.bottom <= -(-height // CELL)


@sizes
def test_nothing_covers_anything(width: int, height: int) -> None:
    """No two places overlap."""
    for one, other in combinations(_places(layout(width, height, WORDINGS)), 2):
        apart_across = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert apart_across or one.bottom <= other.y or other.bottom <= one.y


@sizes
def test_lettering_is_legible(width: int, height: int) -> None:
    """Letters are at least a twentieth of the shorter side high."""
    made = layout(width, height, WORDINGS)
    assert made.lines[0].scale * glyphs.HEIGHT * CELL >= min(width, height) / 20


def test_a_tiny_picture_still_has_bars_and_sweep() -> None:
    """64x64 is eight cells wide: a bar is one cell, the last two."""
    made = layout(64, 64, WORDINGS)
    assert [bar.width for bar in made.bars] == [1, 1, 1, 1, 1, 1, 2]
    assert (made.sweep.width, made.lines, made.time_code, made.emblem) == (8, (), None, None)
