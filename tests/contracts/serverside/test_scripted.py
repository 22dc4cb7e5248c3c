"""The pass of the checks over a server."""

from contracts.serverside import scripted
from contracts.serverside.always import Always
from contracts.serverside.caller import Recorder
from contracts.serverside.check import check
from contracts.serverside.docket import Docket
from contracts.serverside.probe import Probe
from contracts.serverside.target import Target

from .stub import stub


def half_silent(probe: Probe) -> None:
    """Speak of one promise of two."""
    probe.equal("REQ-ENV-001", 1, 1, "it")


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
