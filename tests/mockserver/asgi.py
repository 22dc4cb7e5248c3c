"""Requests straight into the ASGI application: no socket, no thread, every message as the server sends it."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

import orjson
from starlette.applications import Starlette
from starlette.types import Message, Scope

from mockserver.app import create_app
from mockserver.emulator import Emulator
from mockserver.settings import Behaviour, Settings
from mockserver.world import World

HOST = "127.0.0.1:8787"
PATIENCE = 20.0
"""Real seconds after which something that should have happened counts as missing."""

MANUAL = Settings(clock="manual", seed=7)
"""What most tests want: a clock that stands still, and ids that repeat."""

APP = "klingai/video-v2-6"


@dataclass(slots=True)
class Reply:
    """One answer, or as much of it as has come."""

    status: int = 0
    raw_headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)
    ended: bool = False
    """Whether the application said that the body is complete."""

    @property
    def headers(self) -> dict[str, str]:
        """Headers by lower-case name."""
        return {name.decode(): value.decode("latin-1") for name, value in self.raw_headers}

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def data(self) -> Any:
        """The resource inside the default envelope."""
        return self.json()["data"]

    @property
    def code(self) -> str:
        """The code of a problem."""
        return str(self.json()["error"]["code"])


class Connection:
    """One request under way, so that a test can read its answer bit by bit, or walk away."""

    def __init__(self, app: Starlette, scope: Scope, chunks: Iterable[bytes], *, broken: bool = False) -> None:
        self.reply = Reply()
        self._news = asyncio.Condition()
        self._gone = asyncio.Event()
        self._parts = list(chunks) or [b""]
        self._broken = broken
        self.bytes_read = 0
        """How much of the request's body the application has asked for."""
        self._task = asyncio.ensure_future(app(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        if self._parts:
            part = self._parts.pop(0)
            self.bytes_read += len(part)
            return {"type": "http.request", "body": part, "more_body": bool(self._parts) or self._broken}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        async with self._news:
            if message["type"] == "http.response.start":
                assert not self.reply.status, "a second answer was started"
                self.reply.status = message["status"]
                self.reply.raw_headers = list(message["headers"])
            else:
                assert self.reply.status, "a body came before its headers"
                assert not self.reply.ended, "a body went on after its end"
                if message.get("body"):
                    self.reply.chunks.append(message["body"])
                self.reply.ended = not message.get("more_body", False)
            self._news.notify_all()

    async def chunk_count(self, count: int) -> list[bytes]:
        """Wait until so many pieces of the body have come."""
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: len(self.reply.chunks) >= count)
        return self.reply.chunks

    def leave(self) -> None:
        """Go away, as a client that closes its connection."""
        self._gone.set()

    async def finished(self) -> Reply:
        """Wait until the application is done with the request."""
        async with asyncio.timeout(PATIENCE):
            await self._task
        return self.reply


class Client:
    """A caller with a key."""

    def __init__(self, app: Starlette, key: str | None = "test-key") -> None:
        self.app = app
        self.key = key

    @property
    def emulator(self) -> Emulator:
        emulator: Emulator = self.app.state.emulator
        return emulator

    @property
    def world(self) -> World:
        """The world of the key, looked into from behind."""
        assert self.key is not None
        return self.emulator.worlds.of_key(self.key)

    def other(self, key: str | None) -> "Client":
        """Another caller of the same server."""
        return Client(self.app, key)

    def open(
        self,
        method: str,
        target: str,
        *,
        json: Any = None,
        body: bytes | Iterable[bytes] = b"",
        headers: Mapping[str, str] | None = None,
        broken: bool = False,
    ) -> Connection:
        """Send a request and return it under way; a broken one never gets to the end of its body."""
        given = {"host": HOST} | {name.lower(): value for name, value in (headers or {}).items()}
        if self.key is not None:
            given.setdefault("authorization", f"Bearer {self.key}")
        if json is not None:
            body = orjson.dumps(json)
            given.setdefault("content-type", "application/json")
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in given.items()]
        chunks = [body] if isinstance(body, bytes) else body
        return Connection(self.app, scope_of(method, target, raw), chunks, broken=broken)

    async def request(self, method: str, target: str, **sent: Any) -> Reply:
        """Send a request and return its whole answer."""
        return await self.open(method, target, **sent).finished()

    async def get(self, target: str, **sent: Any) -> Reply:
        return await self.request("GET", target, **sent)

    async def post(self, target: str, json: Any = None, **sent: Any) -> Reply:
        return await self.request("POST", target, json=json, **sent)

    async def delete(self, target: str, **sent: Any) -> Reply:
        return await self.request("DELETE", target, **sent)

    async def run(self, input: Any = None, **members: Any) -> dict[str, Any]:  # noqa: A002  # the wire's own name
        """Start a task and return the slim result."""
        reply = await self.post("/apps/run", {"app": APP, "input": input or {"prompt": "a cat"}, **members})
        assert reply.status == 200, reply.body
        result: dict[str, Any] = reply.data
        return result

    async def advance(self, seconds: float | None = None) -> list[dict[str, Any]]:
        """Move the manual clock, until idle when None; return what fired."""
        body = {"until": "idle"} if seconds is None else {"seconds": seconds}
        reply = await self.post("/_mock/clock/advance", body)
        assert reply.status == 200, reply.body
        fired: list[dict[str, Any]] = reply.json()["fired"]
        return fired

    async def configure(self, **behaviour: Any) -> None:
        reply = await self.request("PATCH", "/_mock/settings", json=behaviour)
        assert reply.status == 200, reply.body

    async def upload(self, content: bytes, filename: str = "a.png", content_type: str = "image/png") -> dict[str, Any]:
        """Announce a file, PUT its bytes and return its record."""
        row = {"uri": "", "filename": filename, "content_type": content_type, "size": len(content)}
        created = await self.post("/files", {"files": [row]})
        assert created.status == 200, created.body
        record: dict[str, Any] = created.data[0]
        put = await self.other(None).request("PUT", path_of(record["upload_url"]), body=content)
        assert put.status == 200, put.body
        return record


def scope_of(method: str, target: str, headers: list[tuple[bytes, bytes]]) -> Scope:
    """Return the scope that a server makes of a request line and headers."""
    path, _, query = target.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii", "replace"),
        "query_string": query.encode("ascii", "replace"),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8787),
        "state": {},
    }


def path_of(url: str) -> str:
    """Return path and query of a URL that the emulator minted."""
    return "/" + url.partition("://")[2].partition("/")[2]


@asynccontextmanager
async def emulated(settings: Settings = MANUAL, **behaviour: Any) -> AsyncIterator[Client]:
    """Run an emulator without a socket; give a caller of it."""
    if behaviour:
        settings = replace(settings, behaviour=Behaviour(**behaviour))
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield Client(app)
