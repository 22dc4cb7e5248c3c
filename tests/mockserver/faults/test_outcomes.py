"""Outcomes as functions from life to life: legal whatever is armed, and each what its name says."""

from collections.abc import Mapping
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.plans import catalogue, plan
from contracts.wire.statuses import Status
from mockserver import timeline
from mockserver.faults import outcomes
from mockserver.faults.armed import ArmedPlan, Hits
from mockserver.rng import Rng
from mockserver.timeline import Latency, Timeline

from .lives import PLAIN, any_outcomes, builds, check

PROFILES = get_args(Latency)


def armed(*does: Mapping[str, Any]) -> Hits:
    """What a run meets for which these outcomes are armed."""
    steps = [{"on": "run", "nth": 1, "do": dict(do)} for do in does]
    return ArmedPlan(plan.parse(steps), "plan").meet("run", None, by="exchange", at=0.0)


failures = st.none() | st.sampled_from(["[1201] refused", "[-1] late"])


def life_of(latency: Latency = "quick") -> Timeline:
    """The life of a task that completes."""
    return timeline.build(latency, PLAIN, Rng(7, "w").draws("life"))


def test_every_outcome_of_the_catalogue_is_there() -> None:
    """And no other."""
    assert set(outcomes.OUTCOMES) == {row.name for row in catalogue.faults().values() if row.form == "outcome"}
    assert set(outcomes.SLOTS) == {row.slot for row in catalogue.faults().values() if row.form == "outcome"}


@given(builds, any_outcomes, failures)
def test_every_shaped_life_is_legal(life: Timeline, does: list[dict[str, Any]], failure: str | None) -> None:
    """Legal transitions, offsets and progress that never fall, and an end unless it is stuck; with any arguments."""
    hits = armed(*does)
    shaped = outcomes.shape(life, hits, failure)
    check(shaped, ends="end" not in hits or hits["end"].name != "stuck")
    assert not timeline.is_over(shaped, 0.0)


@given(builds, any_outcomes, st.floats(0, 1), st.sampled_from([0.0, 0.3]), st.booleans())
def test_whatever_is_armed_can_be_cancelled(
    life: Timeline, does: list[dict[str, Any]], part: float, after: float, ignored: bool
) -> None:
    """A cancel at any moment leads through cancelling to an end; one that is ignored does too, and keeps the end."""
    shaped = outcomes.shape(life, armed(*does))
    elapsed = part * timeline.last(shaped).offset
    if timeline.is_over(shaped, elapsed):
        return
    cancelled = (outcomes.ignored_cancel if ignored else timeline.cancel)(shaped, elapsed, after=after)
    check(cancelled)
    if ignored and shaped[-1].status is Status.REJECTED:
        assert cancelled == shaped
        return
    assert Status.CANCELLING in {step.status for step in cancelled}
    if not ignored:
        assert cancelled[-1].status is Status.CANCELLED
    elif timeline.end(shaped) is not None:
        assert timeline.last(cancelled) == timeline.last(shaped)
    else:
        assert cancelled[-1].status is Status.COMPLETED


@pytest.mark.parametrize("name", catalogue.failures())
@pytest.mark.parametrize("latency", PROFILES)
def test_a_task_fails_with_a_known_text_where_that_text_comes(latency: Latency, name: str) -> None:
    """The last status before the failure is the one that the text belongs to."""
    known = catalogue.failures()[name]
    life = outcomes.shape(life_of(latency), armed({"outcome": "failed", "failure": name}))
    check(life)
    assert life[-1].error == known.error
    assert life[-2].status is known.status


@pytest.mark.parametrize(("at", "progress"), [(0.0, 0), (0.5, 48), (1.0, 96)])
def test_a_failure_comes_when_it_is_told_to(at: float, progress: int) -> None:
    """With a text of one's own, after the given part of the render."""
    whole = life_of()
    life = outcomes.shape(whole, armed({"outcome": "failed", "error": "boom", "at": at}))
    assert (life[-1].error, life[-1].progress) == ("boom", progress)
    running, uploading = (
        next(step.offset for step in whole if step.status is status) for status in (Status.RUNNING, Status.UPLOADING)
    )
    assert life[-1].offset == pytest.approx(running + (uploading - running) * at)


def test_upstream_refuses_before_anything_was_submitted() -> None:
    """A task that fails with [1201] shows no progress and no upstream task in its log."""
    life = outcomes.shape(life_of(), armed({"outcome": "failed", "failure": "sound_in_std"}))
    assert {step.progress for step in life} == {0}
    assert not [step for step in life if step.log is not None and "submitted" in step.log[1]]


@pytest.mark.parametrize("failure", [None, "[1201] refused"])
def test_completed_overrides_what_the_input_asks_for(failure: str | None) -> None:
    """Also a failure that `--enforce observed` has planned."""
    whole = life_of()
    assert outcomes.shape(whole, armed({"outcome": "completed"}), failure) == whole


