"""The OpenAPI 3.1 description of the vendor's surface, built from operations, schemas and golden exchanges."""

from collections.abc import Mapping
from typing import Any

from contracts import deliveries, exchanges, operations, schemas
from contracts.apps import table
from contracts.apps.table import VersionName
from contracts.operations import Operation
from contracts.wire.envelopes import Envelope
from contracts.wire.problems import STATUS_OF_CODE, content_type, title
from contracts.wire.streams import CONTENT_TYPE

REF = "#/components/schemas/"

_QUERY: Mapping[str, dict[str, Any]] = {
    "wait": {"schema": {"type": "boolean"}, "description": "Hold the answer until the task has ended, at most 25 s."},
    "files": {"schema": {"type": "boolean"}, "description": "Delete the task's files as well."},
    "role": {"schema": {"enum": ["input", "output"]}, "description": "Only files that went in, or came out."},
    "last_event_id": {"schema": {"type": "string"}, "description": "Go on after this event."},
    "cursor": {"schema": {"type": "string"}, "description": "next_cursor or prev_cursor of another page."},
    "limit": {"schema": {"type": "integer", "minimum": -1}, "description": "Rows of a page; -1 for up to 10,000."},
    "direction": {"schema": {"enum": ["next", "prev"]}, "description": "Which way to go from the cursor."},
    "search": {"schema": {"type": "string"}, "description": "Part of an id or a name."},
    "filters": {"schema": {"type": "string"}, "description": "JSON list of {field, operator, value}."},
    "sort": {"schema": {"type": "string"}, "description": "JSON list of {field, dir}."},
}


def document(
    version: VersionName = "2026-05", envelope: Envelope = "superset", *, server: str = "http://127.0.0.1:8787"
) -> dict[str, Any]:
    """Return the document.

    Args:
        version: which input schema a run of the bare app reference takes.
        envelope: the form of answers to requests without X-API-Version.
        server: the server's URL.
    """
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations.load():
        if operation.emulated:
            paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, version, envelope)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "inference.sh API (emulated)",
            "version": "2",
            "description": "What the emulator of inference.sh answers for the app klingai/video-v2-6, "
            f"generation {version}, envelope {envelope}.",
        },
        "servers": [{"url": server}],
        "tags": [{"name": tag} for tag in dict.fromkeys(row.tag for row in operations.load() if row.emulated)],
        "paths": paths,
        "webhooks": {"taskEnded": {"post": _webhook()}},
        "components": {
            "schemas": {name: _rebased(schemas.load(name), REF + name) for name in schemas.names()},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key."}},
        },
    }


def _operation(operation: Operation, version: VersionName, envelope: Envelope) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "x-requirements": list(operation.requirements),
        "security": [{"key": []}] if operation.auth == "key" else [],
        "parameters": [
            *(
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in operation.parameters
            ),
            *({"name": name, "in": "query", **_QUERY[name]} for name in operation.query),
        ],
        "responses": _responses(operation, envelope),
    }
    if operation.request is not None:
        described["requestBody"] = {
            "required": operation.request in {"run-request", "file-create-request", "estimate-request"},
            "content": {"application/json": {"schema": _request_schema(operation.request, version)}},
        }
    elif operation.method == "PUT":
        described["requestBody"] = {"content": {"*/*": {"schema": {}}}}
    return described


def _request_schema(name: str, version: VersionName) -> dict[str, Any]:
    if name != "run-request":
        return {"$ref": REF + name}
    taken = table.load().versions[version].schema
    return {"allOf": [{"$ref": REF + name}, {"type": "object", "properties": {"input": {"$ref": REF + taken}}}]}


def _responses(operation: Operation, envelope: Envelope) -> dict[str, Any]:
    examples = exchanges.of_operation(operation.id)
    responses: dict[str, Any] = {str(operation.success): _success(operation, envelope)}
    for code in operation.errors:
        status = str(STATUS_OF_CODE[code])
        response = responses.setdefault(status, {"description": title(int(status)), "content": {}})
        if code == "requirements_not_met":
            response["content"]["application/json"] = {"schema": {"$ref": REF + "requirements-error"}}
        else:
            response["content"][content_type(envelope)] = {"schema": _problem(envelope)}
        response["description"] = (
            f"{title(int(status))}: {code}"
            if ":" not in response["description"]
            else (f"{response['description']}, {code}")
        )
    for exchange in examples:
        answer = exchange.responses.get(envelope)
        response = responses.get(str(answer.status)) if answer is not None else None
        if answer is None or response is None or answer.json is None:
            continue
        media = response.get("content", {}).get(answer.content_type)
        if media is not None:
            media.setdefault("examples", {})[exchange.name] = {"summary": exchange.summary, "value": answer.json}
    return responses


def _success(operation: Operation, envelope: Envelope) -> dict[str, Any]:
    if operation.success == 204:
        return {"description": "Done; no body."}
    if operation.id == "tasks.stream":
        line = {"description": "One task a line, the last one terminal.", "type": "string"}
        return {
            "description": "Lines until the task has ended.",
            "content": {media: {"schema": line} for media in CONTENT_TYPE.values()},
        }
    if operation.response is None:
        media = "application/json" if operation.id == "meta.openapi" else "*/*"
        return {"description": "The bytes.", "content": {media: {"schema": {}}}}
    resource: dict[str, Any] = {"$ref": REF + operation.response}
    if operation.is_list:
        one, resource = resource, {"type": "array", "items": resource}
        if operation.id == "files.create":
            # The older multipart form holds one file and is answered with one record.
            resource = {"anyOf": [resource, one]}
    return {"description": "Success.", "content": {"application/json": {"schema": _enveloped(resource, envelope)}}}


def _enveloped(resource: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    if envelope == "v2":
        return resource
    inner = {"type": "object", "properties": {"data": resource}, "required": ["data"]}
    return {"allOf": [{"$ref": f"{REF}envelope-{envelope}"}, inner]}


def _problem(envelope: Envelope) -> dict[str, Any]:
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


def _webhook() -> dict[str, Any]:
    return {
        "summary": "Told once when a task has ended.",
        "requestBody": {
            "content": {
                "application/json": {
                    "schema": {"$ref": REF + "webhook"},
                    "examples": {row.name: {"summary": row.summary, "value": row.body} for row in deliveries.load()},
                }
            }
        },
        "responses": {"2XX": {"description": "Received. Anything else is tried again."}},
    }


def _rebased(value: Any, own: str) -> Any:  # noqa: ANN401  # JSON
    """Point references at the components of this document, and drop what only our validators need.

    `own` is the reference to the schema itself, under which its local definitions now lie.
    """
    if isinstance(value, dict):
        return {
            key: _reference(inner, own) if key == "$ref" else _rebased(inner, own)
            for key, inner in value.items()
            if key not in {"$schema", "$id"}
        }
    if isinstance(value, list):
        return [_rebased(inner, own) for inner in value]
    return value


def _reference(reference: str, own: str) -> str:
    if reference.startswith("#"):
        return own + reference.removeprefix("#")
    return REF + reference.removeprefix(schemas.ID_PREFIX)
