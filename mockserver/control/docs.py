"""The pages that show the vendor's OpenAPI document: a packaged viewer, nothing of which comes from elsewhere."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts import fixtures
from contracts.wire.problems import Problem
from mockserver.control.command import Command, Page

FILES: Mapping[str, str] = MappingProxyType(
    {
        "start.js": "text/javascript; charset=utf-8",
        "style.css": "text/css; charset=utf-8",
        "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
        "swagger-ui.css": "text/css; charset=utf-8",
        "LICENSE": "text/plain; charset=utf-8",
        "NOTICE": "text/plain; charset=utf-8",
        "swagger-ui-bundle.js.LICENSE.txt": "text/plain; charset=utf-8",
    }
)
"""What the page may ask for, by name, with its type."""

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
)
"""No script but the packaged ones runs, nothing is fetched from elsewhere, and nobody frames the page (SECURITY.md)."""


async def page(_command: Command) -> Page:
    """Answer with the page."""
    return Page(fixtures.path("viewer", "index.html").read_bytes(), "text/html; charset=utf-8", HEADERS)


async def file(command: Command) -> Page:
    """Answer with a part of the page."""
    name = command.params["name"]
    content_type = FILES.get(name)
    if content_type is None:
        raise Problem("not_found", f"there is no {name[:64]!r} here; there are {', '.join(FILES)}")
    return Page(fixtures.path("viewer", name).read_bytes(), content_type, HEADERS)
