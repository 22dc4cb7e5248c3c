"""Faults of tasks, their views and their lists."""

from typing import Any

from contracts.wire.problems import Problem
from mockserver import task as tasks
from mockserver.api import filters, listing
from mockserver.api import tasks as routes
from tests.mutants.mutant import mutant
from tests.mutants.surgery import Answer, Surgery


def _status(answer: Answer, before: int, after: int) -> None:
    def alter(data: Any) -> None:
        if isinstance(data, dict) and data.get("status") == before:
            data["status"] = after

    answer.change(alter)


@mutant("REQ-TASK-001")
def completed_is_nine(surgery: Surgery) -> None:
    """A completed task has the old number 9 where one task is asked for."""
    surgery.alter("tasks.get", by=lambda answer: _status(answer, 10, 9))


@mutant("REQ-TASK-012")
def polling_lags_behind(surgery: Surgery) -> None:
    """Polling still says 9 when the task is completed: old and new numbers mixed."""
    surgery.alter("tasks.status", by=lambda answer: _status(answer, 10, 9))


@mutant("REQ-TASK-005")
def progress_stops_at_99(surgery: Surgery) -> None:
    """A completed task has made 99 per cent."""

    def alter(data: Any) -> None:
        data["progress"] = min(99, data["progress"])

    surgery.alter("tasks.get", by=lambda answer: answer.change(alter) if answer.status == 200 else None)


@mutant("REQ-TASK-005", checks=("task.life-is-legal",))
def progress_falls_once(surgery: Surgery) -> None:
    """Each look at a task shows less progress than the one before it."""
    looks = iter(range(1000))

    def alter(data: Any) -> None:
        if data["progress"] < 100:
            data["progress"] = max(0, 90 - next(looks))

    surgery.alter("tasks.get", by=lambda answer: answer.change(alter) if answer.status == 200 else None)


@mutant("REQ-TASK-006")
def output_comes_early(surgery: Surgery) -> None:
    """A task has its output before it has ended."""

    def alter(data: Any) -> None:
        data["output"] = data["output"] or {"video": "http://127.0.0.1/early.mp4"}

    surgery.alter("tasks.get", by=lambda answer: answer.change(alter) if answer.status == 200 else None)


@mutant("REQ-TASK-007")
def completed_with_an_error(surgery: Surgery) -> None:
    """A completed task has an error text."""
    surgery.alter(
        "tasks.get",
        by=lambda answer: answer.change(lambda data: {**data, "error": "none"}) if answer.status == 200 else None,
    )


@mutant("REQ-TASK-008")
def events_are_reversed(surgery: Surgery) -> None:
    """The events come with the last one first."""
    surgery.wrap(tasks, "events", lambda original, *given: original(*given)[::-1])


@mutant("REQ-TASK-009")
def logs_are_plain_text(surgery: Surgery) -> None:
    """The logs are not base64."""

    def plain(original: Any, *given: Any) -> Any:
        return [{**row, "content": "plain text, häh"} for row in original(*given)]

    surgery.wrap(tasks, "logs", plain)


@mutant("REQ-TASK-010")
def app_is_left_out(surgery: Surgery) -> None:
    """A task does not embed its app."""
    surgery.replace(routes, "_embedded", lambda *_: {})


@mutant("REQ-TASK-015")
def pages_overlap(surgery: Surgery) -> None:
    """A cursor begins one item too early."""
    surgery.wrap(listing, "_start", lambda original, *given: max(0, original(*given) - 1))


@mutant("REQ-TASK-027")
def lost_cursors_begin_again(surgery: Surgery) -> None:
    """A cursor whose task was deleted gives the first page."""

    def start(original: Any, *given: Any) -> int:
        try:
            return int(original(*given))
        except Problem as problem:
            if problem.code != "not_found":
                raise
            return 0

    surgery.wrap(listing, "_start", start)


@mutant("REQ-TASK-028")
def filters_take_any_value(surgery: Surgery) -> None:
    """What `in` compares with need not be a list."""
    surgery.item(filters._WANTS, "in", (object, "anything"))
    surgery.item(filters.OPERATORS, "in", lambda have, want: have == want)


@mutant("REQ-TASK-014")
def pages_are_twenty(surgery: Surgery) -> None:
    """A page has 20 items when nothing is said."""

    def twenty(original: Any, rules: Any, wanted: Any) -> int:
        return 20 if wanted is None else int(original(rules, wanted))

    surgery.wrap(listing, "_limit", twenty)


@mutant("REQ-TASK-017")
def no_link_headers(surgery: Surgery) -> None:
    """Pages do not say their neighbours."""
    surgery.alter("tasks.list", by=lambda answer: answer.headers.pop("link", None) and None)


@mutant("REQ-TASK-016")
def unknown_status_is_ignored(surgery: Surgery) -> None:
    """A filter with a status that does not exist gives an empty page."""

    def ignore(answer: Answer) -> None:
        if answer.status == 400:
            answer.status = 200
            answer.headers["content-type"] = "application/json"
            answer.json = {"items": [], "next_cursor": "", "prev_cursor": "", "has_next": False}

    surgery.alter("tasks.search", by=ignore)


@mutant("REQ-TASK-020")
def total_is_twice_too_long(surgery: Surgery) -> None:
    """The total of the timings is not what the groups make up."""
    surgery.alter(
        "tasks.timings",
        by=lambda answer: answer.change(lambda data: {**data, "total_duration_ms": data["total_duration_ms"] * 2 + 50}),
    )


@mutant("REQ-TASK-022")
def output_under_another_url(surgery: Surgery) -> None:
    """The list of a task's files names another URL than the task."""

    def alter(data: Any) -> None:
        for row in data:
            row["uri"] += "?x"

    surgery.alter("tasks.files", by=lambda answer: answer.change(alter) if answer.status == 200 else None)


@mutant("REQ-TASK-024")
def deleted_task_is_still_there(surgery: Surgery) -> None:
    """A deletion is answered, and nothing is deleted."""

    async def keep(_call: Any) -> Any:
        return routes.Resource(None)

    from mockserver.api.table import HANDLERS

    surgery.item(HANDLERS, "tasks.delete", keep)


@mutant("REQ-TASK-026")
def unknown_task_is_empty(surgery: Surgery) -> None:
    """The logs of a task that does not exist are empty, and no 404."""

    def empty(answer: Answer) -> None:
        if answer.status == 404:
            answer.status = 200
            answer.headers["content-type"] = "application/json"
            answer.json = {"task_id": "", "status": 0, "events": [], "logs": []}

    surgery.alter("tasks.logs", by=empty)


@mutant("REQ-TASK-003")
def end_does_not_absorb(surgery: Surgery) -> None:
    """Each look at a finished task makes it newer."""
    looks = iter(range(10, 60))

    def alter(data: Any) -> None:
        if data["status"] == 10:
            data["updated_at"] = f"2026-06-01T00:00:{next(looks)}Z"

    surgery.alter("tasks.get", by=lambda answer: answer.change(alter) if answer.status == 200 else None)
