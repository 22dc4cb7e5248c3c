"""A picture as a grid of flat cells with tiles over them, and the macroblocks that changed since the last look."""

from collections.abc import Iterable
from typing import NamedTuple

from mockserver.media.palette import Colour
from mockserver.media.parameter_sets import FrameSize

CELL = 8
"""Side of a cell in luma samples: a quarter of a macroblock, the smallest thing we paint."""


TILE_BYTES = 384
"""Bytes of a tile: 16x16 luma samples, 8x8 of Cb, 8x8 of Cr, rows from the top (ITU-T H.264 7.3.5, pcm_sample_luma)."""


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


class Turn(NamedTuple):
    """What filling some rectangles comes to on one canvas, to be done again and again."""

    runs: tuple[tuple[int, int, int, bytes], ...]
    """Row, first cell, first cell after, and the inks in between."""
    addresses: tuple[int, ...]
    """The macroblocks they lie in."""


class Canvas:
    """Cells hold a colour's place in `colours`, one byte each, so comparing and filling rows runs in C.

    Where there is more to see than flat cells, a tile of samples covers those of a whole macroblock.
    """

    def __init__(self, size: FrameSize, colours: Iterable[Colour]) -> None:
        """Start all in the first colour, with nothing changed."""
        self.size = size
        self.colours = tuple(dict.fromkeys(colours))
        self._inks = {colour: ink for ink, colour in enumerate(self.colours)}
        self.rows = [bytearray(2 * size.macroblocks_wide) for _ in range(2 * size.macroblocks_high)]
        self.tiles: dict[int, bytes] = {}
        """Samples of the macroblocks that are covered, by raster address."""
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

    def planned(self, areas: Iterable[tuple[Rectangle, Colour]]) -> Turn:
        """What filling these rectangles comes to; all of them lie on the canvas."""
        runs: list[tuple[int, int, int, bytes]] = []
        addresses: set[int] = set()
        across = self.size.macroblocks_wide
        for (x, y, width, height), colour in areas:
            paint, end = bytes((self._inks[colour],)) * width, x + width
            for row in range(y, y + height):
                runs.append((row, x, end, paint))
                first = (row >> 1) * across
                addresses.update(range(first + (x >> 1), first + ((end + 1) >> 1)))
        return Turn(tuple(runs), tuple(addresses))

    def turn(self, turn: Turn) -> None:
        """Do what was planned; all of its macroblocks count as changed."""
        rows = self.rows
        for row, first, end, paint in turn.runs:
            rows[row][first:end] = paint
        self._changed.update(turn.addresses)

    def stamp(self, x: int, y: int, dots: Iterable[bytes], colours: tuple[Colour, Colour]) -> None:
        """Paint rows of dots, a cell each: 0 in the first colour, 1 in the second."""
        inks = bytes.maketrans(b"\0\1", bytes(self._inks[colour] for colour in colours))
        across = self.size.macroblocks_wide
        for index, line in enumerate(dots, y):
            row, paint = self.rows[index], line.translate(inks)
            if row[x : x + len(paint)] == paint:
                continue
            before = bytes(row)
            row[x : x + len(paint)] = paint
            first = (index >> 1) * across
            self._changed.update(
                first + (cell >> 1)
                for cell in range(x & ~1, x + len(paint), 2)
                if row[cell : cell + 2] != before[cell : cell + 2]
            )

    def cover(self, address: int, tile: bytes) -> None:
        """Lay a tile over a macroblock."""
        if self.tiles.get(address) != tile:
            self.tiles[address] = tile
            self._changed.add(address)

    def colour_at(self, address: int) -> Colour | None:
        """The colour of a macroblock whose four cells are alike; None when they are not, whatever covers them."""
        row, column = divmod(address, self.size.macroblocks_wide)
        upper, lower = (cells[2 * column : 2 * column + 2] for cells in self.rows[2 * row : 2 * row + 2])
        return self.colours[upper[0]] if upper == lower and upper[0] == upper[1] else None

    def copy(self, other: "Canvas", addresses: Iterable[int]) -> None:
        """Take macroblocks over from a canvas of the same size and colours; they count as changed."""
        across = self.size.macroblocks_wide
        for address in addresses:
            row, column = divmod(address, across)
            for here, there in zip(self.rows[2 * row : 2 * row + 2], other.rows[2 * row : 2 * row + 2], strict=True):
                here[2 * column : 2 * column + 2] = there[2 * column : 2 * column + 2]
            tile = other.tiles.get(address)
            if tile is None:
                self.tiles.pop(address, None)
            else:
                self.tiles[address] = tile
            self._changed.add(address)

    def take_changes(self) -> list[int]:
        """Addresses of the macroblocks painted since the last call, in raster order, and forget them."""
        changed = sorted(self._changed)
        self._changed.clear()
        return changed
