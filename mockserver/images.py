"""What an uploaded picture really is: judged by content, header first (D4; SECURITY.md on image bombs)."""

import hashlib
import io
from dataclasses import replace
from typing import Literal

from contracts.apps import table
from contracts.apps.files import FileFacts

_SWAPPED = frozenset({5, 6, 7, 8})
"""EXIF orientations that turn the picture by a quarter."""

_ORIENTATION_TAG = 0x0112
_JPEG_MAGIC = b"\xff\xd8\xff"
_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


def inspect(content: bytes, origin: Literal["uploaded", "inline"] = "uploaded") -> FileFacts:
    """Return the facts of a file's content; slow for large pictures, so call it off the event loop.

    The header is read first; a picture with more pixels than the app's table allows is never decoded.
    """
    known = FileFacts(origin=origin, size=len(content), content_id=hashlib.sha256(content).hexdigest())
    if content.startswith(_JPEG_MAGIC):
        return _decoded(replace(known, format="jpeg"), content)
    if content.startswith(_PNG_MAGIC):
        return _decoded(replace(known, format="png"), content)
    return replace(known, format=_other_format(content))


def _decoded(known: FileFacts, content: bytes) -> FileFacts:
    # The plugins are used directly: `Image.open` would refuse or warn by its own idea of too many pixels.
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile

    plugin = JpegImageFile if known.format == "jpeg" else PngImageFile
    # Pillow raises many kinds of errors on broken data; each of them means the same here.
    try:
        picture = plugin(io.BytesIO(content))
    except Exception as error:  # noqa: BLE001
        return replace(known, defect=_told(error))
    with picture:
        width, height = picture.size
        facts = replace(known, width=width, height=height)
        if width * height > table.load().limits["image_pixels"]:
            return facts
        try:
            orientation = picture.getexif().get(_ORIENTATION_TAG, 1)
            picture.load()
        except Exception as error:  # noqa: BLE001
            return replace(facts, defect=_told(error))
    return replace(facts, width=height, height=width) if orientation in _SWAPPED else facts


def _other_format(content: bytes) -> str | None:
    """Name the image format by its first bytes; nothing is opened, so nothing can explode."""
    from PIL import Image

    Image.init()
    prefix = content[:16].ljust(16, b"\0")  # some plugins unpack more than there may be
    for name, (_, accept) in Image.OPEN.items():
        if accept is not None and accept(prefix) is True:
            return name.lower()
    return None


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
