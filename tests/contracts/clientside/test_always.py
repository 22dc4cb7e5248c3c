"""What every case emits, broken by hand: each wrong client or emulator fails the check that is about it."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.clientside import case as cases
from contracts.clientside import judge, judging
from contracts.clientside.adapting import CannotError
from contracts.clientside.case import Case
from contracts.clientside.reference_reading import ClientError
from contracts.clientside.world import World
from mockserver.api.table import HANDLERS
from mockserver.testing.adaptors.reference import Reference
from tests.mutants.client_trial import ObjectPlayer, try_client

PLAIN = next(row for row in cases.cases() if row.name == "submit/plain")
AT_ONCE = next(row for row in cases.cases() if row.name == "submit/at-once")
CUT = next(row for row in cases.cases() if row.stem == "stream/cut")
FLAKY = next(row for row in cases.cases() if row.name == "upload/flaky")
SIGNED = next(row for row in cases.cases() if row.name == "webhook/verify/good")
LOST = next(row for row in cases.cases() if row.name == "submit/lost-response")
REFUSED = next(row for row in cases.cases() if row.name == "submit/error-in-200")


def verdicts(adapted: Reference, case: Case = PLAIN) -> dict[str, str]:
    """Play a case and return the verdicts by check; all that were declared are there, and no others."""
    (ended,) = try_client(adapted, [case]).ended
    assert [row.check for row in ended.emitted] == [probe.check.id for probe in judging.declared(case)]
    return {row.check: row.verdict for row in ended.emitted}


class Elsewhere(Reference):
    """Answers from memory and asks nobody."""

    def run(self, _order: Mapping[str, Any], **_told: Any) -> dict[str, Any]:
        """Return a task that was never made."""
        return {"id": None, "status": 10}


class Inventive(Reference):
    """Calls what the API does not have."""

    def run(self, order: Mapping[str, Any], app: str, **told: Any) -> dict[str, Any]:
        """Submit, and ask for a bonus."""
        self._api(order)._api.get(f"{order['base_url']}/bonus")
        return super().run(order, app, **told)


class Idle(Reference):
    """Asks for the tasks there are, and submits none."""

    def run(self, order: Mapping[str, Any], **_told: Any) -> dict[str, Any]:
        """List."""
        self._api(order).list()
        return {"id": None, "status": 10}


class Timid(Reference):
    """Submits, and never follows."""

    def stream(self, _order: Mapping[str, Any], task: str, **_told: Any) -> dict[str, Any]:
        """Say what is hoped for."""
        return {"updates": [], "end": {"id": task, "status": 10}}


class Boastful(Reference):
    """Claims what it cannot."""

    def run(self, order: Mapping[str, Any], app: str, **told: Any) -> dict[str, Any]:
        """Submit, and confess."""
        super().run(order, app, **told)
        raise CannotError("run")


class Refusing(Reference):
    """Claims everything, and can nothing."""

    def run(self, _order: Mapping[str, Any], **_told: Any) -> dict[str, Any]:
        """Confess."""
        raise CannotError("run")


class Lying(Reference):
    """Tells of another task than there is."""

    def run(self, order: Mapping[str, Any], app: str, **told: Any) -> dict[str, Any]:
        """Change the address of the video."""
        task = super().run(order, app, **told)
        return {**task, "id": task["id"][::-1]}


class Bluffing(Reference):
    """Submits, drops the answer, and says of no task that it has completed."""

    def run(self, order: Mapping[str, Any], app: str, **told: Any) -> dict[str, Any]:
        """Say what is hoped for."""
        with contextlib.suppress(ClientError, httpx.HTTPError):
            self._api(order)._call("POST", "/apps/run", {"app": app, "input": told["input"]})
        return {"id": None, "status": "completed", "output": {}}


class Guessing(Reference):
    """Submits, and says that the task has completed, which it has, without having asked."""

    def run(self, order: Mapping[str, Any], app: str, **told: Any) -> dict[str, Any]:
        """Let the time go by."""
        task = super().run(order, app, input=told["input"])
        world = World(order["base_url"], order["api_key"])
        world.settle()
        world.close()
        return {"id": task["id"], "status": "completed"}


class HalfDone(Reference):
    """Takes a task for completed whose progress says something else."""

    def run(self, order: Mapping[str, Any], app: str, **told: Any) -> dict[str, Any]:
        """Change the progress."""
        return {**super().run(order, app, **told), "progress": 40}


class Keeping(Reference):
    """Keeps files to itself."""

    def upload(self, order: Mapping[str, Any], path: str, media_type: str) -> dict[str, Any]:
        """Declare it, and send nothing."""
        declared = {"filename": Path(path).name, "content_type": media_type, "size": Path(path).stat().st_size}
        (file,) = self._api(order)._call("POST", "/files", {"files": [declared]})
        return {"uri": file["uri"]}


class Meddling(Reference):
    """Changes the world of a case before it runs, or after."""

    def __init__(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, after: bool = False) -> None:
        """Choose a request of the control plane."""
        super().__init__()
        self._meddling, self._after = (method, path, body), after

    def run(self, order: Mapping[str, Any], app: str, **told: Any) -> dict[str, Any]:
        """Meddle, and submit."""
        world = World(order["base_url"], order["api_key"])
        if not self._after:
            world.ask(*self._meddling)
        task = super().run(order, app, **told)
        if self._after:
            world.ask(*self._meddling)
        world.close()
        return task


class Credulous(Reference):
    """Takes whatever came with 200 for a task."""

    def run(self, order: Mapping[str, Any], app: str, **told: Any) -> dict[str, Any]:
        """Submit, and tell the answer."""
        headers = {"Authorization": f"Bearer {order['api_key']}"}
        body = {"app": app, "input": told["input"]}
        found = httpx.post(f"{order['base_url']}/apps/run", headers=headers, json=body, trust_env=False).json()
        return {"id": found.get("id"), "status": found.get("status"), "error": found["error"]}


class Modest(Reference):
    """Cannot wait, and says so."""

    supports = tuple(name for name in Reference.supports if name != "run.wait")


def test_who_talks_to_nobody_has_no_contact() -> None:
    """And nothing else is said of it."""
    found = verdicts(Elsewhere())
    assert found.pop("wire.harness-valid") == "pass"
    assert found.pop("wire.contact") == "fail"
    assert set(found.values()) == {"not-run"}


def test_another_call_than_the_case_asks_for_is_no_contact() -> None:
    """Who only lists the tasks there are has run nothing."""
    found = verdicts(Idle())
    assert found.pop("wire.harness-valid") == "pass"
    assert found.pop("wire.contact") == "fail"
    assert set(found.values()) == {"not-run"}


def test_who_says_that_it_cannot_was_asked() -> None:
    """A client that claims everything and can nothing has no contact, which no baseline may excuse."""
    assert verdicts(Refusing())["wire.contact"] == "fail"


def test_a_call_that_the_api_does_not_have_is_told() -> None:
    """Everything else is judged all the same."""
    found = verdicts(Inventive())
    assert [name for name, verdict in found.items() if verdict != "pass"] == ["wire.valid-requests"]


def test_trouble_that_was_not_met_says_nothing() -> None:
    """The fault has to be reached, or whatever followed from it is not judged."""
    found = verdicts(Timid(), CUT)
    assert found["wire.faults-reached"] == "fail"
    assert {found[probe.check.id] for probe in CUT.probes} == {"not-run"}


def test_a_claim_that_is_not_true_fails() -> None:
    """What is claimed and cannot be is no excuse."""
    found = verdicts(Boastful())
    assert found["adaptor.claims-are-true"] == "fail"
    assert {found[probe.check.id] for probe in PLAIN.probes} == {"not-run"}


def test_what_the_server_does_not_know_is_a_lie() -> None:
    """A task that there is not: the witnesses disagree."""
    assert verdicts(Lying(), AT_ONCE)["adaptor.report-is-true"] == "fail"


def test_an_end_of_no_task_is_a_lie() -> None:
    """What is said to be completed has a name that the server knows."""
    found = verdicts(Bluffing(), LOST)
    assert (found["submit.finds-the-task"], found["adaptor.report-is-true"]) == ("warn", "fail")
    assert verdicts(Bluffing())["submit.returns-the-result"] == "fail"


def test_an_end_that_nobody_has_told_is_a_lie() -> None:
    """True by luck is not true."""
    assert verdicts(Guessing())["submit.tells-the-output"] == "fail"
    assert verdicts(Guessing(), LOST)["adaptor.report-is-true"] == "fail"


def test_a_completed_task_has_all_its_progress() -> None:
    """None told is as good."""
    assert verdicts(HalfDone())["adaptor.report-is-true"] == "fail"


def test_an_upload_that_has_not_arrived_is_none() -> None:
    """Whatever the client says."""
    assert verdicts(Keeping(), FLAKY)["upload.tries-again"] == "fail"


@pytest.mark.parametrize(
    ("meddling", "told"),
    [
        (Meddling("DELETE", "/plan"), "its plan was"),
        (Meddling("POST", "/reset", {"clock": {"mode": "scaled", "scale": 20}}), "its plan was"),
        (Meddling("PATCH", "/settings", {"media": "full"}), "its settings was"),
        (Meddling("POST", "/credits", {"microcents": 5}), "its credits was"),
        (Meddling("PUT", "/clock", {"mode": "scaled", "scale": 40}), "its clock was"),
        (Meddling("DELETE", "/journal", after=True), "its journal has been cleared"),
    ],
    ids=["plan", "reset", "settings", "credits", "clock", "journal"],
)
def test_a_world_that_the_client_has_changed_proves_nothing(meddling: Meddling, told: str) -> None:
    """Only the kit may use the control plane of a case, and whoever else does is found out."""
    (ended,) = try_client(meddling, [LOST]).ended
    found = {row.check: row for row in ended.emitted}
    # Where the journal has gone, so has what the client asked for.
    check = "wire.contact" if "journal" in told else "wire.faults-reached"
    assert found[check].verdict == "fail"
    assert {found[probe.check.id].verdict for probe in LOST.probes} == {"not-run"}
    assert ended.play is not None
    assert told in (ended.play.seen.changed or "")


def test_what_no_server_hears_of_passes_nothing_on_the_wire() -> None:
    """A signature is verified without one: who does nothing else has neither contact nor true reports."""
    found = {probe.check.id for probe in judging.declared(SIGNED)}
    assert {name for name in found if name.startswith("wire.")} == {"wire.harness-valid"}
    assert "adaptor.report-is-true" not in found


def test_a_refusal_that_is_taken_for_a_task_is_the_clients_fault() -> None:
    """An adaptor that tells faithfully what its client made of it has done nothing wrong."""
    found = verdicts(Credulous(), REFUSED)
    assert found["submit.takes-no-refusal-for-a-task"] == "fail"
    assert found["wire.harness-valid"] == "pass"


def test_what_every_client_needs_excuses_nobody() -> None:
    """A client without a core capability fails where it is needed."""
    found = verdicts(Modest())
    assert {found[probe.check.id] for probe in PLAIN.probes} == {"fail"}
    assert "pass" not in found.values()


def test_an_emulator_that_stumbles_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """No verdict counts."""

    async def stumble(_call: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setitem(HANDLERS, "tasks.get", stumble)
    monkeypatch.setattr("contracts.clientside.reference.TRIES", 1)
    assert set(verdicts(Reference()).values()) == {"harness-error"}


def test_a_judge_that_stumbles_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is judged."""

    def stumble(*_given: Any, **_told: Any) -> None:
        raise ZeroDivisionError

    broken = judge.Judge("calls", ("server",), stumble)
    judges = {**judge.load(), "calls": broken}
    monkeypatch.setattr(judge, "load", lambda: judges)
    found = verdicts(Reference())
    assert [name for name, verdict in found.items() if verdict != "pass"] == ["submit.submits-once"]
    assert found["submit.submits-once"] == "harness-error"


def test_what_a_missing_witness_would_say_is_not_observable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never a pass."""
    monkeypatch.setattr(ObjectPlayer, "witnesses", frozenset({"server"}))
    found = verdicts(Reference())
    needing = [probe.check.id for probe in judging.declared(PLAIN) if "client" in judge.load()[probe.judge].witnesses]
    assert {found[name] for name in needing} == {"not-observable"}
    assert {verdict for name, verdict in found.items() if name not in needing} == {"pass"}
