"""What is promised, by whose word, and which tests show it: for browsers, programs and terminals."""

from collections.abc import Mapping
from types import MappingProxyType

import orjson

from contracts import parity, parity_page, parity_text
from contracts.wire.problems import Problem
from mockserver.control.command import Command, Page

_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "application/json": "json",
        "text/html": "html",
        "application/xhtml+xml": "html",
        "text/markdown": "markdown",
        "text/plain": "text",
    }
)
_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": parity_page.POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept",
    }
)


async def get(command: Command) -> Page:
    """Show the page in the form that `format` or Accept names; JSON for everybody else."""
    form = command.query.get("format") or _wanted(command.accept)
    try:
        rows = parity.rows(command.query.get("area") or None)
    except ValueError as error:
        raise Problem("invalid_request", str(error)) from None
    match form:
        case "html":
            return Page(parity_page.html(rows).encode("utf-8"), "text/html; charset=utf-8", _HEADERS)
        case "markdown":
            return Page(parity.markdown(rows).encode("utf-8"), "text/markdown; charset=utf-8", _HEADERS)
        case "text":
            return Page(parity_text.text(rows).encode("utf-8"), "text/plain; charset=utf-8", _HEADERS)
        case "json":
            return Page(orjson.dumps(parity.document(rows)), "application/json", _HEADERS)
    raise Problem("invalid_request", f"there is no format {form[:32]!r}; there are html, json, markdown and text")


def _wanted(accept: str) -> str:
    for item in accept.split(","):
        found = _TYPES.get(item.partition(";")[0].strip().lower())
        if found is not None:
            return found
    return "json"
