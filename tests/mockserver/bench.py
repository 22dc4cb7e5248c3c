"""An emulator with something of everything in it, and what must hold of whatever it answers."""

import asyncio
import re
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote

import orjson

from contracts import operations
from contracts.wire.problems import STATUS_OF_CODE
from mockserver.app import create_app
from mockserver.routing import normalise
from mockserver.settings import Settings

from .asgi import Client, Reply, path_of

T = TypeVar("T")

KEY = "test-key"

REUSES = 100
"""Requests to one emulator: later ones meet what earlier ones left behind, but not for ever."""

_NOT_EMULATED = [
    (row.method, re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(row.path))))
    for row in operations.load()
    if not row.emulated
]


class Bench:
    """Sends requests to an emulator that is made anew from time to time, and checks every answer."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.sent = 0
        self.client: Client
        self.ids: dict[str, str] = {}

    def close(self) -> None:
        self.loop.run_until_complete(self.client.emulator.close())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    async def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send a request whose client leaves as soon as it is sent, and check what is answered.

        Args:
            method: anything.
            target: path and query; `{name}` stands for an id of something that exists.
            headers: besides Host and Authorization, which they may override.
            body: anything.
        """
        if self.sent % REUSES == 0:
            await self.renew()
        self.sent += 1
        for name, value in self.ids.items():
            target = target.replace("{" + name + "}", value)
        connection = self.client.open(method, target, headers=headers, body=body)
        connection.leave()
        reply = await connection.finished()
        check(method, target, reply)
        return reply

    async def ask(self, target: tuple[str, str], query: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send a request whose method, path and query come apart; a presigned path has a query already."""
        method, path = target
        joint = "&" if path.endswith("{upload}") else "?"
        return await self.send(method, f"{path}{joint}{query}" if query else path, headers, body)

    async def look(self) -> None:
        """Check that the journal can show the latest exchange."""
        exchange = next(self.client.world.journal.newest_first(), None)
        if exchange is not None:
            reply = await self.client.get(f"/_mock/journal/{exchange.id}")
            assert reply.status == 200, (exchange.path, reply.body[:300])

    async def renew(self) -> None:
        """Go on with a fresh emulator."""
        if self.ids:
            await self.client.emulator.close()
        client = self.client = Client(create_app(Settings(clock="manual", seed=7, max_worlds=50)), KEY)
        client.emulator.serving = True
        done = await client.run(webhook="http://192.0.2.1/hook")
        await client.advance()
        output = (await client.get(f"/tasks/{done['id']}")).data["output"]["video"]
        file = await client.upload(b"not a picture")
        pending = (await client.post("/files", {"files": [{"uri": ""}]})).data[0]
        running = await client.run(session="new", webhook="http://192.0.2.1/hook")
        await client.advance(1)
        exchange = (await client.get("/_mock/journal")).json()["exchanges"][0]
        delivery = (await client.get("/_mock/deliveries")).json()["deliveries"][-1]
        self.ids = {
            "done": done["id"],
            "running": running["id"],
            "file": file["id"],
            "session": running["session_id"],
            "upload": path_of(pending["upload_url"]).removeprefix("/"),
            "object": path_of(file["uri"]).removeprefix("/"),
            "output": path_of(output).removeprefix("/"),
            "uri": file["uri"],
            "exchange": exchange["id"],
            "delivery": delivery["id"],
        }


def check(method: str, target: str, reply: Reply) -> None:
    """Check what holds of every answer, whatever was asked."""
    told = f"{method} {target[:200]} was answered {reply.status}: {reply.body[:300]!r}"
    assert reply.status or not reply.chunks, told
    if not reply.status:
        return  # the client had left before there was anything to answer
    if reply.status == 501:
        path = normalise(unquote(target.partition("?")[0]))
        plain = "GET" if method == "HEAD" else method
        assert any(plain == known and pattern.fullmatch(path) for known, pattern in _NOT_EMULATED), told
        return
    assert 200 <= reply.status < 500, told
    headers = reply.headers
    if method == "HEAD":
        assert reply.body == b"", told
    elif "content-length" in headers:
        assert int(headers["content-length"]) == len(reply.body), told
    if reply.status >= 400 and method != "HEAD" and headers["content-type"] == "application/problem+json":
        problem = orjson.loads(reply.body)
        assert problem["status"] == reply.status, told
        assert problem["type"].rpartition("/")[2] in STATUS_OF_CODE, told
        assert problem["detail"], told
