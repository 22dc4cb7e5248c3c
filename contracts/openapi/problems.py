"""Refusals: every code under its status, with an exchange in which it was really given."""

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from contracts import exchanges, operations
from contracts.exchanges import Exchange
from contracts.openapi import headers
from contracts.openapi.references import REF
from contracts.operations import Operation
from contracts.wire import problems
from contracts.wire.envelopes import Envelope
from contracts.wire.problems import STATUS_OF_CODE, Problem, content_type, title

ANYWHERE: Mapping[str, str] = MappingProxyType(
    {
        "invalid_request": "X-API-Version is not a version of this API; send 1, 2 or 3, or leave the header out",
        "uri_too_long": "path and query have more bytes than are taken",
        "request_header_fields_too_large": "the headers have more bytes than are taken",
        "service_unavailable": "the server is ending; start the call again",
    }
)
"""Codes that any call may be refused with, whatever its operation, and what is said then."""

ELSEWHERE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "NoSuchRoute": ("not_found", "not-found"),
        "MethodNotAllowed": ("method_not_allowed", "method-not-allowed"),
        "NotEmulated": ("not_emulated", "not-emulated"),
    }
)
"""Refusals of what is no operation of the document: by component the code, and the golden exchange that shows it."""

_HEADERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "401": ("WWW-Authenticate",),
        "405": ("Allow",),
        "416": ("Content-Range", "Accept-Ranges"),
        "429": ("Retry-After",),
    }
)

_UNIDENTIFIED = frozenset({"414", "431"})
"""What is refused before it is kept has no id."""


def responses(operation: Operation, envelope: Envelope) -> dict[str, Any]:
    """Return the refusals of an operation by their status."""
    by_status: dict[str, list[str]] = {}
    for code in dict.fromkeys((*operation.errors, *ANYWHERE)):
        by_status.setdefault(str(STATUS_OF_CODE[code]), []).append(code)
    return {status: _response(operation, status, codes, envelope) for status, codes in by_status.items()}


def shared_examples(envelope: Envelope) -> dict[str, Any]:
    """Return the examples that several operations show, by component name."""
    found = {}
    for code in sorted({code for row in operations.load() if row.emulated for code in (*row.errors, *ANYWHERE)}):
        named = _somewhere(code)
        if named is not None:
            found[code] = _example(named, envelope)
        elif code == "requirements_not_met":
            missing = {"type": "secret", "key": "KLING_API_KEY", "message": "the app needs this secret"}
            found[code] = {
                "summary": "What such an answer looks like.",
                "value": problems.requirements_not_met([missing]),
            }
        elif code in ANYWHERE:
            found[code] = {
                "summary": "What such an answer looks like.",
                "value": problems.body(Problem(code, ANYWHERE[code]), envelope),
            }
    return found


def elsewhere(envelope: Envelope) -> dict[str, Any]:
    """Return what answers calls that are no operation of the document, as component responses."""
    found = {}
    for name, (code, shown) in ELSEWHERE.items():
        status = str(STATUS_OF_CODE[code])
        operation = "tasks.featured" if code == "not_emulated" else "routes"
        examples = {row.name: _example(row, envelope) for row in exchanges.of_operation(operation) if row.name == shown}
        found[name] = {
            "description": f"{title(int(status))}: {code}",
            "headers": headers.of(_HEADERS.get(status, ())),
            "content": {content_type(envelope): {"schema": schema(envelope), "examples": examples}},
        }
    return found


def schema(envelope: Envelope) -> dict[str, Any]:
    """Return the schema of an error; the strict forms have only some members of the one that all clients can read."""
    if envelope == "superset":
        return {"$ref": REF + "problem"}
    required = ("success", "status", "error") if envelope == "v1" else ("type", "title", "status", "detail")
    optional = () if envelope == "v1" else ("data", "errors", "meta", "request_id")
    return {
        "type": "object",
        "required": list(required),
        "properties": {member: {"$ref": f"{REF}problem/properties/{member}"} for member in (*required, *optional)},
    }


def _response(operation: Operation, status: str, codes: Iterable[str], envelope: Envelope) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for code in codes:
        if code == "requirements_not_met":
            media = content.setdefault("application/json", {"schema": {"$ref": REF + "requirements-error"}})
        else:
            media = content.setdefault(content_type(envelope), {"schema": schema(envelope)})
        own = [row for row in exchanges.plainest_first(operation.id) if _code(row) == code]
        media.setdefault("examples", {}).update(
            {row.name: _example(row, envelope) for row in own}
            or {code.lower().replace("_", "-"): {"$ref": f"#/components/examples/{code}"}}
        )
    optional = ("X-RateLimit-Remaining", "X-RateLimit-Reset") if operation.rate else ()
    told = headers.of(_HEADERS.get(status, ()), optional)
    return {
        "description": f"{title(int(status))}: {', '.join(codes)}",
        "headers": {} if status in _UNIDENTIFIED else told,
        "content": content,
    }


def _example(exchange: Exchange, envelope: Envelope) -> dict[str, Any]:
    return {"summary": exchange.summary, "value": exchange.responses[envelope].json}


@cache
def _somewhere(code: str) -> Exchange | None:
    """Return an exchange in which a code was given, the plainest one."""
    found = [row for row in exchanges.load() if _code(row) == code and not row.operation.startswith("routes")]
    return min(found, key=lambda row: (len(row.before), len(row.name)), default=None)


def _code(exchange: Exchange) -> str | None:
    answer = exchange.responses.get("v1")
    if answer is None or answer.status < 400 or not isinstance(answer.json, dict):
        return None
    code: str = answer.json["error"]["code"]
    return code
