"""From a picture in RGB to tiles of BT.709 samples: conversion, thinning of colour, cutting."""

from itertools import pairwise
from typing import TYPE_CHECKING

from mockserver.media.parameter_sets import MACROBLOCK, FrameSize

if TYPE_CHECKING:
    from PIL.Image import Image

_FINENESS = 1 << 16
"""Coefficients are rounded to multiples of 1/65536: then every product with an 8-bit sample and every sum of them fits
the 24 bits of a float's mantissa, and Pillow's arithmetic in floats is exact, whatever the machine and compiler."""

_RED, _GREEN, _BLUE = 0.2126, 0.7152, 0.0722
"""Weights of luma (ITU-R BT.709 3.2)."""

_LUMA_SCALE = 219 / 255
_CHROMA_SCALE = 224 / 255


def _row(red: float, green: float, blue: float, offset: float) -> tuple[float, float, float, float]:
    return (
        round(red * _FINENESS) / _FINENESS,
        round(green * _FINENESS) / _FINENESS,
        round(blue * _FINENESS) / _FINENESS,
        offset,
    )


_BLUE_DIFFERENCE = _CHROMA_SCALE / (2 * (1 - _BLUE))
_RED_DIFFERENCE = _CHROMA_SCALE / (2 * (1 - _RED))

_MATRIX = (
    *_row(_RED * _LUMA_SCALE, _GREEN * _LUMA_SCALE, _BLUE * _LUMA_SCALE, 16.0),
    *_row(-_RED * _BLUE_DIFFERENCE, -_GREEN * _BLUE_DIFFERENCE, _CHROMA_SCALE / 2, 128.0),
    *_row(_CHROMA_SCALE / 2, -_GREEN * _RED_DIFFERENCE, -_BLUE * _RED_DIFFERENCE, 128.0),
)
"""R, G, B of 0..255 to Y, Cb, Cr in limited range (ITU-R BT.709 3.2 to 3.5), three rows of four."""


def tiles_of(picture: "Image") -> list[bytes]:
    """The tiles of an RGB picture in raster order; a started macroblock is filled up with black.

    Colour is thinned to half the width and height by the mean of four samples, rounded.
    """
    size = FrameSize(*picture.size)
    width, height = size.macroblocks_wide * MACROBLOCK, size.macroblocks_high * MACROBLOCK
    if picture.size != (width, height):
        picture = picture.crop((0, 0, width, height))
    luma, cb, cr = picture.convert("RGB", _MATRIX).split()
    return cut(luma, cb.reduce(2), cr.reduce(2))


def cut(luma: "Image", cb: "Image", cr: "Image") -> list[bytes]:
    """Cut three planes of whole macroblocks into tiles in raster order.

    A column one macroblock wide, taken out as a picture of its own, holds the rows of each macroblock one after
    another: a tile is then three slices of bytes.
    """
    half = MACROBLOCK // 2
    edges = range(0, luma.width + 1, MACROBLOCK)
    columns = []
    for left, right in pairwise(edges):
        y = luma.crop((left, 0, right, luma.height)).tobytes()
        b, r = (plane.crop((left // 2, 0, right // 2, plane.height)).tobytes() for plane in (cb, cr))
        columns.append(
            [
                y[4 * at : 4 * at + MACROBLOCK * MACROBLOCK] + b[at : at + half * half] + r[at : at + half * half]
                for at in range(0, len(b), half * half)
            ]
        )
    return [tile for row in zip(*columns, strict=True) for tile in row]
