"""Phase 2: Schemathesis over the contract's OpenAPI document, with all of its phases.

The document is ours, not the server's: what is judged is the contract. Everything that Schemathesis sends is looked at
by `always` as well, and what its own checks find is put down to a requirement.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from contracts import clock, openapi, operations
from contracts.counting import counted
from contracts.serverside.always import MOST_FAILURES, OF_SCHEMA, Always
from contracts.serverside.caller import Recorder
from contracts.serverside.docket import Docket
from contracts.serverside.events import Event, Found, PhaseBegan, PhaseEnded, StepBegan, StepEnded
from contracts.serverside.exchange import Exchange
from contracts.serverside.finding import Finding, Verdict
from contracts.serverside.routes import operation_of
from contracts.serverside.target import Target

if TYPE_CHECKING:
    from schemathesis.core.failures import Failure
    from schemathesis.engine.recorder import ScenarioRecorder

PHASE = "schemathesis"

METHODS = "REQ-HTTP-004"
"""A method that a path does not have, whatever Schemathesis' check makes of the answer."""

REQUIREMENT: Mapping[str, str] = {
    "not_a_server_error": "REQ-ERR-015",
    "status_code_conformance": "REQ-ERR-006",
    "content_type_conformance": "REQ-ERR-001",
    "response_headers_conformance": "REQ-LIMIT-003",
    "negative_data_rejection": "REQ-ERR-013",
    "positive_data_acceptance": "REQ-RUN-013",
    "missing_required_header": "REQ-AUTH-002",
    "unsupported_method": METHODS,
    "ignored_auth": "REQ-AUTH-002",
    "use_after_free": "REQ-TASK-024",
    "ensure_resource_availability": "REQ-TASK-026",
}
"""What each of Schemathesis' checks speaks of; what is not here, and schemas, go by the operation."""

DOCUMENT = "REQ-HTTP-010"
"""For what belongs to no requirement of its own: the server differs from the document that describes it."""

_SUBMITS = frozenset({"runs.create", "runs.create_legacy"})

_LONG = frozenset({"tasks.stream"})
"""A stream of a task that goes on holds Schemathesis for ever (MEASURED.md)."""


def run(docket: Docket, *, seed: int, max_examples: int) -> Iterator[Event]:
    """Run Schemathesis and yield what it finds.

    Args:
        docket: the server. Runs are submitted only where there is no limit on what they cost: of generated ones
            nobody can tell in advance.
        seed: of what is generated.
        max_examples: cases of each operation.
    """
    import schemathesis
    from schemathesis.engine import from_schema
    from schemathesis.engine.events import (
        FatalError,
        Interrupted,
        NonFatalError,
        ScenarioFinished,
        ScenarioStarted,
    )

    target, recorder = docket.target, docket.recorder
    left_out = _LONG if target.spend is None else _LONG | _SUBMITS
    document = _document(target, left_out)
    config = schemathesis.Config.from_dict(_settings(target, seed, max_examples))
    schema = schemathesis.openapi.from_dict(document, config=config)
    always = Always(target, PHASE, MOST_FAILURES)
    yield PhaseBegan(PHASE, None)
    begun, stopped = clock.now(), None
    checks = 0
    broken: Counter[str] = Counter()
    with _fallen() as fallen:
        for event in from_schema(schema).execute():
            recorder.heed()
            if isinstance(event, ScenarioStarted):
                begun = clock.now()
                yield StepBegan(PHASE, event.label or "stateful")
            elif isinstance(event, ScenarioFinished):
                recorder.begin()
                sent = _keep(event.recorder, target, recorder)
                found = [*always.look(recorder.current), *_findings(event.recorder, sent, seed, broken)]
                yield from map(Found, found)
                recorder.forget({number for row in found for number in row.exchanges})
                checks += sum(len(rows) for rows in event.recorder.checks.values())
                yield StepEnded(PHASE, event.recorder.label, clock.now() - begun)
            elif isinstance(event, Interrupted):
                # The engine swallows it, and a run that was broken off must not pass for a whole one.
                raise KeyboardInterrupt
            elif isinstance(event, FatalError):
                stopped = f"{type(event.exception).__name__}: {event.exception}"
            elif isinstance(event, NonFatalError):
                stopped = stopped or f"{event.label}: {event.value}"
    if fallen:
        stopped = stopped or f"Schemathesis could not go on: {fallen[0]}"
    yield from map(Found, always.sum_up())
    if checks and stopped is None:
        told = f"{counted(checks, 'check')} of Schemathesis over {len(document['paths'])} paths"
        yield Found(Finding(DOCUMENT, "pass", told, "schemathesis", PHASE))
    yield PhaseEnded(PHASE, stopped)


@contextmanager
def _fallen() -> Iterator[list[str]]:
    """Collect what ends Schemathesis' threads, such as JSON that is too deep for it; else a traceback is printed."""
    found: list[str] = []
    before = threading.excepthook
    threading.excepthook = lambda args: found.append(f"{args.exc_type.__name__}: {args.exc_value}")
    try:
        yield found
    finally:
        threading.excepthook = before


