"""The pass of the checks over a server."""

import re

import pytest

from contracts.serverside import scripted
from contracts.serverside.always import Always
from contracts.serverside.caller import Recorder
from contracts.serverside.check import check
from contracts.serverside.docket import Docket
from contracts.serverside.probe import Probe
from contracts.serverside.reports import words
from contracts.serverside.results import Results
from contracts.serverside.target import Target

from .stub import Answers, stub


def half_silent(probe: Probe) -> None:
    """Speak of one promise of two."""
    probe.equal("REQ-ENV-001", 1, 1, "it")


def failing(probe: Probe) -> None:
    """Speak of one promise, and fail."""
    probe.equal("REQ-ENV-001", 1, 1, "it")
    raise RecursionError("too deep")


def test_a_check_that_fails_itself_says_nothing_of_the_server() -> None:
    """Nor does it cost the run more than what it had to say: that is not run, and the run is none to rely on."""
    made = check("env.it-fails", "REQ-ENV-001", "REQ-ENV-002")(failing)
    results = Results()
    with stub() as base_url:
        docket = Docket.opened(Target(base_url, "test-key", patience=5), Recorder())
        for event in scripted.run([made, check("env.it-is-whole", "REQ-ENV-001")(half_silent)], docket):
            results.take(event)
        docket.close()
    row = results.rows["REQ-ENV-002"]
    said = "the suite itself failed here: RecursionError: too deep; please report it"
    assert (row.verdict, row.told) == ("not-run", said)
    assert results.rows["REQ-ENV-001"].verdict == "pass"
    assert {finding.check for finding in results.rows["REQ-ENV-001"].findings} == {"env.it-fails", "env.it-is-whole"}
    assert results.exit_code(allow_partial=True) == 3
    assert results.stopped["env.it-fails"] == said
    assert words.sentence(results).endswith("failed in env.it-fails; that says nothing of the server.")


def needing(probe: Probe) -> None:
    """Look at a task."""
    probe.equal("REQ-TASK-004", probe.ended(probe.task()["id"])["id"], "t", "it")


@pytest.mark.parametrize(
    ("answers", "requirement", "said"),
    [
        (
            {"/apps/run": (200, {"data": {"id": "t"}})},
            "REQ-RUN-002",
            r"POST /apps/run -> 200: expected a task with an id, got .*\(the request had X-API-Version: 2: no env",
        ),
        ({"/apps/run": (404, {})}, "REQ-RUN-002", "POST /apps/run -> 404: expected a success"),
        ({"/tasks/t": (200, {"id": "t"})}, "REQ-TASK-001", "GET /tasks/t -> 200: expected a task whose `status`"),
    ],
)
def test_what_was_never_tried_is_not_broken(answers: Answers, requirement: str, said: str) -> None:
    """A run that is refused breaks what is promised of runs, and nothing of what was to be looked at after it."""
    made = check("task.it-is-needing", "REQ-TASK-004")(needing)
    with stub({"/me": (200, {}), "/apps/run": (200, {"id": "t"}), **answers}) as base_url:
        docket = Docket.opened(Target(base_url, "test-key", spend=None, patience=5), Recorder())
        found = scripted.carried_out(made, docket, Always(docket.target, "scripted"))
        docket.close()
    rows = {row.requirement: row for row in found if row.check == made.name}
    assert (rows[requirement].verdict, rows["REQ-TASK-004"].verdict) == ("fail", "not-run")
    assert re.match(said, rows[requirement].told)
    assert rows["REQ-TASK-004"].told == f"it was never tried: {rows[requirement].told}"


def test_what_a_check_does_not_speak_of_was_not_exercised() -> None:
    """A requirement that it has declared and left out is a failure of the check, never a pass."""
    made = check("env.it-is-half-silent", "REQ-ENV-001", "REQ-ENV-002")(half_silent)
    with stub() as base_url:
        target = Target(base_url, "test-key", patience=5)
        docket = Docket.opened(target, Recorder())
        found = scripted.carried_out(made, docket, Always(docket.target, "scripted"))
        docket.close()
    said = {row.requirement: (row.verdict, row.told) for row in found}
    assert said["REQ-ENV-001"] == ("pass", "it: 1")
    assert said["REQ-ENV-002"] == ("fail", "the check ended without a word on it")
