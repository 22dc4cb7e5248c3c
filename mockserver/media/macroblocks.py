"""Macroblocks: four flat quadrants as Intra16x16 with DC levels only, or 384 samples as I_PCM (ITU-T H.264 7.3.5)."""

from collections.abc import Sequence
from functools import lru_cache

from mockserver.media.bits import se, ue
from mockserver.media.canvas import Canvas
from mockserver.media.palette import Colour
from mockserver.media.residual import Quadrants, chroma_block, luma_block

# (Intra16x16PredMode, intra_chroma_pred_mode): ITU-T H.264 tables 8-4 and 7-16 number the same ways differently.
_Way = tuple[int, int]
_VERTICAL: _Way = (0, 2)
_HORIZONTAL: _Way = (1, 1)
_FLAT: _Way = (2, 0)

_UNPREDICTED = Colour(128, 128, 128)
"""What DC prediction yields where no neighbour exists (ITU-T H.264 8.3.3.3 and 8.3.4.1)."""

_FIRST_INTRA_TYPE_IN_P = 5
"""mb_type of an intra macroblock is shifted by the five inter types in a P slice (ITU-T H.264 table 7-13)."""

_I_PCM = 25
"""mb_type of plain samples (ITU-T H.264 table 7-11)."""

_PLAIN_IN_I = ue(_I_PCM)
_PLAIN_IN_P = ue(_I_PCM + _FIRST_INTRA_TYPE_IN_P)

Parts = list[str | bytes]
"""Bits as text and samples as bytes, in the order of the slice; see `bits.mixed_rbsp`."""


