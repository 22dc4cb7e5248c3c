"""Request bodies, with the bodies of golden exchanges as examples."""

from typing import Any

import jsonschema_rs

from contracts import exchanges
from contracts.apps import table
from contracts.apps.table import Enforcement, VersionName
from contracts.openapi import inputs, lists, references
from contracts.openapi.references import REF
from contracts.operations import Operation

RUN_AT_PATTERN = "^([01][0-9]{3}|20[0-8][0-9]|209[0-8])-"
"""The emulator's time ends with 2099."""


def of(operation: Operation, version: VersionName, enforcement: Enforcement) -> dict[str, Any] | None:
    """Return the `requestBody` of an operation, or None when it takes no body."""
    if operation.method == "PUT":
        told = "The bytes as they are; the Content-Type becomes the file's."
        return {"description": told, "required": True, "content": {"*/*": {"schema": {}}}}
    if operation.request is None:
        return None
    taken = schema(operation, version, enforcement)
    content: dict[str, Any] = {"application/json": {"schema": taken}}
    if examples := _examples(operation, taken, version):
        content["application/json"]["examples"] = examples
    if operation.id == "files.create":
        content["multipart/form-data"] = {"schema": _form()}
    return {"required": operation.request not in {"cursor-request", "cancel-request"}, "content": content}


def schema(operation: Operation, version: VersionName, enforcement: Enforcement) -> dict[str, Any]:
    """Return the schema of the JSON bodies that an operation takes."""
    own = {"$ref": REF + (operation.request or "")}
    match operation.request:
        case "run-request":
            return {"allOf": [own, *_run(version, enforcement)]}
        case "cursor-request":
            return lists.request(operation)
        case "cancel-request":
            return {"anyOf": [own, {"type": "null"}]}
        case "estimate-request":
            return {"allOf": [own, {"type": "object", "properties": {"function": {"const": table.load().function}}}]}
        case _:
            empty = {"anyOf": [{"const": ""}, {"type": "null"}]}
            item = {"type": "object", "properties": {"uri": empty}}
            return {"allOf": [own, {"type": "object", "properties": {"files": {"type": "array", "items": item}}}]}


def _run(version: VersionName, enforcement: Enforcement) -> list[dict[str, Any]]:
    """Return what a run's body has to fit beside the shape of its members."""
    spec = table.load()
    nothing = [{"type": "null"}, {"const": ""}]
    return [
        {
            "type": "object",
            "required": ["input"],
            "properties": {
                "input": inputs.schema(spec.versions[version], enforcement),
                "function": {"anyOf": [*nothing, {"const": spec.function}]},
                "webhook": {"anyOf": [*nothing, {"type": "string", "pattern": inputs.URL_PATTERN}]},
                "run_at": {
                    "anyOf": [*nothing, {"type": "string", "format": "date-time", "pattern": RUN_AT_PATTERN}],
                },
            },
        },
        {
            "anyOf": [
                {"properties": {"session_timeout": {"type": "null"}}},
                {"required": ["session"], "properties": {"session": {"const": "new"}}},
            ],
            "x-rule": "REQ-SESSION-003",
        },
    ]


def _form() -> dict[str, Any]:
    """Return the schema of the older upload form, which takes the bytes at once."""
    text = {"type": "string", "maxLength": 1024}
    return {
        "type": "object",
        "required": ["file"],
        "properties": {
            # Bytes have no JSON type: 3.1 describes a file by its media type alone. There is one of them.
            "file": {
                "contentMediaType": "application/octet-stream",
                "not": {"type": "array"},
                "description": "The bytes.",
            },
            "filename": text,
            "content_type": text,
            "path": text,
            "public": {"description": "Not heeded, like any other field."},
        },
    }


def _examples(operation: Operation, taken: dict[str, Any], version: VersionName) -> dict[str, Any]:
    """Return the bodies that golden exchanges sent with success and that anybody could send again."""
    judge = jsonschema_rs.Draft202012Validator(
        {**taken, "components": {"schemas": references.components()}}, offline=True
    )
    return {
        row.name: {"summary": row.summary, "value": row.request.json}
        for row in exchanges.plainest_first(operation.id)
        if row.responses
        and row.responses["superset"].status == operation.success
        and row.request.json is not None
        and not any(step.capture for step in row.before)
        and row.settings.get("app_version", "2026-05") == version
        and judge.is_valid(row.request.json)
    }
