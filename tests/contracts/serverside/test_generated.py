"""Generated inputs over the emulator: nothing is found where nothing is wrong, and a fault in its least form."""

import pytest

from contracts.apps.table import VERSIONS, VersionName
from contracts.serverside.caller import Recorder
from contracts.serverside.results import Results
from contracts.serverside.runner import Wish, run
from contracts.serverside.target import Target
from contracts.wire.money import MICROCENTS_PER_USD
from mockserver.settings import Behaviour, Settings
from mockserver.testing import serving
from tests.mutants.mutant import Mutant
from tests.mutants.server import inputs

from .stub import stub

SETTINGS = Settings(port=0, seed=7, behaviour=Behaviour(latency="instant", media="tiny"))


def judged(
    base_url: str, version: VersionName = "2026-05", spend: int = 1000, max_examples: int = 25
) -> tuple[Results, Recorder]:
    """Judge a server by generated inputs alone."""
    results, recorder = Results(), Recorder()
    target = Target(base_url, "test-key", app_version=version, spend=spend * MICROCENTS_PER_USD, patience=5)
    for event in run(target, Wish(phases=("generated",), max_examples=max_examples, seed=3), recorder):
        results.take(event)
    return results, recorder


@pytest.mark.parametrize("version", VERSIONS)
def test_the_emulator_agrees(version: VersionName) -> None:
    """In both versions, and every kind of input was looked at."""
    with serving(SETTINGS) as server:
        results, _ = judged(server.base_url, version)
        left = server.world("test-key-hurried").journal(operation="files.delete")
    assert [row.told for row in results.rows.values() if row.verdict == "fail"] == []
    assert results.stopped == {}
    checks = {finding.check for row in results.rows.values() for finding in row.findings}
    assert len([row for row in left if row["status"] == 204]) > 10, "pictures stay, and fill the account"
    kinds = ("invalid-inputs", "invalid-pictures", "estimated-inputs", "valid-inputs")
    assert checks >= {f"generated.{kind}" for kind in kinds}


@pytest.mark.parametrize(
    ("mutant", "requirement", "least"),
    [
        (inputs.lonely_end_frame_dropped, "REQ-INPUT-015", '{"prompt": "a boat", "end_image": 5}: answered 200'),
        (inputs.gif_accepted, "REQ-INPUT-019", "the start frame <boat.gif"),
    ],
    ids=["input", "picture"],
)
def test_a_fault_is_told_in_its_least_form(mutant: Mutant, requirement: str, least: str) -> None:
    """With the seed that finds it again, and its evidence."""
    with mutant.applied(), serving(SETTINGS) as server:
        results, recorder = judged(server.base_url, max_examples=120)
    failures = [finding for finding in results.rows[requirement].findings if finding.verdict == "fail"]
    assert [finding.told for finding in failures if least in finding.told] != []
    assert {finding.seed for finding in failures} == {3}
    assert all(finding.exchanges for finding in failures)
    assert len(recorder.exchanges) < 2000


def test_nothing_is_spent_that_is_not_allowed() -> None:
    """With an empty purse nothing that might be accepted is submitted, and the phase says so."""
    with serving(SETTINGS) as server:
        results, recorder = judged(server.base_url, spend=0)
    assert not [row for row in recorder.exchanges if row.operation == "runs.create"]
    assert "allow more with --spend" in results.stopped["generated"]


def test_a_server_that_answers_otherwise_fails() -> None:
    """Nothing raises."""
    with stub() as base_url:
        results, _ = judged(base_url)
    assert results.outcome in {"fail", "empty"}
    assert "generated" in results.stopped
