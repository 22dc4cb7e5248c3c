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


@pytest.mark.requirement("REQ-MEDIA-008")
def test_a_turned_picture_is_set_upright() -> None:
    """EXIF orientation 6: what is stored on the left is shown on top."""
    stored = Image.new("RGB", (32, 48), "red")
    stored.paste((0, 0, 255), (0, 0, 16, 48))
    exif = Image.Exif()
    exif[0x0112] = 6
    shown = photograph(_file(stored, exif=exif), *SIZE)
    assert (shown.getpixel((24, 4)), shown.getpixel((24, 28))) == ((0, 0, 255), (255, 0, 0))


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
