"""Faults that answer in the place of a call, each a pure function: what the client gets instead.

Whether the call was carried out first is told by `works_first`; the faults that bend the call's own answer are in
`bending`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from types import MappingProxyType
from typing import Literal

import orjson

from contracts.wire.problems import STATUS_OF_CODE, Problem, title
from mockserver.faults.ledger import Hit

How = Literal["close", "reset", "hang"]


@dataclass(frozen=True, slots=True)
class Page:
    """An answer that is not the API's."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer at all."""

    how: How


Instead = Problem | Page | Silence

_CODE_OF_STATUS: Mapping[int, str] = MappingProxyType(
    {
        400: "invalid_request",
        401: "unauthorized",
        402: "payment_required",
        403: "forbidden",
        404: "not_found",
        409: "conflict",
        422: "validation_error",
        429: "rate_limited",
        500: "internal_error",
        503: "service_unavailable",
    }
)
"""The code that the contract has for a status, where there are several; others are found in its table."""


def status(hit: Hit, now: float) -> Instead:
    """A problem with any status and headers; `Retry-After` in seconds or as a date on the world's clock."""
    number: int = hit["status"]
    code = hit["code"] or _CODE_OF_STATUS.get(number) or _code_of(number)
    headers = dict(hit["headers"] or {})
    wait = hit["retry_after"]
    if wait is not None:
        date = formatdate(int(now + wait), usegmt=True)
        headers["Retry-After"] = date if hit["retry_after_form"] == "date" else f"{wait:g}"
    detail = hit["detail"] or f"{title(number)}: this world's plan says so"
    return Problem(code, detail, status=number, headers=headers)


def error_in_200(hit: Hit, _now: float) -> Instead:
    """An error that only the body tells of."""
    error = {"code": hit["code"], "message": hit["message"]}
    return Page(200, "application/json", orjson.dumps({"success": False, "data": None, "error": error}))


def html_page(hit: Hit, _now: float) -> Instead:
    """What a proxy says when it has no answer from behind."""
    number: int = hit["status"]
    told = f"{number} {title(number)}"
    page = f"<!DOCTYPE html>\n<html><head><title>{told}</title></head><body><h1>{told}</h1></body></html>\n"
    return Page(number, "text/html; charset=utf-8", page.encode())


def hang(_hit: Hit, _now: float) -> Instead:
    """Nothing, for ever."""
    return Silence("hang")


def reset(_hit: Hit, _now: float) -> Instead:
    """The connection's end, without a byte."""
    return Silence("reset")


def lost_response(hit: Hit, _now: float) -> Instead:
    """The connection's end in the place of an answer that was ready."""
    return Silence(hit["how"])


def empty_reply(_hit: Hit, _now: float) -> Instead:
    """The connection's orderly end, without a byte."""
    return Silence("close")


def signature_expired(_hit: Hit, _now: float) -> Instead:
    """What a store says to an upload that comes too late."""
    return Problem("forbidden", "this upload URL has expired; create the file anew with POST /files")


def signature_wrong(_hit: Hit, _now: float) -> Instead:
    """What a store says to a URL that was tampered with."""
    return Problem("forbidden", "the signature of this upload URL is wrong; use the upload_url unchanged")


def output_expired(_hit: Hit, _now: float) -> Instead:
    """What a store says to a URL that is too old."""
    return Problem("forbidden", "this video's URL has expired: outputs live for 30 days")


FAULTS: Mapping[str, Callable[[Hit, float], Instead]] = MappingProxyType(
    {
        "status": status,
        "error_in_200": error_in_200,
        "html_page": html_page,
        "hang": hang,
        "reset": reset,
        "lost_response": lost_response,
        "empty_reply": empty_reply,
        "signature_expired": signature_expired,
        "signature_wrong": signature_wrong,
        "output_expired": output_expired,
    }
)
"""By name; `reset` inside an answer is one of `bending`."""


def works_first(hit: Hit) -> bool:
    """Whether the call is carried out before the client is told something else."""
    if hit.name == "lost_response":
        return True
    return hit.name in {"status", "error_in_200", "html_page", "hang", "reset"} and bool(hit["after_work"])


def _code_of(number: int) -> str:
    return next((code for code, status in STATUS_OF_CODE.items() if status == number), f"http_{number}")
