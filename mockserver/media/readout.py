"""What moves in every picture: time code, frame counter, sweep and code."""

from typing import NamedTuple

from contracts.apps.expectation import MediaExpectation
from mockserver.media.canvas import CELL, Canvas, Rectangle
from mockserver.media.dot_text import DotLine, DotText
from mockserver.media.engraving import engrave
from mockserver.media.glyphs import SMALL, TALL
from mockserver.media.lettering import draw, set_line
from mockserver.media.palette import BLACK, WHITE, Palette
from mockserver.media.picture_code import QUIET, PictureCode, modules
from mockserver.media.rendition import Rendition

TIME_CODE = "00:00"
"""Shape of the time code: seconds and pictures within the second."""

COUNTER = "000"
"""Shape of the frame counter; the longest video has 241 pictures."""

_CAPTION = 10
"""Cells that the words after a counter of scale 1 take."""

_CAPTION_SIZES = (18, 24)
"""Pixels per em of the caption's two lines at scale 1."""

_CAPTION_LEADING = 1.05
"""From one baseline to the other, in em of the lower line: neither has letters that hang down."""


class ReadoutPlaces(NamedTuple):
    """Where things move, in cells; what there is no room for is None."""

    sweep: Rectangle
    panel: Rectangle | None
    """Behind time code and counter, on whole macroblocks."""
    time_code: DotLine | None
    counter: DotLine | None
    caption: Rectangle | None
    """What is counted and up to where, after the counter; on whole macroblocks."""
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
        self._sweep_colour = colours.counter_accent
        self._expectation, self._rendition = facts
        self._swept = 0
        canvas.fill(places.sweep, colours.panel)
        if places.panel:
            canvas.fill(places.panel, colours.panel)
        if places.code:
            canvas.fill(places.code, WHITE)
        inks = (colours.panel, WHITE)
        self._time_code = places.time_code and DotText(canvas, places.time_code, TALL, inks)
        self._counter = places.counter and DotText(canvas, places.counter, SMALL, inks)
        if places.counter and places.caption:
            _engrave_caption(canvas, places.counter, places.caption, self._expectation.frames)

    def paint(self, number: int) -> None:
        """Paint picture `number`."""
        if self._time_code:
            seconds, pictures = divmod(number, self._expectation.fps)
            self._time_code.write(f"{seconds:02}:{pictures:02}")
        if self._counter:
            self._counter.write(f"{number:0{len(COUNTER)}}")
        self._paint_sweep(number)
        if number % self._expectation.fps == 0:
            self._paint_code(number)

    def _paint_sweep(self, number: int) -> None:
        """Fill the strip up to the share of time that has passed; the last picture fills it all."""
        strip = self._places.sweep
        swept = (number + 1) * strip.width // self._expectation.frames
        if swept > self._swept:
            fresh = Rectangle(strip.x + self._swept, strip.y, swept - self._swept, strip.height)
            self._canvas.fill(fresh, self._sweep_colour)
            self._swept = swept

    def _paint_code(self, number: int) -> None:
        """One cell a module."""
        place = self._places.code
        if place is not None:
            code = modules(PictureCode(self._rendition.task_id, self._rendition.input_hash, number))
            self._canvas.stamp(place.x + QUIET, place.y + QUIET, code, (WHITE, BLACK))


def _engrave_caption(canvas: Canvas, counter: DotLine, place: Rectangle, frames: int) -> None:
    """`frame` above, and below, as low as the counter's foot, the number of the last picture."""
    from PIL import Image

    mask = Image.new("L", (place.width * CELL, place.height * CELL))
    small, large = (size * counter.scale for size in _CAPTION_SIZES)
    foot = (counter.y - place.y + SMALL.height * counter.scale) * CELL
    draw(mask, set_line("frame"), 0, foot - round(large * _CAPTION_LEADING), small)
    draw(mask, set_line(f"/ {frames - 1:0{len(COUNTER)}}"), 0, foot, large)
    engrave(canvas, mask, place.x // 2, place.y // 2, WHITE)


def counter_width(scale: int) -> int:
    """Cells of the counter and its caption."""
    return (SMALL.text_width(COUNTER) + 1 + _CAPTION) * scale & ~1


def readout_height(scale: int) -> int:
    """Cells of the panel around a time code of this scale, on whole macroblocks."""
    return (TALL.height + 2) * scale + 1 & ~1


def counter_places(left: int, foot: int, scale: int) -> tuple[DotLine, Rectangle]:
    """Counter and caption from an even column on, the digits down to `foot`."""
    digits = (SMALL.text_width(COUNTER) + 1) * scale
    top = foot - SMALL.height * scale
    first = top & ~1
    caption = Rectangle(left + digits, first, _CAPTION * scale, foot - first + 1 & ~1)
    return DotLine(left, top, scale), caption
