"""A task's life as a pure function: legal, monotone, repeatable (ARCHITECTURE.md, idea 1)."""

import itertools
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.apps.expectation import Branch, MediaExpectation
from contracts.wire.statuses import TERMINAL, Status, is_legal
from mockserver import timeline
from mockserver.rng import Rng
from mockserver.timeline import Latency, Outcome, Timeline

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
outcomes = st.sampled_from(
    [Outcome(), Outcome(error="[1201] refused"), Outcome(error="[-1] late"), Outcome(error="no", rejected=True)]
)
lives = st.builds(
    lambda latency, expectation, outcome, seed, hold: timeline.build(
        latency, expectation, outcome, Rng(seed, "w").draws("life"), hold=hold
    ),
    st.sampled_from(get_args(Latency)),
    expectations,
    outcomes,
    st.integers(0, 1000),
    st.sampled_from([0.0, 0.5, 3600.0]),
)


def check(life: Timeline) -> None:
    """Check what holds of every life."""
    offsets = [step.offset for step in life]
    assert offsets == sorted(offsets)
    progress = [step.progress for step in life]
    assert progress == sorted(progress)
    assert life[0].status is Status.RECEIVED
    for before, after in itertools.pairwise(life):
        assert before.status is after.status or is_legal(before.status, after.status), (before, after)
    assert [step.status in TERMINAL for step in life] == [False] * (len(life) - 1) + [True]
    assert [step.progress == 100 for step in life] == [step.status is Status.COMPLETED for step in life]
    assert [step.error is not None for step in life] == [
        step.status in {Status.FAILED, Status.REJECTED} for step in life
    ]


@given(lives)
def test_every_life_is_legal(life: Timeline) -> None:
    """Steps in order, only legal transitions, one end, progress that never falls, 100 exactly at completion."""
    check(life)


@given(lives, st.floats(0, 1), st.sampled_from([0.0, 0.005, 0.3]))
def test_a_cancelled_life_is_legal(life: Timeline, part: float, after: float) -> None:
    """Cancelled at any moment before its end, a task passes through cancelling and keeps its progress."""
    elapsed = part * life[-1].offset
    if timeline.is_over(life, elapsed):
        return
    changed = timeline.cancel(life, elapsed, after=after)
    check(changed)
    assert [step.status for step in changed[-2:]] == [Status.CANCELLING, Status.CANCELLED]
    assert changed[-1].offset - elapsed == pytest.approx(after, abs=1e-3)


def test_a_cancel_a_hair_before_a_step_keeps_the_order() -> None:
    """Within the microsecond that rounding is forgiven, the step counts as reached and the cancel comes after it."""
    expectation = MediaExpectation("text-to-video", "720p", 1280, 720, 5, sound=False, voice_id=None)
    life = timeline.build("instant", expectation, Outcome(), Rng(7, "w").draws("x"))
    check(timeline.cancel(life, life[2].offset - 6e-7, after=0.0))


@given(lives, st.floats(0, 10_000))
def test_the_state_is_the_last_step_that_has_come(life: Timeline, elapsed: float) -> None:
    """The index agrees with counting, and never goes back."""
    index = timeline.index_at(life, elapsed)
    assert index == max(0, sum(step.offset <= elapsed + 1e-6 for step in life) - 1)
    assert timeline.index_at(life, elapsed + 1) >= index


@given(st.sampled_from(get_args(Latency)), expectations, st.integers(0, 50))
def test_the_same_seed_gives_the_same_life(latency: timeline.Latency, expectation: MediaExpectation, seed: int) -> None:
    """To the millisecond."""
    lived = [timeline.build(latency, expectation, Outcome(), Rng(seed, "w").draws("x")) for _ in range(2)]
    assert lived[0] == lived[1]


def test_profiles_take_the_time_they_promise() -> None:
    """Some 40 ms, some 3 s, minutes; and the quick one shows at least ten values of progress."""
    expectation = MediaExpectation("text-to-video", "1080p", 1920, 1080, 5, sound=True, voice_id=None)
    ends = {}
    for latency in get_args(Latency):
        life = timeline.build(latency, expectation, Outcome(), Rng(7, "w").draws("x"))
        ends[latency] = life[-1].offset
        assert len({step.progress for step in life}) >= 10
    assert 0.02 <= ends["instant"] <= 0.1
    assert 2 <= ends["quick"] <= 4
    assert 30 <= ends["realistic"] <= 1200


def test_a_run_response_is_never_terminal() -> None:
    """Even an instant task has its end still before it when the run is answered (D9)."""
    expectation = MediaExpectation("text-to-video", "720p", 1280, 720, 5, sound=False, voice_id=None)
    for outcome in (Outcome(), Outcome(error="x"), Outcome(error="x", rejected=True)):
        life = timeline.build("instant", expectation, outcome, Rng(7, "w").draws("x"))
        assert not timeline.is_over(life, 0.0)
        assert (timeline.end(life) or 0) > 0


def test_hold_keeps_a_task_queued() -> None:
    """`run_at` is time in the queue."""
    expectation = MediaExpectation("text-to-video", "720p", 1280, 720, 5, sound=False, voice_id=None)
    life = timeline.build("quick", expectation, Outcome(), Rng(7, "w").draws("x"), hold=60.0)
    assert life[timeline.index_at(life, 59.9)].status is Status.QUEUED
