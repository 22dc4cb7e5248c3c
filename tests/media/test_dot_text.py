"""Lines of dots that are written over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.media.canvas import Canvas
from mockserver.media.dot_text import DotLine, DotText
from mockserver.media.glyphs import SMALL
from mockserver.media.palette import BLACK, WHITE
from mockserver.media.parameter_sets import FrameSize

LINE = DotLine(3, 2, 2)


@pytest.fixture
def made() -> tuple[Canvas, DotText]:
    """A black canvas and a line on it."""
    canvas = Canvas(FrameSize(256, 128), [BLACK, WHITE])
    return canvas, DotText(canvas, LINE, SMALL, (BLACK, WHITE))


def test_only_what_differs_is_painted(made: tuple[Canvas, DotText]) -> None:
    """From 8 to 9 one dot goes out, in two macroblocks; from 9 to 9 nothing happens."""
    canvas, text = made
    text.write("8")
    canvas.take_changes()
    text.write("9")
    across = canvas.size.macroblocks_wide
    left, top = LINE.x // 2, (LINE.y + 3 * LINE.scale) // 2
    assert canvas.take_changes() == [top * across + left, top * across + left + 1]
    text.write("9")
    assert canvas.take_changes() == []


@given(st.lists(st.from_regex(r"[0-9]{3}", fullmatch=True), min_size=1))
def test_the_last_text_is_what_stands_there(texts: list[str]) -> None:
    """Whatever was written before, the canvas looks as if only that had been."""
    assert _written(texts).rows == _written(texts[-1:]).rows


def _written(texts: list[str]) -> Canvas:
    canvas = Canvas(FrameSize(256, 128), [BLACK, WHITE])
    line = DotText(canvas, LINE, SMALL, (BLACK, WHITE))
    for text in texts:
        line.write(text)
    return canvas
