"""Puts the emulator together: `create_app(settings)` is the ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount

from mockserver.api.dispatch import VendorSurface
from mockserver.api.table import HANDLERS
from mockserver.control.surface import ControlPlane
from mockserver.emulator import Emulator
from mockserver.settings import Settings

_EXPOSED = (
    "Retry-After",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-Id",
    "Link",
    "ETag",
    "Content-Range",
    "Accept-Ranges",
    "Content-Disposition",
)
"""Headers a page in a browser may read."""


def create_app(settings: Settings | None = None) -> Starlette:
    """Return the emulator as an ASGI application; its state is at `app.state.emulator`.

    Args:
        settings: defaults when None.
    """
    emulator = Emulator(settings or Settings())

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        emulator.serving = True
        try:
            yield
        finally:
            await emulator.close()

    app = Starlette(routes=[Mount("/_mock", ControlPlane(emulator))], lifespan=life)
    # `/_mock` alone would be redirected to `/_mock/` before the control plane has looked at who asks.
    app.router.redirect_slashes = False
    # Not a route but the default, so that the vendor's hot paths pass one regular expression and no list of routes.
    # Pages in browsers may call the vendor's surface; the control plane sends no CORS headers (SECURITY.md).
    app.router.default = CORSMiddleware(
        VendorSurface(emulator, HANDLERS),
        # Any origin, but named: browsers refuse `*` to pages that send credentials, as the JavaScript client may.
        allow_origin_regex=".*",
        allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"],
        allow_headers=["*"],
        allow_credentials=True,
        expose_headers=_EXPOSED,
        max_age=600,
    )
    app.state.emulator = emulator
    return app
