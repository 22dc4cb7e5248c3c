"""The strip over a photograph: the same facts as on the slate, along the lower edge, fading in by macroblocks."""

from contracts.apps.expectation import MediaExpectation
from mockserver.media.canvas import CELL, Rectangle
from mockserver.media.dissolve import schedule
from mockserver.media.dot_text import DotLine
from mockserver.media.engraving import engrave_lines
from mockserver.media.glyphs import SMALL, TALL
from mockserver.media.layout import text_size
from mockserver.media.lettering import fit
from mockserver.media.palette import WHITE, palette
from mockserver.media.parameter_sets import FrameSize
from mockserver.media.readout import (
    TIME_CODE,
    Readout,
    ReadoutPlaces,
    counter_places,
    counter_width,
    readout_height,
)
from mockserver.media.rendition import Rendition
from mockserver.media.slate import addresses, blank_canvas, code_side, in_macroblocks, write_facts

_SHARE = 6
"""In landscape the strip takes a sixth of the height; the code rises above it."""

_AROUND_CODE = (36, 20)
"""Cells beside and above the code without which there is no strip; the contract has no such size."""

_SMALLEST_PROMPT = 13

_NARROWEST_TEXT = 30
"""Cells that text between readout and code takes at least."""


class PhotoScene:
    """The start image, and from picture 1 to 24 on the strip over it."""

    def __init__(
        self, expectation: MediaExpectation, rendition: Rendition, tiles: list[bytes], notes: tuple[str, ...]
    ) -> None:
        """Show the photograph alone; `tiles` are all of its macroblocks, `notes` stand among the facts."""
        size = FrameSize(expectation.width, expectation.height)
        colours = palette(rendition.prompt_hash)
        self.canvas = blank_canvas(size, colours)
        for address, tile in enumerate(tiles):
            self.canvas.cover(address, tile)
        self.canvas.take_changes()
        self._strip = blank_canvas(size, colours)
        self._shown: set[int] = set()
        self._fresh: dict[int, list[int]] = {}
        self._kept: frozenset[int] = frozenset()
        self._readout: Readout | None = None
        side = code_side(rendition)
        if not has_room(size, side):
            return
        area, code, places = _places(size, side)
        self._strip.fill(area, colours.panel)
        self._strip.fill(code, colours.panel)
        self._readout = Readout(self._strip, places.readout, colours, (expectation, rendition))
        self._write(places.text, expectation, rendition, notes)
        self._readout.paint(0)
        self._strip.take_changes()
        self._kept = addresses(size, code)
        covered = addresses(size, area) | self._kept
        self._fresh = schedule(covered, 1, min(expectation.fps, expectation.frames - 1), f"fade {rendition.task_id}")

    @property
    def kept(self) -> frozenset[int]:
        """Addresses of the macroblocks that should be seen to the end: those of the code."""
        return self._kept

    def advance(self, number: int) -> list[int]:
        """Turn the canvas into picture `number` and return the addresses of the macroblocks that changed."""
        if self._readout:
            self._readout.paint(number)
        moved = self._shown.intersection(self._strip.take_changes())
        fresh = self._fresh.get(number, [])
        self._shown.update(fresh)
        self.canvas.copy(self._strip, moved.union(fresh))
        return self.canvas.take_changes()

    def _write(
        self, place: Rectangle, expectation: MediaExpectation, rendition: Rendition, notes: tuple[str, ...]
    ) -> None:
        colours = palette(rendition.prompt_hash)
        size = max(text_size(expectation.width, expectation.height) * 3 // 4, 14)
        high = min(
            -(-round(size * 1.25 * 1.4) // 16) * 2 + -(-round((2 + len(notes)) * size * 1.4) // 16) * 2, place.height
        )
        facts = Rectangle(place.x, place.y, place.width, high)
        write_facts(self._strip, facts, size, colours.accent, (expectation, rendition, notes))
        rest = Rectangle(place.x, facts.bottom, place.width, place.bottom - facts.bottom & ~1)
        if rest.height * CELL >= _SMALLEST_PROMPT * 1.4 and rendition.prompt.strip():
            sizes = range(_SMALLEST_PROMPT, round(size * 1.4) + 1)
            fitted, lines = fit(rendition.prompt, rest.width * CELL, rest.height * CELL, sizes)
            engrave_lines(self._strip, lines, in_macroblocks(rest), fitted, WHITE)


def has_room(size: FrameSize, side: int) -> bool:
    """Whether a strip with a code of so many cells is laid over a photograph of a size."""
    return size.width >= (side + _AROUND_CODE[0]) * CELL and size.height >= (side + _AROUND_CODE[1]) * CELL


class _StripPlaces:
    """Where things stand on the strip."""

    def __init__(self, readout: ReadoutPlaces, text: Rectangle) -> None:
        self.readout = readout
        self.text = text


def _places(size: FrameSize, side: int) -> tuple[Rectangle, Rectangle, _StripPlaces]:
    """The strip, the panel of the code, and what stands in them; all on whole macroblocks."""
    across, down = 2 * size.macroblocks_wide, 2 * size.macroblocks_high
    visible_across, visible_down = size.width // CELL, size.height // CELL
    margin = max(min(visible_across, visible_down) // 40 & ~1, 2)
    panel_side = side + 3 & ~1
    left = (visible_across - margin - panel_side) & ~1
    dots = TALL.text_width(TIME_CODE) + 1 & ~1
    wide = dots + 2 + counter_width(1)
    start = margin + wide + 4 & ~1
    # Readout, text and code side by side, or text above the readout where that leaves the text too little room.
    portrait = visible_across < visible_down or left - start - 2 < _NARROWEST_TEXT
    high = panel_side + 2 if portrait else max(visible_down // _SHARE & ~1, readout_height(1) + 4)
    top = (visible_down - high) & ~1
    area = Rectangle(0, top, across, down - top)
    code_panel = Rectangle(left, (visible_down - 1 - panel_side) & ~1, panel_side, panel_side)
    code = Rectangle(left + 1, code_panel.y + 1, side, side)
    tall = readout_height(1)
    below = portrait and wide > left - 2 * margin
    panel_top = (visible_down - 2 - tall - (SMALL.height + 1 if below else 0)) & ~1
    if not portrait:
        panel_top = top + (high - tall) // 2 & ~1
    line = DotLine(margin, panel_top + 2, 1)
    foot = line.y + TALL.height
    counter = counter_places(*((margin, foot + SMALL.height + 1) if below else (margin + dots + 2, foot)), 1)
    sweep = Rectangle(0, top, across if portrait else left, 1)
    readout = ReadoutPlaces(sweep, None, line, *counter, code)
    if portrait:
        text = Rectangle(margin, top + 2, (left - margin - 2) & ~1, (panel_top - top - 2) & ~1)
    else:
        text = Rectangle(start, top + 2, (left - start - 2) & ~1, (visible_down - top - 2) & ~1)
    return area, code_panel, _StripPlaces(readout, text)
