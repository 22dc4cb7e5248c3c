"""What the slate says in words."""

from contracts.apps.expectation import MediaExpectation
from mockserver.media.rendition import Rendition

SHOWN_TASK_ID = 8
"""Characters of the task id in the picture: the short id."""

_RATIOS = ((16, 9), (9, 16), (1, 1), (4, 3), (3, 4), (3, 2), (2, 3), (21, 9))
_NEAR = 0.006
"""Relative difference up to which a ratio has the name of another: 1920x1072 is 16:9."""


def heading_of(rendition: Rendition) -> str:
    """App and version."""
    return f"{rendition.app}@{rendition.app_version}"


def facts_of(expectation: MediaExpectation, rendition: Rendition) -> tuple[str, ...]:
    """The request's facts, line by line."""
    sound = (
        "no sound" if not expectation.sound else f"voice {expectation.voice_id}" if expectation.voice_id else "sound"
    )
    size = f"{expectation.width} \u00d7 {expectation.height}"  # a multiplication sign
    shape = f"{expectation.resolution} · {ratio(expectation.width, expectation.height)} · {size}"
    return (
        f"{expectation.branch} · {expectation.seconds} s · {sound}",
        f"{shape} · task {rendition.task_id[:SHOWN_TASK_ID]}",
    )


def ratio(width: int, height: int) -> str:
    """The name of an aspect ratio, or its value with two decimals."""
    for across, down in _RATIOS:
        if abs(width * down / (height * across) - 1) < _NEAR:
            return f"{across}:{down}"
    return f"{width / height:.2f}:1"
