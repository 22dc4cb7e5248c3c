"""The slate."""

from dataclasses import replace

from contracts.apps.expectation import MediaExpectation
from mockserver.media import Rendition
from mockserver.media.layout import layout
from mockserver.media.palette import palette
from mockserver.media.slate import Slate


def _swept(slate: Slate, expectation: MediaExpectation, prompt_hash: str) -> int:
    """Cells of the strip in the colour of the sweep."""
    strip = layout(expectation.width, expectation.height, ()).sweep
    ink = slate.canvas.colours.index(palette(prompt_hash).counter_accent)
    return slate.canvas.rows[strip.y][: strip.width].count(ink)


def test_sweep_grows_from_the_first_picture_to_the_full_strip(
    expectation: MediaExpectation, rendition: Rendition
) -> None:
    """It shows the share of pictures shown, and never shrinks."""
    slate = Slate(expectation, rendition)
    swept = [_swept(slate, expectation, rendition.prompt_hash)]
    for number in range(1, expectation.frames):
        slate.advance(number)
        swept.append(_swept(slate, expectation, rendition.prompt_hash))
    assert swept == sorted(swept)
    assert (swept[0], swept[-1]) == (1, layout(expectation.width, expectation.height, ()).sweep.width)


def test_the_task_id_is_shown(expectation: MediaExpectation, rendition: Rendition) -> None:
    """Another task with the same prompt looks different, up to the eighth character."""
    rows = Slate(expectation, rendition).canvas.rows
    assert Slate(expectation, replace(rendition, task_id="4f3a9c22")).canvas.rows != rows
    assert Slate(expectation, replace(rendition, task_id="4f3a9c21-more")).canvas.rows == rows


def test_sound_and_branch_are_shown(expectation: MediaExpectation, rendition: Rendition) -> None:
    """A silent video and one of another branch look different."""
    rows = Slate(expectation, rendition).canvas.rows
    assert Slate(replace(expectation, sound=False), rendition).canvas.rows != rows
    assert Slate(replace(expectation, branch="text-to-video"), rendition).canvas.rows != rows
