"""Response headers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from contracts.openapi.references import REF

_COUNT: Mapping[str, Any] = {"type": "integer", "minimum": 0}
_TEXT: Mapping[str, Any] = {"type": "string"}

HEADERS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "X-Request-Id": {
            "description": "The exchange's id; a problem repeats it as request_id.",
            "schema": {"$ref": REF + "identifier"},
        },
        "X-RateLimit-Remaining": {"description": "Calls left in this minute.", "schema": _COUNT},
        "X-RateLimit-Reset": {"description": "When the minute is over, Unix seconds.", "schema": _COUNT},
        "Retry-After": {"description": "Seconds to wait.", "schema": _COUNT},
        "WWW-Authenticate": {"description": "How to say who one is.", "schema": {"type": "string", "const": "Bearer"}},
        "Allow": {"description": "What the path takes.", "schema": _TEXT, "example": "GET, HEAD, OPTIONS"},
        "Link": {"description": "The pages next to this one, RFC 8288.", "schema": _TEXT},
        "ETag": {
            "description": "Strong tag of the bytes.",
            "schema": {"type": "string", "pattern": '^"[0-9a-f]{32}"$'},
        },
        "Accept-Ranges": {"description": "Ranges may be asked for.", "schema": {"type": "string", "const": "bytes"}},
        "Content-Range": {
            "description": "Which bytes of how many.",
            "schema": {"type": "string", "pattern": r"^bytes ([0-9]+-[0-9]+|\*)/[0-9]+$"},
        },
        "Content-Disposition": {"description": "The file's name.", "schema": _TEXT},
        "Cache-Control": {"description": "Whether and how the answer may be kept.", "schema": _TEXT},
    }
)
"""Every response header that the contract knows, by its name."""


def components() -> dict[str, Any]:
    """Return all headers as components; what comes with every answer of its kind lies there a second time.

    A header is required or not by where it stands, and OpenAPI has no other way to say so of a shared one.
    """
    return {
        **{name: dict(row) for name, row in HEADERS.items()},
        **{f"{name}.required": {**row, "required": True} for name, row in HEADERS.items()},
    }


def of(required: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the `headers` of a response; every answer has the exchange's id.

    Args:
        required: names in HEADERS that always come.
        optional: names in HEADERS that may come.
    """
    always = {name: {"$ref": f"#/components/headers/{name}.required"} for name in ("X-Request-Id", *required)}
    return always | {name: {"$ref": f"#/components/headers/{name}"} for name in optional}
