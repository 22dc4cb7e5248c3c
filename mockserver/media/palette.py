"""The colours of the slate, as the numbers a decoder gives back."""

from hashlib import sha256
from typing import NamedTuple


class Colour(NamedTuple):
    """A colour in BT.709 limited range, 8 bits: luma 16..235, chroma 16..240 with 128 as grey."""

    y: int
    cb: int
    cr: int


COLOUR_BARS: tuple[tuple[str, Colour], ...] = (
    ("white", Colour(180, 128, 128)),
    ("yellow", Colour(168, 44, 136)),
    ("cyan", Colour(145, 147, 44)),
    ("green", Colour(133, 63, 52)),
    ("magenta", Colour(63, 193, 204)),
    ("red", Colour(51, 109, 212)),
    ("blue", Colour(28, 212, 120)),
)
"""The seven 75 % colour bars from left to right, exact in every decoded picture (SMPTE RP 219-1, bars of pattern 1)."""

WHITE = Colour(228, 128, 128)
"""Lettering, and the paper of the code."""

BLACK = Colour(16, 128, 128)
"""Dark modules of the code."""

BANDS = 12
"""Steps of the background's fall from lighter to darker."""

# Sixteen directions around the grey point of the Cb/Cr plane, 22.5 degrees apart, in hundredths. Written out, because
# the last digit of a cosine may differ between machines and the bytes of a video must not.
_HUES = (
    (100, 0),
    (92, 38),
    (71, 71),
    (38, 92),
    (0, 100),
    (-38, 92),
    (-71, 71),
    (-92, 38),
    (-100, 0),
    (-92, -38),
    (-71, -71),
    (-38, -92),
    (0, -100),
    (38, -92),
    (71, -71),
    (92, -38),
)


class Palette(NamedTuple):
    """Every colour of one slate."""

    background: tuple[Colour, ...]
    """`BANDS` colours from top to bottom."""

    panel: Colour
    """Behind the emblem, the time code and the unswept part of the progress strip."""

    accent: Colour
    """Most of the emblem, and the branch."""

    counter_accent: Colour
    """The rest of the emblem, and the sweep."""


def palette(prompt_hash: str) -> Palette:
    """Colours that depend on the prompt and on nothing else; hashed again, so that any text will do."""
    digest = sha256(prompt_hash.encode()).digest()
    hue = digest[0] % len(_HUES)
    other = (hue + 5 + digest[1] % 7) % len(_HUES)  # never a neighbour of the first
    lightest = 66 + digest[2] % 4 * 6
    return Palette(
        background=tuple(_colour(lightest - 2 * band, hue, 22) for band in range(BANDS)),
        panel=_colour(lightest - 2 * BANDS - 12, hue, 12),
        accent=_colour(176, hue, 44),
        counter_accent=_colour(150, other, 52),
    )


def _colour(luma: int, hue: int, saturation: int) -> Colour:
    blue, red = _HUES[hue]
    return Colour(luma, 128 + blue * saturation // 100, 128 + red * saturation // 100)
