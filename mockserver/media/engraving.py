"""Masks of ink laid onto flat macroblocks: where there is detail, a tile of samples; elsewhere nothing."""

from functools import lru_cache
from typing import TYPE_CHECKING

from mockserver.media.canvas import Canvas
from mockserver.media.lettering import ASCENT, LEADING, Line, draw
from mockserver.media.palette import Colour
from mockserver.media.parameter_sets import MACROBLOCK

if TYPE_CHECKING:
    from PIL.Image import Image

_LUMA = MACROBLOCK * MACROBLOCK
_CHROMA = _LUMA // 4


def engrave(canvas: Canvas, mask: "Image", column: int, row: int, ink: Colour) -> None:
    """Lay a mask (mode L, 255 is ink, sides whole macroblocks) onto a canvas, its top left macroblock there.

    Less ink than half a pixel's is left out: nobody sees it, and a tile costs 384 bytes.

    Raises ValueError where the macroblock below is not of one colour.
    """
    inked = mask.getbbox()
    if inked is None:
        return
    left, top, right, bottom = inked[0] & -MACROBLOCK, inked[1] & -MACROBLOCK, inked[2], inked[3]
    part = mask.crop((left, top, right + -right % MACROBLOCK, bottom + -bottom % MACROBLOCK))
    thin, shades = part.reduce(2), part.reduce(MACROBLOCK).tobytes()
    columns, across = part.width // MACROBLOCK, canvas.size.macroblocks_wide
    first = (row + top // MACROBLOCK) * across + column + left // MACROBLOCK
    for index in range(columns):
        # A column one macroblock wide, taken out as a picture of its own, holds each macroblock's samples in one piece.
        lines = [line for line, shade in enumerate(shades[index::columns]) if shade]
        if not lines:
            continue
        side, half = index * MACROBLOCK, index * MACROBLOCK // 2
        luma = part.crop((side, 0, side + MACROBLOCK, part.height)).tobytes()
        chroma = thin.crop((half, 0, half + MACROBLOCK // 2, thin.height)).tobytes()
        for line in lines:
            address = first + line * across + index
            ground = canvas.colour_at(address)
            if ground is None:
                raise ValueError(f"Macroblock {address} is of several colours; text needs one below it.")
            covered = luma[line * _LUMA : (line + 1) * _LUMA], chroma[line * _CHROMA : (line + 1) * _CHROMA]
            canvas.cover(address, _inked(*covered, ground, ink))


def _inked(luma: bytes, chroma: bytes, ground: Colour, ink: Colour) -> bytes:
    y, cb, cr = (_ramp(below, above) for below, above in zip(ground, ink, strict=True))
    return luma.translate(y) + chroma.translate(cb) + chroma.translate(cr)


@lru_cache(maxsize=512)
def _ramp(below: int, above: int) -> bytes:
    """Sample by coverage: from what lies below to the ink."""
    return bytes((below * (255 - coverage) + above * coverage + 127) // 255 for coverage in range(256))


def engrave_lines(
    canvas: Canvas,
    lines: list[Line],
    area: tuple[int, int, int, int],
    size: int,
    ink: Colour,
    *,
    top: int = 0,
    left: int = 0,
) -> None:
    """Write lines under one another into an area given in macroblocks (column, row, width, height).

    Args:
        canvas: what is written on.
        lines: the text.
        area: its right edge is where lines from right to left begin.
        size: pixels per em.
        ink: the colour of the letters.
        top: pixels left free above the first line.
        left: pixels left free before a line that begins at the left.
    """
    from PIL import Image

    column, row, wide, high = area
    mask = Image.new("L", (wide * MACROBLOCK, high * MACROBLOCK))
    for index, line in enumerate(lines):
        x = round(mask.width - line.width * size) if line.from_right else left
        draw(mask, line, x, top + round(index * size * LEADING) + round(ASCENT * size), size)
    engrave(canvas, mask, column, row, ink)
