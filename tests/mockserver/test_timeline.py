"""A task's life as a pure function: legal, monotone, repeatable (ARCHITECTURE.md, idea 1)."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.apps.expectation import MediaExpectation
from contracts.wire.statuses import Status
from mockserver import timeline
from mockserver.rng import Rng
from mockserver.timeline import Latency, Timeline

from .faults.lives import PLAIN, builds, check, expectations

lives = st.builds(timeline.wait, builds, st.sampled_from([0.0, 0.5, 3600.0]))
"""Lives of tasks that complete, some of them after `run_at`."""


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
    life = timeline.build("instant", PLAIN, Rng(7, "w").draws("x"))
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
    lived = [timeline.build(latency, expectation, Rng(seed, "w").draws("x")) for _ in range(2)]
    assert lived[0] == lived[1]


def test_profiles_take_the_time_they_promise() -> None:
    """Some 40 ms, some 3 s, minutes; and the quick one shows at least ten values of progress."""
    expectation = MediaExpectation("text-to-video", "1080p", 1920, 1080, 5, sound=True, voice_id=None)
    ends = {}
    for latency in get_args(Latency):
        life = timeline.build(latency, expectation, Rng(7, "w").draws("x"))
        ends[latency] = life[-1].offset
        assert len({step.progress for step in life}) >= 10
    assert 0.02 <= ends["instant"] <= 0.1
    assert 2 <= ends["quick"] <= 4
    assert 30 <= ends["realistic"] <= 1200


def test_a_run_response_is_never_terminal() -> None:
    """Even an instant task has its end still before it when the run is answered (D9)."""
    life = timeline.build("instant", PLAIN, Rng(7, "w").draws("x"))
    assert not timeline.is_over(life, 0.0)
    assert (timeline.end(life) or 0) > 0


def test_waiting_keeps_a_task_queued() -> None:
    """`run_at` is time in the queue."""
    life = timeline.wait(timeline.build("quick", PLAIN, Rng(7, "w").draws("x")), 60.0)
    assert life[timeline.index_at(life, 59.9)].status is Status.QUEUED
