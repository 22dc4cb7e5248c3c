"""The bundled fonts: which one has a character, and how wide it is."""

import json
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from contracts import fixtures

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

BOLD = "bold"
"""Headings: Latin letters only."""

MISSING = "missing"
"""No font of ours has the character: its code point is shown in a box."""

_ORDER = ("sans", "arabic", "hebrew", "devanagari", "signs", "pictographs", "cjk")
"""Faces in the order they are asked."""

_MEASURE = 64
"""Pixels per em at which widths are taken; without hinting they grow in proportion."""


@lru_cache(maxsize=1)
def _coverage() -> dict[str, tuple[list[int], list[int]]]:
    """Per face the first and the last code points of its ranges (fixtures/fonts/coverage.json)."""
    ranges = json.loads(fixtures.path("fonts", "coverage.json").read_bytes())
    return {face: ([first for first, _ in runs], [last for _, last in runs]) for face, runs in ranges.items()}


def has(face: str, character: str) -> bool:
    """Tell whether a face has a glyph for a character."""
    firsts, lasts = _coverage()[face]
    place = bisect_right(firsts, ord(character)) - 1
    return place >= 0 and ord(character) <= lasts[place]


@lru_cache(maxsize=8192)
def face_of(character: str) -> str:
    """The first face that has a character, or `MISSING`."""
    return next((face for face in _ORDER if has(face, character)), MISSING)


@lru_cache(maxsize=256)
def font(face: str, size: int) -> "FreeTypeFont":
    """A face at so many pixels per em.

    Pillow lays text out by itself ("basic"): its other engine needs a library of the machine (FriBiDi), and the same
    text must give the same pixels everywhere. Letters that join are joined before (`bidi`, `devanagari`).
    """
    from PIL import ImageFont

    path = str(fixtures.path("fonts", f"{face}.ttf"))
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=16384)
def width(face: str, text: str) -> float:
    """Width of a text in one face, in em."""
    if face == MISSING:
        return sum(_box_width(character) for character in text)
    return font(face, _MEASURE).getlength(text) / _MEASURE


BOX_SIZE = 0.62
"""Size of the letters in a code point's box, in em of the text around it."""

_BOX_MARGIN = 0.22
"""Room between the box's letters and its sides, and outside it, together on each side, in em."""


def box_label(character: str) -> str:
    """What stands in the box of a character that no font has: `U+1F600`."""
    return f"U+{ord(character):04X}"


def _box_width(character: str) -> float:
    """Width of that box with its margins, in em."""
    return sum(width("sans", letter) for letter in box_label(character)) * BOX_SIZE + 2 * _BOX_MARGIN


@lru_cache(maxsize=4096)
def is_mark(character: str) -> bool:
    """Tell whether a character stands on the one before: accents, vowel signs, variation selectors, joiners."""
    return unicodedata.category(character) in {"Mn", "Me", "Mc"} or character in "\u200c\u200d"