def _document(target: Target, left_out: frozenset[str]) -> dict[str, Any]:
    document = openapi.document(target.app_version, "superset", server=target.base_url)
    for path, rows in list(document["paths"].items()):
        kept = {method: row for method, row in rows.items() if row.get("operationId") not in left_out}
        for operation in kept.values():
            for answer in operation.get("responses", {}).values():
                # A link to what is not there keeps Schemathesis from following any.
                links = answer.get("links", {}).items()
                answer["links"] = {name: link for name, link in links if link["operationId"] not in left_out}
        document["paths"][path] = kept
    return {**document, "paths": {path: rows for path, rows in document["paths"].items() if rows}}


def _settings(target: Target, seed: int, max_examples: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "base-url": target.base_url,
        "headers": {"Authorization": f"Bearer {target.api_key}"},
        "request-timeout": target.patience,
        "continue-on-failure": True,
        "workers": 1,  # two crash CPython 3.11 (MEASURED.md)
        "generation": {"max-examples": max_examples, "deterministic": True, "database": "none"},
        "warnings": False,
    }


def _keep(scenario: "ScenarioRecorder", target: Target, recorder: Recorder) -> dict[str, Exchange]:
    """Keep a scenario's exchanges and return them by the id of the case."""
    sent: dict[str, Exchange] = {}
    for identifier, interaction in scenario.interactions.items():
        request, answer = interaction.request, interaction.response
        operation = operation_of(request.method, request.uri, target.base_url)
        sent[identifier] = recorder.keep(
            Exchange(
                number=recorder.next_number,
                method=request.method,
                url=request.uri,
                request_headers=_rows(request.headers),
                request_body=request.body or b"",
                operation=None if operation is None else operation.id,
                status=None if answer is None else answer.status_code,
                headers=() if answer is None else _rows(answer.headers),
                body=b"" if answer is None else answer.content,
                seconds=0.0 if answer is None else answer.elapsed,
                error=_missing(answer),
            )
        )
    return sent


def _missing(answer: Any) -> str | None:  # noqa: ANN401  # Schemathesis' own
    if answer is None:
        return "no answer"
    return f"only {len(answer.content)} bytes of the answer were kept" if answer.is_truncated else None


def _findings(
    scenario: "ScenarioRecorder", sent: Mapping[str, Exchange], seed: int, broken: Counter[str]
) -> Iterator[Finding]:
    for identifier, checks in scenario.checks.items():
        for node in checks:
            if node.failure_info is None:
                continue
            failure = node.failure_info.failure
            broken[f"{node.name} {scenario.label}"] += 1
            if broken[f"{node.name} {scenario.label}"] > MOST_FAILURES:
                continue
            operation, exchange = scenario.cases[identifier].value.operation, sent.get(identifier)
            cited = () if exchange is None else (exchange.number,)
            verdict: Verdict = "fail"
            requirement, told = _requirement(node.name, operation), _told(failure)
            if exchange is not None and _is_of_another_method(exchange, operation):
                requirement = METHODS
                verdict, told = _of_another_method(exchange, told)
            line = scenario.label if exchange is None else exchange.line()
            yield Finding(
                requirement, verdict, f"{line}: {told}"[:2000], f"schemathesis.{node.name}", PHASE, cited, seed
            )


def _is_of_another_method(exchange: Exchange, operation: Any) -> bool:  # noqa: ANN401  # Schemathesis' own
    """Tell whether a request was sent to a path of the contract by a method that the path does not have."""
    return exchange.operation is None and exchange.method != operation.method.upper()


def _of_another_method(exchange: Exchange, told: str) -> tuple[Verdict, str]:
    if exchange.status == HTTPStatus.METHOD_NOT_ALLOWED:
        return "fail", told
    expected = f"the path has no {exchange.method}; expected 405 method_not_allowed"
    known = {row.method for row in operations.load()} | {"HEAD", "OPTIONS"}
    if exchange.status == HTTPStatus.NOT_IMPLEMENTED and exchange.method not in known:
        return "warn", f"{expected}, yet 501 is what RFC 9110 wants of a server that knows the method nowhere"
    return "fail", expected


def _requirement(name: str, operation: Any) -> str:  # noqa: ANN401  # Schemathesis' own
    if name == "response_schema_conformance":
        identifier = operation.definition.raw.get("operationId", "")
        row = operations_by_id().get(identifier)
        return OF_SCHEMA.get(row or "", DOCUMENT)
    return REQUIREMENT.get(name, DOCUMENT)


def operations_by_id() -> Mapping[str, str]:
    """Return the schema of every operation's resource by the operation's id."""
    return {row.id: row.response or "" for row in operations.load()}


def _told(failure: "Failure") -> str:
    return f"{failure.title}: {failure.message}".replace("\n", " ").removesuffix(": ")


def _rows(headers: Mapping[str, list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, values in headers.items() for value in values)
