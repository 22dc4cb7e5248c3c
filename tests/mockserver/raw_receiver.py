"""A webhook target that keeps every byte as it came, bears whatever a sender does, and answers what a test says."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from .asgi import PATIENCE


@dataclass(slots=True)
class Arrival:
    """What came over one connection."""

    raw: bytes = b""
    closed: bool = False
    """Whether the sender closed before all of the body had come."""
    complete: bool = False
    """Whether as much of the body came as Content-Length says."""

    @property
    def headers(self) -> dict[str, str]:
        """Headers, names in lower case."""
        rows = (line.split(b": ", 1) for line in self.raw.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:])
        return {name.decode().lower(): value.decode("latin-1") for name, value in rows}

    @property
    def body(self) -> bytes:
        """The body, as much as has come."""
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def length(self) -> int:
        """What Content-Length says."""
        return int(self.headers["content-length"])

    @property
    def whole(self) -> bool:
        """Whether head and body are there."""
        return b"\r\n\r\n" in self.raw and len(self.body) >= self.length

    def json(self) -> Any:  # JSON
        """The body parsed."""
        return json.loads(self.body)


Judge = Callable[[Arrival], int]
"""Tells the status that a request is answered with."""


def taking_turns(statuses: Sequence[int]) -> Judge:
    """Answer with these statuses, the last one for ever."""
    left = list(statuses)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


@dataclass(slots=True)
class RawReceiver:
    """The target."""

    url: str
    arrivals: list[Arrival] = field(default_factory=list)
    """In the order in which their connections were opened."""
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    open: list[asyncio.StreamWriter] = field(default_factory=list)

    def hang_up(self) -> None:
        """Reset every connection."""
        for writer in self.open:
            writer.transport.abort()

    async def until(self, happened: Callable[[list[Arrival]], bool]) -> list[Arrival]:
        """Wait until something can be said of what has come."""
        async with asyncio.timeout(PATIENCE), self.news:
            await self.news.wait_for(lambda: happened(self.arrivals))
        return self.arrivals

    async def count(self, number: int) -> list[Arrival]:
        """Wait until so many whole requests have come."""
        return await self.until(lambda arrivals: sum(arrival.complete for arrival in arrivals) >= number)


@asynccontextmanager
async def raw_receiver(judge: Judge = lambda _: 200) -> AsyncIterator[RawReceiver]:
    """Listen on a free loopback port."""
    found: RawReceiver

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrival = Arrival()
        found.arrivals.append(arrival)
        found.open.append(writer)
        try:
            while not arrival.whole and not arrival.closed:
                got = await reader.read(65536)
                async with found.news:
                    arrival.raw += got
                    arrival.closed = not got
                    found.news.notify_all()
            if arrival.whole:
                writer.write(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % judge(arrival))
                async with found.news:
                    arrival.complete = True
                    found.news.notify_all()
                await writer.drain()
        except OSError:
            pass  # the sender gave up; what came is noted
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    found = RawReceiver(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook")
    try:
        yield found
    finally:
        server.close()
        await server.wait_closed()
