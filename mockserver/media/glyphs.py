"""Digits of dots: tall ones for the time code, small ones for the frame counter."""

Dots = frozenset[tuple[int, int]]
"""Lit dots of a glyph as (column, row) from its top left."""

_TALL = """
.###. ..#.. .###. ##### ...#. ##### ..##. ##### .###. .###. .....
#...# .##.. #...# ...#. ..##. #.... .#... ....# #...# #...# ..##.
#..## ..#.. ....# ..#.. .#.#. ####. #.... ...#. #...# #...# ..##.
#.#.# ..#.. ...#. ...#. #..#. ....# ####. ..#.. .###. .#### .....
##..# ..#.. ..#.. ....# ##### ....# #...# ..#.. #...# ....# .....
#...# ..#.. .#... #...# ...#. #...# #...# .#... #...# ...#. ..##.
.###. .###. ##### .###. ...#. .###. .###. .#... .###. .##.. ..##.
"""

_SMALL = """
### .#. ### ### #.# ### ### ### ### ###
#.# ##. ..# ..# #.# #.. #.. ..# #.# #.#
#.# .#. ### .## ### ### ### .#. ### ###
#.# .#. #.. ..# ..# ..# #.# .#. #.# ..#
### ### ### ### ..# ### ### .#. ### ###
"""


class DotFont:
    """Glyphs of one size."""

    def __init__(self, sheet: str, characters: str) -> None:
        """Cut a sheet into glyphs: they stand side by side, with a column between them."""
        lines = sheet.split()
        rows = [lines[start : start + len(characters)] for start in range(0, len(lines), len(characters))]
        self.width = len(rows[0][0])
        """Dots across."""
        self.height = len(rows)
        """Dots down."""
        self.advance = self.width + 1
        """Dots from one glyph to the next."""
        self._glyphs: dict[str, Dots] = {" ": frozenset()}
        for place, character in enumerate(characters):
            self._glyphs[character] = frozenset(
                (column, row) for row, cut in enumerate(rows) for column, dot in enumerate(cut[place]) if dot == "#"
            )

    def glyph(self, character: str) -> Dots:
        """The lit dots of a digit, of a colon where the font has one, or of a space."""
        return self._glyphs[character]

    def text_width(self, text: str) -> int:
        """Width of a line in dots, without the gap after its last glyph."""
        return max(len(text) * self.advance - 1, 0)


TALL = DotFont(_TALL, "0123456789:")
SMALL = DotFont(_SMALL, "0123456789")
