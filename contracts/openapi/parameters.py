"""Parameters: in the path, in the query, in headers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from contracts import exchanges
from contracts.apps import table
from contracts.openapi import lists
from contracts.openapi.references import REF
from contracts.operations import Operation
from contracts.wire.envelopes import VERSION_HEADER, Envelope
from contracts.wire.ids import ALPHABET, ID_LENGTH, SHORT_ID_LENGTH

MOST_LIMIT = 999_999_999
"""The largest `limit` of a query: nine digits."""

_SHORT = rf"[{ALPHABET}]{{{SHORT_ID_LENGTH}}}"
_REST = rf"[{ALPHABET}]{{{ID_LENGTH - SHORT_ID_LENGTH}}}"

_QUERY: Mapping[str, dict[str, Any]] = {
    "wait": {"schema": {"type": "boolean"}, "description": "Hold the answer until the task has ended, at most 25 s."},
    "files": {"schema": {"type": "boolean"}, "description": "Delete the task's files as well."},
    "role": {
        "schema": {"type": "string", "enum": ["", "input", "output"]},
        "description": "Only files that went in, or came out.",
    },
    "last_event_id": {
        "schema": {"type": "string"},
        "description": "Go on after this event, for clients that cannot set the header Last-Event-ID.",
        "example": "3",
    },
    "cursor": {"schema": dict(lists.CURSOR), "description": "next_cursor or prev_cursor of another page."},
    "limit": {
        "schema": {"type": "integer", "minimum": -1, "maximum": MOST_LIMIT},
        "description": "Rows of a page; -1 for up to 10,000.",
    },
    "direction": {
        "schema": {"type": "string", "enum": ["", "next", "prev"]},
        "description": "Which way to go from the cursor.",
    },
    "search": {"schema": {"type": "string"}, "description": "Part of an id or a name."},
    "X-Amz-Date": {
        "schema": {"type": "string", "pattern": "^[0-9]{8}T[0-9]{6}Z$"},
        "description": "When the URL was made.",
        "required": True,
    },
    "X-Amz-Expires": {
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
        "description": "Seconds that the URL is good for.",
        "required": True,
    },
    "X-Amz-Signature": {
        "schema": {"type": "string", "minLength": 1},
        "description": "Signs path, date and life. All three come with upload_url and are of no use anywhere else.",
        "required": True,
    },
}

_HEADERS: Mapping[str, tuple[dict[str, Any], ...]] = MappingProxyType(
    {
        "tasks.stream": (
            {
                "name": "Last-Event-ID",
                "schema": {"type": "string"},
                "description": "Go on after this event; what is no id of an event is not heeded.",
                "example": "3",
            },
        ),
        "objects.get": (
            {
                "name": "Range",
                "schema": {"type": "string"},
                "description": "Which bytes to send, RFC 9110 §14.2; what is no range of bytes is not heeded.",
                "example": "bytes=0-",
            },
            {
                "name": "If-Range",
                "schema": {"type": "string"},
                "description": "Send the range only if this is the ETag, else the whole file.",
            },
            {
                "name": "If-None-Match",
                "schema": {"type": "string"},
                "description": "Send nothing (304) if this is the ETag.",
            },
        ),
    }
)


def of(operation: Operation) -> list[dict[str, Any]]:
    """Return the parameters of an operation."""
    return [
        *({"name": name, "in": "path", "required": True, **_path(operation, name)} for name in operation.parameters),
        *({"name": name, "in": "query", **_query(operation, name)} for name in operation.query),
        *({"in": "header", **row} for row in _HEADERS.get(operation.id, ())),
    ]


def components(envelope: Envelope) -> dict[str, Any]:
    """Return the parameter that every operation takes and none refers to: the document describes what it changes."""
    return {
        "ApiVersion": {
            "name": VERSION_HEADER,
            "in": "header",
            "schema": {"type": "string", "enum": ["1", "2", "3"]},
            "description": "With any call: the envelope of its answer. This document describes answers to calls "
            f"without the header, which come in the envelope {envelope}.",
        }
    }


def _path(operation: Operation, name: str) -> dict[str, Any]:
    area = operation.path.split("/")[1]
    spec = table.load()
    match area, name:
        case "apps" | "store", "id":
            return _text(rf"^{_SHORT}({_REST})?$", "The app's id, whole or short.", spec.id)
        case _, "version_id":
            return _text(rf"^{_SHORT}$", "The id of a version.", spec.versions["2026-05"].id)
        case _, "namespace":
            return _text("^[a-z0-9-]+$", "Whose app it is.", spec.namespace)
        case "apps", "name":
            return _text(rf"^[a-z0-9.-]+(@{_SHORT})?$", "The app's name, with @ and a version if wanted.", spec.name)
        case _, "kind":
            kinds = ["u"] if operation.method == "PUT" else ["t", "u"]
            return {"schema": {"type": "string", "enum": kinds}, "description": "u: an upload, t: a task's output."}
        case _, "owner":
            return _text(rf"^{_SHORT}$", "Whose file it is, as its uri says.")
        case _, "name":
            return _text(rf"^[{ALPHABET}]+(\.[a-z0-9]+)?$", "The last part of the file's uri.")
    kind = {"files": "file", "sessions": "session"}.get(area, "task")
    known = _known(f"{kind}s.get")
    shown = {"schema": {"$ref": REF + "identifier"}, "description": f"The {kind}'s id."}
    return shown if known is None else {**shown, "example": known}


def _text(pattern: str, description: str, example: str | None = None) -> dict[str, Any]:
    shown = {"schema": {"type": "string", "pattern": pattern}, "description": description}
    return shown if example is None else {**shown, "example": example}


def _query(operation: Operation, name: str) -> dict[str, Any]:
    if name == "filters":
        example = [{"field": operation.fields[0], "operator": "contains", "value": "x"}]
        return _json(lists.filters(operation), "Conditions that all have to hold, as JSON.", example)
    if name == "sort":
        example = [{"field": operation.fields[0], "dir": "asc"}]
        return _json(lists.sort(operation), "Fields to go by, the most important first, as JSON.", example)
    return dict(_QUERY[name])


def _json(schema: dict[str, Any], description: str, example: list[dict[str, str]]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema, "example": example}}, "description": description}


def _known(operation: str) -> str | None:
    """Return the id that the golden exchanges of an operation show."""
    for exchange in exchanges.of_operation(operation):
        answer = exchange.responses.get("v2")
        if answer is not None and answer.status == 200:
            found: str = answer.json["id"]
            return found
    return None
