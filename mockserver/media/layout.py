"""Where things stand on the slate, for any size: landscape, portrait, square or 21:9."""

from dataclasses import dataclass
from itertools import pairwise

from mockserver.media.canvas import CELL, Rectangle
from mockserver.media.dot_text import DotLine
from mockserver.media.glyphs import SMALL, TALL
from mockserver.media.palette import COLOUR_BARS
from mockserver.media.readout import TIME_CODE, ReadoutPlaces, counter_places, counter_width, readout_height

EMBLEM_DOTS = 7
"""The emblem is seven by seven dots."""

_SAFE_SHARE = 20
"""A twentieth of the picture at each edge lies outside the safe title area (SMPTE ST 2046-1: 90 % of each side)."""

_SMALLEST_ROOM = (24, 20)
"""Cells of room below which nothing is written: only bars and sweep are left."""

_GAP = 2
"""Cells between neighbours: one macroblock."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Places on the slate, in cells from the top left. What there is no room for is absent."""

    bars: tuple[Rectangle, ...]
    """The colour bars, one for each of `palette.COLOUR_BARS`."""

    readout: ReadoutPlaces

    facts: Rectangle | None
    """For the heading and the request's facts; on whole macroblocks, like `prompt`."""

    prompt: Rectangle | None
    emblem: Rectangle | None
    """Seven dots and half a dot of panel all around."""

    safe: Rectangle | None
    """The safe title area, whose corners are marked."""

    @property
    def sweep(self) -> Rectangle:
        """The strip that fills from left to right."""
        return self.readout.sweep


