"""Image files of every kind, each with what D4 has to say of it. Pictures are of one colour, so they cost little."""

import base64
import functools
import io
import itertools
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from hypothesis import strategies as st
from PIL import Image, features

from contracts.strategies.inputs import BadFile

_PNG = b"\x89PNG\r\n\x1a\n"
_MOST_BYTES = 10_485_760
_ORIENTATION = 0x0112

MODES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "jpeg": ("RGB", "L", "CMYK"),
        "png": ("RGB", "RGBA", "L", "LA", "P", "1", "I;16"),
        "webp": ("RGB", "RGBA"),
        "gif": ("P", "L"),
        "bmp": ("RGB", "L", "P", "1"),
        "tiff": ("RGB", "RGBA", "CMYK", "L", "LA", "P", "1", "I;16"),
        "jpeg2000": ("RGB", "L"),
        "avif": ("RGB", "RGBA"),
        "ico": ("RGBA", "RGB"),
        "icns": ("RGBA",),
        "ppm": ("L", "1"),
        "pcx": ("RGB", "L", "P", "1"),
        "sgi": ("L",),
        "dds": ("L",),
        "qoi": ("RGB", "RGBA"),
    }
)
"""Pixel modes, in Pillow's names, by the format that can hold them."""

_NEEDS = {"webp": "webp", "jpeg2000": "jpg_2000", "avif": "avif"}
"""Formats that this machine's Pillow may lack, with its name for what it needs."""

_ICONS = frozenset({"ico", "icns"})
"""Formats that hold a picture in sizes of their own."""

_EXTENSIONS = {"jpeg": ("jpg", "jpeg", "JPG"), "tiff": ("tif", "tiff"), "jpeg2000": ("jp2",)}

_TYPES = {"jpeg2000": "image/jp2"}

_OTHER_SIZES = ((300, 300), (640, 360), (360, 640))
"""Sizes of what is refused for its format: there they decide nothing."""

FINE_SIZES = ((300, 300), (640, 360), (360, 640), (750, 300), (300, 750), (1000, 400), (400, 1000), (1024, 768))
"""Sizes within all limits, and on them: 300 px, 2.5:1 and 1:2.5."""

BAD_SIZES: Mapping[tuple[int, int], tuple[str, ...]] = MappingProxyType(
    {
        (299, 300): ("REQ-INPUT-021",),
        (300, 299): ("REQ-INPUT-021",),
        (299, 747): ("REQ-INPUT-021",),
        (100, 100): ("REQ-INPUT-021",),
        (1, 1): ("REQ-INPUT-021",),
        (751, 300): ("REQ-INPUT-023",),
        (300, 751): ("REQ-INPUT-023",),
        (1001, 400): ("REQ-INPUT-023",),
        (900, 299): ("REQ-INPUT-021", "REQ-INPUT-023"),
        (1, 3): ("REQ-INPUT-021", "REQ-INPUT-023"),
    }
)
"""Sizes just outside of a limit or far from it, with the rules that they break."""

_NO_IMAGES: Mapping[str, bytes] = MappingProxyType(
    {
        "empty": b"",
        "text": b"This is a text, not a picture.\n",
        "html": b"<!doctype html><title>403</title><p>hotlinking is not allowed",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360"/>',
        "zeros": bytes(1000),
        "base64": base64.b64encode(_PNG + bytes(30)),
    }
)


