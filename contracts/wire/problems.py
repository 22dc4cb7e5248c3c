"""The error answers: one problem body that every client generation can read (D1, rest.md §10, wire.md §5).

Problem
    A refusal that the wire contract knows by a code. The code fixes the HTTP status; the detail says what happened,
    what was expected and what to do next.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from contracts.wire.envelopes import Envelope

TYPE_PREFIX = "https://api.inference.sh/errors/"
"""Prefix of a problem's `type`; its last path segment is the code."""

PROBLEM_JSON = "application/problem+json"

STATUS_OF_CODE: Mapping[str, int] = MappingProxyType(
    {
        "invalid_request": 400,
        "invalid_filter": 400,
        "unauthorized": 401,
        "payment_required": 402,
        "limit_exceeded": 402,
        "forbidden": 403,
        "insufficient_scope": 403,
        "feature_not_available": 403,
        "not_found": 404,
        "method_not_allowed": 405,
        "conflict": 409,
        "name_conflict": 409,
        "already_exists": 409,
        "invalid_transition": 409,
        "app_retired": 410,
        "requirements_not_met": 412,
        "precondition_failed": 412,
        "payload_too_large": 413,
        "uri_too_long": 414,
        "unsupported_media_type": 415,
        "range_not_satisfiable": 416,
        "validation_error": 422,
        "task_failed": 422,
        "task_cancelled": 422,
        "rate_limited": 429,
        "request_header_fields_too_large": 431,
        "internal_error": 500,
        "entitlement_unavailable": 500,
        "not_emulated": 501,
        "app_maintenance": 503,
        "service_unavailable": 503,
        "SESSION_NOT_FOUND": 404,
        "SESSION_EXPIRED": 410,
        "SESSION_ENDED": 410,
        "WORKER_LEASED": 409,
        "APP_MISMATCH": 409,
        "VERSION_MISMATCH": 409,
    }
)
"""Every code with its HTTP status.

Ours are `task_failed` and `task_cancelled` (a waited run that came to no good, D9), `not_emulated`,
`payload_too_large`, `uri_too_long`, `unsupported_media_type`, `range_not_satisfiable`,
`request_header_fields_too_large` and `service_unavailable` (the server ends).
"""


class Problem(Exception):  # noqa: N818  # RFC 9457 calls it a problem
    """A request is refused; carries everything its answer needs."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        status: int | None = None,
        data: Sequence[Mapping[str, Any]] | None = None,
        meta: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Make a problem.

        Args:
            code: a key of STATUS_OF_CODE.
            detail: one sentence or two for a person.
            status: overrides the code's HTTP status (APP_MISMATCH is 400 on session routes, 409 on run).
            data: field errors of a 422 (D5).
            meta: machine-readable particulars.
            headers: extra response headers, `Retry-After` or `Allow` for instance.
        """
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.status = STATUS_OF_CODE[code] if status is None else status
        self.data = data
        self.meta = meta
        self.headers: Mapping[str, str] = headers or {}


def body(problem: Problem, form: Envelope = "superset", *, request_id: str | None = None) -> dict[str, Any]:
    """Return the JSON body of a problem.

    Args:
        problem: what went wrong.
        form: `superset` joins RFC 9457 members and v1's; `v1` and `v2`/`v3` are the strict forms.
        request_id: the exchange's id, so that a client's report can be matched with the journal.
    """
    error: dict[str, Any] = {"code": problem.code, "message": problem.detail}
    if problem.meta is not None:
        error["meta"] = dict(problem.meta)
    if form == "v1":
        if problem.data is not None:
            error["data"] = list(problem.data)
        return {"success": False, "status": problem.status, "error": error}
    document: dict[str, Any] = {
        "type": TYPE_PREFIX + problem.code,
        "title": title(problem.status),
        "status": problem.status,
        "detail": problem.detail,
    }
    if request_id is not None:
        document["request_id"] = request_id
    if problem.meta is not None:
        document["meta"] = dict(problem.meta)
    if problem.data is not None:
        document["data"] = list(problem.data)
        document["errors"] = list(problem.data)
    if form == "superset":
        document["success"] = False
        document["error"] = error
    return document


def content_type(form: Envelope = "superset") -> str:
    """Return the content type a problem of this form is sent with."""
    return "application/json" if form == "v1" else PROBLEM_JSON


_PHRASES: Mapping[int, str] = MappingProxyType(
    {
        413: "Request Entity Too Large",
        414: "Request URI Too Long",
        416: "Requested Range Not Satisfiable",
        422: "Unprocessable Entity",
    }
)
"""Phrases that Python changed in 3.13; these are Go's, which the vendor's server is written in (rest.md, SDKJS)."""


def title(status: int) -> str:
    """Return the HTTP reason phrase, which is a problem's title."""
    try:
        return _PHRASES.get(status) or HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def requirements_not_met(errors: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the 412 body, which no envelope wraps (rest.md §2, wire.md §5.3)."""
    return {"satisfied": False, "errors": [dict(error) for error in errors]}
