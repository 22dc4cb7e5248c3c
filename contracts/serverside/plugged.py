"""What holds of every answer, as a check for a Schemathesis run of somebody else's."""

from collections.abc import Mapping
from typing import Any

from contracts.serverside.always import judge
from contracts.serverside.exchange import Exchange
from contracts.serverside.routes import operation_of
from contracts.serverside.target import Target


def answers_keep_the_contract(_context: Any, response: Any, case: Any) -> None:  # noqa: ANN401  # Schemathesis' own
    """Look at one answer; register it with `schemathesis.check(answers_keep_the_contract)`.

    Args:
        response: Schemathesis' response.
        case: the generated case, whose operation knows the base URL.

    Raises:
        AssertionError: a promise is broken; the message begins with the requirement's id.
    """
    base_url = str(case.operation.base_url or "").rstrip("/")
    request = response.request
    operation = operation_of(request.method, request.url, base_url)
    body = request.body
    exchange = Exchange(
        number=1,
        method=request.method,
        url=request.url,
        request_headers=tuple(request.headers.items()),
        request_body=body.encode() if isinstance(body, str) else bytes(body or b""),
        operation=None if operation is None else operation.id,
        status=response.status_code,
        headers=_rows(response.headers),
        body=response.content,
    )
    for requirement, kept, told in judge(exchange, Target(base_url, "")):
        if not kept:
            raise AssertionError(f"{requirement}: {told}")


def _rows(headers: Mapping[str, list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, values in headers.items() for value in values)
