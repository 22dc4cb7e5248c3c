"""What moves in every picture: time code, frame counter, sweep and code."""

from typing import NamedTuple

from contracts.apps.expectation import MediaExpectation
from mockserver.media import glyphs
from mockserver.media.canvas import Canvas, Rectangle
from mockserver.media.engraving import DIGIT_ROWS, digit_tiles
from mockserver.media.palette import BLACK, WHITE, Colour, Palette
from mockserver.media.picture_code import QUIET, PictureCode, modules
from mockserver.media.rendition import Rendition

TIME_CODE = "00:00"
"""Shape of the time code: seconds and pictures within the second."""

COUNTER_DIGITS = 3
"""Digits of the frame counter; the longest video has 241 pictures."""


COUNTER_LABEL = 10
"""Cells that the counter's label takes where it stands in front of the digits."""


class DotLine(NamedTuple):
    """A line of the dot font: top left corner in cells, and cells per dot."""

    x: int
    y: int
    scale: int


class ReadoutPlaces(NamedTuple):
    """Where things move, in cells; what there is no room for is None."""

    sweep: Rectangle
    panel: Rectangle | None
    """Behind time code and counter, on whole macroblocks."""
    time_code: DotLine | None
    counter: tuple[int, int] | None
    """Top left of the first digit, on a macroblock."""
    label: Rectangle | None
    """For the counter's label, above or in front of it, on whole macroblocks."""
    code: Rectangle | None
    """The code with its quiet zone."""


class Readout:
    """Paints the moving parts of picture 0, 1, 2, ... one after another."""

    def __init__(
        self, canvas: Canvas, places: ReadoutPlaces, colours: Palette, facts: tuple[MediaExpectation, Rendition]
    ) -> None:
        """Paint what stands still behind them."""
        self._canvas = canvas
        self._places = places
        self._panel_colour = colours.panel
        self._sweep_colour = colours.counter_accent
        self._expectation, self._rendition = facts
        self._time_code = " " * len(TIME_CODE)
        self._count = ""
        self._swept = 0
        canvas.fill(places.sweep, colours.panel)
        if places.panel:
            canvas.fill(places.panel, colours.panel)
        if places.code:
            canvas.fill(places.code, WHITE)

    def paint(self, number: int) -> None:
        """Paint picture `number`."""
        self._paint_time_code(number)
        self._paint_count(number)
        self._paint_sweep(number)
        if number % self._expectation.fps == 0:
            self._paint_code(number)

    def _paint_time_code(self, number: int) -> None:
        line = self._places.time_code
        if line is None:
            return
        seconds, pictures = divmod(number, self._expectation.fps)
        time_code = f"{seconds:02}:{pictures:02}"
        for place, (before, after) in enumerate(zip(self._time_code, time_code, strict=True)):
            if before != after:
                lit, out = glyphs.turn(before, after)
                self._paint_strokes(line, place, lit, WHITE)
                self._paint_strokes(line, place, out, self._panel_colour)
        self._time_code = time_code

    def _paint_strokes(self, line: DotLine, place: int, strokes: glyphs.Strokes, colour: Colour) -> None:
        left = line.x + place * glyphs.ADVANCE * line.scale
        for column, row, length in strokes:
            x, y = left + column * line.scale, line.y + row * line.scale
            self._canvas.fill(Rectangle(x, y, length * line.scale, line.scale), colour)

    def _paint_count(self, number: int) -> None:
        if self._places.counter is None:
            return
        column, row = (cells // 2 for cells in self._places.counter)
        across = self._canvas.size.macroblocks_wide
        count = f"{number:0{COUNTER_DIGITS}}"
        for place, digit in enumerate(count):
            if self._count[place : place + 1] != digit:
                for line, tile in enumerate(digit_tiles(digit, self._panel_colour, WHITE)):
                    self._canvas.cover((row + line) * across + column + place, tile)
        self._count = count

    def _paint_sweep(self, number: int) -> None:
        """Fill the strip up to the share of time that has passed; the last picture fills it all."""
        strip = self._places.sweep
        swept = (number + 1) * strip.width // self._expectation.frames
        fresh = Rectangle(strip.x + self._swept, strip.y, swept - self._swept, strip.height)
        self._canvas.fill(fresh, self._sweep_colour)
        self._swept = swept

    def _paint_code(self, number: int) -> None:
        """One cell a module."""
        place = self._places.code
        if place is not None:
            code = modules(PictureCode(self._rendition.task_id, self._rendition.input_hash, number))
            self._canvas.stamp(place.x + QUIET, place.y + QUIET, code, (WHITE, BLACK))


def counter_width(*, labelled: bool = False) -> int:
    """Cells of the counter: perhaps a label, its digits, and the number of the last picture after them."""
    return 2 * (2 * COUNTER_DIGITS + 2) + (COUNTER_LABEL if labelled else 0)


def readout_height(scale: int) -> int:
    """Cells of the panel around a time code of this scale, on whole macroblocks and high enough for the counter."""
    return max((glyphs.HEIGHT + 2) * scale + 1 & ~1, 2 * DIGIT_ROWS + 6)
