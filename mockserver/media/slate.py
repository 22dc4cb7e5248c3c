"""The slate: a picture that says what was asked for, and moves on with time."""

from hashlib import sha256
from itertools import pairwise

from contracts.apps.expectation import MediaExpectation
from mockserver.media import glyphs
from mockserver.media.canvas import Canvas, Rectangle
from mockserver.media.layout import EMBLEM_DOTS, TIME_CODE, Line, layout
from mockserver.media.palette import COLOUR_BARS, WHITE, Colour, palette
from mockserver.media.parameter_sets import FrameSize
from mockserver.media.rendition import Rendition

SHOWN_TASK_ID = 8
"""Characters of the task id on the slate."""

FACTS = 3
"""Lines of lettering after the branch: resolution and length, size, task id."""


class Slate:
    """Paints picture 0 when made, then picture 1, 2, ... one after another with `advance`."""

    def __init__(self, expectation: MediaExpectation, rendition: Rendition) -> None:
        """Paint the first picture."""
        self._expectation = expectation
        self._palette = palette(rendition.prompt_hash)
        self._layout = layout(expectation.width, expectation.height, _wordings(expectation, rendition))
        self._time_code = TIME_CODE
        self._swept = 0
        bars = [colour for _, colour in COLOUR_BARS]
        self.canvas = Canvas(
            FrameSize(expectation.width, expectation.height),
            [*self._palette.background, *self._palette[1:], WHITE, *bars],
        )
        self._paint_background()
        self._paint_bars(bars)
        self._paint_emblem(rendition.prompt_hash)
        self._paint_lettering()
        self._paint_sweep(0)
        self.canvas.take_changes()

    def advance(self, number: int) -> list[int]:
        """Turn the canvas into picture `number` and return the addresses of the macroblocks that changed."""
        self._paint_time_code(number)
        self._paint_sweep(number)
        return self.canvas.take_changes()

    def _paint_background(self) -> None:
        bands = self._palette.background
        across, down = len(self.canvas.rows[0]), self._layout.sweep.y
        edges = [index * down // len(bands) for index in range(len(bands) + 1)]
        for colour, (top, bottom) in zip(bands, pairwise(edges), strict=True):
            self.canvas.fill(Rectangle(0, top, across, bottom - top), colour)
        self.canvas.fill(self._layout.sweep, self._palette.panel)

    def _paint_bars(self, colours: list[Colour]) -> None:
        for place, colour in zip(self._layout.bars, colours, strict=True):
            # On into what cropping hides, so that the last cells differ from nothing and cost nothing.
            hidden = Rectangle(place.x, place.y, place.width + 2, place.height + 2)
            self.canvas.fill(hidden, colour)

    def _paint_emblem(self, prompt_hash: str) -> None:
        """A figure with a vertical axis, one of 3^28: easier to tell apart than colours alone."""
        place = self._layout.emblem
        if place is None:
            return
        self.canvas.fill(place, self._palette.panel)
        dot = place.width // (EMBLEM_DOTS + 1)
        figure = int.from_bytes(sha256(b"emblem" + prompt_hash.encode()).digest(), "big")
        for row in range(EMBLEM_DOTS):
            for column in range(EMBLEM_DOTS // 2 + 1):
                figure, choice = divmod(figure, 4)
                if choice < 2:
                    colour = (self._palette.accent, self._palette.counter_accent)[choice]
                    for mirrored in {column, EMBLEM_DOTS - 1 - column}:
                        x = place.x + dot // 2 + mirrored * dot
                        self.canvas.fill(Rectangle(x, place.y + dot // 2 + row * dot, dot, dot), colour)

    def _paint_lettering(self) -> None:
        for index, line in enumerate(self._layout.lines[::-1]):
            colour = WHITE if index < FACTS else self._palette.accent
            for place, character in enumerate(line.text):
                self._paint_strokes(line, place, glyphs.turn(" ", character)[0], colour)
        if self._layout.time_code and self._layout.time_code_panel:
            self.canvas.fill(self._layout.time_code_panel, self._palette.panel)
            for place, character in enumerate(TIME_CODE):
                self._paint_strokes(self._layout.time_code, place, glyphs.turn(" ", character)[0], WHITE)

    def _paint_time_code(self, number: int) -> None:
        line = self._layout.time_code
        if line is None:
            return
        seconds, pictures = divmod(number, self._expectation.fps)
        time_code = f"{seconds:02}:{pictures:02}"
        for place, (before, after) in enumerate(zip(self._time_code, time_code, strict=True)):
            if before != after:
                lit, out = glyphs.turn(before, after)
                self._paint_strokes(line, place, lit, WHITE)
                self._paint_strokes(line, place, out, self._palette.panel)
        self._time_code = time_code

    def _paint_strokes(self, line: Line, place: int, strokes: glyphs.Strokes, colour: Colour) -> None:
        """Paint strokes of the glyph at `place` of a line."""
        left = line.x + place * glyphs.ADVANCE * line.scale
        for column, row, length in strokes:
            x, y = left + column * line.scale, line.y + row * line.scale
            self.canvas.fill(Rectangle(x, y, length * line.scale, line.scale), colour)

    def _paint_sweep(self, number: int) -> None:
        """Fill the strip up to the share of time that has passed; the last picture fills it all."""
        strip = self._layout.sweep
        swept = (number + 1) * strip.width // self._expectation.frames
        fresh = Rectangle(strip.x + self._swept, strip.y, swept - self._swept, strip.height)
        self.canvas.fill(fresh, self._palette.counter_accent)
        self._swept = swept


def _wordings(expectation: MediaExpectation, rendition: Rendition) -> tuple[tuple[str, ...], ...]:
    """The lines of lettering: with the branch in one line, and broken at its last hyphen for narrow pictures."""
    sound = " ♪" if expectation.sound else ""
    facts = (
        f"{expectation.resolution} {expectation.seconds}s{sound}",
        f"{expectation.width}x{expectation.height}",
        rendition.task_id[:SHOWN_TASK_ID],
    )
    head, _, tail = expectation.branch.rpartition("-")
    return (expectation.branch, *facts), (head, tail, *facts)
