"""Puts the document together."""

from typing import Any

from contracts import deliveries, operations
from contracts.apps.table import Enforcement, VersionName
from contracts.openapi import bodies, headers, parameters, problems, references, successes
from contracts.openapi.references import REF
from contracts.operations import Operation
from contracts.wire.envelopes import Envelope

DESCRIPTION = """What the emulator of inference.sh answers for the app `klingai/video-v2-6`, generation {version}.

It describes answers in one form, the envelope *{envelope}*, to calls without X-API-Version; those in another are
described by `inferencesh-mock openapi --envelope superset|v1|v2|v3`.

Any non-empty key opens a world of its own. A path that the vendor does not have is 404, a method that a path does not
take is 405 with `Allow`, and a path of the vendor that this emulator lacks is 501. Paths may begin with `/v1`; HEAD is
answered wherever GET is, OPTIONS everywhere.
"""


def document(
    version: VersionName = "2026-05",
    envelope: Envelope = "superset",
    *,
    enforcement: Enforcement = "documented",
    server: str = "http://127.0.0.1:8787",
) -> dict[str, Any]:
    """Return the document.

    Args:
        version: which input schema a run of the bare app reference takes.
        envelope: the form of answers to requests without X-API-Version.
        enforcement: whether the rules of the app's page are checked when a task is submitted.
        server: the server's URL.
    """
    rows = operations.load()
    paths: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.emulated:
            described = _operation(row, version, envelope, enforcement)
            paths.setdefault(row.path, {})[row.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "inference.sh API (emulated)",
            "version": "2",
            "description": DESCRIPTION.format(version=version, envelope=envelope),
        },
        "servers": [{"url": server}],
        "tags": [{"name": tag} for tag in dict.fromkeys(row.tag for row in rows if row.emulated)],
        "paths": paths,
        "webhooks": {"taskEnded": {"post": _webhook()}},
        "components": {
            "schemas": references.components(),
            "parameters": parameters.components(envelope),
            "headers": headers.components(),
            "examples": problems.shared_examples(envelope),
            "responses": problems.elsewhere(envelope),
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key. Any that is not empty will do, but for those that contain `_invalid` "
                    "or `INVALID` (401), `_forbidden` (403), `_broke` (402) or `_limited` (429).",
                }
            },
        },
        "x-elsewhere": {name: {"$ref": f"#/components/responses/{name}"} for name in problems.ELSEWHERE},
        "x-not-emulated": [f"{row.method} {row.path}" for row in rows if not row.emulated],
    }


def _operation(
    operation: Operation, version: VersionName, envelope: Envelope, enforcement: Enforcement
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "security": [{"key": []}] if operation.auth == "key" else [],
        "parameters": parameters.of(operation),
        "responses": {
            **successes.responses(operation, envelope),
            **problems.responses(operation, envelope),
        },
        "x-requirements": list(operation.requirements),
    }
    if operation.scopes:
        described["x-scopes"] = list(operation.scopes)
    body = bodies.of(operation, version, enforcement)
    if body is not None:
        described["requestBody"] = body
    return described


def _webhook() -> dict[str, Any]:
    return {
        "operationId": "taskEnded",
        "summary": "Told once when a task has ended, to the `webhook` of its run.",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": REF + "webhook"},
                    "examples": {row.name: {"summary": row.summary, "value": row.body} for row in deliveries.load()},
                }
            },
        },
        "responses": {
            "2XX": {"description": "Received. Anything else, and no answer in 10 s, is tried again four times."}
        },
    }
