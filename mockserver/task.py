"""One task: its record, and the documents that show it at a moment (wire.md §8)."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.apps import table
from contracts.apps.expectation import MediaExpectation
from contracts.apps.judgement import Judgement
from contracts.apps.table import AppVersion, Enforcement
from contracts.wire.ids import short, timestamp
from contracts.wire.statuses import TERMINAL, Numbering, Status, number
from mockserver import timeline
from mockserver.clock import Member
from mockserver.faults.armed import NOTHING, ArmedPlan, Hits
from mockserver.media import GivenImage
from mockserver.rng import Rng
from mockserver.timeline import LOG_TASK, Timeline


@dataclass(slots=True)
class Task:
    """What is kept of a task: plain data. Its state is computed from `life` and the time."""

    id: str
    created: float
    """Unix seconds on the world's clock."""
    app: AppVersion
    given: Any
    """The request's `input`, exactly as it came."""
    options: Mapping[str, Any]
    """The other members of the run request."""
    judgement: Judgement
    life: Timeline
    own_life: Timeline
    """Its life if it never had to wait for a slot (`--concurrency`)."""
    output_name: str
    """File name of the output, which will exist when the task completes."""
    base_url: str
    """Where the caller reaches us; the webhook's URLs derive from it."""
    output_size: int | None = None
    """Bytes of the video, known once it was rendered; only file objects tell it (D7)."""
    enforcement: Enforcement = "documented"
    """How strictly the input was judged (D4)."""
    images: Mapping[str, GivenImage] = field(default_factory=dict)
    """For `image` and `end_image` the picture as it was when the task was accepted."""
    input_files: tuple[str, ...] = ()
    """Ids of uploaded files that the input names."""
    session_id: str | None = None
    armed: ArmedPlan | None = None
    """The scenario that its run named; None: whatever the world has armed."""
    outcomes: Hits = field(default_factory=lambda: NOTHING)
    """What was armed for its run and shapes its life."""
    turned_away: bool = False
    """Whether it found no slot and fails for it (`--concurrency-excess fail`); it holds none then."""
    lag: tuple[int, float] | None = None
    """A step and a moment: until then calls other than streams tell the state as of that step, by a fault."""
    outputs_deleted: bool = False
    inputs_deleted: bool = False
    watchers: set[Member] = field(default_factory=set)
    """Streams and waiting runs, to be woken when the life changes."""

    @property
    def short_id(self) -> str:
        """The first eight characters of the id."""
        return short(self.id)

    @property
    def webhook(self) -> str | None:
        """Where the end of the task is to be posted."""
        return self.options.get("webhook")

    @property
    def expectation(self) -> MediaExpectation:
        """What the output looks like."""
        expectation = self.judgement.expectation
        assert expectation is not None  # noqa: S101  # a task is only made from an accepted input
        return expectation

    def index(self, now: float) -> int:
        """Return the number of the step the task is in."""
        return timeline.index_at(self.life, now - self.created)

    def shown(self, now: float) -> int:
        """Return the number of the step that calls other than streams tell."""
        current = self.index(now)
        return min(current, self.lag[0]) if self.lag is not None and now < self.lag[1] else current

    def status(self, now: float) -> Status:
        """Return the status at a moment."""
        return self.life[self.index(now)].status

    def is_over(self, now: float) -> bool:
        """Tell whether the task has ended."""
        return self.status(now) in TERMINAL

    def ended(self) -> float | None:
        """Return when the task ends or ended, in Unix seconds; None if it never will."""
        offset = timeline.end(self.life)
        return None if offset is None else self.at(offset)

    def at(self, offset: float) -> float:
        """Return the moment of an offset, in Unix seconds."""
        return round(self.created + offset, 6)

    def has_output(self, now: float) -> bool:
        """Tell whether the output is there: with completion, or later where `output_late` is armed."""
        return _has_output(self, self.index(now))

    def reached(self, status: Status) -> float | None:
        """Return the offset at which the task reaches a status, or None."""
        return next((step.offset for step in self.life if step.status is status), None)

    def charge(self) -> int:
        """Return what the task costs in microcents once it is over (D18)."""
        end = timeline.last(self.life).status
        ran = self.reached(Status.RUNNING) is not None
        if end is Status.COMPLETED or (end is Status.CANCELLED and ran):
            return self.judgement.price
        return 0

    def wake(self) -> None:
        """Wake everybody who waits for this task: its life has changed."""
        for watcher in tuple(self.watchers):
            watcher.wake()


