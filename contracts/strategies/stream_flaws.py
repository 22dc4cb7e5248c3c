"""Every way in which a stream can be wrong, made of the events of a legal one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import orjson

from contracts.strategies.stream_events import START, StreamEvent, Task, as_json, identifier
from contracts.wire import ids
from contracts.wire.statuses import Status
from contracts.wire.streams import StreamFormat


@dataclass(frozen=True, slots=True)
class Flaw:
    """One way in which a stream can be wrong."""

    breaks: tuple[str, ...]
    """Requirement ids, all of them."""
    spoil: Callable[[list[StreamEvent]], list[StreamEvent]]
    """Makes it of the events of a legal stream."""
    only: StreamFormat | None = None
    """The one format it can be in."""
    end: Status = Status.COMPLETED
    """How the task it is about ends."""


def _changed(where: Callable[[Task], bool], **fields: object) -> Callable[[list[StreamEvent]], list[StreamEvent]]:
    """Change or drop (`...`) fields of the tasks that are meant."""

    def changed(events: list[StreamEvent]) -> list[StreamEvent]:
        return [
            replace(event, task={key: value for key, value in {**event.task, **fields}.items() if value is not ...})
            if event.task is not None and where(event.task)
            else event
            for event in events
        ]

    return changed


def _marked(**changes: Any) -> Callable[[list[StreamEvent]], list[StreamEvent]]:  # noqa: ANN401  # fields of an event
    """Change how the second task is written."""

    def marked(events: list[StreamEvent]) -> list[StreamEvent]:
        at = _tasks(events)[1]
        return [replace(event, **changes) if index == at else event for index, event in enumerate(events)]

    return marked


def _rewritten(write: Callable[[Task], str]) -> Callable[[list[StreamEvent]], list[StreamEvent]]:
    """Write the second task in another way."""

    def rewritten(events: list[StreamEvent]) -> list[StreamEvent]:
        at = _tasks(events)[1]
        task = events[at].task
        assert task is not None  # noqa: S101  # one of the tasks
        return [*events[:at], replace(events[at], raw=write(task)), *events[at + 1 :]]

    return rewritten


def _tasks(events: list[StreamEvent]) -> list[int]:
    return [index for index, event in enumerate(events) if event.task is not None]


def _is(*statuses: Status) -> Callable[[Task], bool]:
    return lambda task: task["status"] in statuses


def _inside(task: Task) -> bool:
    """Neither first nor last."""
    return task["status"] in {Status.QUEUED, Status.DISPATCHED}


def _events_of(**first: object) -> Callable[[list[StreamEvent]], list[StreamEvent]]:
    """Change the first record in the events of every task that is past it."""

    def changed(events: list[StreamEvent]) -> list[StreamEvent]:
        return [
            event
            if event.task is None or len(event.task["events"]) < 2
            else replace(
                event, task={**event.task, "events": [{**event.task["events"][0], **first}, *event.task["events"][1:]]}
            )
            for event in events
        ]

    return changed


def _back(events: list[StreamEvent]) -> list[StreamEvent]:
    """Tell the upload, and then once more that the task runs; nothing else shows it."""
    at = next(index for index, event in enumerate(events) if event.task and event.task["status"] == Status.UPLOADING)
    task = events[at].task
    assert task is not None  # noqa: S101  # the one that was found
    again = {key: value for key, value in task.items() if key != "events"} | {"status": int(Status.RUNNING)}
    return [*events[: at + 1], replace(events[at], task=again), *events[at:]]


def _behind(events: list[StreamEvent]) -> list[StreamEvent]:
    """Return an event that says of a completed task that it failed."""
    last = events[-1].task or {}
    return [StreamEvent({**last, "status": int(Status.CANCELLED), "progress": 100, "events": None}, events[-1].id + 1)]


def _without_last_record(events: list[StreamEvent]) -> list[StreamEvent]:
    """Leave the record of the end out."""
    last = events[-1]
    assert last.task is not None  # noqa: S101  # a stream ends with a task
    return [*events[:-1], replace(last, task={**last.task, "events": last.task["events"][:-1]})]


_END = _is(Status.COMPLETED)

FLAWS: Mapping[str, Flaw] = MappingProxyType(
    {
        "a heartbeat first": Flaw(("REQ-STREAM-002",), lambda events: [StreamEvent(None), *events]),
        "no end": Flaw(("REQ-STREAM-004",), lambda events: events[:-1]),
        "nothing at all": Flaw(("REQ-STREAM-004",), lambda _: []),
        "the end twice": Flaw(("REQ-STREAM-004",), lambda events: [*events, events[-1]]),
        "a heartbeat behind the end": Flaw(("REQ-STREAM-004",), lambda events: [*events, StreamEvent(None)]),
        "a step behind the end": Flaw(
            ("REQ-STREAM-004", "REQ-TASK-003", "REQ-TASK-005"), lambda events: [*events, *_behind(events)]
        ),
        "a line that is no JSON": Flaw(("REQ-STREAM-003",), _rewritten(lambda task: as_json(task)[:-1])),
        "a list": Flaw(("REQ-STREAM-003",), _rewritten(lambda task: f"[{as_json(task)}]")),
        "changed keys only": Flaw(
            ("REQ-STREAM-003", "REQ-ENV-015", "REQ-STREAM-018"),
            _rewritten(lambda task: as_json({key: task[key] for key in ("id", "status", "progress")})),
        ),
        "a key is missing": Flaw(("REQ-STREAM-003",), _changed(_inside, input=...)),
        "another task": Flaw(("REQ-STREAM-003",), _changed(_inside, id=identifier("another"))),
        "an envelope": Flaw(("REQ-STREAM-013",), _rewritten(lambda task: as_json({"success": True, "data": task}))),
        "a character beyond ASCII": Flaw(
            ("REQ-STREAM-012",), _rewritten(lambda task: orjson.dumps(task).decode("utf-8"))
        ),
        "a status in words": Flaw(("REQ-TASK-001",), _changed(_inside, status="queued")),
        "an unknown status": Flaw(("REQ-TASK-001",), _changed(_inside, status=14)),
        "a way back": Flaw(("REQ-TASK-003",), _back),
        "a leap in the records": Flaw(("REQ-TASK-003",), _events_of(status=int(Status.UPLOADING))),
        "records out of order": Flaw(("REQ-TASK-008",), _events_of(event_time=ids.timestamp(START + 1e6))),
        "a record is missing": Flaw(("REQ-TASK-008",), _without_last_record),
        "progress falls": Flaw(("REQ-STREAM-015",), _changed(_is(Status.RECEIVED, Status.QUEUED), progress=1)),
        "progress is missing": Flaw(("REQ-STREAM-015",), _changed(_inside, progress=...)),
        "progress is a text": Flaw(("REQ-STREAM-015",), _changed(_inside, progress="0")),
        "progress is above 100": Flaw(("REQ-STREAM-015",), _changed(_END, progress=101)),
        "100 before the end": Flaw(("REQ-TASK-005",), _changed(_is(Status.UPLOADING), progress=100)),
        "completed at 99": Flaw(("REQ-TASK-005",), _changed(_END, progress=99)),
        "output before the end": Flaw(
            ("REQ-TASK-006",), _changed(_is(Status.UPLOADING), output={"video": "https://files.example/boat.mp4"})
        ),
        "no output at the end": Flaw(("REQ-TASK-006",), _changed(_END, output=None)),
        "output without a video": Flaw(("REQ-TASK-006",), _changed(_END, output={})),
        "an error on a completed task": Flaw(("REQ-TASK-007",), _changed(_END, error="it failed")),
        "failed without an error": Flaw(
            ("REQ-STREAM-016",), _changed(_is(Status.FAILED), error=...), end=Status.FAILED
        ),
        "failed with an empty error": Flaw(
            ("REQ-STREAM-016",), _changed(_is(Status.FAILED), error=""), end=Status.FAILED
        ),
        "a time without a zone": Flaw(("REQ-ENV-015",), _changed(_END, updated_at="2026-06-01T00:00:00")),
        "updated_at goes back": Flaw(("REQ-STREAM-018",), _changed(_END, updated_at=ids.timestamp(START))),
        "created_at changes": Flaw(
            ("REQ-STREAM-018",), _changed(_END, created_at=ids.timestamp(START - 1), events=None)
        ),
        "an event without an id": Flaw(("REQ-STREAM-008",), _marked(without_id=True), only="sse"),
        "an event with a name": Flaw(("REQ-STREAM-008",), _marked(name="update"), only="sse"),
        "an event on two lines": Flaw(("REQ-STREAM-008",), _marked(folded=True), only="sse"),
        "a heartbeat that says more": Flaw(
            ("REQ-STREAM-006",),
            lambda events: [events[0], StreamEvent(None, raw='{"type":"heartbeat","at":1}'), *events[1:]],
            only="ndjson",
        ),
    }
)
"""Every way in which `illegal_transcripts` are wrong."""
