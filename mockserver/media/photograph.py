"""The pictures a request gives: from the bytes of a file to RGB at the video's size."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

PAPER = (255, 255, 255)
"""What shows through transparent pictures: white, as on a page."""

_LIKE = 0.02
"""Ratios of width to height that differ by less count as equal: sides are rounded to whole macroblocks or so."""

_SIXTEEN_BITS = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N"})
"""Pillow's modes of greyscale with 16 bits a sample."""


def photograph(content: bytes, width: int, height: int) -> "Image":
    """The picture in a file, upright, without transparency, in RGB, `width` x `height` pixels.

    A picture of that size is left as it is. One of nearly the same ratio is scaled; of any other the middle is taken,
    so that nothing is distorted. Embedded colour profiles are not applied.

    Raises ValueError when the bytes are no picture that Pillow can decode.
    """
    from PIL import Image, ImageOps

    # Pillow raises many kinds of errors on broken data; each of them means the same here.
    try:
        with _opened(content) as picture:
            picture.load()
            upright = ImageOps.exif_transpose(picture)
    except Exception as error:
        raise ValueError(
            f"Cannot decode the picture of {len(content)} bytes ({error}); give a whole PNG or JPEG."
        ) from error
    flat = _in_rgb(upright)
    if flat.size == (width, height):
        return flat
    box = _middle(flat.width, flat.height, width, height)
    return flat.resize((width, height), Image.Resampling.LANCZOS, box=box)


def _opened(content: bytes) -> "Image":
    """Open by content. The usual formats directly: `Image.open` refuses by its own idea of too many pixels."""
    from PIL import Image
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile

    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImageFile(io.BytesIO(content))
    if content.startswith(b"\xff\xd8\xff"):
        return JpegImageFile(io.BytesIO(content))
    return Image.open(io.BytesIO(content))


def _in_rgb(picture: "Image") -> "Image":
    from PIL import Image

    if picture.mode in _SIXTEEN_BITS:
        # `point` takes scale and offset only, and cuts off; 0.5 makes it round.
        picture = picture.convert("I").point(lambda sample: sample * (255 / 65535) + 0.5).convert("L")
    if picture.mode == "F":
        picture = picture.convert("L")
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, PAPER)
        return Image.alpha_composite(paper, picture.convert("RGBA")).convert("RGB")
    return picture.convert("RGB")


def _middle(width: int, height: int, wanted_width: int, wanted_height: int) -> tuple[float, float, float, float]:
    """The part of a picture that is taken: all of it, or the middle with the wanted ratio."""
    stretch = width * wanted_height / (height * wanted_width)
    if abs(stretch - 1) < _LIKE:
        return 0, 0, width, height
    if stretch > 1:
        narrowed = width / stretch
        return (width - narrowed) / 2, 0, (width + narrowed) / 2, height
    lowered = height * stretch
    return 0, (height - lowered) / 2, width, (height + lowered) / 2
