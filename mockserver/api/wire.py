"""The way of one answer to its client: the journal books what really goes out, and faults may bend or break it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from starlette.types import Message, Receive, Scope, Send

from mockserver import connection
from mockserver.clock import Clock
from mockserver.emulator import Emulator
from mockserver.journal import Exchange


class SeveredError(Exception):
    """A fault has ended the connection; whoever still answers stops."""


class Wire:
    """Sends the messages of one answer."""

    def __init__(self, emulator: Emulator, scope: Scope, receive: Receive, send: Send, exchange: Exchange) -> None:
        """Begin an answer.

        Args:
            emulator: whose end cuts short what a fault makes wait.
            scope: of the request.
            receive: of the request; asked only once its body has been read.
            send: of the server.
            exchange: the journal's line.
        """
        self._emulator = emulator
        self._scope = scope
        self._receive = receive
        self._server_send = send
        self._exchange = exchange
        self._bend: Send | None = None
        self._muted = False
        self._left: asyncio.Future[None] | None = None
        self.genuine = True
        """Whether what is sent is the call's own answer, and not a fault's in its place."""
        self.started = False

    async def send(self, message: Message) -> None:
        """Send a message of the answer, through the fault that bends it if there is one."""
        if not self._muted:
            await (self._bend or self.transmit)(message)

    async def transmit(self, message: Message) -> None:
        """Send a message as it is and book it."""
        exchange = self._exchange
        if message["type"] == "http.response.start":
            self.started = True
            exchange.status = message["status"]
            exchange.response_headers = list(message["headers"])
            await self._server_send(message)
            return
        exchange.response.add(message.get("body", b""))
        if not message.get("more_body", False):
            gone = self._left is not None and self._left.done()
            exchange.outcome = "client-gone" if gone else "answered"
            exchange.reached = self.genuine and not gone and (exchange.status or 500) < 500
        await self._server_send(message)

    def bend(self, through: Send | None) -> None:
        """Lead the answer through a fault from now on, or straight again with None."""
        self._bend = through

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Send nothing of what is answered meanwhile."""
        self._muted = True
        try:
            yield
        finally:
            self._muted = False

    async def pause(self, clock: Clock, seconds: float) -> None:
        """Let time pass on a world's clock; a client that leaves meanwhile does not end the pause.

        Raises:
            Problem: the server ends.
        """
        self._watch()
        until = clock.now() + seconds
        with self._emulator.until_closing(), clock.member() as member:
            while clock.now() < until and not clock.closed:
                await member.wait(until)

    async def hang(self) -> NoReturn:
        """Wait until the client has left.

        Raises:
            SeveredError: it has.
            Problem: the server ends.
        """
        self._exchange.outcome = "hanging"
        with self._emulator.until_closing():
            await self._watch()
        self._exchange.outcome = "client-gone"
        raise SeveredError

    async def close(self) -> NoReturn:
        """Close the connection after what has been sent.

        Raises:
            SeveredError: always.
        """
        await self._end("closed")

    async def reset(self) -> NoReturn:
        """Reset the connection.

        Raises:
            SeveredError: always.
        """
        await self._end("reset")

    def forget(self) -> None:
        """Watch no longer for the client's leaving."""
        if self._left is not None:
            self._left.cancel()

    async def _end(self, how: str) -> NoReturn:
        self._exchange.outcome = how
        found = connection.of(self._scope)
        if found is not None:
            if how == "reset":
                found.reset()
            else:
                found.close()
            # The server takes an answer that just stops for a mistake unless it knows that the connection is gone.
            await self._watch()
        raise SeveredError

    def _watch(self) -> "asyncio.Future[None]":
        if self._left is None:
            self._left = asyncio.ensure_future(self._gone())
        return self._left

    async def _gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
