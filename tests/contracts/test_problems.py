"""The error answers: one body that every client generation can read, and its strict forms."""

from collections.abc import Mapping
from typing import Any

import pytest

from contracts import schemas
from contracts.apps.files import FileFacts
from contracts.apps.video_v2_6 import judge
from contracts.wire import problems
from contracts.wire.envelopes import ENVELOPES, Envelope
from contracts.wire.problems import STATUS_OF_CODE, Problem

DOCUMENTED = {
    "invalid_request": 400,
    "unauthorized": 401,
    "payment_required": 402,
    "limit_exceeded": 402,
    "forbidden": 403,
    "insufficient_scope": 403,
    "feature_not_available": 403,
    "not_found": 404,
    "conflict": 409,
    "invalid_transition": 409,
    "app_retired": 410,
    "requirements_not_met": 412,
    "validation_error": 422,
    "rate_limited": 429,
    "internal_error": 500,
    "entitlement_unavailable": 500,
    "app_maintenance": 503,
    "SESSION_NOT_FOUND": 404,
    "SESSION_EXPIRED": 410,
    "SESSION_ENDED": 410,
    "WORKER_LEASED": 409,
    "APP_MISMATCH": 409,
    "VERSION_MISMATCH": 409,
}
"""Codes with the statuses that the documentation and the decisions give them (wire.md §5.5, D4, D14, D17)."""


@pytest.mark.requirement("REQ-ERR-006")
@pytest.mark.parametrize(("code", "status"), DOCUMENTED.items())
def test_a_code_has_its_status(code: str, status: int) -> None:
    """Clients tell errors apart by either."""
    assert Problem(code, "m").status == STATUS_OF_CODE[code] == status


@pytest.mark.requirement("REQ-ERR-004")
def test_every_code_is_an_error_with_a_title() -> None:
    """All statuses are 4xx or 5xx, and HTTP has a phrase for each."""
    assert all(400 <= status < 600 for status in STATUS_OF_CODE.values())
    assert "Error" not in {problems.title(status) for status in STATUS_OF_CODE.values()}


def test_the_superset_joins_both_forms() -> None:
    """RFC 9457's members stand beside what v1 clients read (D1)."""
    assert problems.body(Problem("not_found", "there is no such task")) == {
        "type": "https://api.inference.sh/errors/not_found",
        "title": "Not Found",
        "status": 404,
        "detail": "there is no such task",
        "success": False,
        "error": {"code": "not_found", "message": "there is no such task"},
    }


@pytest.mark.parametrize("form", ["v2", "v3"])
def test_newer_forms_are_plain_rfc_9457(form: Envelope) -> None:
    """Nothing of v1 is in them."""
    assert problems.body(Problem("conflict", "busy"), form) == {
        "type": "https://api.inference.sh/errors/conflict",
        "title": "Conflict",
        "status": 409,
        "detail": "busy",
    }


@pytest.mark.requirement("REQ-ERR-005")
def test_v1_has_its_own_form_and_type() -> None:
    """Old clients look for success, status and error."""
    assert problems.body(Problem("conflict", "busy"), "v1") == {
        "success": False,
        "status": 409,
        "error": {"code": "conflict", "message": "busy"},
    }
    assert problems.content_type("v1") == "application/json"


@pytest.mark.parametrize("form", ["superset", "v2", "v3"])
def test_all_others_are_problem_json(form: Envelope) -> None:
    """RFC 9457's media type."""
    assert problems.content_type(form) == "application/problem+json"


@pytest.mark.parametrize("form", ENVELOPES)
def test_violations_travel_in_every_form(form: Envelope) -> None:
    """`data` is the list, `errors` a copy of it; v1 keeps it inside the error (D5)."""
    found = judge("2026-05", {"prompt": 5, "mode": "PRO"}, lambda _: FileFacts("foreign"))
    data = [violation.document() for violation in found.violations]
    body = problems.body(Problem("validation_error", data[0]["message"], data=data), form)
    assert body["status"] == 422
    if form == "v1":
        assert body["error"]["data"] == data
    else:
        assert body["data"] == body["errors"] == data
        assert body["detail"] == data[0]["message"]


@pytest.mark.parametrize("form", ENVELOPES)
def test_particulars_travel_in_every_form(form: Envelope) -> None:
    """Where `meta` belongs is not documented, so it is in both places where the form has both."""
    body = problems.body(Problem("limit_exceeded", "m", meta={"limit": 3}), form)
    places: list[Mapping[str, Any]] = [body["error"]] if form == "v1" else [body]
    if form == "superset":
        places.append(body["error"])
    assert [place["meta"] for place in places] == [{"limit": 3}] * len(places)


@pytest.mark.requirement("REQ-ERR-001")
@pytest.mark.parametrize("code", STATUS_OF_CODE)
def test_every_problem_fits_the_schema(code: str) -> None:
    """With particulars, violations and the exchange's id, and without any where violations are not the point."""
    violation = {"pointer": "/prompt", "rule": "REQ-INPUT-002", "message": "m", "expected": "e", "received": "r"}
    full = Problem(code, "m", data=[violation], meta={"a": 1})
    schemas.validator("problem").validate(problems.body(full, request_id="01hzy3k5m7n9p0q2r4s6t8v0wx"))
    if code != "validation_error":
        schemas.validator("problem").validate(problems.body(Problem(code, "m")))


@pytest.mark.requirement("REQ-ERR-006")
def test_the_status_of_a_code_can_be_overridden() -> None:
    """APP_MISMATCH is 400 where a session is addressed directly; body and title follow."""
    body = problems.body(Problem("APP_MISMATCH", "m", status=400))
    assert (body["status"], body["title"]) == (400, "Bad Request")


def test_a_problem_is_an_exception_with_its_headers() -> None:
    """It is raised where it is found and answered at the edge."""
    with pytest.raises(Problem, match="wait a little") as caught:
        raise Problem("rate_limited", "wait a little", headers={"Retry-After": "3"})
    assert caught.value.headers == {"Retry-After": "3"}
    assert Problem("conflict", "m").headers == {}


def test_an_unknown_code_is_a_defect() -> None:
    """Only codes of the table can be answered."""
    with pytest.raises(KeyError):
        Problem("no_such_code", "m")


@pytest.mark.requirement("REQ-ERR-011")
def test_unmet_requirements_stand_alone() -> None:
    """No envelope wraps a 412, and clients look for a top-level list `errors`."""
    error = {"type": "secret", "key": "KLING_KEY", "message": "m"}
    body = problems.requirements_not_met([error])
    assert body == {"satisfied": False, "errors": [error]}
    schemas.validator("requirements-error").validate(body)
