"""The dot font."""

import string

import pytest

from mockserver.media import glyphs


@pytest.mark.parametrize("character", [*string.ascii_letters, *string.digits, *"-:./_♪", "%", "ß"])
def test_every_glyph_has_dots_within_its_box(character: str) -> None:
    """Letters, digits and signs; what the font does not know shows too."""
    dots = glyphs.glyph(character)
    assert dots
    assert all(0 <= column < glyphs.WIDTH and 0 <= row < glyphs.HEIGHT for column, row in dots)


def test_no_two_glyphs_look_alike() -> None:
    """Above all 0 and O, 1 and I, 5 and S, 8 and B."""
    characters = [*string.ascii_uppercase, *string.digits, *"-:./_♪ "]
    assert len({glyphs.glyph(character) for character in characters}) == len(characters)


def test_turning_paints_only_what_differs() -> None:
    """From a minus to an underscore: one stroke lights up at the bottom, one goes out in the middle."""
    assert glyphs.turn("-", "_") == (((0, 6, 5),), ((0, 3, 5),))


def test_the_gap_after_the_last_glyph_does_not_count() -> None:
    """So that lines can be centred."""
    assert [glyphs.text_width(text) for text in ("", "A", "AB")] == [0, 5, 11]
