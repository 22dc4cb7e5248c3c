"""Text of every script."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.ImageFont import Layout

from mockserver.media import bidi
from mockserver.media.lettering import LEADING, draw, fit, set_line, wrap
from mockserver.media.typefaces import MISSING, box_label, face_of, font, width


@pytest.mark.parametrize(
    ("character", "face"),
    [
        *[("A", "sans"), ("Ж", "sans"), ("ω", "sans"), ("ب", "arabic"), ("א", "hebrew"), ("क", "devanagari")],
        *[("中", "cjk"), ("あ", "cjk"), ("한", "cjk"), ("♪", "signs"), ("👍", "pictographs"), ("😀", MISSING)],
    ],
)
def test_scripts_have_a_font(character: str, face: str) -> None:
    """And what none has is shown by its code point."""
    assert face_of(character) == face
    assert box_label("😀") == "U+1F600"


def test_arabic_letters_join() -> None:
    """Initial, medial, final; lam and alef become one; alef joins nothing after it."""
    assert bidi.joined("بيت") == "\ufe91\ufef4\ufe96"
    assert bidi.joined("سلام") == "\ufeb3\ufefc\ufee1"


def test_right_to_left_is_turned_and_numbers_are_not() -> None:
    """Letters from the right, digits as they are, brackets mirrored."""
    line = set_line("אב 12 (ג)")
    assert line.from_right
    assert "".join(text for _, text in line.runs) == "(ג) 12 בא"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_fits_its_box(text: str) -> None:
    """No text is too strange; the lines are at most as many as there is room for."""
    size, lines = fit(text, 400, 120, range(12, 30))
    assert len(lines) <= max(120 / (size * LEADING), 1)
    mask = Image.new("L", (400, 200))
    for line in lines:
        draw(mask, line, 0, 0, size)


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    """On the last line."""
    lines = wrap("word " * 100, 10, 3)
    assert len(lines) == 3
    assert lines[-1].runs[-1][1] == "…"
    assert lines[-1].width <= 10


def test_pillow_lays_text_out_by_itself() -> None:
    """Its other engine needs a library of the machine (FriBiDi): with it the same text could have other pixels."""
    for face in ("sans", "bold", "arabic", "hebrew", "devanagari", "signs", "pictographs", "cjk"):
        assert font(face, 20).layout_engine == Layout.BASIC


def test_devanagari_is_joined_in_a_line() -> None:
    """Its glyphs stand in the run of its face, and are as wide as they are drawn."""
    line = set_line("शक्ति 5")
    assert [face for face, _ in line.runs] == ["devanagari", "sans"]
    assert len(line.runs[0][1].rstrip()) == 4
    assert line.width == pytest.approx(sum(width(face, text) for face, text in line.runs))


def test_words_of_small_text_stand_equally_far_apart() -> None:
    """Within a pixel, though Pillow rounds the width of each letter; the last one ends where the line does."""
    line, size = set_line("mmm nnn mmm nnn mmm nnn mmm nnn"), 21
    mask = Image.new("L", (round(line.width * size) + 40, 40))
    draw(mask, line, 20, 30, size)
    # 1 where a column has no ink
    blank = "".join(str(int(mask.crop((x, 0, x + 1, 40)).getbbox() is None)) for x in range(mask.width))
    gaps = [len(gap) for gap in blank.strip("1").split("0") if len(gap) > 4]
    assert len(gaps) == 7
    assert max(gaps) - min(gaps) <= 2
    assert abs(len(blank.rstrip("1")) - (20 + line.width * size)) <= 3
