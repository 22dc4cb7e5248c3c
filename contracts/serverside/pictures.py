"""Files to upload as start and end frame, with what is known of each."""

import io
import struct
import zlib
from dataclasses import dataclass, replace
from typing import Literal

from PIL import Image

from contracts.apps import table
from contracts.apps.files import FileFacts

_ORIENTATION = 0x0112
"""EXIF tag (CIPA DC-008 4.6.5)."""

_TURNED = (5, 6, 7, 8)
"""Orientations that turn a picture by a quarter."""

_MARK = (b"\xff\xda", b"IDAT")
"""Behind these the pixels of a jpeg and of a png begin."""

COLOURS = ((200, 60, 60), (60, 170, 70), (60, 80, 190), (220, 200, 70))
"""Of the four quarters of a picture, from left to right and from top to bottom."""

State = Literal["uploaded", "announced", "deleted", "inline"]
"""inline: it is not uploaded but written into the input, as a data: URI."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file, and how far its upload goes."""

    content: bytes
    facts: FileFacts
    name: str = "start.png"
    content_type: str = "image/png"
    state: State = "uploaded"


def png(width: int, height: int, *, turned: bool = False) -> Upload:
    """Return a png; with `turned`, one whose quarters have each other's colours."""
    return _written("png", width, height, COLOURS[::-1] if turned else COLOURS, None)


def jpeg(width: int, height: int, orientation: int | None = None) -> Upload:
    """Return a jpeg of a size as it is stored; an EXIF orientation above 4 turns it by a quarter."""
    return replace(_written("jpeg", width, height, COLOURS, orientation), name="start.jpg", content_type="image/jpeg")


def other(form: str, width: int = 400, height: int = 400) -> Upload:
    """Return a picture in a format that the app does not take, under the name of one that it does."""
    return _written(form, width, height, COLOURS, None)


def text() -> Upload:
    """Return a file that is no picture at all."""
    content = b"This is a text, not a picture.\n"
    return Upload(content, FileFacts("uploaded", size=len(content)))


def named(file: Upload, name: str, content_type: str) -> Upload:
    """Return a file under another name and type."""
    return replace(file, name=name, content_type=content_type)


def padded(file: Upload, size: int) -> Upload:
    """Return a file of so many bytes: there are zeros behind its end, which decoders leave alone."""
    return replace(file, content=file.content.ljust(size, b"\0"), facts=replace(file.facts, size=size))


def cut_off(file: Upload) -> Upload:
    """Return a file that ends soon after its pixels have begun."""
    end = max(file.content.rfind(mark) for mark in _MARK) + 24
    content = file.content[:end]
    return replace(file, content=content, facts=replace(file.facts, size=end, defect="it is cut off"))


def huge() -> Upload:
    """Return a small png that promises more pixels than a server should decode."""
    side = 8000
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b""))
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return Upload(content, FileFacts("uploaded", size=len(content), format="png", width=side, height=side))


def announced() -> Upload:
    """Return a file whose bytes are never sent."""
    return Upload(b"", FileFacts("pending"), state="announced")


def deleted() -> Upload:
    """Return a file that was deleted before it is named."""
    return Upload(b"", FileFacts("unknown"), state="deleted")


def inline(file: Upload) -> Upload:
    """Return a file that goes into the input itself."""
    return replace(file, facts=replace(file.facts, origin="inline"), state="inline")


def _written(
    form: str, width: int, height: int, colours: tuple[tuple[int, int, int], ...], orientation: int | None
) -> Upload:
    picture = Image.new("RGB", (2, 2))
    picture.putdata(colours)
    picture = picture.resize((width, height), Image.Resampling.NEAREST)
    exif = Image.Exif()
    if orientation is not None:
        exif[_ORIENTATION] = orientation
    buffer = io.BytesIO()
    picture.save(buffer, form, exif=exif)
    content = buffer.getvalue()
    if orientation in _TURNED:
        width, height = height, width
    if form not in table.load().limits["formats"]:
        return Upload(content, FileFacts("uploaded", size=len(content), format=form))
    return Upload(content, FileFacts("uploaded", size=len(content), format=form, width=width, height=height))
