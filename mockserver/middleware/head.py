"""Limits what stands before a request's body: the journal keeps it, and a world that is made for it stays."""

from starlette.types import Scope

from contracts.wire.problems import Problem

MOST_HEADERS = 64 * 1024
"""Bytes of all header names and values together; uvicorn's other parser has the same limit."""

MOST_TARGET = 64 * 1024
"""Bytes of path and query; filters of a list fit in, and longer ones are sent with POST."""


def check(scope: Scope) -> None:
    """Pass if path, query and headers of a request have a size that is kept.

    Raises:
        Problem: 414 or 431.
    """
    target = len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"])
    if target > MOST_TARGET:
        raise Problem(
            "uri_too_long",
            f"path and query have {target} bytes; expected at most {MOST_TARGET}: long filters go into a body",
            headers={"Connection": "close"},
        )
    size = sum(len(name) + len(value) for name, value in scope["headers"])
    if size > MOST_HEADERS:
        raise Problem(
            "request_header_fields_too_large",
            f"the headers have {size} bytes; expected at most {MOST_HEADERS}",
            headers={"Connection": "close"},
        )
