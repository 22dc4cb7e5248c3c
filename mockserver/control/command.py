"""One request to the control plane, and the table row that describes it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.wire.problems import Problem
from mockserver.emulator import Emulator
from mockserver.world import World


@dataclass(slots=True)
class Command:
    """A request that passed the guards."""

    emulator: Emulator
    params: Mapping[str, str]
    query: Mapping[str, str]
    document: Mapping[str, Any]
    """The parsed body; {} when there was none."""
    base_url: str
    key: str | None

    @property
    def world(self) -> World:
        """The world of the request's key.

        Raises:
            Problem: 401, there is no key.
        """
        if self.key is None:
            raise Problem("unauthorized", "name the world by its API key: send `Authorization: Bearer KEY`")
        return self.emulator.worlds.of_key(self.key)


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON answer."""

    document: Any
    status: int = 200


@dataclass(frozen=True, slots=True)
class Page:
    """An answer for a person's browser."""

    content: bytes
    content_type: str
    headers: Mapping[str, str]


Handler = Callable[[Command], Awaitable[Reply | Page]]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the control plane; its OpenAPI document is written from these rows."""

    method: str
    path: str
    handler: Handler
    summary: str
    takes: Mapping[str, Any] | None = None
    """JSON Schema of the body."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Query parameters, each with what it does."""
    needs_key: bool = True
    example: Mapping[str, Any] | None = None
    """A body that works."""
    media: str = "application/json"
    """What a success is sent as."""
