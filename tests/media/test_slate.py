"""The slate."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.apps.expectation import MediaExpectation
from mockserver.media import Rendition
from mockserver.media.layout import layout
from mockserver.media.palette import palette
from mockserver.media.slate import Slate


def _looks(slate: Slate) -> tuple[object, ...]:
    return slate.canvas.rows, slate.canvas.tiles


def _swept(slate: Slate, expectation: MediaExpectation, prompt_hash: str) -> int:
    """Cells of the strip in the colour of the sweep."""
    strip = layout(expectation.width, expectation.height, 35).sweep
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
    assert (swept[0], swept[-1]) == (1, layout(expectation.width, expectation.height, 35).sweep.width)


@pytest.mark.parametrize(
    "other", [{"task_id": "5f3a9c21"}, {"prompt": "A boat"}, {"app_version": "3fa1c07e"}, {"input_hash": "77"}]
)
def test_the_request_is_shown(other: dict[str, Any], expectation: MediaExpectation, rendition: Rendition) -> None:
    """Another task, prompt, version or input looks different."""
    assert _looks(Slate(expectation, replace(rendition, **other))) != _looks(Slate(expectation, rendition))


@pytest.mark.parametrize("other", [{"sound": False}, {"branch": "text-to-video"}, {"seconds": 10}, {"voice_id": "v1"}])
def test_the_expectation_is_shown(other: dict[str, Any], expectation: MediaExpectation, rendition: Rendition) -> None:
    """A silent video, one of another branch, length or voice looks different."""
    assert _looks(Slate(replace(expectation, **other), rendition)) != _looks(Slate(expectation, rendition))


def test_notes_are_shown(expectation: MediaExpectation, rendition: Rendition) -> None:
    """What could not be done is said in the picture."""
    plain, noted = Slate(expectation, rendition), Slate(expectation, rendition, ("start image: none",))
    assert _looks(noted) != _looks(plain)
