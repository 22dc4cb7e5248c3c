"""The slate: a picture that says what was asked for, and moves on with time."""

from hashlib import sha256
from itertools import pairwise

from contracts.apps.expectation import MediaExpectation
from mockserver.media.canvas import CELL, Canvas, Rectangle
from mockserver.media.engraving import engrave, engrave_lines
from mockserver.media.layout import EMBLEM_DOTS, emblem_dot, layout, text_size
from mockserver.media.lettering import extent, fit, set_line
from mockserver.media.palette import BLACK, COLOUR_BARS, WHITE, Colour, Palette, palette
from mockserver.media.parameter_sets import MACROBLOCK, FrameSize
from mockserver.media.picture_code import QUIET, PictureCode, modules
from mockserver.media.readout import Readout
from mockserver.media.rendition import Rendition
from mockserver.media.wording import facts_of, heading_of

_SMALLEST_PROMPT = 12
_LARGEST_PROMPT = (72, 2.2)
"""Pixels per em of the prompt: as much as that, and so many sizes of the facts. Larger letters cost bytes only."""

_PROMPT_TILES = 720
"""Macroblocks of samples, 384 bytes each, that a long prompt should take: smaller letters keep a slate below 600 kB."""

_LEGIBLE = (24, 0.75)
"""Pixels per em below which letters do not go to save bytes: as much as that, or so many sizes of the facts."""

_MARK = 6
"""Pixels between a corner of the safe area and the two strokes that mark it, outside of it."""


_SLACK = 0.96
"""Share of its room that a line of facts is fitted to: letters as drawn are up to that much wider than measured."""


def blank_canvas(size: FrameSize, colours: Palette) -> Canvas:
    """A canvas with every colour that slates and strips use."""
    bars = [colour for _, colour in COLOUR_BARS]
    return Canvas(size, [*colours.background, *colours[1:], WHITE, BLACK, *bars])


def code_side(rendition: Rendition) -> int:
    """Side of the code in cells, quiet zone included."""
    return len(modules(PictureCode(rendition.task_id, rendition.input_hash, 0))) + 2 * QUIET


