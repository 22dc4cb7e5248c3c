"""A task stream read back: the lines of NDJSON or SSE as what they say (wire.md §4)."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from contracts.wire.streams import StreamFormat

Kind = Literal["event", "heartbeat", "done", "broken"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What one line of NDJSON or one server-sent event says."""

    kind: Kind
    """done: the event named so that ends a stream of named events; broken: nothing that a stream may hold."""
    line: int
    """Number of its first line, from 1."""
    raw: str
    """The line, or the event's lines joined by LF."""
    data: Any = None
    """The parsed JSON of an event."""
    id: str | None = None
    """What SSE says in `id:`."""
    name: str | None = None
    """What SSE says in `event:`."""
    data_lines: int = 1
    """How many `data:` lines it has."""


def read(lines: Iterable[str], stream: StreamFormat) -> list[Entry]:
    """Return what a stream says, line by line of NDJSON or event by event of SSE.

    Args:
        lines: without their line breaks; of SSE with the blank lines that end events.
        stream: the format.
    """
    return list(_ndjson(lines) if stream == "ndjson" else _sse(lines))


def _ndjson(lines: Iterable[str]) -> Iterator[Entry]:
    for number, line in enumerate(lines, start=1):
        data = _parsed(line)
        if not isinstance(data, dict):
            yield Entry("broken", number, line)
        else:
            yield Entry("heartbeat" if data.get("type") == "heartbeat" else "event", number, line, data)


def _sse(lines: Iterable[str]) -> Iterator[Entry]:
    gathered: list[str] = []
    first = 1
    for number, line in enumerate([*lines, ""], start=1):
        if line:
            first = number if not gathered else first
            gathered.append(line)
        elif gathered:
            yield _event(gathered, first)
            gathered = []


def _event(lines: list[str], first: int) -> Entry:
    raw = "\n".join(lines)
    fields = [(name, value.removeprefix(" ")) for name, _, value in (line.partition(":") for line in lines) if name]
    if not fields:
        return Entry("heartbeat", first, raw)  # comments alone
    told = {name: value for name, value in fields if name != "data"}
    data_lines = [value for name, value in fields if name == "data"]
    name = told.get("event")
    if name == "done":
        return Entry("done", first, raw, id=told.get("id"), name=name, data_lines=len(data_lines))
    data = _parsed("\n".join(data_lines))
    kind: Kind = "event" if isinstance(data, dict) else "broken"
    return Entry(kind, first, raw, data, told.get("id"), name, len(data_lines))


def _parsed(text: str) -> Any:  # noqa: ANN401  # JSON
    try:
        return json.loads(text)
    except ValueError:
        return None