@dataclass(frozen=True, slots=True, repr=False)
class ImageFile:
    """A file to upload as `image` or `end_image`."""

    picture: bytes
    """The content, but for padding."""
    name: str
    """A file name; its extension need not be that of the content."""
    content_type: str
    """The media type to declare, which follows the name."""
    format: str | None
    """What it is by its content, in lower case; None for no image."""
    kind: str
    """`image`; progressive, animated or stereo for one that is unusual; or what is wrong: truncated, header_only,
    garbled, scrambled, bomb, heavy, or one of those that are no images."""
    mode: str = ""
    """Pixel mode in Pillow's names."""
    size: tuple[int, int] | None = None
    """Width and height in pixels, turned as the EXIF orientation says; None where there is no telling."""
    orientation: int | None = None
    """EXIF orientation, 1 to 8, or 0 and 9, which mean nothing; None without."""
    rules: tuple[str, ...] = ()
    """Requirement ids it breaks as either frame, sorted (D4)."""
    padding: int = 0
    """Zero bytes behind the picture, which every decoder leaves alone: what makes a heavy file heavy."""

    @property
    def content(self) -> bytes:
        """The bytes; made anew each time, so that a thousand heavy files cost nothing until they are looked at."""
        return self.picture + bytes(self.padding)

    @property
    def bytes_long(self) -> int:
        """How many bytes the content has."""
        return len(self.picture) + self.padding

    def __repr__(self) -> str:
        """Show everything but the bytes."""
        known = [self.name, self.kind, self.mode, self.size, f"orientation {self.orientation}" * bool(self.orientation)]
        told = ", ".join(str(value) for value in known if value)
        return f"<{told}, {self.bytes_long} bytes, breaks {' '.join(self.rules) or 'nothing'}>"

    @property
    def accepted(self) -> bool:
        """Whether it may be a frame."""
        return not self.rules

    @property
    def data_uri(self) -> str:
        """The file as a data: URI, which needs no upload (REQ-INPUT-039)."""
        return f"data:{self.content_type};base64,{base64.b64encode(self.content).decode('ascii')}"


@functools.cache
def formats() -> tuple[str, ...]:
    """Return the formats of MODES that this machine's Pillow can write."""
    Image.init()
    writable = [name for name in MODES if name.upper() in Image.SAVE]
    return tuple(name for name in writable if name not in _NEEDS or features.check(_NEEDS[name]))


def good_images() -> st.SearchStrategy[ImageFile]:
    """Files that D4 accepts: jpeg and png of every mode, size within the limits and orientation, under any name."""
    plain = _images(("jpeg", "png"), FINE_SIZES)
    # Made of plain ones, so that those count as simpler.
    unusual = st.builds(_unusual, st.sampled_from(["progressive", "animated", "stereo"]), plain)
    return plain | plain.flatmap(_misnamed) | unusual | plain.map(lambda file: _padded(file, _MOST_BYTES))


def bad_images(rule: str | None = None) -> st.SearchStrategy[ImageFile]:
    """Files that D4 refuses, each for a reason of its own or for several.

    Args:
        rule: requirement id; only files that break this one and no other.

    Raises:
        ValueError: no file breaks that rule alone; the message lists those there are.
    """
    fine = _images(("jpeg", "png"), FINE_SIZES[1:])
    foreign = _images(formats()[2:], _OTHER_SIZES).map(lambda file: replace(file, rules=("REQ-INPUT-019",)))
    kinds = st.sampled_from(["jpg", "png"])
    none = st.builds(_no_image, st.sampled_from(sorted(_NO_IMAGES)), kinds)
    alone: Mapping[str, tuple[st.SearchStrategy[ImageFile], ...]] = {
        "REQ-INPUT-019": (foreign, foreign.flatmap(_misnamed), none),
        "REQ-INPUT-020": (fine.map(_heavy),),
        "REQ-INPUT-021": (_unfit("REQ-INPUT-021"),),
        "REQ-INPUT-022": (fine.map(_truncated), kinds.map(_header_only), kinds.map(_garbled), fine.map(_scrambled)),
        "REQ-INPUT-023": (_unfit("REQ-INPUT-023"),),
        "REQ-INPUT-040": (st.sampled_from([(10_000, 5_001), (7_072, 7_072), (60_000, 60_000)]).map(_bomb),),
    }
    if rule is not None:
        if rule not in alone:
            raise ValueError(f"no file breaks {rule} alone; there are {', '.join(alone)}")
        return st.one_of(alone[rule])
    # What comes alone and with others is one strategy, so that a failure shrinks along it.
    together = {"REQ-INPUT-020", "REQ-INPUT-021", "REQ-INPUT-023"}
    others = itertools.chain.from_iterable(found for name, found in alone.items() if name not in together)
    return st.one_of(_unfit(), *others, st.one_of(fine, _unfit(), foreign).map(_heavy))


