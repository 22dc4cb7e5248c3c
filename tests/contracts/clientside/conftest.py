"""A report to look at, and one of a client that is worse."""

import copy
import os
import sys
from typing import Any

import pytest

from contracts.clientside import case, engine, profiles, scores
from contracts.clientside.players.adaptor import Adaptor, AdaptorPlayer
from contracts.clientside.report import Report
from mockserver.settings import Settings
from mockserver.testing import serving


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Of the reference client in the first two cases of submit."""
    chosen = [row for row in case.cases() if row.name in {"submit/plain", "submit/lost-response"}]
    argv = [sys.executable, "-m", "mockserver.testing.adaptors.reference"]
    adaptor, found = Adaptor(argv, dict(os.environ), tmp_path_factory.mktemp("adaptor")), Report()
    try:
        with serving(Settings(port=0)) as server:
            for event in engine.run(AdaptorPlayer(adaptor), engine.Emulator(server.base_url), chosen):
                found.take(event)
    finally:
        adaptor.close()
    return found.document()


@pytest.fixture
def worse(report: dict[str, Any]) -> dict[str, Any]:
    """The same of a client that fails one check and leaves another open."""
    changed = copy.deepcopy(report)
    checks = {check["check"]: check for check in changed["cases"][0]["checks"]}
    checks["submit.submits-once"] |= {"verdict": "fail", "told": "expected 1 call of run, saw 2: <b>|</b>"}
    checks["submit.tells-the-output"] |= {"verdict": "not-observable", "told": "the client cannot be heard this way"}
    every = [check for row in changed["cases"] for check in row["checks"]]
    changed["conformance"] = scores.conformance(every, profiles.load()).document()
    changed["observed"] = scores.observed(every).document()
    changed["counts"] = scores.counts(every)
    changed["client"]["name"] = "worse"
    return changed
