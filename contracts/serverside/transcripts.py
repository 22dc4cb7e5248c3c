"""Judges a task stream that somebody has written down: pure, one finding per broken promise and line."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from contracts import schemas
from contracts.apps import table
from contracts.wire import ids, transcripts
from contracts.wire.statuses import TERMINAL, Numbering, Status, is_legal, number, reachable
from contracts.wire.streams import SseEvents, StreamFormat
from contracts.wire.transcripts import Entry

_ENVELOPE = frozenset({"success", "data", "messages"})
_ANY_TIME = "2026-06-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise that a stream breaks."""

    requirement: str
    """Requirement id."""
    line: int
    """Number of the line, from 1; 0 for the stream as a whole."""
    told: str
    """What is there and what was expected."""

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.requirement}, {f'line {self.line}' if self.line else 'the stream'}: {self.told}"


def judge_transcript(
    lines: Sequence[str],
    stream: StreamFormat,
    *,
    numbering: Numbering = "current",
    events: SseEvents = "unnamed",
    before: Mapping[str, Any] | None = None,
    app: str = "video_v2_6",
) -> tuple[Finding, ...]:
    """Judge a whole stream of one task.

    Args:
        lines: without their line breaks; of SSE with the blank lines that end events.
        stream: the format that was asked for.
        numbering: of statuses.
        events: how SSE events are called.
        before: the task as a GET showed it before the stream was opened; its state must not be behind that.
        app: the app whose output schema a completed task satisfies.

    Returns:
        Every broken promise in the order of lines; nothing for a stream that keeps them all.
    """
    judge = _Judge(stream, events, _meanings(numbering), app)
    for index, line in enumerate(lines, start=1):
        if not line.isascii():
            judge.tell("REQ-STREAM-012", index, "there is a character beyond ASCII; expected \\u escapes")
    entries = transcripts.read(lines, stream)
    if before is not None:
        judge.remember(before)
    for position, entry in enumerate(entries):
        judge.take(entry, first=position == 0)
    judge.finish()
    return tuple(sorted(judge.found, key=lambda finding: (finding.line or len(lines) + 1, finding.requirement)))


@cache
def _meanings(numbering: Numbering) -> Mapping[int, frozenset[Status]]:
    """Return what each number may mean: of the old ones two have a second meaning."""
    numbers = {number(status, numbering) for status in Status}
    return {told: frozenset(row for row in Status if number(row, numbering) == told) for told in numbers}


def judge_resumed(
    before: Sequence[str], after: Sequence[str], whole: Sequence[str] | None = None
) -> tuple[Finding, ...]:
    """Judge that an SSE stream resumed by `Last-Event-ID` loses and repeats nothing (REQ-STREAM-009).

    Args:
        before: lines up to where the connection broke; the id of their last event was sent as `Last-Event-ID`.
        after: lines of the stream that resumed.
        whole: lines of a stream of the same task that never broke, if there is one; only by it is a loss seen.

    Returns:
        What is repeated or lost; each of the streams is judged by itself with `judge_transcript`.
    """
    seen, resumed = _told(before), _told(after)
    if not seen:
        return ()
    found = [
        Finding("REQ-STREAM-009", entry.line, f"event {entry.id} comes again, although the client has it")
        for entry in resumed.values()
        if entry.id in seen
    ]
    if whole is not None:
        complete = list(_told(whole))
        last = list(seen)[-1]
        missed = complete[complete.index(last) + 1 :] if last in complete else complete
        lost = [identifier for identifier in missed if identifier not in resumed]
        if lost:
            found.append(Finding("REQ-STREAM-009", 0, f"the events {', '.join(lost)} after {last} never come"))
    return tuple(found)


def _told(lines: Sequence[str]) -> dict[str, Entry]:
    """Events by id; one that is sent again while nothing happens keeps its id."""
    found: dict[str, Entry] = {}
    for entry in transcripts.read(lines, "sse"):
        if entry.kind == "event" and entry.id is not None:
            found.setdefault(entry.id, entry)
    return found