@dataclass(frozen=True, slots=True)
class View:
    """How documents are to be written: for whom, and in which dialect."""

    rng: Rng
    owner: str
    """Id of the user whose key this is."""
    team: str
    numbering: Numbering
    file_objects: bool
    """Whether a file in an output is an object and not a bare URL (D7)."""
    base_url: str
    """Where the asking client reaches us (D16)."""

    def output_url(self, task: Task) -> str:
        """Return the address of a task's video."""
        return f"{self.base_url}/app/files/t/{short(self.team)}/{task.output_name}"


def document(task: Task, index: int, view: View) -> dict[str, Any]:
    """Return the whole task as of a step (TaskDTO)."""
    step = task.life[index]
    rng, options = view.rng, task.options
    created = timestamp(task.created)
    dispatched = any(earlier.status >= Status.DISPATCHED for earlier in task.life[: index + 1])
    error = {} if step.error is None else {"error": step.error}
    session = {} if task.session_id is None else {"session_id": task.session_id}
    timeout = {"session_timeout": options["session_timeout"]} if "session_timeout" in options else {}
    setup = {"setup": options["setup"]} if options.get("setup") is not None else {}
    return {
        "id": task.id,
        "short_id": task.short_id,
        "created_at": created,
        "updated_at": timestamp(task.at(step.offset)),
        "deleted_at": None,
        "user_id": view.owner,
        "user": None,
        "team_id": view.team,
        "team": None,
        "visibility": "private",
        "graph_id": None,
        "user_public_key": None,
        "engine_public_key": None,
        "is_featured": False,
        "status": number(step.status, view.numbering),
        "progress": step.progress,
        "app_id": table.load().id,
        "app_version_id": task.app.id,
        "app_variant": "default",
        "function": options.get("function") or "run",
        "infra": options.get("infra") or "cloud",
        "workers": options.get("workers") or [],
        "flow_run_id": None,
        "chat_id": None,
        "sub_flow_run_id": None,
        "agent_id": None,
        "agent_version_id": None,
        "agent": None,
        "engine_id": rng.derived("engine") if dispatched else None,
        "engine": None,
        "worker_id": rng.derived("worker") if dispatched else None,
        "worker": None,
        "run_at": options.get("run_at"),
        "webhook": task.webhook,
        **setup,
        "input": task.given,
        "output": output(task, index, view),
        **error,
        "rating": "unrated",
        "events": events(task, index, view),
        "logs": logs(task, index, view),
        "usage_events": usage(task, index, view),
        **session,
        **timeout,
    }


def result(task: Task, index: int, view: View) -> dict[str, Any]:
    """Return the slim document that a run answers with (TaskResultDTO)."""
    step = task.life[index]
    return {
        "id": task.id,
        "short_id": task.short_id,
        "status": number(step.status, view.numbering),
        "status_text": step.status.text,
        "output": output(task, index, view),
        **({} if step.error is None else {"error": step.error}),
        **({} if task.session_id is None else {"session_id": task.session_id}),
        "created_at": timestamp(task.created),
        "updated_at": timestamp(task.at(step.offset)),
        **({"run_at": task.options["run_at"]} if task.options.get("run_at") else {}),
    }


def status_document(task: Task, index: int, view: View) -> dict[str, Any]:
    """Return what polling reads (ResourceStatusDTO)."""
    step = task.life[index]
    return {
        "id": task.id,
        "status": number(step.status, view.numbering),
        "updated_at": timestamp(task.at(step.offset)),
    }


def output(task: Task, index: int, view: View) -> dict[str, Any] | None:
    """Return the output as of a step: null before it is there (D7)."""
    if not _has_output(task, index):
        return None
    url = view.output_url(task)
    if not view.file_objects:
        return {"video": url}
    return {"video": {"uri": url, "content_type": "video/mp4", "size": task.output_size, "filename": task.output_name}}


def _has_output(task: Task, index: int) -> bool:
    # A life with late output is completed twice.
    return index == len(task.life) - 1 and task.life[index].status is Status.COMPLETED


