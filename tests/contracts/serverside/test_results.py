"""From findings to a verdict."""

import pytest

from contracts import requirements
from contracts.serverside import scope
from contracts.serverside.events import Found, PhaseBegan, PhaseEnded, RunBegan, RunEnded, StepEnded
from contracts.serverside.finding import Finding, Verdict, worst
from contracts.serverside.results import NEVER, Results
from contracts.serverside.target import Target


def finding(requirement: str, verdict: Verdict, told: str = "seen") -> Found:
    """A finding of one check."""
    return Found(Finding(requirement, verdict, told, "a.check", "scripted", (1,)))


def whole(verdict: Verdict = "pass") -> Results:
    """A run that has spoken of every requirement that can be judged from outside."""
    results = Results()
    for name in requirements.load():
        if name not in scope.outside():
            results.take(finding(name, verdict))
    results.take(RunEnded(1.0, 0))
    return results


@pytest.mark.parametrize(
    ("verdicts", "decides"),
    [
        ([], "not-run"),
        (["pass", "warn"], "warn"),
        (["pass", "fail", "pass"], "fail"),
        (["not-run", "pass"], "pass"),
        (["not-applicable", "not-run"], "not-run"),
    ],
)
def test_the_worst_verdict_decides(verdicts: list[Verdict], decides: Verdict) -> None:
    """And having run beats not having run."""
    assert worst(verdicts) == decides


def test_a_run_in_which_all_holds_is_green() -> None:
    """Exit code 0."""
    assert (whole().outcome, whole().exit_code()) == ("pass", 0)


def test_one_failure_makes_it_red() -> None:
    """However much holds."""
    results = whole()
    results.take(finding("REQ-RUN-001", "fail", "it broke"))
    assert (results.outcome, results.exit_code(allow_partial=True)) == ("fail", 1)
    assert results.rows["REQ-RUN-001"].told == "it broke"


def test_an_empty_run_is_never_green() -> None:
    """Not even when leaving out is allowed."""
    results = Results()
    results.take(RunEnded(0.0, 0))
    assert (results.outcome, results.exit_code(allow_partial=True)) == ("empty", 1)
    assert (whole("not-run").outcome, whole("not-applicable").outcome) == ("empty", "empty")


def test_a_partial_run_is_green_only_when_that_is_allowed() -> None:
    """One requirement that applies and was not run is enough."""
    results = Results()
    results.take(finding("REQ-RUN-001", "pass"))
    results.take(RunEnded(0.0, 0))
    assert (results.outcome, results.exit_code(), results.exit_code(allow_partial=True)) == ("partial", 1, 0)


def test_a_run_that_broke_off_is_partial() -> None:
    """A phase that stopped, or a run without an end."""
    results = whole()
    results.take(PhaseEnded("machine", "the server is gone"))
    assert results.outcome == "partial"
    unfinished = Results()
    unfinished.take(finding("REQ-RUN-001", "pass"))
    assert unfinished.outcome == "partial"


def test_a_run_that_ended_early_says_why_it_saw_no_more() -> None:
    """Of what it was to look at; of what nobody chose it says that no check speaks of it."""
    results = Results()
    target = Target("http://127.0.0.1:1", "k")
    results.take(RunBegan(target, ("scripted", "machine"), 0, "", 20, frozenset({"REQ-RUN-001", "REQ-RUN-002"})))
    results.take(PhaseBegan("scripted", 2))
    results.take(finding("REQ-RUN-001", "pass", "at once"))
    results.take(PhaseEnded("scripted", "nothing answers any more", is_last=True))
    told = [results.rows[name].told for name in ("REQ-RUN-001", "REQ-RUN-002", "REQ-RUN-003")]
    assert told == ["at once", "the run ended before anything spoke of it: nothing answers any more", NEVER]
    assert results.left_out == ["machine"]


def test_what_cannot_be_judged_from_outside_is_said_with_its_reason() -> None:
    """And does not make a run partial."""
    row = whole().rows["REQ-WEBHOOK-010"]
    assert (row.verdict, row.told) == ("not-applicable", "it happens inside the server")


def test_the_scope_names_requirements_that_exist() -> None:
    """And none twice."""
    named = [*scope.outside(), *scope.of_the_emulator()]
    assert set(named) <= set(requirements.load())
    assert len(named) == len(set(named))


def test_what_concerns_another_version_does_not_apply() -> None:
    """The row says which version it concerns, and it keeps no run from being green."""
    results = Results()
    results.take(RunBegan(Target("http://127.0.0.1:1", "k", app_version="2026-08"), ("scripted",), 0, "", 20))
    row = results.rows["REQ-INPUT-010"]
    assert (row.verdict, row.told) == ("not-applicable", "it concerns version 2026-05 of the app alone")
    assert results.rows["REQ-INPUT-011"].verdict == "not-run"


def test_a_check_gives_its_time_in_equal_parts() -> None:
    """To what it spoke of; the parts make up the whole, and what is drawn has none."""
    results = Results()
    for event in (
        finding("REQ-RUN-001", "pass"),
        finding("REQ-RUN-002", "fail"),
        finding("REQ-RUN-002", "pass"),
        StepEnded("scripted", "a.check", 3.0),
        Found(Finding("REQ-RUN-002", "pass", "seen", "b.check", "scripted")),
        StepEnded("scripted", "b.check", 1.0),
        StepEnded("machine", "plays 1 to 50", 9.0),
    ):
        results.take(event)
    assert {name: seconds for name, seconds in results.times.items() if seconds} == {
        "REQ-RUN-001": 1.5,
        "REQ-RUN-002": 2.5,
    }