def text_size(width: int, height: int) -> int:
    """Pixels per em of the facts: about a thirty-third of the shorter side."""
    return max(min(width, height) // 33, 14)


def layout(width: int, height: int, code_side: int) -> Layout:
    """Lay out a picture of `width` x `height` luma samples; `code_side` is that of the code in cells."""
    across, down = -(-width // CELL), -(-height // CELL)
    shorter = min(across, down)
    margin_x, margin_y = (max(cells // _SAFE_SHARE & ~1, 0) for cells in (across, down))
    bar_height = max(down // 9, 1)
    bars_end = (down - margin_y) & ~1 if margin_y else down
    sweep_height = max(shorter // 30, 1)
    sweep = Rectangle(0, bars_end - bar_height - sweep_height, across, sweep_height)
    bars = _bars(across, sweep.bottom, bars_end)
    end = sweep.y - _GAP & ~1
    room = Rectangle(margin_x, margin_y, (across - margin_x & ~1) - margin_x, end - margin_y)
    if room.width < _SMALLEST_ROOM[0] or room.height < _SMALLEST_ROOM[1] or not margin_x or not margin_y:
        return Layout(bars, ReadoutPlaces(sweep, None, None, None, None, None), None, None, None, None)
    safe = Rectangle(margin_x, margin_y, across - 2 * margin_x, down - 2 * margin_y)
    facts_height = facts_rows(text_size(width, height)) * 2
    if across >= down:
        return _side_by_side(bars, sweep, room, safe, code_side, facts_height)
    return _stacked(bars, sweep, room, safe, code_side, facts_height)


def facts_rows(size: int) -> int:
    """Macroblocks in height of the heading (one and a quarter times as large) and two or three lines of facts."""
    return -(-round(size * 1.25 * 1.4) // 16) + -(-round(3 * size * 1.4) // 16)


def _bars(across: int, top: int, bottom: int) -> tuple[Rectangle, ...]:
    edges = [index * across // len(COLOUR_BARS) for index in range(len(COLOUR_BARS) + 1)]
    return tuple(Rectangle(x, top, end - x, bottom - top) for x, end in pairwise(edges))


def emblem_dot(room: int) -> tuple[int, int]:
    """Cells of a dot of the largest emblem in a square of so many cells, and of the panel around it."""
    for dot in range(room // EMBLEM_DOTS, 0, -1):
        margin = max(dot // 2, 1)
        if EMBLEM_DOTS * dot + 2 * margin <= room:
            return dot, margin
    return 0, 0


def _emblem(right: int, top: int, room: int) -> Rectangle | None:
    """The largest emblem in a square of so many cells, at its top right."""
    dot, margin = emblem_dot(room)
    side = EMBLEM_DOTS * dot + 2 * margin
    return Rectangle(right - side, top, side, side) if dot else None


def _side_by_side(
    bars: tuple[Rectangle, ...], sweep: Rectangle, room: Rectangle, safe: Rectangle, side: int, facts_height: int
) -> Layout:
    """Text on the left, emblem above the code on the right."""
    right = room.x + room.width
    code = None
    emblem = None
    text_width = room.width
    if side <= room.height and room.width - side >= _SMALLEST_ROOM[0]:
        code = Rectangle(right - side, room.bottom - side, side, side)
        text_width = room.width - side - 2 * _GAP
        emblem = _emblem(right, room.y, min(room.height - side - _GAP, side))
    column = Rectangle(room.x, room.y, text_width, room.height)
    readout = _readout(sweep, column, code, tallest=room.height // 4)
    return _column(bars, readout, column, emblem, safe, facts_height)


def _stacked(
    bars: tuple[Rectangle, ...], sweep: Rectangle, room: Rectangle, safe: Rectangle, side: int, facts_height: int
) -> Layout:
    """Emblem beside the facts, prompt below, then the readout and the code side by side."""
    code = None
    beside = Rectangle(room.x, room.y, room.width, room.height)
    if side + readout_height(1) + facts_height <= room.height and room.width - side >= counter_width(1):
        code = Rectangle(room.x + room.width - side, room.bottom - side, side, side)
        beside = Rectangle(room.x, room.y, room.width - side - _GAP, room.height)
    readout = _readout(sweep, beside, code, tallest=side)
    if readout.panel is None and code:  # too narrow: above the code
        above = Rectangle(room.x, room.y, room.width, (room.height - side - _GAP) & ~1)
        readout = _readout(sweep, above, code, tallest=side)
    emblem = _emblem(room.x + room.width, room.y, facts_height)
    bottom = min(place.y for place in (readout.panel, code, sweep) if place)
    facts = Rectangle(room.x, room.y, (room.width - (emblem.width if emblem else 0) - _GAP) & ~1, facts_height)
    prompt = Rectangle(room.x, facts.bottom + _GAP, room.width & ~1, (bottom - _GAP - facts.bottom - _GAP) & ~1)
    return Layout(bars, readout, facts, prompt if prompt.height > 3 else None, emblem, safe)


def _column(
    bars: tuple[Rectangle, ...],
    readout: ReadoutPlaces,
    column: Rectangle,
    emblem: Rectangle | None,
    safe: Rectangle,
    facts_height: int,
) -> Layout:
    """Facts, prompt and readout under one another."""
    facts = Rectangle(column.x, column.y, column.width & ~1, min(facts_height, column.height & ~1))
    bottom = readout.panel.y if readout.panel else column.bottom
    prompt = Rectangle(column.x, facts.bottom + _GAP, column.width & ~1, (bottom - _GAP - facts.bottom - _GAP) & ~1)
    return Layout(bars, readout, facts, prompt if prompt.height > 3 else None, emblem, safe)


def _readout(sweep: Rectangle, column: Rectangle, code: Rectangle | None, *, tallest: int) -> ReadoutPlaces:
    """Time code and counter at the foot of a column: side by side, or under one another where that is too wide.

    As large as `tallest` cells allow, or else of the smallest scale.
    """
    for scale in (4, 2, 1):
        dots = TALL.text_width(TIME_CODE) * scale + 1 & ~1
        high, counter = readout_height(scale), counter_width(scale)
        for below in (False, True):
            wide = max(dots, counter) if below else dots + 2 * scale + counter
            tall = high + (SMALL.height * scale + 3 & ~1 if below else 0)
            if wide + 4 > column.width or tall > (column.height // 2 if scale == 1 else tallest):
                continue
            panel = Rectangle(column.x, column.bottom - tall, wide + 4, tall)
            line = DotLine(panel.x + 2, panel.y + ((high - TALL.height * scale) // 2 + 1 & ~1), scale)
            foot = panel.bottom - 2 if below else line.y + TALL.height * scale
            places = counter_places(panel.x + 2 if below else panel.x + 2 + dots + 2 * scale, foot, scale)
            return ReadoutPlaces(sweep, panel, line, *places, code)
    return ReadoutPlaces(sweep, None, None, None, None, code)
