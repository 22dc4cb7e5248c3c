"""The golden webhooks in fixtures/webhooks: what a receiver is sent when a task has ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from contracts import fixtures
from contracts.exchanges import ExchangeError, Request


@dataclass(frozen=True, slots=True)
class GoldenDelivery:
    """One webhook as the emulator sends it."""

    name: str
    summary: str
    settings: Mapping[str, Any]
    """Behaviour settings that differ from the default."""
    before: tuple[Request, ...]
    """What makes a task with a webhook and brings it to its end."""
    headers: Mapping[str, str]
    """Headers of the POST besides those of every request; empty where it was not recorded yet."""
    body: Any
    """The parsed body; written again compactly it is the body, byte for byte."""


@cache
def load() -> tuple[GoldenDelivery, ...]:
    """Return all golden webhooks, sorted by name; none when the fixtures are not there."""
    return tuple(read(file) for file in files())


def files() -> tuple[Path, ...]:
    """Return the files of all golden webhooks."""
    try:
        folder = fixtures.path("webhooks")
    except FileNotFoundError:
        return ()
    return tuple(sorted(folder.glob("*.json")))


def read(file: Path) -> GoldenDelivery:
    """Return the golden webhook in a file.

    Raises:
        ExchangeError: the file is not JSON, or lacks something.
    """
    try:
        raw = orjson.loads(file.read_bytes())
        return GoldenDelivery(
            name=file.stem,
            summary=raw["summary"],
            settings=raw.get("settings", {}),
            before=tuple(Request(**{"headers": {}, **row}) for row in raw["before"]),
            headers=raw.get("headers", {}),
            body=raw.get("body"),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise ExchangeError(
            f"webhooks/{file.name}: {type(error).__name__}: {error}; fixtures/README.md shows the form"
        ) from None
