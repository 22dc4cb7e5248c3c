"""A dot font of our own, five dots wide and seven high: what the slate can say."""

from functools import lru_cache

WIDTH = 5
"""Dots across a glyph."""

HEIGHT = 7
"""Dots down a glyph."""

ADVANCE = WIDTH + 1
"""Dots from one glyph to the next."""

Dots = frozenset[tuple[int, int]]
"""The lit dots of a glyph as (column, row) from its top left."""

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


def glyph(character: str) -> Dots:
    """The lit dots of a character, any case; a character the font does not know shows as a full block."""
    return _GLYPHS.get(character.upper(), _UNKNOWN)


_UNKNOWN: Dots = frozenset((column, row) for column in range(WIDTH) for row in range(1, HEIGHT))


@lru_cache(maxsize=512)
def turn(before: str, after: str) -> tuple[Dots, Dots]:
    """What turns one character into another: (dots that light up, dots that go out)."""
    return glyph(after) - glyph(before), glyph(before) - glyph(after)


def text_width(text: str) -> int:
    """Width of a line in dots, without the gap after its last glyph."""
    return max(len(text) * ADVANCE - 1, 0)
