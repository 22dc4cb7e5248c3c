"""Pictures of any kind become upright, opaque RGB at the video's size."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from mockserver.media.photograph import photograph

SIZE = (48, 32)


def _file(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def _colours(content: bytes, *size: int) -> set[object]:
    return set(photograph(content, *(size or SIZE)).get_flattened_data())


def test_a_picture_of_the_videos_size_is_left_as_it_is() -> None:
    """Every pixel."""
    picture = Image.linear_gradient("L").resize(SIZE).convert("RGB")
    assert photograph(_file(picture), *SIZE).tobytes() == picture.tobytes()


@pytest.mark.parametrize(
    ("orientation", "stored"),
    [(1, "ABCD"), (2, "BADC"), (3, "DCBA"), (4, "CDAB"), (5, "ACBD"), (6, "BDAC"), (7, "DBCA"), (8, "CADB")],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_turned_picture_is_set_upright(orientation: int, stored: str, kind: str) -> None:
    """Each of the eight orientations of EXIF: A is to be seen at the top left, B beside it, C and D below them."""
    inks = {"A": (255, 0, 0), "B": (0, 255, 0), "C": (0, 0, 255), "D": (255, 255, 255)}
    wide, high = (16, 24) if orientation > 4 else (24, 16)
    picture = Image.new("RGB", (2 * wide, 2 * high))
    for place, name in enumerate(stored):
        picture.paste(
            inks[name], (place % 2 * wide, place // 2 * high, (place % 2 + 1) * wide, (place // 2 + 1) * high)
        )
    exif = Image.Exif()
    exif[0x0112] = orientation
    shown = photograph(_file(picture, kind, exif=exif), *SIZE)
    for place, ink in zip(((12, 8), (36, 8), (12, 24), (36, 24)), inks.values(), strict=True):
        assert shown.getpixel(place) == pytest.approx(ink, abs=3)


@pytest.mark.parametrize(
    ("mode", "ink", "shown"),
    [
        ("RGBA", (200, 0, 0, 0), (255, 255, 255)),
        ("RGBA", (200, 0, 0, 255), (200, 0, 0)),
        ("LA", (40, 0), (255, 255, 255)),
        ("L", 77, (77, 77, 77)),
        ("1", 1, (255, 255, 255)),
        ("I;16", 65535, (255, 255, 255)),
        ("I;16", 257 * 100, (100, 100, 100)),
    ],
)
def test_kinds_of_png(mode: str, ink: Any, shown: tuple[int, int, int]) -> None:
    """Transparent ones over white, grey ones as grey, 16 bits by their upper part, rounded."""
    assert _colours(_file(Image.new(mode, SIZE, ink))) == {shown}


def test_a_transparent_palette_lies_over_white() -> None:
    """The transparent entry shows white, the other its colour."""
    picture = Image.new("P", SIZE)
    picture.putpalette([0, 255, 0, 0, 0, 255])
    picture.paste(1, (0, 0, 24, 32))
    assert _colours(_file(picture, transparency=0)) == {(255, 255, 255), (0, 0, 255)}


def test_printing_inks_become_light() -> None:
    """A CMYK JPEG of full black and one without ink."""
    assert _colours(_file(Image.new("CMYK", SIZE, (0, 0, 0, 255)), "JPEG")) == {(0, 0, 0)}
    assert _colours(_file(Image.new("CMYK", SIZE, (0, 0, 0, 0)), "JPEG")) == {(255, 255, 255)}


def test_of_another_ratio_the_middle_is_taken() -> None:
    """A wide picture loses its sides, a tall one top and bottom."""
    wide = Image.new("RGB", (96, 32), "red")
    wide.paste((0, 128, 0), (20, 0, 76, 32))
    assert _colours(_file(wide)) == {(0, 128, 0)}
    assert _colours(_file(wide.transpose(Image.Transpose.ROTATE_90)), 32, 48) == {(0, 128, 0)}


def test_what_is_no_picture_is_told() -> None:
    """With its length and what would do."""
    with pytest.raises(ValueError, match=r"Cannot decode the picture of 4 bytes .* give a whole PNG or JPEG"):
        photograph(b"text", *SIZE)
