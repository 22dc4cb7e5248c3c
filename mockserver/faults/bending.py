"""Faults that bend a call's own answer on its way: each a small class between the answer's messages and the wire."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NoReturn, Protocol

from starlette.types import Message

from mockserver.clock import Clock
from mockserver.faults.ledger import Hit

UNKNOWN_HALF = 64
"""Bytes after which a body of unknown length is cut when half of it was asked for."""


class Channel(Protocol):
    """What a fault sends through; `mockserver.api.wire.Wire` is one."""

    async def transmit(self, message: Message) -> None:
        """Send a message."""
        ...

    async def pause(self, clock: Clock, seconds: float) -> None:
        """Let time pass on a world's clock."""
        ...

    async def close(self) -> NoReturn:
        """Close the connection."""
        ...

    async def reset(self) -> NoReturn:
        """Reset the connection."""
        ...


class Bend:
    """An answer as it is; faults change what they want to."""

    def __init__(self, channel: Channel, hit: Hit, clock: Clock) -> None:
        """Stand between an answer and its channel."""
        self._channel = channel
        self._clock = clock
        self._hit = hit

    async def send(self, message: Message) -> None:
        """Take a message of the answer."""
        if message["type"] == "http.response.start":
            await self.start(message)
        else:
            await self.body(message)

    async def start(self, message: Message) -> None:
        """Take status and headers."""
        await self._channel.transmit(message)

    async def body(self, message: Message) -> None:
        """Take a piece of the body."""
        await self._channel.transmit(message)

    def end(self) -> None:
        """The answer is over, and the client has met the fault unless it is booked otherwise."""
        self._hit.consume()


class ContentType(Bend):
    """Another Content-Type over the same body."""

    async def start(self, message: Message) -> None:
        """Replace the header."""
        others = [(name, value) for name, value in message["headers"] if name != b"content-type"]
        named = (b"content-type", self._hit["type"].encode("latin-1"))
        await self._channel.transmit({**message, "headers": [named, *others]})


class Truncated(Bend):
    """Headers that promise more than comes."""

    _left: int | None = None

    async def start(self, message: Message) -> None:
        """Find out how much there is."""
        length = dict(message["headers"]).get(b"content-length")
        size = None if length is None else int(length)
        at = self._hit["at"]
        if at is None:
            at = UNKNOWN_HALF if size is None else size // 2
        if size is not None and at >= size:
            self._hit.doubt(f"the body has {size} bytes, so that none was missing after {at}")
        else:
            self._left = at
        await self._channel.transmit(message)

    async def body(self, message: Message) -> None:
        """Send what may be sent, then close."""
        content: bytes = message.get("body", b"")
        more = message.get("more_body", False)
        if self._left is None or (more and len(content) <= self._left):
            self._left = None if self._left is None else self._left - len(content)
            await self._channel.transmit(message)
            return
        if content[: self._left]:
            await self._channel.transmit({**message, "body": content[: self._left], "more_body": True})
        self._hit.consume()
        await self._channel.close()


class Reset(Bend):
    """A connection that is reset after the headers, or in the middle of the first piece of the body."""

    async def start(self, message: Message) -> None:
        """Send the headers."""
        await self._channel.transmit(message)
        if self._hit["when"] == "headers":
            self._hit.consume()
            await self._channel.reset()

    async def body(self, message: Message) -> None:
        """Send half."""
        content: bytes = message.get("body", b"")
        if content:
            await self._channel.transmit({**message, "body": content[: len(content) // 2], "more_body": True})
        self._hit.consume()
        await self._channel.reset()


class OfVideos(Bend):
    """Played where the video is (api/objects.py); here it is only seen whether there was one."""

    async def start(self, message: Message) -> None:
        """See that it is no problem."""
        if message["status"] >= 400:
            self._hit.doubt("the answer was no file")
        await self._channel.transmit(message)


class Dribble(Bend):
    """A body in small pieces with pauses."""

    _pieces = 0

    async def body(self, message: Message) -> None:
        """Send it a few bytes at a time, and the rest at once when there were enough of them."""
        content: bytes = message.get("body", b"")
        size: int = self._hit["bytes"]
        at = 0
        while len(content) - at > size and self._pieces < self._hit["pieces"]:
            await self._channel.transmit({**message, "body": content[at : at + size], "more_body": True})
            await self._channel.pause(self._clock, self._hit["seconds"])
            at += size
            self._pieces += 1
        await self._channel.transmit({**message, "body": content[at:]})

    def end(self) -> None:
        """A body of one piece dribbles not."""
        if self._pieces:
            self._hit.consume()
        else:
            self._hit.doubt("the body was too short to come in pieces")


FAULTS: Mapping[str, Callable[[Channel, Hit, Clock], Bend]] = MappingProxyType(
    {
        "content_type": ContentType,
        "truncated_body": Truncated,
        "reset": Reset,
        "dribble": Dribble,
        "no_range": Bend,
        "broken_video": OfVideos,
    }
)
"""By name."""
