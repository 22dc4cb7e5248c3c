"""Sends raw requests to an ASGI application in the same loop: no port, no client library, every byte as it is sent."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Scope

PATIENCE_SECONDS = 30.0
"""Real time after which an answer that has not ended counts as hanging."""


@dataclass(frozen=True, slots=True)
class Received:
    """What an application sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    chunks: tuple[bytes, ...]
    """The body in the pieces it was sent in."""

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.chunks)


class Caller:
    """A client that shares the application's loop."""

    def __init__(self, app: ASGIApp, host: str) -> None:
        """Call an application.

        Args:
            app: the application.
            host: `name:port` it believes to be reached at.
        """
        self._app = app
        self._host = host

    async def call(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Received:
        """Send a request and return the whole answer.

        Args:
            method: of the request.
            target: path and query; an absolute URL of this host will do as well.
            headers: besides Host and Content-Length.
            body: None for a request without one.

        Raises:
            TimeoutError: the answer did not end.
        """
        return await self.open(method, target, headers, body).finished()

    def open(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> "Call":
        """Send a request and return at once; the arguments are those of `call`."""
        path, _, query = target.removeprefix(f"http://{self._host}").partition("?")
        given = {name.lower(): value for name, value in (headers or {}).items()}
        if body is not None:
            given.setdefault("content-length", str(len(body)))
        name, _, port = self._host.partition(":")
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode("ascii"),
            "query_string": query.encode("ascii"),
            "root_path": "",
            "headers": [
                (key.encode("latin-1"), value.encode("latin-1")) for key, value in {"host": self._host, **given}.items()
            ],
            "client": ("127.0.0.1", 50000),
            "server": (name, int(port)),
        }
        return Call(self._app, scope, body or b"")


class Call:
    """One request under way."""

    def __init__(self, app: ASGIApp, scope: Scope, body: bytes) -> None:
        """Start it."""
        self._body: bytes | None = body
        self._gone = asyncio.Event()
        self._status = 0
        self._headers: tuple[tuple[str, str], ...] = ()
        self._chunks: list[bytes] = []
        self._running = asyncio.ensure_future(app(scope, self._receive, self._send))

    async def begun(self) -> None:
        """Let the application go as far as it goes by itself: to its end, or to a wait for the world's clock."""
        # One turn of the loop does, for on its way there nothing of the emulator waits.
        turn = asyncio.Event()
        asyncio.get_running_loop().call_soon(turn.set)
        await turn.wait()

    async def finished(self) -> Received:
        """Return the answer when it has ended.

        Raises:
            TimeoutError: it did not end.
        """
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._running
        return Received(self._status, self._headers, tuple(self._chunks))

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = tuple(
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]
            )
        elif message["type"] == "http.response.body" and message.get("body"):
            self._chunks.append(message["body"])
