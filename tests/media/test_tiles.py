"""Pictures in RGB as tiles of samples."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mockserver.media.tiles import tiles_of


def _noise(width: int, height: int) -> Image.Image:
    """Every channel with many values, repeatable."""
    red, green = Image.linear_gradient("L").resize((width, height)), Image.radial_gradient("L").resize((width, height))
    blue = red.transpose(Image.Transpose.ROTATE_180).point(lambda value: (value * 7) % 256)
    return Image.merge("RGB", (red, green, blue))


def test_luma_is_within_rounding_of_an_independent_conversion() -> None:
    """More than 60 dB against BT.709 in limited range reckoned in floats; half a step each way is 59 dB at worst."""
    picture = _noise(64, 64)
    wrong = 0.0
    pixels = list(picture.get_flattened_data())
    for address, tile in enumerate(tiles_of(picture)):
        top, left = (16 * place for place in divmod(address, 4))
        for index, sample in enumerate(tile[:256]):
            red, green, blue = pixels[(top + index // 16) * 64 + left + index % 16]
            exact = round(16 + 219 * (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255)
            wrong += (sample - exact) ** 2
    assert 10 * math.log10(255**2 / max(wrong / 4096, 1e-9)) > 60


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_a_flat_picture_has_the_samples_of_its_colour(colour: tuple[int, int, int]) -> None:
    """Luma and chroma rounded from exact values, for any colour, within one step where the fraction is a half."""
    red, green, blue = (part / 255 for part in colour)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    exact = (16 + 219 * luma, 128 + 224 * (blue - luma) / 1.8556, 128 + 224 * (red - luma) / 1.5748)
    (tile,) = tiles_of(Image.new("RGB", (16, 16), colour))
    for plane, wanted in zip((tile[:256], tile[256:320], tile[320:]), exact, strict=True):
        assert len(set(plane)) == 1
        assert abs(plane[0] - wanted) < 0.51


def test_a_started_macroblock_is_filled_up_with_black() -> None:
    """18 x 16 pixels are two tiles; the second has two columns of white and fourteen of black."""
    first, second = tiles_of(Image.new("RGB", (18, 16), "white"))
    assert first == bytes((235,)) * 256 + bytes((128,)) * 128
    assert second[:256] == (bytes((235,)) * 2 + bytes((16,)) * 14) * 16
