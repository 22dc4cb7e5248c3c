"""Text as a mask: wrapped into lines, each character in a font that has it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from mockserver.media import bidi, devanagari
from mockserver.media.typefaces import (
    BOLD,
    BOX_SIZE,
    MISSING,
    box_label,
    face_of,
    font,
    has,
    is_mark,
    width,
)

if TYPE_CHECKING:
    from PIL.Image import Image

LEADING = 1.36
"""Height of a line in em: room for Arabic and Devanagari above and below."""

ASCENT = 1.02
"""From the top of a line to its baseline, in em."""

_FILLED = 0.94
"""Lines end a little short: of the size at which a text would fill its box, this share usually fits."""

_EVEN = 32
"""Pixels per em from which a whole run is drawn at once. Pillow rounds the width of every letter to whole pixels: in
smaller text the gaps between words make up for it, all in equal parts."""

_PARTS = re.compile(r"[^ ]+| +")
_ELLIPSIS = "…"
_IGNORED = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff\u202a\u202b\u202c\u202d\u202e")
"""Characters without a look of their own, once letters are joined."""


class Cluster(NamedTuple):
    """A character and what stands on it."""

    text: str
    face: str
    level: int
    """Embedding level: odd runs from right to left (UAX #9)."""


class Line(NamedTuple):
    """A line of text in the order of display."""

    runs: tuple[tuple[str, str], ...]
    """Face and text, from left to right."""

    width: float
    """In em."""

    from_right: bool
    """Whether the paragraph starts at the right edge."""


def set_line(text: str, *, bold: bool = False) -> Line:
    """One line, however long; line breaks count as spaces."""
    clusters = _clusters(" ".join(text.split()), bold=bold)
    return _line(clusters, from_right=bool(bidi.base_level(text)))


def wrap(text: str, measure: float, most: int) -> list[Line]:
    """Break a text into lines at most `measure` em wide; what does not fit into `most` lines ends in an ellipsis.

    Lines break at spaces, between Chinese and Japanese characters, and anywhere in words longer than a line.
    """
    lines: list[Line] = []
    for paragraph in text.splitlines():
        from_right = bool(bidi.base_level(paragraph))
        for clusters in _broken(_clusters(paragraph), measure):
            if len(lines) == most:
                return [*lines[:-1], _cut_off(lines[-1], measure)]
            lines.append(_line(clusters, from_right=from_right))
    return lines


def extent(text: str) -> float:
    """How long a text would be in one line, in em."""
    return _width(_clusters(text))


def fit(text: str, across: int, down: int, sizes: range) -> tuple[int, list[Line]]:
    """The largest size (pixels per em, `sizes` ascending) at which a text fits a box in pixels, and its lines.

    At the smallest size it is cut off.
    """
    # About the size that fits; from there it is a step or two either way.
    guess = int(_FILLED * (across * down / (max(extent(text), 1) * LEADING)) ** 0.5)
    size = min(max(guess, sizes.start), sizes[-1])
    lines = _fitting(text, across, down, size)
    while lines and size < sizes[-1] and (larger := _fitting(text, across, down, size + 1)):
        size, lines = size + 1, larger
    while not lines and size > sizes.start:
        size -= 1
        lines = _fitting(text, across, down, size)
    return size, lines or wrap(text, across / size, max(int(down / (size * LEADING)), 1))


def _fitting(text: str, across: int, down: int, size: int) -> list[Line]:
    """The lines of a text that fits a box at a size; none when it does not."""
    most = int(down / (size * LEADING))
    lines = wrap(text, across / size, most + 1) if most else []
    return lines if len(lines) <= most else []


def draw(mask: "Image", line: Line, x: int, baseline: int, size: int) -> None:
    """Draw a line into a mask (mode L, 255 is ink), its left end and its baseline there."""
    from PIL import ImageDraw

    pen = ImageDraw.Draw(mask)
    at = float(x)
    for face, text in line.runs:
        if face == MISSING:
            for character in text:
                _draw_box(pen.rectangle, character, at, baseline, size)
                label = font("sans", max(round(size * BOX_SIZE), 6))
                middle = at + width(MISSING, character) * size / 2
                pen.text((round(middle), baseline - round(0.35 * size)), box_label(character), 255, label, "mm")
                at += width(MISSING, character) * size
        elif size >= _EVEN:
            pen.text((round(at), baseline), text, 255, font(face, size), "ls")
            at += width(face, text) * size
        else:
            parts = _PARTS.findall(text)
            drawn = [0.0 if part[0] == " " else font(face, size).getlength(part) for part in parts]
            end = at + sum([width(face, character) for character in text]) * size
            gap = (end - at - sum(drawn)) / max(text.count(" "), 1)
            for part, length in zip(parts, drawn, strict=True):
                if part[0] != " ":
                    pen.text((round(at), baseline), part, 255, font(face, size), "ls")
                at += length or gap * len(part)
            at = end


def _draw_box(rectangle: object, character: str, at: float, baseline: int, size: int) -> None:
    assert callable(rectangle)  # noqa: S101  # Pillow's own method
    gap = round(0.06 * size)
    right = round(at + width(MISSING, character) * size) - gap
    rectangle(
        (round(at) + gap, baseline - round(0.78 * size), right, baseline + round(0.08 * size)),
        outline=200,
        width=max(size // 20, 1),
    )


def _face(cluster: Cluster) -> str:
    return cluster.face


@lru_cache(maxsize=64)
def _clusters(text: str, *, bold: bool = False) -> tuple[Cluster, ...]:
    """Cut a paragraph into characters with their marks, faces and levels."""
    text = devanagari.shaped(unicodedata.normalize("NFC", text))
    from_right = bidi.has_right_to_left(text)
    pieces = list(_pieces(bidi.joined(text) if from_right else text))
    found = bidi.levels([piece[0] for piece in pieces], bidi.base_level(text)) if from_right else [0] * len(pieces)
    clusters: list[Cluster] = []
    for piece, level in zip(pieces, found, strict=True):
        character = bidi.mirrored(piece[0]) if level % 2 else piece[0]
        face = BOLD if bold and has(BOLD, character) else face_of(character)
        shown = character
        for mark in piece[1:]:
            if face != MISSING and has(face, mark) and mark not in _IGNORED:
                shown += mark
        clusters.append(Cluster(shown, face, level))
    return tuple(clusters)


def _pieces(text: str) -> Iterator[str]:
    piece = ""
    for character in text:
        if character.isspace():
            character = " "
        if piece and is_mark(character) and piece != " ":
            piece += character
            continue
        if piece:
            yield piece
        piece = "" if character in _IGNORED else character
    if piece:
        yield piece


def _broken(clusters: Sequence[Cluster], measure: float) -> Iterator[list[Cluster]]:
    """Break a paragraph's clusters into lines."""
    line: list[Cluster] = []
    filled = 0.0
    for word in _words(clusters):
        needed = _width(word)
        if filled + _width([c for c in word if c.text != " "]) <= measure:
            line += word
            filled += needed
            continue
        if line:
            yield line
            line, filled = [], 0.0
        for cluster in word:
            advance = width(cluster.face, cluster.text)
            if line and cluster.text != " " and filled + advance > measure:
                yield line
                line, filled = [], 0.0
            line.append(cluster)
            filled += advance
    yield line


def _words(clusters: Sequence[Cluster]) -> Iterator[list[Cluster]]:
    """Cut where a line may end: after spaces, and around the characters of scripts written without spaces."""
    word: list[Cluster] = []
    for cluster in clusters:
        if word and (word[-1].text == " " or _stands_alone(word[-1]) or _stands_alone(cluster)) and cluster.text != " ":
            yield word
            word = []
        word.append(cluster)
    if word:
        yield word


def _stands_alone(cluster: Cluster) -> bool:
    """Whether a line may break beside it: Han and kana, but neither Hangul nor closing punctuation."""
    return cluster.face == "cjk" and ("\u3041" <= cluster.text[0] <= "\u9fff") and cluster.text[0] not in "ー々ゝ"


def _width(clusters: Sequence[Cluster]) -> float:
    return sum([width(cluster.face, cluster.text) for cluster in clusters])


def _line(clusters: Sequence[Cluster], *, from_right: bool) -> Line:
    """Put a line's clusters into the order of display."""
    while clusters and clusters[-1].text == " ":
        clusters = clusters[:-1]
    if any(cluster.level for cluster in clusters):
        clusters = [clusters[place] for place in bidi.display_order([cluster.level for cluster in clusters])]
    runs = tuple((face, "".join(cluster.text for cluster in run)) for face, run in groupby(clusters, _face))
    return Line(runs, _width(clusters), from_right)


def _cut_off(line: Line, measure: float) -> Line:
    """A line that ends in an ellipsis, on the side where it ends."""
    runs = list(line.runs[::-1] if line.from_right else line.runs)
    room = measure - width("sans", _ELLIPSIS)
    filled = line.width
    while runs and filled > room:
        face, text = runs.pop()
        filled -= width(face, text)
        shorter = text[1:] if line.from_right else text[:-1]
        if shorter:
            runs.append((face, shorter))
            filled += width(face, shorter)
    runs.append(("sans", _ELLIPSIS))
    return Line(tuple(runs[::-1] if line.from_right else runs), filled + width("sans", _ELLIPSIS), line.from_right)
