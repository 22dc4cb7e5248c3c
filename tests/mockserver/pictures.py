"""Pictures made on the spot, good and bad."""

import io
import struct
import zlib
from typing import Any

from PIL import Image


def encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    """Return a picture as a file."""
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def png(width: int, height: int, mode: str = "RGB") -> bytes:
    return encoded(Image.new(mode, (width, height)), "PNG")


def jpeg(width: int, height: int, mode: str = "RGB", **options: Any) -> bytes:
    return encoded(Image.new(mode, (width, height)), "JPEG", **options)


def turned_jpeg(width: int, height: int, orientation: int) -> bytes:
    """A JPEG whose EXIF says how it is to be turned."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return jpeg(width, height, exif=exif)


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A tiny PNG that claims to be huge: header, a few bytes of data, end."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )
