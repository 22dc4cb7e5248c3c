"""A line of dots that is written over and over: time code and frame counter."""

from typing import NamedTuple

from mockserver.media.canvas import Canvas, Rectangle, Turn
from mockserver.media.glyphs import DotFont
from mockserver.media.palette import Colour


class DotLine(NamedTuple):
    """Where a line stands: top left corner in cells, and cells per dot."""

    x: int
    y: int
    scale: int


class DotText:
    """Writes on a canvas and paints only the dots that differ from what stood there."""

    def __init__(self, canvas: Canvas, line: DotLine, font: DotFont, colours: tuple[Colour, Colour]) -> None:
        """Start with nothing lit; `colours` are those of the ground, which is there already, and of lit dots."""
        self._canvas = canvas
        self._line = line
        self._font = font
        self._ground, self._ink = colours
        self._shown = ""
        self._turns: dict[tuple[int, str, str], Turn] = {}
        """By place, character before and character after: the same few come again and again."""

    def write(self, text: str) -> None:
        """Write a line over the one before."""
        for place, (before, after) in enumerate(zip(self._shown or " " * len(text), text, strict=True)):
            if before != after:
                key = place, before, after
                turn = self._turns.get(key)
                if turn is None:
                    turn = self._turns[key] = self._turn(*key)
                self._canvas.turn(turn)
        self._shown = text

    def _turn(self, place: int, before: str, after: str) -> Turn:
        """What turns one character into another at a place."""
        x, y, scale = self._line
        x += place * self._font.advance * scale
        old, new = self._font.glyph(before), self._font.glyph(after)
        return self._canvas.planned(
            (Rectangle(x + column * scale, y + row * scale, scale, scale), colour)
            for dots, colour in ((new - old, self._ink), (old - new, self._ground))
            for column, row in sorted(dots)
        )