class Slate:
    """Paints picture 0 when made, then picture 1, 2, ... one after another with `advance`."""

    def __init__(self, expectation: MediaExpectation, rendition: Rendition, notes: tuple[str, ...] = ()) -> None:
        """Paint the first picture; `notes` are written under the facts."""
        self._expectation = expectation
        self._rendition = rendition
        self._palette = palette(rendition.prompt_hash)
        size = FrameSize(expectation.width, expectation.height)
        self._layout = layout(size.width, size.height, code_side(rendition))
        self.canvas = blank_canvas(size, self._palette)
        self._paint_background()
        self._paint_bars()
        self._paint_emblem()
        self._readout = Readout(self.canvas, self._layout.readout, self._palette, (expectation, rendition))
        self._paint_facts(notes)
        self._paint_prompt()
        self._paint_safe_area()
        self._readout.paint(0)
        self.canvas.take_changes()

    @property
    def kept(self) -> frozenset[int]:
        """Addresses of the macroblocks that should be seen to the end: those of the code."""
        return addresses(self.canvas.size, self._layout.readout.code)

    def advance(self, number: int) -> list[int]:
        """Turn the canvas into picture `number` and return the addresses of the macroblocks that changed."""
        self._readout.paint(number)
        return self.canvas.take_changes()

    def _paint_background(self) -> None:
        """Bands on whole macroblocks, so that text may stand anywhere on them."""
        bands = self._palette.background
        across, down = len(self.canvas.rows[0]), len(self.canvas.rows)
        edges = [(index * down // len(bands)) & ~1 for index in range(len(bands))] + [down]
        for colour, (top, bottom) in zip(bands, pairwise(edges), strict=True):
            self.canvas.fill(Rectangle(0, top, across, bottom - top), colour)

    def _paint_bars(self) -> None:
        for place, (_, colour) in zip(self._layout.bars, COLOUR_BARS, strict=True):
            # On into what cropping hides on the right, so that the last cells differ from nothing and cost nothing.
            self.canvas.fill(Rectangle(place.x, place.y, place.width + 2, place.height), colour)

    def _paint_emblem(self) -> None:
        """A figure with a vertical axis, one of 3^28: easier to tell apart than colours alone."""
        place = self._layout.emblem
        if place is None:
            return
        self.canvas.fill(place, self._palette.panel)
        dot, margin = emblem_dot(place.width)
        figure = int.from_bytes(sha256(b"emblem" + self._rendition.prompt_hash.encode()).digest(), "big")
        for row in range(EMBLEM_DOTS):
            for column in range(EMBLEM_DOTS // 2 + 1):
                figure, choice = divmod(figure, 4)
                if choice < 2:
                    colour = (self._palette.accent, self._palette.counter_accent)[choice]
                    for mirrored in {column, EMBLEM_DOTS - 1 - column}:
                        x = place.x + margin + mirrored * dot
                        self.canvas.fill(Rectangle(x, place.y + margin + row * dot, dot, dot), colour)

    def _paint_facts(self, notes: tuple[str, ...]) -> None:
        place = self._layout.facts
        if place is None:
            return
        size = text_size(self._expectation.width, self._expectation.height)
        write_facts(self.canvas, place, size, self._palette.accent, (self._expectation, self._rendition, notes))

    def _paint_prompt(self) -> None:
        place = self._layout.prompt
        if place is None or not self._rendition.prompt.strip():
            return
        largest = _largest(self._rendition.prompt, text_size(self._expectation.width, self._expectation.height))
        across, down = place.width * CELL, place.height * CELL
        size, lines = fit(self._rendition.prompt, across, down, range(_SMALLEST_PROMPT, largest + 1))
        engrave_lines(self.canvas, lines, in_macroblocks(place), size, WHITE)

    def _paint_safe_area(self) -> None:
        """Two strokes outside each corner of the safe title area, as printers mark where to cut."""
        safe = self._layout.safe
        if safe is None:
            return
        left, top = safe.x * CELL, safe.y * CELL
        right, bottom = self._expectation.width - left, self._layout.bars[0].bottom * CELL
        from PIL import Image, ImageDraw

        across, down = (side * MACROBLOCK for side in (left // MACROBLOCK, top // MACROBLOCK))
        for x, y in ((left, top), (right, top), (left, bottom), (right, bottom)):
            column = 0 if x == left else right // MACROBLOCK
            row = 0 if y == top else -(-bottom // MACROBLOCK)
            wide = (across if x == left else self.canvas.size.macroblocks_wide * MACROBLOCK - column * MACROBLOCK) or 16
            high = (down if y == top else self.canvas.size.macroblocks_high * MACROBLOCK - row * MACROBLOCK) or 0
            if wide <= 0 or high <= 0:
                continue
            mask = Image.new("L", (wide, high))
            pen = ImageDraw.Draw(mask)
            at_x, at_y = x - column * MACROBLOCK, y - row * MACROBLOCK
            level = at_y - _MARK if y == top else at_y + _MARK
            upright = at_x - _MARK if x == left else at_x + _MARK
            length = min(left, top) // 2
            outer_x = upright - length if x == left else upright + length
            outer_y = level - length if y == top else level + length
            pen.line((upright, level, outer_x, level), fill=170, width=2)
            pen.line((upright, level, upright, outer_y), fill=170, width=2)
            engrave(self.canvas, mask, column, row, WHITE)


def _largest(prompt: str, facts_size: int) -> int:
    """Pixels per em that a prompt may have beside facts of a size."""
    most, factor = _LARGEST_PROMPT
    size = min(round(facts_size * factor), most)
    legible, share = _LEGIBLE
    smallest, length = min(round(facts_size * share), legible), extent(prompt)
    # As measured with several scripts: a line of letters touches 0.62 em and another macroblock in height.
    while size > smallest and length * size * (0.62 * size + 18) > _PROMPT_TILES * MACROBLOCK * MACROBLOCK:
        size -= 1
    return size


def write_facts(
    canvas: Canvas,
    place: Rectangle,
    size: int,
    accent: Colour,
    facts: tuple[MediaExpectation, Rendition, tuple[str, ...]],
) -> None:
    """Write heading and facts into a place on whole macroblocks, as large as `size` (pixels per em) at most."""
    expectation, rendition, notes = facts
    column, row, wide, high = in_macroblocks(place)
    heading = set_line(heading_of(rendition), bold=True)
    heading_size = min(round(size * 1.25), int(wide * MACROBLOCK * _SLACK / max(heading.width, 1)))
    heading_rows = -(-round(size * 1.25 * 1.4) // MACROBLOCK)
    engrave_lines(canvas, [heading], (column, row, wide, heading_rows), heading_size, accent)
    lines = [set_line(text) for text in (*facts_of(expectation, rendition), *notes)]
    widest = max(line.width for line in lines)
    room = (high - heading_rows) * MACROBLOCK
    facts_size = min(size, int(wide * MACROBLOCK * _SLACK / widest), int(room / (len(lines) * 1.4)))
    engrave_lines(canvas, lines, (column, row + heading_rows, wide, high - heading_rows), facts_size, WHITE)


def addresses(size: FrameSize, area: Rectangle | None) -> frozenset[int]:
    """Addresses of the macroblocks that an area in cells touches."""
    if area is None:
        return frozenset()
    columns = range(area.x // 2, min((area.x + area.width + 1) // 2, size.macroblocks_wide))
    rows = range(area.y // 2, min((area.bottom + 1) // 2, size.macroblocks_high))
    return frozenset(row * size.macroblocks_wide + column for row in rows for column in columns)


def in_macroblocks(area: Rectangle) -> tuple[int, int, int, int]:
    """An area in cells, on whole macroblocks, as (column, row, width, height) in these."""
    return area.x // 2, area.y // 2, area.width // 2, area.height // 2
