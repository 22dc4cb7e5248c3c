"""The control plane's own OpenAPI document, written from its table of routes."""

import re
from collections.abc import Sequence
from typing import Any

from mockserver import __version__
from mockserver.control.command import Route

_PARAMETER = re.compile(r"\{(\w+)\}")


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault("/_mock" + route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "inferencesh-mock control plane",
            "version": __version__,
            "description": "Plain JSON. The bearer key names the world; X-Mock-Token is needed when the "
            "emulator is bound beyond loopback.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "token": {"type": "apiKey", "in": "header", "name": "X-Mock-Token"},
            },
            "schemas": {
                "problem": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail"],
                    "properties": {
                        "type": {"type": "string"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string"},
                    },
                }
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{route.method.lower()}{re.sub('[^a-z]+', '_', route.path)}".rstrip("_"),
        "summary": route.summary,
        "security": [{"key": []}] if route.needs_key else [],
        "parameters": [
            *(
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in _PARAMETER.findall(route.path)
            ),
            *(
                {"name": name, "in": "query", "schema": {"type": "string"}, "description": text}
                for name, text in route.query.items()
            ),
        ],
        "responses": {
            "200": {
                "description": "Done.",
                "content": {route.media: {"schema": {"type": "object"} if route.media == "application/json" else {}}},
            },
            "default": {
                "description": "Refused; the detail says why and what to do.",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}},
            },
        },
    }
    if route.takes is not None:
        content: dict[str, Any] = {"schema": dict(route.takes)}
        if route.example is not None:
            content["example"] = dict(route.example)
        described["requestBody"] = {"required": True, "content": {"application/json": content}}
    return described
