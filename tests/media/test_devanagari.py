"""Devanagari in the order and the form in which it is read."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.media.devanagari import shaped
from mockserver.media.typefaces import has

devanagari = st.text(
    st.one_of(st.characters(min_codepoint=0x900, max_codepoint=0x97F), st.sampled_from("\u200c\u200d "))
)


def _is_glyph(character: str) -> bool:
    return unicodedata.category(character) == "Co"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("क्ष", 1),  # two that become one of their own
        ("स्त", 2),  # a half form and a letter
        ("प्र", 1),  # ra below
        ("द्य", 1),
        ("क्\u200cष", 3),  # kept apart: the halant is seen
        ("क्", 2),  # at the end of a word as well
    ],
)
def test_consonants_join(text: str, length: int) -> None:
    """As many glyphs as a reader counts."""
    assert len(shaped(text)) == length


def test_short_i_stands_before_its_consonants() -> None:
    """Before all that are joined, but after one that a halant keeps apart."""
    (sign, _), (other, *joined), apart = shaped("कि"), shaped("स्ति"), shaped("क्\u200cषि")
    assert _is_glyph(sign)
    assert other == sign
    assert len(joined) == 2
    assert apart == "क्" + sign + "ष"


def test_ra_before_a_consonant_stands_above_it() -> None:
    """After the vowel sign, before the sign for a nasal with which it may become one."""
    assert shaped("र्मा")[:2] == "मा"
    assert len(shaped("र्मां")) == 3


def test_glyphs_that_a_text_names_itself_are_none() -> None:
    """Private code points mean nothing to us, even those that ours have."""
    (glyph,) = shaped("क्ष")
    assert shaped(f"a{glyph}b") == "a\ufffdb"


@given(devanagari)
def test_whatever_comes_out_can_be_drawn(text: str) -> None:
    """The font has a glyph for all of it, and no text is too strange; other scripts stay as they are."""
    glyphs = shaped(text)
    assert all(has("devanagari", character) or character in text for character in glyphs)
    assert all(has("devanagari", character) for character in glyphs if _is_glyph(character))
    assert shaped("A 中 " + text.replace("\u200d", ""))[:4] == "A 中 "
