"""Where things stand on the slate, for any size: landscape, portrait, square or 21:9."""

from dataclasses import dataclass
from itertools import pairwise, product
from typing import NamedTuple

from mockserver.media import glyphs
from mockserver.media.canvas import CELL, Rectangle
from mockserver.media.palette import COLOUR_BARS

EMBLEM_DOTS = 7
"""The emblem is seven by seven dots."""

TIME_CODE = "00:00"
"""Shape of the time code: seconds and pictures within the second."""

_LARGEST_SCALE = 8
_EMBLEM_DOTS_ACROSS_PICTURE = (36, 48)  # at most so many emblem dots along the shorter side: smaller ones look lost
# Gaps in dots of the lettering: between lines, and above the time code's panel.
_LINE_GAP = 2
_TIME_CODE_GAP = 3
_TIME_CODE_MARGIN = 1


class Line(NamedTuple):
    """A line of lettering: top left corner in cells, and cells per dot."""

    text: str
    x: int
    y: int
    scale: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Places on the slate, in cells from the top left. Lettering and emblem are absent where room is short."""

    bars: tuple[Rectangle, ...]
    """The colour bars, one for each of `palette.COLOUR_BARS`."""

    sweep: Rectangle
    """The strip that fills from left to right."""

    lines: tuple[Line, ...]
    time_code: Line | None
    time_code_panel: Rectangle | None
    emblem: Rectangle | None
    """Side `EMBLEM_DOTS + 1` dots: half a dot of panel all around."""


def layout(width: int, height: int, wordings: tuple[tuple[str, ...], ...]) -> Layout:
    """Lay out a picture of `width` x `height` luma samples with one of these wordings, each some lines of text.

    The lettering becomes as large as can be; among wordings of equal size the first wins.
    """
    across, down = -(-width // CELL), -(-height // CELL)
    shorter = min(across, down)
    margin = max(shorter // 24, 1)
    bar_height = max(down // 8 if across >= down else down // 9, 1)
    sweep = Rectangle(0, down - bar_height - max(shorter // 30, 1), across, max(shorter // 30, 1))
    room = Rectangle(margin, margin, across - 2 * margin, sweep.y - 2 * margin)
    smallest_dots = tuple(max(shorter // dots, 1) for dots in _EMBLEM_DOTS_ACROSS_PICTURE)
    block = _lettering(room, wordings, gap=margin, smallest_dots=smallest_dots)
    return Layout(
        bars=_bars(across, sweep.bottom, bar_height),
        sweep=sweep,
        lines=block.lines,
        time_code=block.time_code,
        time_code_panel=_panel(block.time_code),
        emblem=block.emblem,
    )


def _bars(across: int, y: int, height: int) -> tuple[Rectangle, ...]:
    edges = [index * across // len(COLOUR_BARS) for index in range(len(COLOUR_BARS) + 1)]
    return tuple(Rectangle(x, y, end - x, height) for x, end in pairwise(edges))


class _Block(NamedTuple):
    """Lettering and emblem, placed."""

    lines: tuple[Line, ...]
    time_code: Line | None
    emblem: Rectangle | None


def _lettering(
    room: Rectangle, wordings: tuple[tuple[str, ...], ...], *, gap: int, smallest_dots: tuple[int, ...]
) -> _Block:
    """The largest lettering that leaves room for an emblem; nothing in tiny pictures.

    Before the letters become smaller, the words are broken, and then the emblem becomes smaller.
    """
    for scale, smallest_dot, texts in product(range(_LARGEST_SCALE, 0, -1), smallest_dots, wordings):
        for time_scale in (2 * scale, scale):
            width, height = _block_size(texts, scale, time_scale)
            beside = min(room.width - width - gap, room.height) // (EMBLEM_DOTS + 1)
            above = min(room.width, room.height - height - gap) // (EMBLEM_DOTS + 1)
            if height <= room.height and beside >= max(smallest_dot, above + 1):
                return _side_by_side(room, texts, scale, time_scale, beside)
            if width <= room.width and above >= smallest_dot:
                return _stacked(room, texts, scale, time_scale, above)
    return _Block((), None, None)


def _block_size(texts: tuple[str, ...], scale: int, time_scale: int) -> tuple[int, int]:
    widest = max(*(glyphs.text_width(text) * scale for text in texts), _time_code_width(time_scale))
    lines = len(texts) * glyphs.HEIGHT * scale + (len(texts) - 1) * _LINE_GAP * scale
    return widest, lines + _TIME_CODE_GAP * scale + (glyphs.HEIGHT + 2 * _TIME_CODE_MARGIN) * time_scale


def _time_code_width(scale: int) -> int:
    return (glyphs.text_width(TIME_CODE) + 2 * _TIME_CODE_MARGIN) * scale


def _side_by_side(room: Rectangle, texts: tuple[str, ...], scale: int, time_scale: int, dot: int) -> _Block:
    """Lettering on the left, emblem on the right, both centred in height."""
    _, height = _block_size(texts, scale, time_scale)
    side = dot * (EMBLEM_DOTS + 1)
    lines, time_code = _column(texts, room.x, room.y + (room.height - height) // 2, scale, time_scale, centre_in=None)
    emblem = Rectangle(room.x + room.width - side, room.y + (room.height - side) // 2, side, side)
    return _Block(lines, time_code, emblem)


def _stacked(room: Rectangle, texts: tuple[str, ...], scale: int, time_scale: int, dot: int) -> _Block:
    """Emblem above, lettering below, everything on the middle axis and evenly spread."""
    _, height = _block_size(texts, scale, time_scale)
    side = dot * (EMBLEM_DOTS + 1)
    spare = (room.height - height - side) // 3
    emblem = Rectangle(room.x + (room.width - side) // 2, room.y + spare, side, side)
    top = emblem.bottom + spare
    lines, time_code = _column(texts, room.x, top, scale, time_scale, centre_in=room.width)
    return _Block(lines, time_code, emblem)


def _column(
    texts: tuple[str, ...], x: int, y: int, scale: int, time_scale: int, *, centre_in: int | None
) -> tuple[tuple[Line, ...], Line]:
    """Lines under one another and the time code under them, left-aligned or centred in a width."""
    lines = []
    for text in texts:
        width = glyphs.text_width(text) * scale
        lines.append(Line(text, x + ((centre_in - width) // 2 if centre_in else 0), y, scale))
        y += (glyphs.HEIGHT + _LINE_GAP) * scale
    y += (_TIME_CODE_GAP - _LINE_GAP) * scale + _TIME_CODE_MARGIN * time_scale
    x += (centre_in - _time_code_width(time_scale)) // 2 if centre_in else 0
    x += _TIME_CODE_MARGIN * time_scale
    # On even cells its dots cover whole macroblocks, and it is the time code that is painted anew in every picture.
    return tuple(lines), Line(TIME_CODE, x & ~1, y & ~1, time_scale)


def _panel(time_code: Line | None) -> Rectangle | None:
    if time_code is None:
        return None
    margin = _TIME_CODE_MARGIN * time_code.scale
    height = (glyphs.HEIGHT + 2 * _TIME_CODE_MARGIN) * time_code.scale
    return Rectangle(time_code.x - margin, time_code.y - margin, _time_code_width(time_code.scale), height)
