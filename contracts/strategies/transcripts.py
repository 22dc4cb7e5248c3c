"""Streams of a task, written down line by line: what a server may say, and what it may not."""

from dataclasses import dataclass
from typing import get_args

from hypothesis import strategies as st

from contracts.names import ensure_known
from contracts.strategies.stream_events import stream_events, written
from contracts.strategies.stream_flaws import FLAWS
from contracts.wire.statuses import Numbering
from contracts.wire.streams import SseEvents, StreamFormat


@dataclass(frozen=True, slots=True)
class Transcript:
    """One stream."""

    stream: StreamFormat
    lines: tuple[str, ...]
    """Without their line breaks; of SSE with the blank lines that end events."""
    breaks: frozenset[str] = frozenset()
    """Requirement ids it breaks; empty for a legal one."""
    wrong: str = ""
    """What is wrong with it, in a few words."""

    @property
    def body(self) -> bytes:
        """The stream's bytes."""
        return "".join(f"{line}\n" for line in self.lines).encode("utf-8")


@dataclass(frozen=True, slots=True)
class Resumed:
    """One SSE stream that broke, and the one that `Last-Event-ID` resumed."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    whole: tuple[str, ...]
    """The stream as it would have been without the break."""
    breaks: frozenset[str] = frozenset()


def legal_transcripts(
    stream: StreamFormat | None = None, *, numbering: Numbering = "current", events: SseEvents = "unnamed"
) -> st.SearchStrategy[Transcript]:
    """Streams that keep every promise: from any moment of any legal life of a task to its end.

    Args:
        stream: the format; either when left out.
        numbering: of statuses; legacy as under `--status-numbers legacy`.
        events: whether events of SSE are named, as under `--sse-events named`.

    Raises:
        ValueError: one of them is none that there is.
    """
    ensure_known("numbering", numbering, get_args(Numbering))
    ensure_known("way of naming events", events, get_args(SseEvents))
    return _formats(stream).flatmap(
        lambda form: stream_events().map(
            lambda told: Transcript(form, written(form, told, numbering=numbering, named=events == "named"))
        )
    )


def illegal_transcripts(stream: StreamFormat | None = None, wrong: str | None = None) -> st.SearchStrategy[Transcript]:
    """Streams that break a promise, each labelled with all it breaks.

    Args:
        stream: the format; either when left out.
        wrong: which flaw, one of `FLAWS`; any when left out.

    Raises:
        ValueError: there is no such format, or no such flaw in it.
    """
    _formats(stream)
    fitting = [name for name in FLAWS if stream is None or FLAWS[name].only in {None, stream}]
    if wrong is not None:
        ensure_known(f"flaw of {stream or 'a stream'}", wrong, fitting)
        fitting = [wrong]

    def spoilt(name: str) -> st.SearchStrategy[Transcript]:
        flaw = FLAWS[name]
        form = st.just(flaw.only) if flaw.only is not None else _formats(stream)
        return form.flatmap(
            lambda chosen: stream_events(flaw.end).map(
                lambda events: Transcript(chosen, written(chosen, flaw.spoil(events)), frozenset(flaw.breaks), name)
            )
        )

    return st.sampled_from(fitting).flatmap(spoilt)


def resumed_streams(*, legal: bool = True) -> st.SearchStrategy[Resumed]:
    """SSE streams that broke after an event and were resumed after it.

    Args:
        legal: False for those that repeat or lose an event.
    """

    @st.composite
    def broken(draw: st.DrawFn) -> Resumed:
        events = [event for event in draw(stream_events()) if event.task is not None]
        numbers = sorted({event.id for event in events})
        at = draw(st.integers(0, len(numbers) - 1))
        first = [event for event in events if event.id <= numbers[at]]
        rest = [event for event in events if event.id > numbers[at]]
        if not legal and (not rest or draw(st.booleans())):
            rest = [first[-1], *rest]
        elif not legal:
            lost = draw(st.sampled_from(rest)).id
            rest = [event for event in rest if event.id != lost]
        before, after, whole = (written("sse", part) for part in (first, rest, events))
        return Resumed(before, after, whole, frozenset() if legal else frozenset({"REQ-STREAM-009"}))

    return broken()


def _formats(stream: StreamFormat | None) -> st.SearchStrategy[StreamFormat]:
    known: tuple[StreamFormat, ...] = get_args(StreamFormat)
    if stream is None:
        return st.sampled_from(known)
    ensure_known("format of streams", stream, known)
    return st.just(stream)
