"""What holds of every answer, whatever was asked: envelopes, problems, statuses, schemas, the form of common values."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from contracts import operations, schemas
from contracts.counting import counted
from contracts.operations import Operation
from contracts.serverside.exchange import Exchange, UnexpectedError
from contracts.serverside.finding import Finding
from contracts.serverside.shapes import kind
from contracts.serverside.target import Target
from contracts.wire.envelopes import VERSION_HEADER
from contracts.wire.ids import ID
from contracts.wire.problems import STATUS_OF_CODE, TYPE_PREFIX, title

Seen = tuple[str, bool, str]
"""Requirement, whether it is kept, and what was seen."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,5}[1-9])?Z")

_MISMATCH = frozenset({"APP_MISMATCH", "VERSION_MISMATCH"})

MOST_FAILURES = 10
"""Answers that break one requirement, told one by one, in phases of generated cases."""

MOST_ROWS = 200
"""Rows of one list that are looked at."""

OF_SCHEMA = {
    "task": "REQ-TASK-004",
    "task-result": "REQ-RUN-003",
    "task-page": "REQ-TASK-013",
    "status": "REQ-TASK-012",
    "task-logs": "REQ-TASK-019",
    "file": "REQ-FILE-014",
    "session": "REQ-SESSION-002",
    "me": "REQ-ACCOUNT-001",
    "billing": "REQ-ACCOUNT-002",
    "balance": "REQ-ACCOUNT-002",
    "scopes": "REQ-ACCOUNT-003",
    "app": "REQ-APP-002",
    "app-pricing": "REQ-APP-012",
    "estimate": "REQ-APP-013",
    "task-cost": "REQ-MONEY-008",
    "cancel-result": "REQ-CANCEL-001",
    "queue-stats": "REQ-TASK-025",
}
"""The requirement that a resource's whole form belongs to, by the name of its schema."""


class Always:
    """Looks at every exchange of a phase; tells failures at once, and what held at the end."""

    def __init__(self, target: Target, phase: str, most: int | None = None) -> None:
        """Begin.

        Args:
            target: the server.
            phase: whose exchanges are looked at.
            most: failures of one requirement that are told one by one; of further ones only how many there were.
        """
        self._target = target
        self._phase = phase
        self._most = most
        self._held: Counter[str] = Counter()
        self._broken: Counter[str] = Counter()

    def look(self, exchanges: Iterable[Exchange]) -> Iterator[Finding]:
        """Yield what is wrong with some exchanges."""
        for exchange in exchanges:
            for requirement, kept, told in judge(exchange, self._target):
                if kept:
                    self._held[requirement] += 1
                    continue
                self._broken[requirement] += 1
                if self._most is None or self._broken[requirement] <= self._most:
                    yield self._finding(requirement, kept=False, told=told, exchanges=(exchange.number,))

    def sum_up(self) -> Iterator[Finding]:
        """Yield what held, and what was not told yet."""
        for requirement, count in sorted(self._held.items()):
            yield self._finding(requirement, kept=True, told=f"held in {counted(count, 'answer')}", exchanges=())
        for requirement, count in sorted(self._broken.items()):
            if self._most is not None and count > self._most:
                told = f"broken in {counted(count - self._most, 'further answer')}"
                yield self._finding(requirement, kept=False, told=told, exchanges=())

    def _finding(self, requirement: str, *, kept: bool, told: str, exchanges: tuple[int, ...]) -> Finding:
        return Finding(requirement, "pass" if kept else "fail", told, "always", self._phase, exchanges)


def judge(exchange: Exchange, target: Target) -> Iterator[Seen]:
    """Yield the verdicts on one exchange; none on what is not the contract's, such as a control plane.

    Of an answer that broke off, or was too long to be kept, no more than its status is looked at.
    """
    if exchange.status is None or not exchange.url.startswith(target.base_url):
        return
    if exchange.url.removeprefix(target.base_url).startswith("/_mock"):
        return
    row = operations.by_id().get(exchange.operation or "")
    yield (
        "REQ-ERR-015",
        exchange.status != 500 and b"Traceback (most recent call last)" not in exchange.body,
        f"{exchange.line()}: expected neither a 500 nor a traceback",
    )
    if exchange.method == "OPTIONS" or exchange.error is not None:
        return
    if exchange.method == "HEAD":
        yield "REQ-HTTP-005", not exchange.body, f"{exchange.line()}: {len(exchange.body)} bytes of body, expected none"
        return
    if exchange.status == 204:
        yield "REQ-ENV-012", not exchange.body, f"{exchange.line()}: {len(exchange.body)} bytes of body, expected none"
    elif exchange.status >= 400:
        yield from _problem(exchange)
    elif row is not None and row.response is not None and exchange.media_type == "application/json":
        yield from _resource(exchange, row)
    # Whoever is not let in is not counted.
    if row is not None and row.rate is not None and exchange.status not in {401, 402, 403}:
        told = exchange.header("x-ratelimit-remaining"), exchange.header("x-ratelimit-reset")
        yield (
            "REQ-LIMIT-003",
            None not in told,
            f"{exchange.line()}: the headers of the limit are {told}; expected both",
        )


