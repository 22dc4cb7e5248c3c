"""Webhook targets on loopback, in the test's own loop."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from .asgi import PATIENCE


@dataclass(slots=True)
class Received:
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """A target that answers with given statuses, the last one for ever."""

    url: str
    port: int
    received: list[Received] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    """A silent target answers once this is set."""

    async def count(self, number: int) -> list[Received]:
        """Wait until so many requests have come."""
        async with asyncio.timeout(PATIENCE), self.news:
            await self.news.wait_for(lambda: len(self.received) >= number)
        return self.received


@asynccontextmanager
async def receiver(
    statuses: Sequence[int] = (200,), *, head: str = "", silent: bool = False
) -> AsyncIterator[Receiver]:
    """Listen on a free loopback port.

    Args:
        statuses: what to answer, in turn.
        head: more header lines of the answer, each with its line ending.
        silent: take requests and say nothing until `release` is set.
    """
    found: Receiver

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head_bytes = await reader.readuntil(b"\r\n\r\n")
            line, *rows = head_bytes.decode("latin-1").split("\r\n")[:-2]
            headers = {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in rows)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            async with found.news:
                found.received.append(Received(line, headers, body))
                status = statuses[min(len(found.received), len(statuses)) - 1]
                found.news.notify_all()
            if silent:
                await found.release.wait()
            writer.write(f"HTTP/1.1 {status} X\r\n{head}Content-Length: 2\r\nConnection: close\r\n\r\nok".encode())
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the sender gave up; what came is noted
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    found = Receiver(f"http://127.0.0.1:{port}/hook?x=1", port)
    try:
        yield found
    finally:
        found.release.set()
        server.close()
        await server.wait_closed()
