"""The golden exchanges in fixtures/exchanges: what was asked and what is answered, in every envelope.

One file holds one exchange: what must happen before it, the request, and the answer in each envelope. The tests
replay them, the OpenAPI document takes its examples from them, the docs point to them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import orjson

from contracts import fixtures
from contracts.wire.envelopes import ENVELOPES, Envelope


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is on the wire."""

    status: int
    headers: Mapping[str, str]
    json: Any = None
    """The parsed body; written again compactly it is the body, byte for byte."""
    lines: tuple[str, ...] | None = None
    """Lines of a stream, each with its ending."""
    bytes_sha256: str | None = None
    """Hash of a body that is neither."""

    @property
    def content_type(self) -> str:
        """The media type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0]


@dataclass(frozen=True, slots=True)
class Request:
    """A request, to the vendor's surface or to the control plane."""

    method: str
    path: str
    """May hold `{pointer}` places that name values of earlier answers, see `capture`."""
    headers: Mapping[str, str]
    json: Any = None
    file: str | None = None
    """A file in fixtures/ that is the body."""
    capture: Mapping[str, str] | None = None
    """Names for values of the answer, by JSON Pointer."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One golden exchange."""

    name: str
    operation: str
    summary: str
    settings: Mapping[str, Any]
    before: tuple[Request, ...]
    request: Request
    responses: Mapping[Envelope, Answer]


@cache
def load() -> tuple[Exchange, ...]:
    """Return all exchanges, sorted by name; none when the fixtures are not there yet."""
    try:
        folder = fixtures.path("exchanges")
    except FileNotFoundError:
        return ()
    return tuple(read(file) for file in sorted(folder.rglob("*.json")))


def of_operation(operation: str) -> tuple[Exchange, ...]:
    """Return the exchanges of one operation."""
    return tuple(exchange for exchange in load() if exchange.operation == operation)


def read(file: Path) -> Exchange:
    """Return the exchange in a file; its name is that of the file, its operation that of the folder."""
    raw = orjson.loads(file.read_bytes())
    return Exchange(
        name=file.stem,
        operation=file.parent.name,
        summary=raw["summary"],
        settings=raw.get("settings", {}),
        before=tuple(_request(row) for row in raw.get("before", [])),
        request=_request(raw["request"]),
        responses={
            cast("Envelope", name): _answer(row) for name, row in raw.get("responses", {}).items() if name in ENVELOPES
        },
    )


def _request(row: Mapping[str, Any]) -> Request:
    return Request(
        method=row["method"],
        path=row["path"],
        headers=row.get("headers", {}),
        json=row.get("json"),
        file=row.get("file"),
        capture=row.get("capture"),
    )


def _answer(row: Mapping[str, Any]) -> Answer:
    return Answer(
        status=row["status"],
        headers=row["headers"],
        json=row.get("json"),
        lines=tuple(row["lines"]) if "lines" in row else None,
        bytes_sha256=row.get("sha256"),
    )
