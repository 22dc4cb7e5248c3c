"""The flat mosaic of `--media tiny`: as many pictures of the same size as the slate, at a tenth of its cost."""

from contracts.apps.expectation import MediaExpectation
from mockserver.media.canvas import Canvas, Rectangle
from mockserver.media.macroblocks import MacroblockCoder
from mockserver.media.palette import COLOUR_BARS, WHITE, palette
from mockserver.media.parameter_sets import FrameSize
from mockserver.media.rendition import Rendition
from mockserver.media.slices import idr_picture, p_picture

DIGITS = 8
"""Macroblocks of the frame counter: binary digits of the picture's number, the highest first; 241 pictures fit."""


def mosaic(expectation: MediaExpectation, rendition: Rendition) -> list[bytes]:
    """The pictures as NAL units.

    The request's colours in bands, the colour bars below them as wide columns, and in the first row of macroblocks a
    counter: column n is white where bit 7 - n of the picture's number (modulo 256) is set. Few rows differ from the one
    above and few macroblocks from picture to picture, so that little is coded.
    """
    size = FrameSize(expectation.width, expectation.height)
    colours = palette(rendition.prompt_hash)
    bars = [colour for _, colour in COLOUR_BARS]
    canvas = Canvas(size, [*colours.background, *colours[1:], WHITE, *bars])
    across, down = len(canvas.rows[0]), len(canvas.rows)
    for index, colour in enumerate(colours.background[::4]):
        canvas.fill(Rectangle(0, down * index // 6, across, down), colour)
    for index, colour in enumerate(bars):
        canvas.fill(Rectangle(across * index // len(bars), down // 2, across, down), colour)
    canvas.fill(Rectangle(0, 0, min(across, 2 * DIGITS), 2), colours.panel)
    canvas.take_changes()
    coder = MacroblockCoder(canvas)
    pictures = [idr_picture(size, coder)]
    for number in range(1, expectation.frames):
        turned = number ^ (number - 1)
        for digit in range(DIGITS):
            bit = 1 << (DIGITS - 1 - digit)
            if turned & bit:
                canvas.fill(Rectangle(2 * digit, 0, 2, 2), WHITE if number & bit else colours.panel)
        pictures.append(p_picture(number, size, coder, canvas.take_changes()))
    return pictures
