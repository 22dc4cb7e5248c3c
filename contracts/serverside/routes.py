"""Which operation of the contract a request is, by its method and path."""

import functools
import re
from urllib.parse import urlsplit

from contracts import operations
from contracts.operations import Operation

_PARAMETER = re.compile(r"\\\{[a-z_]+\\\}")


def operation_of(method: str, url: str, base_url: str) -> Operation | None:
    """Return the operation of a request, or None when the contract has no such path."""
    prefix = urlsplit(base_url).path.rstrip("/")
    path = re.sub("/{2,}", "/", urlsplit(url).path.removeprefix(prefix)) or "/"
    if path.startswith("/v1/"):
        path = path[3:]
    asked = "GET" if method == "HEAD" else method
    # Paths without parameters stand before those that would take them for one, whatever their methods.
    there = [row for pattern, row in _table() if pattern.fullmatch(path)]
    return next((row for row in there if row.method == asked and row.path == there[0].path), None)


@functools.cache
def _table() -> tuple[tuple[re.Pattern[str], Operation], ...]:
    rows = sorted(operations.load(), key=lambda row: row.path.count("{"))
    return tuple((re.compile(_PARAMETER.sub("[^/]+", re.escape(row.path))), row) for row in rows)
