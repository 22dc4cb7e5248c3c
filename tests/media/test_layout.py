"""The layout."""

from itertools import combinations

import pytest

from mockserver.media.canvas import CELL, Rectangle
from mockserver.media.dot_text import DotLine
from mockserver.media.glyphs import SMALL, TALL, DotFont
from mockserver.media.layout import Layout, emblem_dot, layout, text_size
from mockserver.media.readout import COUNTER, TIME_CODE

CODE_SIDE = 35
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
    (1620, 1080),
    (1080, 1620),
    (2206, 946),
    (1284, 716),
    (1088, 1904),
    (1600, 576),
    (576, 1600),
]  # fmt: skip - a table

sizes = pytest.mark.parametrize(("width", "height"), SIZES)


def _places(made: Layout) -> list[Rectangle]:
    readout = made.readout
    places = (made.facts, made.prompt, made.emblem, readout.panel, readout.code, readout.sweep)
    return [*made.bars, *(place for place in places if place)]


@sizes
def test_everything_is_shown(width: int, height: int) -> None:
    """Every size the app delivers has room for facts, prompt, emblem, time code, counter and code."""
    made = layout(width, height, CODE_SIDE)
    assert len(_places(made)) == 7 + 6
    assert made.readout.time_code
    assert made.readout.counter
    assert made.safe


@sizes
def test_nothing_is_cut_off(width: int, height: int) -> None:
    """Text, emblem and code end within the safe area, bars and sweep at the edges of the picture."""
    made = layout(width, height, CODE_SIDE)
    safe = made.safe
    assert safe
    for place in _places(made):
        assert place.x >= 0
        assert place.x + place.width <= -(-width // CELL)
        assert safe.y <= place.y
        assert place.bottom <= safe.bottom
    for place in (made.facts, made.prompt, made.emblem, made.readout.panel, made.readout.code):
        assert place
        assert safe.x <= place.x
        assert place.x + place.width <= safe.x + safe.width


@sizes
def test_nothing_covers_anything(width: int, height: int) -> None:
    """No two places overlap."""
    for one, other in combinations(_places(layout(width, height, CODE_SIDE)), 2):
        apart_across = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert apart_across or one.bottom <= other.y or other.bottom <= one.y


@sizes
def test_text_stands_on_whole_macroblocks(width: int, height: int) -> None:
    """So that a macroblock has one colour below its letters."""
    made = layout(width, height, CODE_SIDE)
    for place in (made.facts, made.prompt, made.readout.panel, made.readout.caption):
        assert place
        assert not any(cells % 2 for cells in place)


@sizes
def test_time_code_and_counter_stand_in_their_panel(width: int, height: int) -> None:
    """Side by side or under one another."""
    places = layout(width, height, CODE_SIDE).readout
    assert places.panel
    assert places.time_code
    assert places.counter
    assert places.caption
    panel = places.panel
    code, counter = _box(places.time_code, TALL, TIME_CODE), _box(places.counter, SMALL, COUNTER)
    for place in (code, counter, places.caption):
        assert panel.x < place.x
        assert panel.y <= place.y
        assert place.x + place.width <= panel.x + panel.width
        assert place.bottom <= panel.bottom
    assert code.x + code.width < counter.x or code.bottom < counter.y
    assert counter.x + counter.width < places.caption.x


def _box(line: DotLine, font: DotFont, text: str) -> Rectangle:
    return Rectangle(line.x, line.y, font.text_width(text) * line.scale, font.height * line.scale)


@sizes
def test_lettering_is_legible(width: int, height: int) -> None:
    """Facts are at least a thirty-fifth of the shorter side high, the time code a twentieth."""
    places = layout(width, height, CODE_SIDE).readout
    assert text_size(width, height) >= min(width, height) / 35
    assert places.time_code
    assert places.time_code.scale * TALL.height * CELL >= min(width, height) / 26


def test_a_tiny_picture_still_has_bars_and_sweep() -> None:
    """64x64 is eight cells wide: a bar is one cell, the last two."""
    made = layout(64, 64, CODE_SIDE)
    assert [bar.width for bar in made.bars] == [1, 1, 1, 1, 1, 1, 2]
    assert (made.sweep.width, made.facts, made.readout.code, made.emblem) == (8, None, None, None)


@pytest.mark.parametrize("room", range(9, 60))
def test_an_emblem_fits_its_room(room: int) -> None:
    """Seven dots and a margin."""
    dot, margin = emblem_dot(room)
    assert 7 * dot + 2 * margin <= room < 7 * (dot + 1) + 2 * max((dot + 1) // 2, 1)