@dataclass(slots=True)
class _Judge:
    """What has been seen of a stream so far."""

    stream: StreamFormat
    events: SseEvents
    statuses: Mapping[int, frozenset[Status]]
    """What each number may mean."""
    app: str
    found: list[Finding] = field(default_factory=list)
    last: Mapping[str, Any] | None = None
    """The latest task that was told."""
    status: frozenset[Status] = frozenset()
    """What its status may be."""
    ended: int = 0
    """Line of the first terminal event."""

    def tell(self, requirement: str, line: int, told: str) -> None:
        """Add a finding."""
        self.found.append(Finding(requirement, line, told))

    def remember(self, task: Mapping[str, Any]) -> None:
        """Take a task for the latest one without judging it."""
        self.last = task
        self.status = self._status(task)

    def take(self, entry: Entry, *, first: bool) -> None:
        """Judge one entry."""
        if entry.kind == "broken":
            self.tell("REQ-STREAM-003", entry.line, f"no JSON object: {entry.raw[:80]!r}")
            return
        if entry.kind == "heartbeat":
            self._heartbeat(entry, first=first)
            return
        if entry.kind == "done":
            if self.events != "named":
                self.tell("REQ-STREAM-008", entry.line, "an event named done; expected none, `--sse-events` is unnamed")
            return
        if self.stream == "sse":
            self._frame(entry)
        if self.ended:
            self.tell("REQ-STREAM-004", entry.line, f"an event after the terminal one of line {self.ended}")
        if entry.data.keys() & _ENVELOPE and "id" not in entry.data:
            self.tell("REQ-STREAM-013", entry.line, f"an envelope of {', '.join(entry.data)}; expected the bare task")
            return
        self._task(entry, first=first)

    def finish(self) -> None:
        """Judge the end."""
        if not self.ended:
            last = _named(self.status) or "no task at all"
            self.tell("REQ-STREAM-004", 0, f"the stream ends with {last}; expected a terminal status")

    def _heartbeat(self, entry: Entry, *, first: bool) -> None:
        if first:
            self.tell("REQ-STREAM-002", entry.line, "a heartbeat comes first; expected the task as it stands")
        if self.stream == "ndjson" and entry.data != {"type": "heartbeat"}:
            self.tell("REQ-STREAM-006", entry.line, f'{entry.raw[:80]}; expected {{"type":"heartbeat"}}')
        if self.ended:
            self.tell("REQ-STREAM-004", entry.line, f"a heartbeat after the terminal event of line {self.ended}")

    def _frame(self, entry: Entry) -> None:
        wanted = "update" if self.events == "named" else None
        if entry.id is None:
            self.tell("REQ-STREAM-008", entry.line, "the event has no id")
        if entry.data_lines != 1:
            self.tell("REQ-STREAM-008", entry.line, f"{entry.data_lines} data lines; expected one")
        if entry.name != wanted:
            rule = "REQ-STREAM-008" if wanted is None else "REQ-STREAM-010"
            self.tell(rule, entry.line, f"the event is named {entry.name!r}; expected {wanted or 'no name'}")

    def _task(self, entry: Entry, *, first: bool) -> None:
        task, line = entry.data, entry.line
        if first and self.last is None:
            self.remember(task)
        # Status, progress and times have judges of their own.
        known = {"status": 0, "progress": 0, "created_at": _ANY_TIME, "updated_at": _ANY_TIME}
        wrong = next(schemas.validator("task").iter_errors({**task, **known}), None)
        if wrong is not None:
            self.tell("REQ-STREAM-003", line, f"not the whole task: {wrong.message[:200]}")
        if self.last is not None and task.get("id") != self.last.get("id"):
            self.tell("REQ-STREAM-003", line, f"the task is {task.get('id')!r}; expected {self.last.get('id')!r}")
        status = self._status(task)
        if not status:
            self.tell("REQ-TASK-001", line, f"the status is {task.get('status')!r}; expected a known number")
            return
        possible = frozenset(row for row in status if not self.status or self._may_become(row))
        if not possible:
            told = f"{_named(status)} follows {_named(self.status)}, from which no way leads there"
            self.tell("REQ-TASK-003", line, told)
        status = possible or status
        for finding in (*self._progressed(task, status), *self._ended(task, status)):
            self.tell(finding[0], line, finding[1])
        for finding in _times(task, self.last or task):
            self.tell(finding[0], line, finding[1])
        for finding in _events(task, self.statuses):
            self.tell(finding[0], line, finding[1])
        if status <= TERMINAL and not self.ended:
            self.ended = line
        self.last, self.status = task, status

    def _status(self, task: Mapping[str, Any]) -> frozenset[Status]:
        return _meant(task.get("status"), self.statuses)

    def _may_become(self, status: Status) -> bool:
        return any(status is before or status in reachable(before) for before in self.status)

    def _progressed(self, task: Mapping[str, Any], status: frozenset[Status]) -> Iterator[tuple[str, str]]:
        progress = task.get("progress")
        if not isinstance(progress, int) or isinstance(progress, bool) or not 0 <= progress <= 100:
            yield "REQ-STREAM-015", f"progress is {progress!r}; expected an integer from 0 to 100"
            return
        before = (self.last or task).get("progress")
        if isinstance(before, int) and progress < before:
            yield "REQ-STREAM-015", f"progress falls from {before} to {progress}"
        if (progress == 100) != (Status.COMPLETED in status):
            yield "REQ-TASK-005", f"progress is {progress} at {_named(status)}; it is 100 exactly when completed"

    def _ended(self, task: Mapping[str, Any], status: frozenset[Status]) -> Iterator[tuple[str, str]]:
        output, error = task.get("output"), task.get("error")
        if Status.COMPLETED in status:
            wrong = next(_output(self.app).iter_errors(output), None)
            if wrong is not None:
                yield "REQ-TASK-006", f"the output of a completed task: {wrong.message[:200]}"
            if error:
                yield "REQ-TASK-007", f"a completed task has the error {error!r}"
        elif not status <= TERMINAL and output:
            yield "REQ-TASK-006", f"there is an output at {_named(status)}; expected none before the end"
        if status == {Status.FAILED} and not (isinstance(error, str) and error):
            yield "REQ-STREAM-016", f"the error of a failed task is {error!r}; expected a text"