def _problem(exchange: Exchange) -> Iterator[Seen]:
    line = exchange.line()
    if exchange.status == 412:
        return
    try:
        document = exchange.json()
    except UnexpectedError as failure:
        yield "REQ-ERR-001", False, str(failure)
        return
    members = {"type", "title", "status", "detail"}
    whole = isinstance(document, dict) and members <= document.keys()
    typed = exchange.media_type == "application/problem+json"
    told = f"{line}: {exchange.media_type} with {sorted(document) if isinstance(document, dict) else document!r:.100}"
    yield "REQ-ERR-001", whole and typed, f"{told}; expected application/problem+json with {sorted(members)}"
    if not isinstance(document, dict):
        return
    error = document.get("error")
    older = document.get("success") is False and isinstance(error, dict) and {"code", "message"} <= error.keys()
    told = f"{line}: success is {document.get('success')!r}, error {error!r:.200}"
    yield "REQ-ERR-002", older, f"{told}; expected false and an object with code and message"
    code = exchange.code
    told = f"{line}: the type is {document.get('type')!r}; expected {TYPE_PREFIX}{code or 'CODE'}"
    yield "REQ-ERR-003", document.get("type") == f"{TYPE_PREFIX}{code}", told
    named = (document.get("title"), document.get("status"))
    wanted = (title(exchange.status or 0), exchange.status)
    yield "REQ-ERR-004", named == wanted, f"{line}: title and status are {named}; expected {wanted}"
    known = STATUS_OF_CODE.get(code or "")
    fits = known == exchange.status or code in _MISMATCH
    told = "a code that is documented" if known is None else f"that code with {known}"
    yield "REQ-ERR-006", fits, f"{line}: the code is {code!r}; expected {told}"


def _resource(exchange: Exchange, row: Operation) -> Iterator[Seen]:
    yield from _envelope(exchange)
    try:
        data = exchange.data
    except UnexpectedError:
        return
    for one in data[:MOST_ROWS] if row.is_list and isinstance(data, list) else [data]:
        error = next(schemas.validator(row.response or "").iter_errors(one), None)
        where = "" if error is None else "".join(f"/{part}" for part in error.instance_path)
        told = "fits its schema" if error is None else f"{where or 'the resource'}: {error.message[:300]}"
        requirement = OF_SCHEMA.get(row.response or "")
        if requirement is not None:
            yield requirement, error is None, f"{exchange.line()}: {told}"
    yield from _values(exchange, data)


def _envelope(exchange: Exchange) -> Iterator[Seen]:
    version = exchange.asked(VERSION_HEADER)
    line = exchange.line()
    try:
        document = exchange.json()
    except UnexpectedError as error:
        yield "REQ-ENV-004", False, str(error)
        return
    keys = sorted(document) if isinstance(document, dict) else kind(document)
    if version == "2":
        if isinstance(document, dict) and document:
            yield "REQ-ENV-009", "data" not in document, f"{line}: the keys are {keys}; none is to be `data`"
        return
    requirement, wanted = {
        "1": ("REQ-ENV-002", ["data", "status", "success"]),
        "3": ("REQ-ENV-003", ["data", "messages"]),
        None: ("REQ-ENV-004", ["data", "messages", "status", "success"]),
    }.get(version, ("", []))
    if not requirement:
        return
    yield requirement, keys == wanted, f"{line}: the envelope's keys are {keys}; expected {wanted}"
    if "status" in keys:
        told = document["status"], document.get("success")
        yield (
            "REQ-ENV-007",
            told == (exchange.status, True),
            f"{line}: status and success are {told}; expected {(exchange.status, True)}",
        )
    if "messages" in keys:
        fine = isinstance(document["messages"], list) and all(
            isinstance(row, dict) and {"level", "code", "message"} <= row.keys() for row in document["messages"]
        )
        yield "REQ-ENV-008", fine, f"{line}: messages are {document['messages']!r:.200}"


def _values(exchange: Exchange, data: Any) -> Iterator[Seen]:  # noqa: ANN401  # JSON
    """Look at ids and timestamps wherever they stand, but not in what a client made up: its own input."""
    line = exchange.line()
    for at, name, value in _members(data, ""):
        if name.endswith("_at") and isinstance(value, str):
            yield "REQ-ENV-015", bool(_TIME.fullmatch(value)), f"{line}: {at} is {value!r}; expected RFC 3339 in UTC"
        elif name == "short_id" and isinstance(value, str):
            yield "REQ-ENV-013", bool(ID.fullmatch(value.ljust(26, "0"))), f"{line}: {at} is {value!r}"


def _members(value: Any, at: str) -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401  # JSON
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in {"input", "metadata", "setup", "input_schema", "output_schema", "run_at"}:
                continue
            yield f"{at}/{name}", name, inner
            yield from _members(inner, f"{at}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value[:20]):
            yield from _members(inner, f"{at}/{number}")
