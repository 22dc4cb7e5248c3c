"""A picture as a grid of flat cells, and the macroblocks that changed since it was last looked at."""

from collections.abc import Iterable
from typing import NamedTuple

from mockserver.media.palette import Colour
from mockserver.media.parameter_sets import FrameSize

CELL = 8
"""Side of a cell in luma samples: a quarter of a macroblock, the smallest thing we paint."""


class Rectangle(NamedTuple):
    """A rectangle in cells."""

    x: int
    y: int
    width: int
    height: int

    @property
    def bottom(self) -> int:
        """First row below."""
        return self.y + self.height


class Canvas:
    """Cells hold a colour's place in `colours`, one byte each, so comparing and filling rows runs in C."""

    def __init__(self, size: FrameSize, colours: Iterable[Colour]) -> None:
        """Start all in the first colour, with nothing changed."""
        self.size = size
        self.colours = tuple(dict.fromkeys(colours))
        self._inks = {colour: ink for ink, colour in enumerate(self.colours)}
        self.rows = [bytearray(2 * size.macroblocks_wide) for _ in range(2 * size.macroblocks_high)]
        self._changed: set[int] = set()

    def fill(self, area: Rectangle, colour: Colour) -> None:
        """Paint a rectangle; what lies outside the canvas is left out."""
        x, y, width, height = area
        paint = bytes((self._inks[colour],)) * min(width, len(self.rows[0]) - x)
        end = x + len(paint)
        across = self.size.macroblocks_wide
        for index, row in enumerate(self.rows[y : y + height], y):
            if row[x:end] != paint:
                row[x:end] = paint
                first = (index >> 1) * across
                self._changed.update(range(first + (x >> 1), first + ((end + 1) >> 1)))

    def take_changes(self) -> list[int]:
        """Addresses of the macroblocks painted since the last call, in raster order, and forget them."""
        changed = sorted(self._changed)
        self._changed.clear()
        return changed
