"""Masks of ink laid onto flat macroblocks: where there is detail, a tile of samples; elsewhere nothing."""

from functools import lru_cache
from typing import TYPE_CHECKING

from mockserver.media.canvas import Canvas
from mockserver.media.lettering import LEADING, Line, draw
from mockserver.media.palette import Colour
from mockserver.media.parameter_sets import MACROBLOCK

if TYPE_CHECKING:
    from PIL.Image import Image

_LUMA = MACROBLOCK * MACROBLOCK
_CHROMA = _LUMA // 4
_BLANK = bytes(_LUMA)

def engrave(canvas: Canvas, mask: "Image", column: int, row: int, ink: Colour) -> None:
    """Lay a mask (mode L, 255 is ink, sides whole macroblocks) onto a canvas, its top left macroblock there.

    Raises ValueError where the macroblock below is not of one colour.
    """
    across = canvas.size.macroblocks_wide
    inked = mask.getbbox()
    if inked is None:
        return
    thin = mask.reduce(2)
    for index in range(inked[0] // MACROBLOCK, -(-inked[2] // MACROBLOCK)):
        left, right = index * MACROBLOCK, (index + 1) * MACROBLOCK
        luma = mask.crop((left, 0, right, mask.height)).tobytes()
        chroma = b""
        for line in range(mask.height // MACROBLOCK):
            block = luma[line * _LUMA : (line + 1) * _LUMA]
            if block == _BLANK:
                continue
            chroma = chroma or thin.crop((left // 2, 0, right // 2, thin.height)).tobytes()
            address = (row + line) * across + column + index
            ground = canvas.colour_at(address)
            if ground is None:
                raise ValueError(f"Macroblock {address} is of several colours; text needs one below it.")
            canvas.cover(address, _inked(block, chroma[line * _CHROMA : (line + 1) * _CHROMA], ground, ink))


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
        draw(mask, line, x, top + round(index * size * LEADING), size)
    engrave(canvas, mask, column, row, ink)
