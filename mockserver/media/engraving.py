"""Masks of ink laid onto flat macroblocks: where there is detail, a tile of samples; elsewhere nothing."""

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from mockserver.media.canvas import Canvas
from mockserver.media.lettering import ASCENT, LEADING, Line, draw
from mockserver.media.palette import Colour
from mockserver.media.parameter_sets import MACROBLOCK

if TYPE_CHECKING:
    from PIL.Image import Image

_HALF = MACROBLOCK // 2
"""Side of a macroblock in chroma samples."""

_BAND = 8
"""Macroblocks that are taken out of a mask at once."""


def engrave(canvas: Canvas, mask: "Image", column: int, row: int, ink: Colour) -> None:
    """Lay a mask (mode L, 255 is ink, sides whole macroblocks) onto a canvas, its top left macroblock there.

    Less ink than half a pixel's is left out: nobody sees it, and a tile costs 384 bytes.

    Raises ValueError where the macroblock below is not of one colour.
    """
    inked = mask.getbbox()
    if inked is None:
        return
    top, bottom = inked[1] // MACROBLOCK, -(-inked[3] // MACROBLOCK)
    for left in range(inked[0] // MACROBLOCK, -(-inked[2] // MACROBLOCK), _BAND):
        right = min(left + _BAND, mask.width // MACROBLOCK)
        part = mask.crop((MACROBLOCK * left, MACROBLOCK * top, MACROBLOCK * right, MACROBLOCK * bottom))
        _engrave_band(canvas, part, column + left, row + top, ink)


def _engrave_band(canvas: Canvas, mask: "Image", column: int, row: int, ink: Colour) -> None:
    """The same for a mask so narrow that the samples of a macroblock lie close to one another."""
    thin = mask.reduce(2)
    luma, chroma, shades = mask.tobytes(), thin.tobytes(), mask.reduce(MACROBLOCK).tobytes()
    columns, across = mask.width // MACROBLOCK, canvas.size.macroblocks_wide
    square, small = _square(mask.width, MACROBLOCK), _square(thin.width, _HALF)
    line_luma, line_chroma = mask.width * MACROBLOCK, thin.width * _HALF
    for place, shade in enumerate(shades):
        if not shade:
            continue
        line, index = divmod(place, columns)
        address = (row + line) * across + column + index
        ground = canvas.colour_at(address)
        if ground is None:
            raise ValueError(f"Macroblock {address} is of several colours; text needs one below it.")
        at, thin_at = line * line_luma + index * MACROBLOCK, line * line_chroma + index * _HALF
        samples = b"".join(square(luma[at : at + line_luma]))
        colour = b"".join(small(chroma[thin_at : thin_at + line_chroma]))
        canvas.cover(address, _inked(samples, colour, ground, ink))


@lru_cache(maxsize=2 * _BAND)
def _square(width: int, side: int) -> Callable[[bytes], tuple[bytes, ...]]:
    """Takes the rows of a square at the beginning of samples that lie in rows of `width`, all in one call."""
    rows: list[Any] = [slice(at, at + side) for at in range(0, side * width, width)]
    return itemgetter(*rows)


def _inked(luma: bytes, chroma: bytes, ground: Colour, ink: Colour) -> bytes:
    y, cb, cr = _ramps(ground, ink)
    return luma.translate(y) + chroma.translate(cb) + chroma.translate(cr)


@lru_cache(maxsize=512)
def _ramps(ground: Colour, ink: Colour) -> tuple[bytes, bytes, bytes]:
    """For luma, Cb and Cr, sample by coverage."""
    y, cb, cr = (_ramp(below, above) for below, above in zip(ground, ink, strict=True))
    return y, cb, cr


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
