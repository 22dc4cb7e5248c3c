"""Colours."""

from hypothesis import given
from hypothesis import strategies as st

from mockserver.media.palette import COLOUR_BARS, palette


def test_bars_are_the_75_percent_ones() -> None:
    """Y'CbCr follows from R'G'B' of 0 or 191.25 by the BT.709 matrix in limited range, rounded (ITU-R BT.709 3)."""
    on = {"white": "rgb", "yellow": "rg", "cyan": "gb", "green": "g", "magenta": "rb", "red": "r", "blue": "b"}
    for name, colour in COLOUR_BARS:
        red, green, blue = (0.75 * (part in on[name]) for part in "rgb")
        luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        exact = (16 + 219 * luma, 128 + 224 * (blue - luma) / 1.8556, 128 + 224 * (red - luma) / 1.5748)
        assert colour == tuple(round(value) for value in exact), name


@given(st.text(max_size=64))
def test_every_prompt_gets_legal_colours(prompt_hash: str) -> None:
    """Limited range allows 16..235 in luma and 16..240 in chroma."""
    colours = palette(prompt_hash)
    for y, cb, cr in (*colours.background, colours.panel, colours.accent, colours.counter_accent):
        assert 16 <= y <= 235
        assert 16 <= cb <= 240
        assert 16 <= cr <= 240


def test_prompts_differ_in_colour() -> None:
    """Among a hundred prompts all sixteen hues appear, in several lightnesses."""
    assert len({palette(str(number)).background for number in range(100)}) > 32
