"""Faults of a stream, on NDJSON and server-sent events alike: each a small class that says what is sent for an event.

Nothing here sends or waits: a fault turns events into actions, and the stream (api/streams.py) carries them out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import orjson

from contracts.wire import streams
from contracts.wire.statuses import TERMINAL, Numbering, Status, number
from contracts.wire.streams import SseEvents, StreamFormat
from mockserver.faults.ledger import Hit

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is sent for a while."""

    seconds: float
    heartbeats: bool
    every: float | None = None
    """Seconds between heartbeats; None: as ever."""


@dataclass(frozen=True, slots=True)
class Break:
    """The connection ends."""

    how: Literal["close", "reset"]


@dataclass(frozen=True, slots=True)
class Finish:
    """The stream ends in good order."""


@dataclass(frozen=True, slots=True)
class Contradict:
    """For so many seconds, other calls tell the state before the end."""

    seconds: float


Action = bytes | Pause | Break | Finish | Contradict


@dataclass(frozen=True, slots=True)
class Dialect:
    """How this stream writes its events."""

    form: StreamFormat
    events: SseEvents
    numbering: Numbering

    def line(self, document: Mapping[str, Any], index: int) -> bytes:
        """Write an event."""
        return streams.event(orjson.dumps(document), self.form, event_id=index, events=self.events)

    def text(self, line: str) -> bytes:
        """Write a line that is no event."""
        raw = line.encode("utf-8")
        return raw + b"\n" if self.form == "ndjson" else b"data: " + raw + b"\n\n"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the task."""

    number: int
    """In this stream, from 1; heartbeats do not count."""
    index: int
    """The step's number in the task's life, which resumes name."""
    document: Mapping[str, Any]
    status: Status

    @property
    def terminal(self) -> bool:
        """Whether the task has ended."""
        return self.status in TERMINAL


class LineFault:
    """A stream as it is; faults change what they want to."""

    def __init__(self, hit: Hit, dialect: Dialect) -> None:
        """Stand between the events and the wire."""
        self.hit = hit
        self.dialect = dialect
        self.seen = 0

    def event(self, event: Event) -> Iterator[Action]:
        """Say what is sent for an event."""
        self.seen = event.number
        yield from self.play(event)

    def play(self, event: Event) -> Iterator[Action]:
        """Say what is sent for an event."""
        yield self.whole(event)

    def heartbeat(self, line: bytes) -> Iterator[Action]:
        """Say what is sent for a heartbeat."""
        yield line

    def whole(self, event: Event) -> bytes:
        """Write the event as it is."""
        return self.dialect.line(event.document, event.index)

    def changed(self, event: Event, **members: Any) -> bytes:  # noqa: ANN401  # JSON
        """Write the event with members changed or added."""
        return self.dialect.line({**event.document, **members}, event.index)

    def ended(self, event: Event, status: Status) -> bytes:
        """Write the event as if the task had ended so."""
        error = {"error": "task failed"} if status is Status.FAILED else {}
        done = {"progress": 100} if status is Status.COMPLETED else {}
        return self.changed(event, status=number(status, self.dialect.numbering), **error, **done)

    def over(self) -> None:
        """The stream is over; a fault whose event never came says so."""
        self.hit.doubt(f"the stream ended after {self.seen} events")


class Cut(LineFault):
    """The connection ends after an event, or inside the next."""

    def play(self, event: Event) -> Iterator[Action]:
        """Send whole events, then less."""
        where, last = self.hit["where"], event.number > self.hit["after"]
        line = self.whole(event)
        if where == "crlf":
            line = line.replace(b"\n", b"\r\n")
        if not last:
            yield line
            if where != "between_lines" or event.number < self.hit["after"]:
                return
        elif where != "between_lines":
            yield self._part(event, line)
        self.hit.consume()
        yield Break(self.hit["how"])

    def heartbeat(self, line: bytes) -> Iterator[Action]:
        """End lines as the events do."""
        yield line.replace(b"\n", b"\r\n") if self.hit["where"] == "crlf" else line

    def _part(self, event: Event, line: bytes) -> bytes:
        match self.hit["where"]:
            case "crlf":
                return line[: line.index(b"\r\n", line.index(b"{")) + 1]
            case "json_token":
                # In the middle of the id, so that the line is inside a string whatever comes before it.
                return line[: line.index(b'"id":"') + 12]
            case _:
                raw = orjson.dumps({"note": "é", **event.document})
                at = next(position for position, byte in enumerate(raw) if byte >= 0x80)
                return line[: line.index(b"{")] + raw[: at + 1]


class End(LineFault):
    """The stream ends in good order, too early."""

    def play(self, event: Event) -> Iterator[Action]:
        """Send so many events and no more."""
        if event.number <= self.hit["after"]:
            yield self.whole(event)
        if event.number >= self.hit["after"] and not (event.terminal and event.number == self.hit["after"]):
            self.hit.consume()
            yield Finish()


class Silence(LineFault):
    """Nothing comes for a while."""

    def play(self, event: Event) -> Iterator[Action]:
        """Pause after an event, or before the first."""
        if event.number == 1 and self.hit["after"] == 0:
            yield from self._pause()
        yield self.whole(event)
        if event.number == self.hit["after"] and not event.terminal:
            yield from self._pause()

    def _pause(self) -> Iterator[Action]:
        self.hit.consume()
        yield Pause(self.hit["seconds"], self.hit["heartbeats"], self.hit["every"])


class Duplicate(LineFault):
    """An event comes several times."""

    def play(self, event: Event) -> Iterator[Action]:
        """Repeat it."""
        yield self.whole(event)
        if event.number == self.hit["event"]:
            self.hit.consume()
            yield from [self.whole(event)] * self.hit["times"]


class Reorder(LineFault):
    """Two events change places."""

    _held: Event | None = None

    def play(self, event: Event) -> Iterator[Action]:
        """Hold one back until the next has been sent."""
        held, self._held = self._held, None
        if event.number == self.hit["event"] and not event.terminal:
            self._held = event
            return
        if held is not None and event.terminal:
            self.hit.doubt("the next event was the terminal one, which keeps its place")
            yield self.whole(held)
        yield self.whole(event)
        if held is not None and not event.terminal:
            self.hit.consume()
            yield self.whole(held)


class Malformed(LineFault):
    """A line that is no JSON."""

    def play(self, event: Event) -> Iterator[Action]:
        """Send it before the event."""
        if event.number == self.hit["event"]:
            self.hit.consume()
            yield self.dialect.text(self.hit["text"])
        yield self.whole(event)


class Bom(LineFault):
    """A byte-order mark."""

    def play(self, event: Event) -> Iterator[Action]:
        """Send it before everything."""
        self.hit.consume()
        yield (BOM if event.number == 1 else b"") + self.whole(event)


class TwoTerminals(LineFault):
    """Another end after the end."""

    def play(self, event: Event) -> Iterator[Action]:
        """Say something else after the terminal event."""
        yield self.whole(event)
        if event.terminal:
            self.hit.consume()
            yield self.ended(event, Status[self.hit["second"].upper()])


class NoFinalNewline(LineFault):
    """A last line without its end."""

    def play(self, event: Event) -> Iterator[Action]:
        """Leave the line break out."""
        if event.terminal:
            self.hit.consume()
            yield self.whole(event).rstrip(b"\n")
        else:
            yield self.whole(event)


class ChangedKeys(LineFault):
    """Events that carry what has changed and nothing else."""

    _last: Mapping[str, Any] | None = None

    def play(self, event: Event) -> Iterator[Action]:
        """Compare with the event before."""
        last, self._last = self._last, event.document
        if last is None:
            yield self.whole(event)
            return
        self.hit.consume()
        names = [name for name, value in event.document.items() if name not in last or last[name] != value]
        changes = {"id": event.document["id"], **{name: event.document[name] for name in names}}
        yield self.dialect.line({"data": changes, "fields": names} if self.hit["fields"] else changes, event.index)


class Envelope(LineFault):
    """Events inside an envelope."""

    def play(self, event: Event) -> Iterator[Action]:
        """Wrap it."""
        self.hit.consume()
        yield self.dialect.line({"data": event.document}, event.index)


class StatusText(LineFault):
    """Statuses as words."""

    def play(self, event: Event) -> Iterator[Action]:
        """Write the name."""
        self.hit.consume()
        yield self.changed(event, status=event.status.text)


class Unknown(LineFault):
    """A status and members that nobody knows."""

    def play(self, event: Event) -> Iterator[Action]:
        """Change an event that is not the last."""
        if event.number == self.hit["event"] and not event.terminal:
            self.hit.consume()
            yield self.changed(event, status=self.hit["status"], x_unknown={"nested": [1, None, "new"]})
        else:
            yield self.whole(event)


class LongLine(LineFault):
    """A very long line."""

    def play(self, event: Event) -> Iterator[Action]:
        """Fill a member that nobody knows."""
        if event.number == self.hit["event"]:
            self.hit.consume()
            yield self.changed(event, x_padding="x" * self.hit["bytes"])
        else:
            yield self.whole(event)


class EarlyTerminal(LineFault):
    """An end before the end."""

    def play(self, event: Event) -> Iterator[Action]:
        """Send it, and go on as if nothing had been said."""
        status = Status[self.hit["status"].upper()]
        if event.number == 1 and self.hit["after"] == 0 and not event.terminal:
            self.hit.consume()
            yield self.ended(event, status)
        yield self.whole(event)
        if event.number == self.hit["after"] and not event.terminal:
            self.hit.consume()
            yield self.ended(event, status)


class Contradiction(LineFault):
    """An end that other calls do not know of yet."""

    def play(self, event: Event) -> Iterator[Action]:
        """Tell the end to this client alone."""
        if event.terminal:
            self.hit.consume()
            yield Contradict(self.hit["seconds"])
        yield self.whole(event)


FAULTS: Mapping[str, Callable[[Hit, Dialect], LineFault]] = MappingProxyType(
    {
        "stream_cut": Cut,
        "stream_end": End,
        "stream_silence": Silence,
        "stream_duplicate": Duplicate,
        "stream_reorder": Reorder,
        "stream_malformed": Malformed,
        "stream_bom": Bom,
        "stream_two_terminals": TwoTerminals,
        "stream_no_final_newline": NoFinalNewline,
        "stream_changed_keys": ChangedKeys,
        "stream_envelope": Envelope,
        "stream_status_text": StatusText,
        "stream_unknown": Unknown,
        "stream_long_line": LongLine,
        "stream_early_terminal": EarlyTerminal,
        "stream_contradiction": Contradiction,
    }
)
"""By name."""