def test_rejected_is_the_end_at_admission() -> None:
    """Status 13, and nothing else ever happens to the task."""
    life = outcomes.shape(life_of(), armed({"outcome": "rejected"}, {"outcome": "slow", "factor": 10}))
    assert [step.status for step in life] == [Status.RECEIVED, Status.REJECTED]
    assert life[-1].error == "task rejected"


@pytest.mark.parametrize("latency", PROFILES)
@pytest.mark.parametrize("status", catalogue.faults()["stuck"].arguments["status"]["enum"])
def test_a_stuck_task_stays_where_it_is_told_to(latency: Latency, status: str) -> None:
    """In every status that is no end."""
    life = outcomes.shape(life_of(latency), armed({"outcome": "stuck", "status": status, "progress": 33}))
    check(life, ends=False)
    assert life[-1].status.text == status
    if status in {"running", "cancelling"}:
        assert life[-1].progress == 33


@pytest.mark.parametrize("factor", [0.5, 10])
def test_slow_takes_a_multiple(factor: float) -> None:
    """Of every span, and nothing else changes."""
    whole = life_of()
    life = outcomes.shape(whole, armed({"outcome": "slow", "factor": factor}))
    assert [step.offset for step in life] == [pytest.approx(step.offset * factor, abs=2e-3) for step in whole]
    assert [(step.status, step.progress) for step in life] == [(step.status, step.progress) for step in whole]


@pytest.mark.parametrize("at", [0, 40, 48, 97])
def test_progress_stands_still_and_goes_on(at: int) -> None:
    """For the time that was asked for; the rest of the life comes so much later."""
    whole = life_of()
    life = outcomes.shape(whole, armed({"outcome": "progress_stalls", "at": at, "seconds": 120}))
    check(life)
    assert life[-1].offset == pytest.approx(whole[-1].offset + 120)
    begin = max(step.offset for step in life if step.progress <= at and step.status <= Status.RUNNING)
    assert life[timeline.index_at(life, begin + 119.9)].progress == at


def test_progress_leaps() -> None:
    """From nothing to the end."""
    life = outcomes.shape(life_of(), armed({"outcome": "progress_jumps"}))
    assert [step.progress for step in life if step.progress] == [100]


def test_the_platform_cancels_by_itself() -> None:
    """Nobody asked, so there is no cancelling in between."""
    whole = life_of()
    life = outcomes.shape(whole, armed({"outcome": "cancelled", "at": 0.5}))
    assert [step.status for step in life[-2:]] == [Status.RUNNING, Status.CANCELLED]
    assert life[-1].offset == pytest.approx(whole[-1].offset / 2, abs=1e-3)


def test_late_output_is_a_second_step_of_completion() -> None:
    """The task ends when it did; the step that has the output comes later."""
    whole = life_of()
    life = outcomes.shape(whole, armed({"outcome": "output_late", "seconds": 5}))
    assert timeline.end(life) == whole[-1].offset
    assert (life[-1].status, life[-1].offset) == (Status.COMPLETED, whole[-1].offset + 5)


@pytest.mark.parametrize(
    ("does", "states"),
    [
        ([{"outcome": "completed"}], ["consumed"]),
        ([{"outcome": "slow", "factor": 1}], ["ambiguous"]),
        ([{"outcome": "rejected"}, {"outcome": "slow", "factor": 2}], ["consumed", "ambiguous"]),
        ([{"outcome": "failed"}, {"outcome": "output_late"}], ["consumed", "ambiguous"]),
        ([{"outcome": "stuck"}, {"outcome": "progress_jumps"}], ["consumed", "consumed"]),
        ([{"outcome": "cancel_ignored"}], ["underway"]),
    ],
)
def test_what_changes_nothing_is_doubted(does: list[dict[str, Any]], states: list[str]) -> None:
    """An outcome that the client cannot have met proves nothing; a cancel that nobody has sent is still open."""
    armed_plan = ArmedPlan(plan.parse([{"on": "run", "nth": 1, "do": do} for do in does]), "plan")
    outcomes.book(life_of(), armed_plan.meet("run", None, by="exchange", at=0.0))
    assert [entry.state for entry in armed_plan.entries] == states


def test_an_ignored_cancel_that_never_came_is_doubted_at_the_end() -> None:
    """As is every outcome of a run that made no task."""
    hits = armed({"outcome": "cancel_ignored"})
    outcomes.book_end(hits)
    assert hits["cancel"].over
    hits = armed({"outcome": "slow", "factor": 2}, {"outcome": "cancel_ignored"})
    outcomes.book_refusal(hits)
    assert all(hit.over for hit in hits.values())
