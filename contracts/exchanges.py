"""The golden exchanges in fixtures/exchanges: what was asked and what is answered, in every envelope.

One file holds one exchange: what must happen before it, the request, and the answer in each envelope. The tests
replay them, the OpenAPI document takes its examples from them, the docs point to them. fixtures/README.md describes
the form of a file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from contracts import fixtures
from contracts.wire.envelopes import ENVELOPES, Envelope

KEY = "test_golden"
"""The API key of requests that name none of their own, so the key whose world an exchange happens in."""

PART = "$part"
"""`{"$part": name}` stands for the document fixtures/parts/<name>.json, which is long and in many answers."""

_PLACE = re.compile(r"\{(\w+)\}")


class ExchangeError(ValueError):
    """A file of fixtures/exchanges is wrong; the message names the file and what it should hold."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is on the wire."""

    status: int
    headers: Mapping[str, str]
    """Every header we send, by its name in lower case."""
    json: Any = None
    """The parsed body; written again compactly it is the body, byte for byte. None when there is no JSON body."""
    lines: tuple[str, ...] | None = None
    """Lines of a stream, each with its ending."""
    size: int | None = None
    """Bytes of a body that is neither."""
    bytes_sha256: str | None = None
    """Hash of a body that is neither."""
    derived: str | None = None
    """`openapi`: the body is the document that contracts.openapi makes, and its length is in no header here."""

    @property
    def content_type(self) -> str:
        """The media type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def body(self) -> bytes | None:
        """The body's bytes; None when only their hash or their origin is known."""
        if self.json is not None:
            return orjson.dumps(self.json)
        if self.lines is not None:
            return "".join(self.lines).encode("utf-8")
        return b"" if self.bytes_sha256 is None and self.derived is None else None


@dataclass(frozen=True, slots=True)
class Request:
    """A request, to the vendor's surface or to the control plane."""

    method: str
    path: str
    """May hold `{name}` places for values of earlier answers, see `capture`."""
    headers: Mapping[str, str]
    json: Any = None
    text: str | None = None
    """A body that is no JSON."""
    file: str | None = None
    """A file in fixtures/ that is the body."""
    capture: Mapping[str, str] | None = None
    """Names for values of the answer, by JSON Pointer into the bare resource."""
    repeat: int = 1
    """How often it is sent."""

    def filled(self, values: Mapping[str, Any]) -> "Request":
        """Return the request with captured values in their `{name}` places; other braces stay as they are."""
        return replace(
            self,
            path=_fill(self.path, values),
            headers={name: _fill(value, values) for name, value in self.headers.items()},
            json=_filled(self.json, values),
        )

    @property
    def body(self) -> bytes | None:
        """The bytes to send; None for a request without a body."""
        if self.json is not None:
            return orjson.dumps(self.json)
        if self.text is not None:
            return self.text.encode("utf-8")
        return None if self.file is None else fixtures.path(*self.file.split("/")).read_bytes()


@dataclass(frozen=True, slots=True)
class Exchange:
    """One golden exchange."""

    name: str
    operation: str
    """Id of the operation; `routes` for what belongs to none."""
    summary: str
    settings: Mapping[str, Any]
    """Behaviour settings that differ from the default."""
    before: tuple[Request, ...]
    request: Request
    during: tuple[Request, ...]
    """What happens while the request is open."""
    responses: Mapping[Envelope, Answer]
    """By envelope: all four, or none where the exchange was not recorded yet."""


@cache
def load() -> tuple[Exchange, ...]:
    """Return all exchanges, sorted by operation and name; none when the fixtures are not there."""
    return tuple(read(file) for file in files())


def files() -> tuple[Path, ...]:
    """Return the files of all exchanges."""
    try:
        folder = fixtures.path("exchanges")
    except FileNotFoundError:
        return ()
    return tuple(sorted(folder.glob("*/*.json")))


def of_operation(operation: str) -> tuple[Exchange, ...]:
    """Return the exchanges of one operation."""
    return tuple(exchange for exchange in load() if exchange.operation == operation)


def plainest_first(operation: str) -> tuple[Exchange, ...]:
    """Return the exchanges of one operation, the shortest names first: particulars make a name longer."""
    return tuple(sorted(of_operation(operation), key=lambda exchange: (len(exchange.name), exchange.name)))


