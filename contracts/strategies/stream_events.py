"""What legal streams say, event by event, before it is written as lines."""

import functools
from dataclasses import dataclass, replace
from typing import Any

import orjson
from hypothesis import strategies as st

from contracts.wire import ids, streams
from contracts.wire.statuses import LEGACY_NUMBERS, TERMINAL, TRANSITIONS, Numbering, Status
from contracts.wire.streams import StreamFormat

Task = dict[str, Any]

START = 1_780_000_000.0
_WAY = (
    Status.RECEIVED,
    Status.QUEUED,
    Status.DISPATCHED,
    Status.PREPARING,
    Status.SERVING,
    Status.SETTING_UP,
    Status.RUNNING,
    Status.UPLOADING,
    Status.COMPLETED,
)
"""What a task goes through when nothing happens to it."""


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One line of NDJSON or one event of SSE, before it is written."""

    task: Task | None
    """None: a heartbeat."""
    id: int = 0
    raw: str | None = None
    """Instead of the task's JSON."""
    name: str | None = None
    without_id: bool = False
    folded: bool = False
    """SSE: the JSON on two `data:` lines."""


@st.composite
def stream_events(draw: st.DrawFn, end: Status | None = None) -> list[StreamEvent]:
    """Draw what a legal stream tells; event ids are those of the steps of the task's life."""
    life = draw(_lives(end))
    start = draw(st.just(0) | st.integers(0, len(life) - 1) | st.just(len(life) - 1)) if end is None else 0
    events = []
    for number, task in enumerate(life[start:], start=start):
        events.append(StreamEvent(task, number))
        if number + 1 < len(life) and draw(_SELDOM):
            events += [StreamEvent(None), StreamEvent(task, number)]
    return events


_SELDOM = st.sampled_from([False, False, True])


@st.composite
def _lives(draw: st.DrawFn, end: Status | None) -> list[Task]:
    """Draw the snapshots of a task from its first moment to its last."""
    statuses = list(_WAY) if end is not None else draw(_ways())
    if end is not None and end is not Status.COMPLETED:
        statuses = [*statuses[: statuses.index(Status.RUNNING) + 1], end]
    now, progress = START, 0
    rows: list[Task] = []
    life = []
    for status in statuses:
        now += draw(st.sampled_from([0.0, 0.25, 1.0, 60.0]))
        rows.append(_row(len(rows), status, now))
        steps = [progress]
        if status is Status.RUNNING:
            steps += sorted(draw(st.lists(st.integers(progress, 99), min_size=int(end is not None), max_size=4)))
        if status is Status.COMPLETED:
            steps = [100]
        for step in steps:
            progress = step
            life.append(_task(status, progress, now, list(rows)))
            now += 0.5
    return life


@st.composite
def _ways(draw: st.DrawFn) -> list[Status]:
    """Draw a legal way from the first status to a terminal one."""
    found = [Status.RECEIVED]
    back = 0
    while found[-1] not in TERMINAL:
        going = _WAY[_WAY.index(found[-1]) + 1] if found[-1] in _WAY else Status.CANCELLED
        others = sorted(TRANSITIONS[found[-1]] - {going} - ({Status.QUEUED} if back else set()))
        chosen = draw(st.sampled_from([going] * 6 + others))
        back += chosen is Status.QUEUED and len(found) > 1
        found.append(chosen)
    return found


@functools.cache
def identifier(kind: str) -> str:
    return ids.encode(kind.encode("ascii").ljust(17, b"-"))


def _row(number: int, status: Status, now: float) -> Task:
    moment = ids.timestamp(now)
    return {
        "id": identifier(f"event {number}"),
        "created_at": moment,
        "event_time": moment,
        "task_id": identifier("task"),
        "status": int(status),
    }


def _task(status: Status, progress: int, now: float, rows: list[Task]) -> Task:
    done = status is Status.COMPLETED
    more = (
        {"error": "[1201] model/mode(kling-v2-6/std) is not supported with sound on"} if status is Status.FAILED else {}
    )
    return {
        "id": identifier("task"),
        "short_id": ids.short(identifier("task")),
        "created_at": ids.timestamp(START),
        "updated_at": ids.timestamp(now),
        "user_id": identifier("user"),
        "team_id": identifier("team"),
        "visibility": "private",
        "is_featured": False,
        "status": int(status),
        "progress": progress,
        "app_id": identifier("app"),
        "app_version_id": "7kq2v605",
        "app_variant": "default",
        "function": "run",
        "infra": "cloud",
        "input": {"prompt": "a paper boat, ein Papierboot, 纸船"},
        "output": {"video": "https://files.example/boat.mp4"} if done else None,
        "rating": "unrated",
        "events": rows,
        **more,
    }


def written(
    stream: StreamFormat, events: list[StreamEvent], *, numbering: Numbering = "current", named: bool = False
) -> tuple[str, ...]:
    """Write events as lines; of named ones the last is followed by `done`."""
    if numbering != "current":
        events = [event if event.task is None else replace(event, task=_renumbered(event.task)) for event in events]
    if named:
        events = [replace(event, name="update") for event in events]
    lines = _lines(stream, events)
    return (*lines, *streams.done(stream, "named").decode("ascii").splitlines()) if named else lines


def _renumbered(task: Task) -> Task:
    """Return a task with its statuses as they were once numbered."""
    told = {**task, "status": LEGACY_NUMBERS[Status(task["status"])]}
    rows = [{**row, "status": LEGACY_NUMBERS[Status(row["status"])]} for row in task["events"]]
    return {**told, "events": rows}


def _lines(stream: StreamFormat, events: list[StreamEvent]) -> tuple[str, ...]:
    lines: list[str] = []
    for event in events:
        if event.task is None and event.raw is None:
            text = streams.heartbeat(stream).decode("ascii")
        else:
            document = event.raw if event.raw is not None else as_json(event.task)
            text = f"{document}\n" if stream == "ndjson" else _sse(event, document)
        lines += text.removesuffix("\n").split("\n")
        if stream == "sse" and lines[-1]:
            lines.append("")
    return tuple(lines)


def as_json(document: object) -> str:
    return streams.ascii_escape(orjson.dumps(document)).decode("ascii")


def _sse(event: StreamEvent, document: str) -> str:
    data = document.replace(",", ",\ndata: ", 1) if event.folded else document
    name = "" if event.name is None else f"event: {event.name}\n"
    number = "" if event.without_id else f"id: {event.id}\n"
    return f"{number}{name}data: {data}\n\n"
