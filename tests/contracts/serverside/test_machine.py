"""Plays over the emulator: nothing is found where nothing is wrong, and a fault with the steps that lead to it."""

import re

import pytest

from contracts.serverside import machine
from contracts.serverside.caller import Recorder
from contracts.serverside.results import Results
from contracts.serverside.runner import Wish, run
from contracts.serverside.target import Target
from mockserver.settings import Behaviour, Settings
from mockserver.testing import serving
from tests.mutants.server import session
from tests.mutants.surgery import Answer, Surgery

from .stub import stub

SETTINGS = Settings(port=0, seed=7, behaviour=Behaviour(latency="quick", media="tiny"))


def played(base_url: str, max_examples: int) -> tuple[Results, Recorder]:
    """Judge a server by plays alone."""
    results, recorder = Results(), Recorder()
    target = Target(base_url, "test-key", spend=None, patience=5)
    for event in run(target, Wish(phases=("machine",), max_examples=max_examples, seed=3), recorder):
        results.take(event)
    return results, recorder


def test_the_emulator_agrees_with_the_model() -> None:
    """Play after play, and once more with the same key."""
    with serving(SETTINGS) as server:
        for _ in range(2):
            results, _ = played(server.base_url, 10)
            assert [row.told for row in results.rows.values() if row.verdict == "fail"] == []
            assert results.stopped == {}
            assert results.counts["pass"] > 10


def test_a_fault_is_told_with_its_steps() -> None:
    """As few as it takes, in their order, and the seed that finds them again."""
    with session.ended_session_is_active.applied(), serving(SETTINGS) as server:
        results, recorder = played(server.base_url, 20)
    (failure,) = [row for row in results.rows["REQ-SESSION-006"].findings if row.verdict == "fail"]
    assert failure.seed == 3
    _, _, told = failure.told.partition("; the steps: ")
    assert re.search("POST /apps/run .*DELETE /sessions/.*GET /sessions/", told)
    assert len(failure.exchanges) == told.count(" -> ") <= 8
    assert set(failure.exchanges) <= {exchange.number for exchange in recorder.exchanges}
    assert len(recorder.exchanges) < 100


def test_a_fault_that_does_not_come_again_is_told_nevertheless() -> None:
    """It is the server's, not ours."""
    forgiven = iter([True])

    def forgive(answer: Answer) -> None:
        if answer.status == 422 and next(forgiven, False):
            answer.status = 200

    with Surgery() as surgery:
        surgery.alter("runs.create", by=forgive)
        with serving(SETTINGS) as server:
            results, _ = played(server.base_url, 20)
    row = results.rows["REQ-RUN-010"]
    assert row.verdict == "fail"
    assert "the status is 200; expected 422" in row.told
    assert row.told.endswith("; the same steps did not show it again")


def test_what_answers_otherwise_is_told_so() -> None:
    """A server that takes everything differs at the first step that it has to refuse."""
    with stub() as base_url:
        results, _ = played(base_url, 20)
    assert results.rows["REQ-RUN-010"].verdict == "fail"
    assert "the status is 200; expected 422; the steps: 1. POST /apps/run -> 200" in results.rows["REQ-RUN-010"].told


def test_what_makes_no_sense_ends_the_phase() -> None:
    """With the reason; nothing raises, and nothing is green."""
    with stub({"/apps/run": (422, {})}) as base_url:
        results, _ = played(base_url, 20)
    assert "POST /files -> 404: expected a success" in results.stopped["machine"]
    assert results.outcome in {"fail", "empty"}


def test_a_play_that_stumbles_says_so_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is anybody's, and what Python makes of it nobody's business."""

    def stumbling(*_: object, **__: object) -> None:
        raise KeyError("status")

    monkeypatch.setattr(machine, "run_state_machine_as_test", stumbling)
    with stub() as base_url:
        results, _ = played(base_url, 1)
    assert results.stopped == {"machine": "a play could not go on: an answer has another form than was expected"}