@cache
def _output(app: str) -> Any:  # noqa: ANN401  # jsonschema_rs has no common type for validators
    """Validator of what `output` holds in public, with the app's own demand for its files."""
    import jsonschema_rs

    required = schemas.load(f"{table.load(app).name}-output".replace(".", "-")).get("required", [])
    return jsonschema_rs.Draft202012Validator(
        {"allOf": [{"$ref": schemas.ID_PREFIX + "output"}, {"type": "object", "required": required}]},
        registry=schemas.registry(),
        offline=True,
    )


def _moment(value: object) -> float | None:
    try:
        return ids.parse_timestamp(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _times(task: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    told = {name: _moment(task.get(name)) for name in ("created_at", "updated_at")}
    for name, moment in told.items():
        if moment is None or not str(task[name]).endswith("Z"):
            yield "REQ-ENV-015", f"{name} is {task.get(name)!r}; expected RFC 3339 in UTC, ending in Z"
    created, updated = told["created_at"], told["updated_at"]
    if created is not None and updated is not None and updated < created:
        yield "REQ-STREAM-018", f"updated_at {task['updated_at']} is before created_at {task['created_at']}"
    if task.get("created_at") != before.get("created_at"):
        yield "REQ-STREAM-018", f"created_at was {before.get('created_at')!r} and is now {task.get('created_at')!r}"
    earlier = _moment(before.get("updated_at"))
    if earlier is not None and updated is not None and updated < earlier:
        yield "REQ-STREAM-018", f"updated_at goes back from {before['updated_at']} to {task['updated_at']}"


def _meant(told: object, statuses: Mapping[int, frozenset[Status]]) -> frozenset[Status]:
    """Return what a number may mean; nothing when it is none."""
    return statuses.get(told, frozenset()) if isinstance(told, int) and not isinstance(told, bool) else frozenset()


def _named(statuses: frozenset[Status]) -> str:
    return " or ".join(status.text for status in sorted(statuses))


def _events(task: Mapping[str, Any], statuses: Mapping[int, frozenset[Status]]) -> Iterable[tuple[str, str]]:
    """Judge the records of the statuses a task has had, where it shows them: there none is left out."""
    rows = [row for row in task.get("events") or [] if isinstance(row, dict)]
    moments = [_moment(row.get("event_time")) for row in rows]
    known = [moment for moment in moments if moment is not None]
    if known != sorted(known):
        yield "REQ-TASK-008", "the records in events are not in order of time"
    told = [_meant(row.get("status"), statuses) for row in rows]
    for before, after in itertools.pairwise(told):
        if before and after and not any(is_legal(one, other) for one in before for other in after):
            yield "REQ-TASK-003", f"in events {_named(after)} follows {_named(before)}, which it may not"
    if told and told[-1] != _meant(task["status"], statuses):
        yield "REQ-TASK-008", "the last record in events is not the task's status"
