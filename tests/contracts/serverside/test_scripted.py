"""The pass of the checks over a server."""

from contracts.serverside import scripted
from contracts.serverside.always import Always
from contracts.serverside.caller import Recorder
from contracts.serverside.check import check
from contracts.serverside.docket import Docket
from contracts.serverside.probe import Probe
from contracts.serverside.reports import words
from contracts.serverside.results import Results
from contracts.serverside.target import Target

from .stub import stub


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
