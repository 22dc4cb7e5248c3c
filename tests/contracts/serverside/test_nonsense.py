"""The suite over servers that answer 200 with the same nonsense to everything: told in words, and nothing is kept."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from contracts.serverside.results import Results

from .stub import stub
from .test_runner import judged

NONSENSE: dict[str, Any] = {
    "an empty object": {},
    "an empty list": [],
    "a text": "x",
    "a number": 7,
    "null": None,
    "an envelope of nothing": {"data": None},
    "a list of an empty object": [{}],
    "a list of a list": [[1]],
    "a file that has no address": [{"id": "a", "uri": "http:///", "upload_url": "::"}],
}

PYTHON = re.compile(
    r"\b[A-Z]\w*(Error|Exception|Timeout|Iteration)\b|NoneType|Traceback|has no attribute|not subscriptable|to unpack"
    r"|is not iterable|is not a valid"
)
"""What only somebody knows who knows Python."""


@pytest.fixture(scope="module", params=NONSENSE.values(), ids=NONSENSE.keys())
def results(request: pytest.FixtureRequest) -> Iterator[Results]:
    """Of all phases but Schemathesis."""
    with stub({}, otherwise=(200, request.param)) as base_url:
        found, _ = judged(base_url, phases=("scripted", "generated", "machine"), max_examples=2)
        yield found


def test_no_verdict_speaks_of_python(results: Results) -> None:
    """It says what was asked, what was expected and what came."""
    told = [finding.told for row in results.rows.values() for finding in row.findings if finding.verdict != "pass"]
    assert len(told) > 100
    assert [line for line in [*told, *results.stopped.values()] if PYTHON.search(line)] == []
    assert not results.faults


def test_a_file_without_an_address_is_told_as_one(results: Results) -> None:
    """And not by what Python makes of it."""
    told = results.rows["REQ-FILE-013"].told
    assert told.startswith(("POST /files -> 200: expected a list with one file that has an id, an address", "PUT '::'"))


KEPT = {"REQ-ERR-015"}
"""That nothing makes it stumble is true of such a server."""


def test_a_server_that_says_nothing_keeps_nothing(results: Results) -> None:
    """Two wrong answers that agree are no promise that is kept, and a 200 is no task, no file and no refusal."""
    assert {name for name, row in results.rows.items() if row.verdict in {"pass", "warn"}} <= KEPT


@pytest.mark.parametrize("status", [201, 400, 404, 405, 422, 500])
def test_a_bare_status_keeps_nothing(status: int) -> None:
    """Not even that of a refusal where one is to come: it has a code."""
    with stub({}, otherwise=(status, {"data": [], "items": [], "error": {}})) as base_url:
        results, _ = judged(base_url, phases=("scripted", "generated", "machine"), max_examples=2)
    assert {name for name, row in results.rows.items() if row.verdict in {"pass", "warn"}} <= KEPT
