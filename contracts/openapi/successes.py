"""Successes: the resource in its envelope, streams, bytes, and what else is no refusal."""

from typing import Any

from contracts import exchanges
from contracts.exchanges import Answer
from contracts.openapi import headers, links
from contracts.openapi.references import REF
from contracts.operations import Operation
from contracts.wire.envelopes import Envelope
from contracts.wire.streams import CONTENT_TYPE

_FILE_HEADERS = ("ETag", "Cache-Control", "Content-Disposition")


def responses(operation: Operation, envelope: Envelope) -> dict[str, Any]:
    """Return what an operation answers when nothing is wrong, by status."""
    match operation.id:
        case "objects.get":
            return _object()
        case "objects.put":
            told = "The bytes are kept; the body is empty."
            return {"200": {"description": told, "headers": headers.of(("ETag",))}}
        case "tasks.stream":
            return _stream(operation, envelope)
        case "meta.openapi":
            document = {"application/json": {"schema": {"type": "object", "required": ["openapi", "info", "paths"]}}}
            return {"200": {"description": "The document.", "headers": headers.of(), "content": document}}
    limits = ("X-RateLimit-Remaining", "X-RateLimit-Reset") if operation.rate else ()
    if operation.success == 204:
        return {"204": {"description": "Done; no body.", "headers": headers.of(limits)}}
    paged = ("Link",) if (operation.response or "").endswith("-page") else ()
    response: dict[str, Any] = {
        "description": "Success.",
        "headers": headers.of(limits, paged),
        "content": {"application/json": {"schema": _enveloped(_resource(operation), envelope)}},
    }
    if examples := _examples(operation, envelope, "application/json"):
        response["content"]["application/json"]["examples"] = examples
    if found := links.of(operation, envelope):
        response["links"] = found
    return {"200": response}


def _resource(operation: Operation) -> dict[str, Any]:
    resource: dict[str, Any] = {"$ref": REF + (operation.response or "")}
    if not operation.is_list:
        return resource
    rows = {"type": "array", "items": resource}
    # The older multipart form holds one file and is answered with one record.
    return {"anyOf": [rows, resource]} if operation.id == "files.create" else rows


def _enveloped(resource: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    if envelope == "v2":
        return resource
    inner = {"type": "object", "properties": {"data": resource}, "required": ["data"]}
    return {"allOf": [{"$ref": f"{REF}envelope-{envelope}"}, inner]}


def _stream(operation: Operation, envelope: Envelope) -> dict[str, Any]:
    """Return a stream in both media types.

    OpenAPI 3.1 describes whole bodies: the `itemSchema` of a stream came with 3.2, and there only for server-sent
    events do tools judge each one. Any schema of the whole body is wrong in some tool, which takes it for text or for
    one JSON document; so the body has none, and `x-line-schema` says what one line, or the data of one event, has to
    fit.
    """
    content: dict[str, Any] = {}
    for media in CONTENT_TYPE.values():
        content[media] = {"x-line-schema": {"$ref": REF + "stream-line"}}
        if examples := _examples(operation, envelope, media):
            content[media]["examples"] = examples
    return {
        "200": {
            "description": "The task as it stands, then every change of it, the last one terminal: one on each line of "
            "NDJSON or in the data of each server-sent event, with a heartbeat now and then.",
            "headers": headers.of((), ("Cache-Control",)),
            "content": content,
        },
        "204": {
            "description": "The event named in Last-Event-ID was the last one: there is nothing to come back for.",
            "headers": headers.of(),
        },
    }


def _object() -> dict[str, Any]:
    """Return the answers of a file's address."""
    anything: dict[str, Any] = {"*/*": {"schema": {}}}
    ranges = ("Accept-Ranges",)
    return {
        "200": {
            "description": "The whole file.",
            "headers": headers.of(_FILE_HEADERS, ranges),
            "content": anything,
        },
        "206": {
            "description": "A part of it, or several as multipart/byteranges.",
            "headers": headers.of(_FILE_HEADERS, (*ranges, "Content-Range")),
            "content": anything,
        },
        "304": {"description": "The file is still the one with this ETag.", "headers": headers.of(_FILE_HEADERS)},
    }


def _examples(operation: Operation, envelope: Envelope, media: str) -> dict[str, Any]:
    """Return the golden answers of an operation that have a media type."""
    found = {}
    for exchange in exchanges.plainest_first(operation.id):
        answer = exchange.responses.get(envelope)
        if answer is not None and answer.status == operation.success and answer.content_type == media:
            found[exchange.name] = {"summary": exchange.summary, "value": _shown(answer)}
    return found


def _shown(answer: Answer) -> Any:  # noqa: ANN401  # JSON, or the text of a stream
    return answer.json if answer.lines is None else "".join(answer.lines)