def read(file: Path) -> Exchange:
    """Return the exchange in a file; its name is that of the file, its operation that of the folder.

    Raises:
        ExchangeError: the file is not JSON, or lacks something, or has something unknown.
    """
    try:
        raw = orjson.loads(file.read_bytes())
        return parse(raw, operation=file.parent.name, name=file.stem)
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise ExchangeError(
            f"{file.parent.name}/{file.name}: {type(error).__name__}: {error}; fixtures/README.md shows the form"
        ) from None


def parse(raw: Mapping[str, Any], *, operation: str, name: str) -> Exchange:
    """Return the exchange that a parsed file describes.

    Raises:
        KeyError: a member is missing.
        TypeError: there is an unknown member.
    """
    if unknown := raw.keys() - {"summary", "settings", "before", "request", "during", "responses"}:
        raise TypeError(f"unknown member {min(unknown)!r}")
    recorded = raw.get("responses")
    answers = {} if recorded is None else {key: _answer(row) for key, row in recorded.items()}
    return Exchange(
        name=name,
        operation=operation,
        summary=raw["summary"],
        settings=raw.get("settings", {}),
        before=tuple(_request(row) for row in raw.get("before", [])),
        request=_request(raw["request"]),
        during=tuple(_request(row) for row in raw.get("during", [])),
        # An envelope that is not there gives the same answer as the superset.
        responses={key: answers.get(key, answers["superset"]) for key in ENVELOPES} if answers else {},
    )


def responses_document(answers: Mapping[Envelope, Answer]) -> dict[str, Any]:
    """Return the `responses` member of a file: the superset, and every other envelope that differs from it."""
    return {
        envelope: _answer_document(answer)
        for envelope, answer in answers.items()
        if envelope == "superset" or answer != answers["superset"]
    }


@cache
def parts() -> Mapping[str, Any]:
    """Return the documents that `$part` can stand for, by name."""
    try:
        folder = fixtures.path("parts")
    except FileNotFoundError:
        return {}
    return {file.stem: orjson.loads(file.read_bytes()) for file in sorted(folder.glob("*.json"))}


def expanded(value: Any) -> Any:  # noqa: ANN401  # JSON
    """Return JSON with every `$part` replaced by what it stands for."""
    if isinstance(value, dict):
        if value.keys() == {PART}:
            return parts()[value[PART]]
        return {key: expanded(inner) for key, inner in value.items()}
    return [expanded(inner) for inner in value] if isinstance(value, list) else value


def abridged(value: Any) -> Any:  # noqa: ANN401  # JSON
    """Return JSON with a `$part` for every document that is one; the opposite of `expanded`."""
    if isinstance(value, dict):
        named = next((name for name, part in parts().items() if part == value), None)
        if named is not None:
            return {PART: named}
        return {key: abridged(inner) for key, inner in value.items()}
    return [abridged(inner) for inner in value] if isinstance(value, list) else value


def _request(row: Mapping[str, Any]) -> Request:
    known = {"headers": {}, **row}
    return Request(**known)


def _answer(row: Mapping[str, Any]) -> Answer:
    return Answer(
        status=row["status"],
        headers=row["headers"],
        json=expanded(row.get("json")),
        lines=tuple(row["lines"]) if "lines" in row else None,
        size=row.get("bytes"),
        bytes_sha256=row.get("sha256"),
        derived=row.get("derived"),
    )


def _answer_document(answer: Answer) -> dict[str, Any]:
    body: dict[str, Any] = {
        "json": abridged(answer.json),
        "lines": answer.lines,
        "bytes": answer.size,
        "sha256": answer.bytes_sha256,
        "derived": answer.derived,
    }
    shown = {key: value for key, value in body.items() if value is not None}
    return {"status": answer.status, "headers": dict(answer.headers), **shown}


def _filled(value: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401  # JSON
    if isinstance(value, str):
        return _fill(value, values)
    if isinstance(value, dict):
        return {key: _filled(inner, values) for key, inner in value.items()}
    return [_filled(inner, values) for inner in value] if isinstance(value, list) else value


def _fill(text: str, values: Mapping[str, Any]) -> str:
    return _PLACE.sub(lambda match: str(values[match[1]]) if match[1] in values else match[0], text)