def image_files() -> st.SearchStrategy[ImageFile]:
    """Files of every kind, good and bad."""
    return good_images() | bad_images()


def inline_files() -> st.SearchStrategy[str]:
    """Good files as data: URIs, for `Files.good` where nothing shall be uploaded; small enough for a JSON body."""
    return _small(good_images()).map(lambda file: file.data_uri)


def bad_inline_files(rule: str | None = None) -> st.SearchStrategy[BadFile]:
    """Bad files as data: URIs, for `Files.bad`; small enough for a JSON body, so none is too heavy.

    Args:
        rule: as for `bad_images`.
    """
    return _small(bad_images(rule)).map(lambda file: BadFile(file.data_uri, file.rules))


def _small(files: st.SearchStrategy[ImageFile]) -> st.SearchStrategy[ImageFile]:
    return files.filter(lambda file: file.bytes_long < 100_000)


@functools.lru_cache(maxsize=512)
def _written(form: str, mode: str, size: tuple[int, int], orientation: int | None) -> bytes:
    stored = size[::-1] if orientation in {5, 6, 7, 8} else size
    picture = Image.new(mode, stored, 1 if mode in {"1", "P"} else None if mode == "I;16" else 0)
    more: dict[str, object] = {}
    if orientation is not None:
        exif = Image.Exif()
        exif[_ORIENTATION] = orientation
        more["exif"] = exif
    if form == "png":
        more["compress_level"] = 1
    if form == "avif":
        more["speed"] = 10
    content = io.BytesIO()
    picture.save(content, form, **more)
    return content.getvalue()


@st.composite
def _images(draw: st.DrawFn, among: tuple[str, ...], sizes: tuple[tuple[int, int], ...]) -> ImageFile:
    form = draw(st.sampled_from(among))
    mode = draw(st.sampled_from(MODES[form]))
    size = draw(st.sampled_from(sizes))
    # The others either have no place for it or are not read for it.
    turned = form in {"jpeg", "png", "webp", "tiff"}
    orientation = draw(st.none() | st.integers(1, 8) | st.sampled_from([0, 9])) if turned else None
    # As many choices for each format: otherwise those with fewer would count as simpler.
    extensions = _EXTENSIONS.get(form, (form,))
    extension = extensions[draw(st.integers(0, 2)) % len(extensions)]
    return ImageFile(
        picture=_written(form, mode, size, orientation),
        name=f"boat.{extension}",
        content_type=_TYPES.get(form, f"image/{form}"),
        format=form,
        kind="image",
        mode=mode,
        size=None if form in _ICONS else size,
        orientation=orientation,
    )


def _unfit(*rules: str) -> st.SearchStrategy[ImageFile]:
    """Pictures whose size breaks exactly these rules, or any when none is named."""
    sizes = tuple(size for size, broken in BAD_SIZES.items() if not rules or broken == rules)
    return _images(("jpeg", "png"), sizes).map(
        lambda file: replace(file, rules=BAD_SIZES[file.size] if file.size is not None else ())
    )


def _unusual(kind: str, file: ImageFile) -> ImageFile:
    """Make a picture that is a jpeg or a png all the same: in several passes, or of several frames."""
    form, extension = ("png", "png") if kind == "animated" else ("jpeg", "jpg")
    size = file.size or FINE_SIZES[0]
    return ImageFile(_unusually_written(kind, size), f"boat.{extension}", f"image/{form}", form, kind, "RGB", size)


