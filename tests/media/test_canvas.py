"""The canvas."""

from mockserver.media.canvas import Canvas, Rectangle
from mockserver.media.palette import COLOUR_BARS, WHITE
from mockserver.media.parameter_sets import FrameSize

RED = dict(COLOUR_BARS)["red"]


def test_painting_names_the_macroblocks_it_touched() -> None:
    """A rectangle over a corner of four macroblocks touches all four, in raster order."""
    canvas = Canvas(FrameSize(64, 64), [WHITE, RED])
    canvas.fill(Rectangle(1, 1, 2, 2), RED)
    assert canvas.take_changes() == [0, 1, 4, 5]


def test_changes_are_told_once() -> None:
    """Taking them forgets them."""
    canvas = Canvas(FrameSize(64, 64), [WHITE, RED])
    canvas.fill(Rectangle(0, 0, 1, 1), RED)
    canvas.take_changes()
    assert canvas.take_changes() == []


def test_painting_over_in_the_same_colour_changes_nothing() -> None:
    """So that nothing is coded for it."""
    canvas = Canvas(FrameSize(64, 64), [WHITE, RED])
    canvas.fill(Rectangle(0, 0, 8, 8), WHITE)
    assert canvas.take_changes() == []


def test_what_lies_outside_is_left_out() -> None:
    """A rectangle across the edge paints up to the edge."""
    canvas = Canvas(FrameSize(64, 64), [WHITE, RED])
    canvas.fill(Rectangle(7, 7, 9, 9), RED)
    assert canvas.take_changes() == [15]
    assert {len(row) for row in canvas.rows} == {8}
