"""Cursor lists: filters, search, sort and pages over any rows (rest.md §13, wire.md §8.3)."""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from contracts.wire.problems import Problem
from mockserver import documents
from mockserver.api import bodies, filters
from mockserver.api.call import Call, Resource
from mockserver.routing import normalise

DUMP_LIMIT = 10_000
"""Rows that `limit: -1` gives at most, where nothing less is documented (REQ-TASK-014)."""

MOST_LINK = 4_000
"""Bytes of a `Link` header; filters may be longer than any client reads, and the cursors are in the body as well."""

_WHOLE = re.compile(r"-?[0-9]{1,9}")

_CURSOR = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Listing:
    """How rows of one kind can be listed."""

    default_limit: int
    most: int
    fields: Mapping[str, Callable[[Any], Any]]
    """Fields that can be filtered and sorted by, each with how to read it from a row."""
    search: tuple[str, ...]
    """Fields a search looks at."""
    key: Callable[[Any], str]
    """The row's id, which cursors remember."""
    dump: int = DUMP_LIMIT
    """Rows that `limit: -1` gives at most."""
    value: Callable[[str, Any], Any] = lambda _field, value: value
    """Turns a filter's value into what the field holds; raises ValueError for one it cannot hold."""
    numbers: tuple[str, ...] = ()
    """Fields that hold numbers; all others hold text."""


def request_of(call: Call) -> dict[str, Any]:
    """Return the list request: the body of a POST, or the query of a GET (JSON in `filters` and `sort`).

    Raises:
        Problem: 400, it is not a list request.
    """
    if call.operation.method == "POST":
        request = call.json_object()
    else:
        request = dict(call.query)
        for name in ("filters", "sort"):
            if name in request:
                request[name] = documents.parse(request[name], f"the query parameter {name}")
        if "limit" in request:
            text = request["limit"]
            request["limit"] = int(text) if _WHOLE.fullmatch(text) else text
        if not request.get("search", "x"):
            del request["search"]
    bodies.check_form(request, "cursor-request")
    return request


def page(call: Call, listing: Listing, rows: Sequence[Any], document: Callable[[Any], Any]) -> Resource:
    """Return one page of rows (CursorListResponse), with RFC 8288 links in the header.

    Raises:
        Problem: 400 invalid_filter for a field, operator or value that makes no sense; 400 for what is no cursor, 404
            for a cursor whose row is not there (any more).
    """
    request = request_of(call)
    conditions = filters.prepare(request.get("filters") or [], listing.fields, listing.value, listing.numbers)
    kept = [row for row in rows if _found(listing, row, request) and all(one.passes(row) for one in conditions)]
    kept = _sorted(listing, kept, request.get("sort") or [])
    limit = _limit(listing, request.get("limit"))
    start = _start(listing, kept, request, limit)
    shown = kept[start : start + limit]
    has_next, has_previous = start + limit < len(kept), start > 0
    next_cursor = _cursor(listing.key(shown[-1])) if has_next and shown else None
    prev_cursor = _cursor(listing.key(shown[0])) if has_previous and shown else None
    links = [
        _link(call, request, cursor, direction, limit)
        for cursor, direction in ((next_cursor, "next"), (prev_cursor, "prev"))
        if cursor is not None
    ]
    told = ", ".join(links)
    return Resource(
        {
            "items": [document(row) for row in shown],
            "next_cursor": next_cursor,
            "prev_cursor": prev_cursor,
            "has_next": has_next,
            "has_previous": has_previous,
            "items_per_page": limit,
            "total_items": len(kept),
        },
        headers={"Link": told} if links and len(told) <= MOST_LINK else {},
    )


def _link(call: Call, request: Mapping[str, Any], cursor: str, direction: str, limit: int) -> str:
    """Return a link that can be fetched with GET and asks the same question."""
    asked = {"cursor": cursor, "direction": direction, "limit": str(limit)}
    for name in ("search", "filters", "sort"):
        value = request.get(name)
        if name == "search" and isinstance(value, dict):
            value = value.get("term")
        if value:
            asked[name] = value if isinstance(value, str) else orjson.dumps(value).decode("utf-8")
    path = quote(normalise(call.scope["path"]).removesuffix("/list"))
    return f'<{call.base_url}{path}?{urlencode(asked)}>; rel="{direction}"'


def _found(listing: Listing, row: Any, request: Mapping[str, Any]) -> bool:  # noqa: ANN401  # rows of any kind
    term = request.get("search")
    names = listing.search
    if isinstance(term, dict):
        wanted = term.get("fields") or list(names)
        names = tuple(name for name in wanted if name in listing.fields)
        term = term.get("term")
    return not term or any(term.lower() in str(listing.fields[name](row)).lower() for name in names)


def _sorted(listing: Listing, rows: list[Any], sort: Sequence[Mapping[str, Any]]) -> list[Any]:
    for order in reversed(sort):
        field = order["field"]
        if field not in listing.fields:
            raise Problem("invalid_filter", f"cannot sort by {field[:64]!r}; fields are {', '.join(listing.fields)}")
        read = listing.fields[field]
        rows = sorted(
            rows,
            key=lambda row, read=read: (read(row) is None, read(row) if read(row) is not None else 0),  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            reverse=order.get("dir") == "desc",
        )
    return rows


def _limit(listing: Listing, wanted: float | None) -> int:
    if wanted is None or wanted == 0:
        return listing.default_limit
    # JSON has no integers of its own: 5.0 is one by its schema.
    return listing.dump if wanted == -1 else int(min(wanted, listing.most))


def _start(listing: Listing, rows: Sequence[Any], request: Mapping[str, Any], limit: int) -> int:
    cursor = request.get("cursor")
    if not cursor:
        return 0
    if not _CURSOR.fullmatch(cursor):
        raise Problem("invalid_request", "the cursor is none of ours; use next_cursor or prev_cursor as they came")
    position = next((number for number, row in enumerate(rows) if _cursor(listing.key(row)) == cursor), None)
    if position is None:
        raise Problem("not_found", "the cursor points to nothing any more; start again without one")
    return max(0, position - limit) if request.get("direction") == "prev" else position + 1


def _cursor(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode("ascii").rstrip("=")