@functools.lru_cache(maxsize=64)
def _unusually_written(kind: str, size: tuple[int, int]) -> bytes:
    first, second = (Image.new("RGB", size, colour) for colour in ("black", "navy"))
    content = io.BytesIO()
    if kind == "progressive":
        first.save(content, "jpeg", progressive=True)
    else:
        first.save(content, "png" if kind == "animated" else "mpo", save_all=True, append_images=[second])
    return content.getvalue()


def _misnamed(file: ImageFile) -> st.SearchStrategy[ImageFile]:
    """Give a file the name of another format; what counts is its content."""
    named = {
        "png": "image/png",
        "jpg": "image/jpeg",
        "webp": "image/webp",
        "txt": "text/plain",
        "": "application/octet-stream",
    }
    return st.sampled_from(sorted(named, reverse=True)).map(
        lambda extension: replace(file, name=f"boat.{extension}".rstrip("."), content_type=named[extension])
    )


def _no_image(kind: str, extension: str) -> ImageFile:
    content_type = "image/jpeg" if extension == "jpg" else "image/png"
    return ImageFile(_NO_IMAGES[kind], f"boat.{extension}", content_type, None, kind, rules=("REQ-INPUT-019",))


def _truncated(file: ImageFile) -> ImageFile:
    """Cut a file off shortly after its pixels have begun."""
    end = file.picture.rindex(b"\xff\xda") + 20 if file.format == "jpeg" else file.picture.index(b"IDAT") + 10
    return replace(file, picture=file.picture[:end], kind="truncated", rules=("REQ-INPUT-022",))


def _header_only(extension: str) -> ImageFile:
    content = _PNG if extension == "png" else b"\xff\xd8\xff\xe0"
    return _broken(content, extension, "header_only")


def _garbled(extension: str) -> ImageFile:
    content = (_PNG if extension == "png" else b"\xff\xd8\xff\xe0") + b"\x5a" * 600
    return _broken(content, extension, "garbled")


def _scrambled(file: ImageFile) -> ImageFile:
    """Put something else in the place of the pixels; what the header says is whole."""
    if file.format == "jpeg":
        start = file.picture.rindex(b"\xff\xda")
        # A scan of a component that the header does not know.
        content = file.picture[:start] + b"\xff\xda\x00\x08\x01\x7f\x00\x00\x3f\x00" + b"\x5a" * 64 + b"\xff\xd9"
    else:
        start = file.picture.index(b"IDAT") - 4
        content = file.picture[:start] + _chunk(b"IDAT", b"\x5a" * 64) + _chunk(b"IEND", b"")
    return replace(file, picture=content, kind="scrambled", rules=("REQ-INPUT-022",))


def _broken(content: bytes, extension: str, kind: str) -> ImageFile:
    form = "jpeg" if extension == "jpg" else extension
    return ImageFile(content, f"boat.{extension}", f"image/{form}", form, kind, rules=("REQ-INPUT-022",))


def _bomb(size: tuple[int, int]) -> ImageFile:
    """Write a png whose header promises more pixels than anybody should decode; there are hardly any behind it."""
    header = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b""))
    return ImageFile(
        _PNG + b"".join(_chunk(*part) for part in parts),
        "boat.png",
        "image/png",
        "png",
        "bomb",
        "RGB",
        size,
        rules=("REQ-INPUT-040",),
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _heavy(file: ImageFile) -> ImageFile:
    return _padded(file, _MOST_BYTES + 1)


def _padded(file: ImageFile, size: int) -> ImageFile:
    """Give a file this size in bytes."""
    heavy = size > _MOST_BYTES
    return replace(
        file,
        padding=size - len(file.picture),
        kind="heavy" if heavy else file.kind,
        rules=tuple(sorted({*file.rules, "REQ-INPUT-020"})) if heavy else file.rules,
    )
