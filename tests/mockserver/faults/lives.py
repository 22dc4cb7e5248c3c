"""Lives of tasks: how tests draw them, and what holds of every one."""

import itertools
from typing import get_args

from hypothesis import strategies as st

from contracts.apps.expectation import Branch, MediaExpectation
from contracts.wire.statuses import TERMINAL, Status, is_legal
from mockserver import timeline
from mockserver.rng import Rng
from mockserver.timeline import Latency, Timeline

PLAIN = MediaExpectation("text-to-video", "720p", 1280, 720, 5, sound=False, voice_id=None)

expectations = st.builds(
    MediaExpectation,
    branch=st.sampled_from(get_args(Branch)),
    resolution=st.sampled_from(["720p", "1080p"]),
    width=st.just(1280),
    height=st.just(720),
    seconds=st.sampled_from([5, 10]),
    sound=st.booleans(),
    voice_id=st.none(),
)
builds = st.builds(
    lambda latency, expectation, seed: timeline.build(latency, expectation, Rng(seed, "w").draws("life")),
    st.sampled_from(get_args(Latency)),
    expectations,
    st.integers(0, 1000),
)
"""Lives of tasks that complete, in every profile."""


def check(life: Timeline, *, ends: bool = True) -> None:
    """Check what holds of every life."""
    offsets = [step.offset for step in life]
    assert offsets == sorted(offsets)
    progress = [step.progress for step in life]
    assert progress == sorted(progress)
    assert life[0].status is Status.RECEIVED
    for before, after in itertools.pairwise(life):
        assert before.status is after.status or is_legal(before.status, after.status), (before, after)
    assert (timeline.end(life) is not None) == ends
    terminal = [step.status for step in life if step.status in TERMINAL]
    # Completed twice: the output comes with the second.
    assert len(terminal) == ends or terminal == [Status.COMPLETED] * 2
    assert [step.progress == 100 for step in life] == [step.status is Status.COMPLETED for step in life]
    assert [step.error is not None for step in life] == [
        step.status in {Status.FAILED, Status.REJECTED} for step in life
    ]
