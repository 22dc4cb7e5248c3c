"""A dot font of our own, five dots wide and seven high: what the slate can say."""

from functools import lru_cache

WIDTH = 5
"""Dots across a glyph."""

HEIGHT = 7
"""Dots down a glyph."""

ADVANCE = WIDTH + 1
"""Dots from one glyph to the next."""

Dots = frozenset[tuple[int, int]]
"""Dots of a glyph as (column, row) from its top left."""

Strokes = tuple[tuple[int, int, int], ...]
"""Dots of a glyph as horizontal strokes (column, row, length): fewer rectangles to paint."""

_SHEET = """
A     B     C     D     E     F     G     H     I     J
.###. ####. .#### ####. ##### ##### .#### #...# .###. ..###
#...# #...# #.... #...# #.... #.... #.... #...# ..#.. ...#.
#...# #...# #.... #...# #.... #.... #.... #...# ..#.. ...#.
##### ####. #.... #...# ####. ####. #.### ##### ..#.. ...#.
#...# #...# #.... #...# #.... #.... #...# #...# ..#.. ...#.
#...# #...# #.... #...# #.... #.... #...# #...# ..#.. #..#.
#...# ####. .#### ####. ##### #.... .###. #...# .###. .##..

K     L     M     N     O     P     Q     R     S     T
#...# #.... #...# #...# .###. ####. .###. ####. .#### #####
#..#. #.... ##.## ##..# #...# #...# #...# #...# #.... ..#..
#.#.. #.... #.#.# ##..# #...# #...# #...# #...# #.... ..#..
##... #.... #.#.# #.#.# #...# ####. #...# ####. .###. ..#..
#.#.. #.... #...# #..## #...# #.... #.#.# #.#.. ....# ..#..
#..#. #.... #...# #..## #...# #.... #..#. #..#. ....# ..#..
#...# ##### #...# #...# .###. #.... .##.# #...# ####. ..#..

U     V     W     X     Y     Z     -     :     .     /
#...# #...# #...# #...# #...# ##### ..... ..... ..... ....#
#...# #...# #...# #...# #...# ....# ..... ..##. ..... ....#
#...# #...# #...# .#.#. .#.#. ...#. ..... ..##. ..... ...#.
#...# #...# #.#.# ..#.. ..#.. ..#.. ##### ..... ..... ..#..
#...# #...# #.#.# .#.#. ..#.. .#... ..... ..... ..... .#...
#...# .#.#. ##.## #...# ..#.. #.... ..... ..##. .##.. #....
.###. ..#.. #...# #...# ..#.. ##### ..... ..##. .##.. #....

0     1     2     3     4     5     6     7     8     9
.###. ..#.. .###. ##### ...#. ##### ..##. ##### .###. .###.
#...# .##.. #...# ...#. ..##. #.... .#... ....# #...# #...#
#..## ..#.. ....# ..#.. .#.#. ####. #.... ...#. #...# #...#
#.#.# ..#.. ...#. ...#. #..#. ....# ####. ..#.. .###. .####
##..# ..#.. ..#.. ....# ##### ....# #...# ..#.. #...# ....#
#...# ..#.. .#... #...# ...#. #...# #...# .#... #...# ...#.
.###. .###. ##### .###. ...#. .###. .###. .#... .###. .##..

♪     _
..##. .....
..#.# .....
..#.. .....
..#.. .....
.##.. .....
###.. .....
.#... #####
"""


def _cut(sheet: str) -> dict[str, Dots]:
    """Cut the sheet into glyphs: per block one line of names, then seven lines of dots, six columns to a glyph."""
    glyphs: dict[str, Dots] = {" ": frozenset()}
    for block in sheet.strip("\n").split("\n\n"):
        names, *lines = block.split("\n")
        for index, name in enumerate(names.split()):
            left = index * ADVANCE
            glyphs[name] = frozenset(
                (column, row)
                for row, line in enumerate(lines)
                for column, dot in enumerate(line[left : left + WIDTH])
                if dot == "#"
            )
    return glyphs


_GLYPHS = _cut(_SHEET)


_UNKNOWN: Dots = frozenset((column, row) for column in range(WIDTH) for row in range(1, HEIGHT))


def glyph(character: str) -> Dots:
    """The lit dots of a character, any case; a character the font does not know shows as a full block."""
    return _GLYPHS.get(character.upper(), _UNKNOWN)


@lru_cache(maxsize=512)
def turn(before: str, after: str) -> tuple[Strokes, Strokes]:
    """What turns one character into another: (strokes that light up, strokes that go out)."""
    return _strokes(glyph(after) - glyph(before)), _strokes(glyph(before) - glyph(after))


def _strokes(dots: Dots) -> Strokes:
    strokes: list[tuple[int, int, int]] = []
    for row, column in sorted((row, column) for column, row in dots):
        if strokes and strokes[-1][1] == row and sum(strokes[-1][::2]) == column:
            strokes[-1] = (strokes[-1][0], row, strokes[-1][2] + 1)
        else:
            strokes.append((column, row, 1))
    return tuple(strokes)


def text_width(text: str) -> int:
    """Width of a line in dots, without the gap after its last glyph."""
    return max(len(text) * ADVANCE - 1, 0)
