"""Macroblocks of four flat quadrants: Intra16x16 with DC levels only (ITU-T H.264 7.3.5)."""

from collections.abc import Sequence

from mockserver.media.bits import se, ue
from mockserver.media.canvas import Canvas
from mockserver.media.palette import Colour
from mockserver.media.residual import Quadrants, chroma_block, luma_block

# (Intra16x16PredMode, intra_chroma_pred_mode): ITU-T H.264 tables 8-4 and 7-16 number the same ways differently.
_VERTICAL = (0, 2)
_HORIZONTAL = (1, 1)
_FLAT = (2, 0)

_UNPREDICTED = Colour(128, 128, 128)
"""What DC prediction yields where no neighbour exists (ITU-T H.264 8.3.3.3 and 8.3.4.1)."""

_FIRST_INTRA_TYPE_IN_P = 5
"""mb_type of an intra macroblock is shifted by the five inter types in a P slice (ITU-T H.264 table 7-13)."""


class MacroblockCoder:
    """Codes the macroblocks of one canvas as it is now.

    A macroblock is predicted from its left neighbour, in the first column from the one above. Reconstruction is exact,
    so the canvas itself is what the decoder has. Codes are remembered, as most macroblocks repeat a few patterns.
    """

    def __init__(self, canvas: Canvas) -> None:
        """Code `canvas`, whose colours are fixed from here on."""
        self._canvas = canvas
        self._across = canvas.size.macroblocks_wide
        self._rows: dict[bytes, str] = {}
        self._in_i: dict[bytes, str] = {}
        self._in_p: dict[bytes, str] = {}

    def row(self, row: int) -> str:
        """A whole row of macroblocks, as it stands in an I slice."""
        upper, lower = self._canvas.rows[2 * row : 2 * row + 2]
        cells = bytes(upper + lower)
        bits = self._rows.get(cells)
        if bits is None:
            bits = self._rows[cells] = "".join(
                [self._after_left(upper, lower, column, self._in_i) for column in range(1, self._across)]
            )
        return self._first_of_row(row, in_p=False) + bits

    def repainted(self, addresses: Sequence[int]) -> str:
        """The macroblocks at these raster addresses, as they stand in a P slice: each after its mb_skip_run."""
        rows, across, known = self._canvas.rows, self._across, self._in_p
        bits = []
        following = 0
        for address in addresses:
            bits.append(ue(address - following))
            following = address + 1
            row, column = divmod(address, across)
            if column:
                bits.append(self._after_left(rows[2 * row], rows[2 * row + 1], column, known))
            else:
                bits.append(self._first_of_row(row, in_p=True))
        return "".join(bits)

    def _after_left(self, upper: bytearray, lower: bytearray, column: int, known: dict[bytes, str]) -> str:
        """A macroblock with a left neighbour; all that matters are two cells of that and four of its own."""
        left, right = 2 * column - 1, 2 * column + 2
        cells = bytes(upper[left:right] + lower[left:right])
        bits = known.get(cells)
        if bits is None:
            colours = self._canvas.colours
            a, b, c, d, e, f = (colours[ink] for ink in cells)
            bits = known[cells] = _intra(_HORIZONTAL, (a, a, d, d), (b, c, e, f), in_p=known is self._in_p)
        return bits

    def _first_of_row(self, row: int, *, in_p: bool) -> str:
        """The macroblock in the first column, predicted from above, or from nothing in the corner."""
        colours, rows = self._canvas.colours, self._canvas.rows
        a, b, c, d = (colours[ink] for ink in rows[2 * row][:2] + rows[2 * row + 1][:2])
        if not row:
            return _intra(_FLAT, (_UNPREDICTED,) * 4, (a, b, c, d), in_p=in_p)
        left, right = (colours[ink] for ink in rows[2 * row - 1][:2])
        return _intra(_VERTICAL, (left, right, left, right), (a, b, c, d), in_p=in_p)


_FourColours = tuple[Colour, Colour, Colour, Colour]


def _intra(way: tuple[int, int], predicted: _FourColours, wanted: _FourColours, *, in_p: bool) -> str:
    """macroblock_layer() of an Intra16x16 macroblock (ITU-T H.264 7.3.5, mb_type from table 7-11)."""
    luma, cb, cr = (_differences(predicted, wanted, component) for component in range(3))
    coloured = any(cb) or any(cr)
    way_luma, way_chroma = way
    mb_type = 1 + way_luma + 4 * coloured + (_FIRST_INTRA_TYPE_IN_P if in_p else 0)
    return (
        ue(mb_type)
        + ue(way_chroma)
        + se(0)  # mb_qp_delta
        + luma_block(luma)
        + (chroma_block(cb) + chroma_block(cr) if coloured else "")
    )


def _differences(predicted: _FourColours, wanted: _FourColours, component: int) -> Quadrants:
    a, b, c, d = (want[component] - have[component] for have, want in zip(predicted, wanted, strict=True))
    return a, b, c, d
