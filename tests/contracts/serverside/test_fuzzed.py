"""What Schemathesis finds is told of the exchange itself, and put down to the promise that it breaks."""

from typing import Any

import pytest

from contracts import openapi
from contracts.serverside.finding import Finding

from .stub import stub
from .test_runner import judged

PATH = "/apps/list"


@pytest.fixture(scope="module")
def found() -> list[Finding]:
    """Of a server that answers one path by the usual methods, and any other with its own 501."""
    whole = openapi.document

    def only(*args: Any, **options: Any) -> dict[str, Any]:
        document = whole(*args, **options)
        return {**document, "paths": {PATH: document["paths"][PATH]}}

    with pytest.MonkeyPatch.context() as patch, stub({PATH: (200, {})}) as base_url:
        patch.setattr(openapi, "document", only)
        results, _ = judged(base_url, phases=("schemathesis",), max_examples=1)
    return [row for one in results.rows.values() for row in one.findings if row.check.startswith("schemathesis.")]


def test_a_finding_names_method_and_status_of_what_was_sent(found: list[Finding]) -> None:
    """And not those of the operation that it was made from; nothing stands empty after a colon."""
    told = [row.told for row in found if row.verdict in {"warn", "fail"}]
    assert any(line.startswith(f"TRACE {PATH} -> 501: ") for line in told)
    assert not [line for line in told if f"{PATH}: " in line or line.endswith((":", ": "))]


def test_a_method_that_a_path_lacks_is_no_fault_of_the_server(found: list[Finding]) -> None:
    """It is held against the promise on methods alone."""
    others = [row for row in found if row.told.startswith(("TRACE", "PUT", "DELETE"))]
    assert {row.requirement for row in others} == {"REQ-HTTP-004"}
    assert not [row for row in found if row.requirement == "REQ-ERR-015"]


def test_501_to_a_method_that_nobody_knows_is_only_odd(found: list[Finding]) -> None:
    """RFC 9110 §9.1 wants it; to take the method for another breaks the promise."""
    verdicts = {(row.told.split()[0], row.verdict) for row in found if row.requirement == "REQ-HTTP-004"}
    assert {("TRACE", "warn"), ("PUT", "fail"), ("DELETE", "fail")} <= verdicts
    assert ("TRACE", "fail") not in verdicts