def events(task: Task, index: int, view: View) -> list[dict[str, Any]]:
    """Return the transitions up to a step (TaskEvent)."""
    found: list[dict[str, Any]] = []
    last: Status | None = None
    for position, step in enumerate(task.life[: index + 1]):
        if step.status is last:
            continue
        last = step.status
        moment = timestamp(task.at(step.offset))
        found.append(
            {
                "id": view.rng.derived("event", task.id, str(position)),
                "created_at": moment,
                "event_time": moment,
                "task_id": task.id,
                "status": number(step.status, view.numbering),
            }
        )
    return found


def logs(task: Task, index: int, view: View) -> list[dict[str, Any]]:
    """Return one record per log type with the whole text so far, in base64 (TaskLog, wire.md §8.3)."""
    lines: dict[int, list[str]] = {}
    times: dict[int, list[float]] = {}
    for warning in task.judgement.warnings:
        lines.setdefault(LOG_TASK, []).append(f"warning: {warning.message}")
        times.setdefault(LOG_TASK, []).append(task.created)
    for step in task.life[: index + 1]:
        if step.log is not None:
            lines.setdefault(step.log[0], []).append(step.log[1])
            times.setdefault(step.log[0], []).append(task.at(step.offset))
    return [
        {
            "id": view.rng.derived("log", task.id, str(log_type)),
            "created_at": timestamp(times[log_type][0]),
            "updated_at": timestamp(times[log_type][-1]),
            "task_id": task.id,
            "log_type": log_type,
            "content": base64.b64encode("".join(line + "\n" for line in told).encode()).decode("ascii"),
        }
        for log_type, told in sorted(lines.items())
    ]


def usage(task: Task, index: int, view: View) -> list[dict[str, Any]]:
    """Return what a completed task used (UsageEventDTO)."""
    step = task.life[index]
    if step.status is not Status.COMPLETED:
        return []
    moment = timestamp(task.at(step.offset))
    identifier = view.rng.derived("usage", task.id)
    return [
        {
            "id": identifier,
            "short_id": short(identifier),
            "created_at": moment,
            "updated_at": moment,
            "deleted_at": None,
            "user_id": view.owner,
            "team_id": view.team,
            "usage_billing_record_id": view.rng.derived("billing", task.id),
            "reference_id": task.id,
            "resource_id": table.load().id,
            "tier": "cloud",
            "type": "video",
            "model": "kling-v2-6" if task.app.name == "2026-05" else "kling-2.6",
            "quantity": task.expectation.seconds,
            "unit": "seconds",
        }
    ]


def timings(task: Task, index: int, view: View) -> dict[str, Any]:
    """Return how long the task spent in each status (TaskTimingsDTO)."""
    changes = [
        step
        for position, step in enumerate(task.life[: index + 1])
        if position == 0 or step.status is not task.life[position - 1].status
    ]
    spans = []
    for position, step in enumerate(changes):
        following = changes[position + 1] if position + 1 < len(changes) else None
        seconds = None if following is None else round(following.offset - step.offset, 6)
        spans.append((step, following, seconds))
    total = round(task.life[index].offset, 6)
    return {
        "id": task.id,
        "task_id": task.id,
        "status": number(task.life[index].status, view.numbering),
        "total_duration": _duration(total),
        "total_duration_ms": round(total * 1000),
        "groups": [
            {
                "label": step.status.text,
                "start_at": timestamp(task.at(step.offset)),
                "end_at": timestamp(task.at(following.offset)),
                "duration": _duration(seconds),
                "duration_ms": round(seconds * 1000),
            }
            for step, following, seconds in spans
            if following is not None and seconds is not None
        ],
        "events": [
            {
                "status": step.status.text,
                "timestamp": timestamp(task.at(step.offset)),
                **(
                    {}
                    if following is None or seconds is None
                    else {
                        "duration": _duration(seconds),
                        "duration_ms": round(seconds * 1000),
                        "next_status": following.status.text,
                    }
                ),
            }
            for step, following, seconds in spans
        ],
    }


def _duration(seconds: float) -> str:
    """Write a length of time the way the vendor's server does: `850ms`, `2.1s`, `3m12s`."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    if seconds < 60:
        return f"{round(seconds, 3):g}s"
    return f"{int(seconds // 60)}m{round(seconds % 60, 3):g}s"
