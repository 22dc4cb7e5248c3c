"""The connection under an exchange: what ASGI has no word for, closing and resetting it, for faults to use."""

import asyncio
import socket
import struct
from typing import Any, Protocol

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

EXTENSION = "inferencesh_mock.connection"
"""Where a scope's `extensions` have it; servers other than ours have none."""

_NO_LINGER = struct.pack("ii", 1, 0)
"""SO_LINGER with no time left: the kernel resets the connection instead of closing it."""


class Connection(Protocol):
    """What a fault may do to the connection besides answering."""

    def close(self) -> None:
        """Send what was written, then end it (FIN)."""
        ...

    def reset(self) -> None:
        """End it at once (RST)."""
        ...


class HttpConnection(HttpToolsProtocol):
    """uvicorn's protocol, which tells each request the connection that it came by."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        # An extension's value is for the two sides to agree on; the type that uvicorn has for it is too narrow.
        extensions: Any = {EXTENSION: _Transport(self.transport)}
        self.scope["extensions"] = extensions


class _Transport:
    """A connection of asyncio's or uvloop's."""

    __slots__ = ("_transport",)

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def close(self) -> None:
        self._transport.close()

    def reset(self) -> None:
        given = self._transport.get_extra_info("socket")
        if given is not None:
            given.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._transport.abort()


def of(scope: Scope) -> Connection | None:
    """Return the connection of a request; None where an application is called without one, as in tests."""
    found: Connection | None = (scope.get("extensions") or {}).get(EXTENSION)
    return found