class MacroblockCoder:
    """Codes the macroblocks of one canvas as it is now.

    A flat macroblock is predicted from its left neighbour, or from the one above where it has none to the left or that
    is covered by a tile. Reconstruction is exact, so the canvas itself is what the decoder has. Where neither neighbour
    is flat it is coded as plain samples, too, which saves the prediction from arbitrary samples and costs 384 bytes.
    Codes are remembered, as most macroblocks repeat a few patterns.
    """

    def __init__(self, canvas: Canvas) -> None:
        """Code `canvas`, whose colours are fixed from here on."""
        self._canvas = canvas
        self._across = canvas.size.macroblocks_wide
        self._rows: dict[bytes, str] = {}
        self._codes: dict[tuple[_Way, bool, bool], dict[bytes, str]] = {
            (way, in_p, beside): {}
            for way in (_VERTICAL, _HORIZONTAL, _FLAT)
            for in_p in (False, True)
            for beside in (False, True)
        }

    def whole(self, rows: int) -> Parts:
        """All macroblocks of so many rows, as they stand in an I slice."""
        across = self._across
        covered: list[set[int]] = [set() for _ in range(rows)]
        for address in self._canvas.tiles:
            covered[address // across].add(address % across)
        parts: Parts = []
        plain: set[int] = set()
        above: set[int] = set()
        for row in range(rows):
            if not covered[row] and not above:
                parts.append(self._flat_row(row))
                continue
            before = len(plain)
            parts += self._mixed_row(row, covered[row] | above, plain)
            start = row * across
            above = {column for column in range(across) if start + column in plain} if len(plain) > before else set()
        return parts

    def _mixed_row(self, row: int, near: set[int], plain: set[int]) -> Parts:
        """A row with samples in it or above it; `near` are the columns where there are some."""
        start = row * self._across
        parts: Parts = []
        column = 0
        for stop in [*sorted(near), self._across]:
            # Up to there all is flat; but the first column has no left neighbour, and samples predict nothing.
            while column < stop and (not column or start + column - 1 in plain):
                parts += self._macroblock(start + column, plain, in_p=False)
                column += 1
            if column < stop:
                parts.append(self._flat_run(row, column, stop))
            if stop < self._across:
                parts += self._macroblock(start + stop, plain, in_p=False)
            column = stop + 1
        return parts

    def _flat_run(self, row: int, first: int, stop: int) -> str:
        """Flat macroblocks that follow another flat one, with no samples near them, in an I slice."""
        upper, lower = self._canvas.rows[2 * row : 2 * row + 2]
        left, right = 2 * first - 1, 2 * stop
        cells = bytes(upper[left:right] + lower[left:right])
        bits = self._rows.get(cells)
        if bits is None:
            known, length = self._codes[_HORIZONTAL, False, False], right - left
            # What `_from_left` does for each of them, without the calls: this is most of a first picture.
            bits = self._rows[cells] = "".join(
                [
                    known.get(key) or self._from_left(row, first + at // 2, in_p=False, beside=False)
                    for at in range(0, length - 1, 2)
                    if (key := cells[at : at + 3] + cells[length + at : length + at + 3])
                ]
            )
        return bits

    def repainted(self, addresses: Sequence[int]) -> Parts:
        """The macroblocks at these raster addresses, as they stand in a P slice: each after its mb_skip_run."""
        parts: Parts = []
        bits: list[str] = []
        plain: set[int] = set()
        following = 0
        tiles, rows, across = self._canvas.tiles, self._canvas.rows, self._across
        known = self._codes[_HORIZONTAL, True, False]
        for address in addresses:
            bits.append(ue(address - following))
            following = address + 1
            row, column = divmod(address, across)
            if plain or not column or address in tiles or address - 1 in tiles:
                for part in self._macroblock(address, plain, in_p=True):
                    if isinstance(part, str):
                        bits.append(part)
                    else:
                        parts += ["".join(bits), part]
                        bits.clear()
                continue
            # The usual case, without the calls.
            left, right = 2 * column - 1, 2 * column + 2
            cells = bytes(rows[2 * row][left:right] + rows[2 * row + 1][left:right])
            bits.append(known.get(cells) or self._from_left(row, column, in_p=True, beside=False))
        parts.append("".join(bits))
        return parts

    def _flat_row(self, row: int) -> str:
        """A row of flat macroblocks with no samples near them."""
        first = self._from_above(row, 0, in_p=False, beside=False) if row else self._from_nothing(in_p=False)
        return first + self._flat_run(row, 1, self._across)

    def _macroblock(self, address: int, plain: set[int], *, in_p: bool) -> Parts:
        """One macroblock; `plain` are the addresses coded as samples in this picture so far, and gets one more."""
        tiles, across = self._canvas.tiles, self._across
        tile = tiles.get(address)
        if tile is None:
            row, column = divmod(address, across)
            beside = address - across in plain or (column > 0 and address - 1 in plain)
            if column and address - 1 not in tiles:
                return [self._from_left(row, column, in_p=in_p, beside=beside)]
            if row and address - across not in tiles:
                return [self._from_above(row, column, in_p=in_p, beside=beside)]
            if not address:
                return [self._from_nothing(in_p=in_p)]
            tile = self._flat_tile(row, column)
        plain.add(address)
        return [_PLAIN_IN_P if in_p else _PLAIN_IN_I, tile]

    def _from_left(self, row: int, column: int, *, in_p: bool, beside: bool) -> str:
        """Predicted from the left; all that matters are two cells of that neighbour and four of its own."""
        upper, lower = self._canvas.rows[2 * row : 2 * row + 2]
        left, right = 2 * column - 1, 2 * column + 2
        cells = bytes(upper[left:right] + lower[left:right])
        known = self._codes[_HORIZONTAL, in_p, beside]
        bits = known.get(cells)
        if bits is None:
            a, b, c, d, e, f = (self._canvas.colours[ink] for ink in cells)
            bits = known[cells] = _intra(_HORIZONTAL, (a, a, d, d), (b, c, e, f), in_p=in_p, beside=beside)
        return bits

    def _from_above(self, row: int, column: int, *, in_p: bool, beside: bool) -> str:
        """Predicted from above, likewise."""
        cells = b"".join(
            [bytes(cells[2 * column : 2 * column + 2]) for cells in self._canvas.rows[2 * row - 1 : 2 * row + 2]]
        )
        known = self._codes[_VERTICAL, in_p, beside]
        bits = known.get(cells)
        if bits is None:
            a, b, c, d, e, f = (self._canvas.colours[ink] for ink in cells)
            bits = known[cells] = _intra(_VERTICAL, (a, b, a, b), (c, d, e, f), in_p=in_p, beside=beside)
        return bits

    def _from_nothing(self, *, in_p: bool) -> str:
        """The first macroblock of a picture."""
        a, b, c, d = (self._canvas.colours[ink] for row in self._canvas.rows[:2] for ink in row[:2])
        return _intra(_FLAT, (_UNPREDICTED,) * 4, (a, b, c, d), in_p=in_p, beside=False)

    def _flat_tile(self, row: int, column: int) -> bytes:
        """The samples of four flat cells."""
        a, b, c, d = (
            self._canvas.colours[ink]
            for cells in self._canvas.rows[2 * row : 2 * row + 2]
            for ink in cells[2 * column : 2 * column + 2]
        )
        return b"".join(
            (bytes((a[part],)) * side + bytes((b[part],)) * side) * side
            + (bytes((c[part],)) * side + bytes((d[part],)) * side) * side
            for part, side in enumerate((8, 4, 4))
        )


_FourColours = tuple[Colour, Colour, Colour, Colour]


@lru_cache(maxsize=8192)
def _intra(way: _Way, predicted: _FourColours, wanted: _FourColours, *, in_p: bool, beside: bool) -> str:
    """macroblock_layer() of an Intra16x16 macroblock (ITU-T H.264 7.3.5, mb_type from table 7-11)."""
    luma, cb, cr = (_differences(predicted, wanted, component) for component in range(3))
    coloured = any(cb) or any(cr)
    way_luma, way_chroma = way
    mb_type = 1 + way_luma + 4 * coloured + (_FIRST_INTRA_TYPE_IN_P if in_p else 0)
    return (
        ue(mb_type)
        + ue(way_chroma)
        + se(0)  # mb_qp_delta
        + luma_block(luma, beside_samples=beside)
        + (chroma_block(cb) + chroma_block(cr) if coloured else "")
    )


def _differences(predicted: _FourColours, wanted: _FourColours, component: int) -> Quadrants:
    a, b, c, d = predicted
    e, f, g, h = wanted
    return (
        e[component] - a[component],
        f[component] - b[component],
        g[component] - c[component],
        h[component] - d[component],
    )
