"""Digits of dots."""

import pytest

from mockserver.media.glyphs import SMALL, TALL, DotFont

FONTS = [(TALL, "0123456789:"), (SMALL, "0123456789")]
fonts = pytest.mark.parametrize(("font", "characters"), FONTS, ids=["tall", "small"])


@fonts
def test_every_glyph_has_dots_within_its_box(font: DotFont, characters: str) -> None:
    """And reaches the foot of the line, so that digits stand on one level; the colon's lower half does as well."""
    for character in characters:
        dots = font.glyph(character)
        assert all(0 <= column < font.width and 0 <= row < font.height for column, row in dots)
        assert max(row for _, row in dots) == font.height - 1


@fonts
def test_no_two_glyphs_look_alike(font: DotFont, characters: str) -> None:
    """Nor like nothing."""
    assert len({font.glyph(character) for character in characters + " "}) == len(characters) + 1


@fonts
def test_the_gap_after_the_last_glyph_does_not_count(font: DotFont, characters: str) -> None:
    """So that what follows can be put in its place."""
    assert font.text_width("") == 0
    assert font.text_width(characters[:2]) == 2 * font.width + 1
