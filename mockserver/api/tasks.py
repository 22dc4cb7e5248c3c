"""Reading and ending tasks (rest.md §6, wire.md §3)."""

from functools import cache
from typing import Any

import orjson

from contracts.apps import table
from contracts.apps.table import VersionName
from contracts.wire.ids import timestamp
from contracts.wire.problems import Problem
from contracts.wire.statuses import Status, number, parse
from mockserver import catalogue, task, timeline
from mockserver.api import bodies, filters, listing, outputs
from mockserver.api.call import Answer, Call, Resource
from mockserver.api.listing import Listing
from mockserver.faults import outcomes
from mockserver.task import Task, View

CANCEL_SECONDS = {"instant": 0.005, "quick": 0.3, "realistic": 2.0}
"""How long an app takes to stop after a cancel, by latency profile; `timeout` of the request may shorten it."""

MOST_SAMPLES = 100
"""Telemetry samples of one task (rest.md §6)."""


async def get(call: Call) -> Answer:
    """Answer with the whole task, the app embedded."""
    found = call.world.find_task(call.params["id"])
    return Resource({**_document(call, found, call.now, call.view), **_embedded(found.app.name)})


async def status(call: Call) -> Answer:
    """Answer with the status alone, for polling."""
    found = call.world.find_task(call.params["id"])
    index = found.shown(call.now)
    call.tell(found, index)
    return Resource(task.status_document(found, index, call.view))


async def logs(call: Call) -> Answer:
    """Answer with events and logs."""
    found = call.world.find_task(call.params["id"])
    index, view = found.shown(call.now), call.view
    return Resource(
        {
            "task_id": found.id,
            "status": number(found.life[index].status, view.numbering),
            "events": task.events(found, index, view),
            "logs": task.logs(found, index, view),
        }
    )


async def timings(call: Call) -> Answer:
    """Answer with the time spent in each status."""
    found = call.world.find_task(call.params["id"])
    return Resource(task.timings(found, found.index(call.now), call.view))


async def telemetry(call: Call) -> Answer:
    """Answer with the worker's samples, one for each step of the run; made up, as the whole worker is."""
    found = call.world.find_task(call.params["id"])
    running = [
        step for step in found.life[: found.index(call.now) + 1] if step.status in {Status.RUNNING, Status.UPLOADING}
    ]
    draw = call.world.rng.draws("telemetry", found.id)
    return Resource(
        [
            {
                "task_id": found.id,
                "timestamp": timestamp(found.at(step.offset)),
                "cpu_percent": round(draw.uniform(1, 9), 1),
                "memory_bytes": draw.randrange(150_000_000, 220_000_000),
                "progress": step.progress,
            }
            for step in running[:MOST_SAMPLES]
        ]
    )


async def search(call: Call) -> Answer:
    """Answer with a page of tasks, the newest first."""
    now, view = call.now, call.view
    numbering = call.world.behaviour.status_numbers

    def read_status(name: str, value: Any) -> Any:  # noqa: ANN401  # JSON
        if name == "status" and isinstance(value, str):
            return number(parse(value), numbering)
        return filters.read_moment(value) if name.endswith("_at") else value

    fields = {
        "id": lambda row: row.id,
        "short_id": lambda row: row.short_id,
        "status": lambda row: number(row.life[row.shown(now)].status, numbering),
        "created_at": lambda row: filters.moment(row.created),
        "updated_at": lambda row: filters.moment(row.at(row.life[row.shown(now)].offset)),
        "app_id": lambda _row: table.load().id,
        "app_version_id": lambda row: row.app.id,
        "function": lambda row: row.options.get("function") or table.load().function,
        "session_id": lambda row: row.session_id,
        "prompt": lambda row: (row.judgement.accepted or {}).get("prompt"),
    }
    rules = Listing(
        default_limit=10,
        most=1000,
        fields=fields,
        search=("id", "prompt"),
        key=lambda row: row.id,
        numbers=("status",),
        value=read_status,
    )
    rows = list(reversed(call.world.tasks.values()))
    return listing.page(call, rules, rows, lambda row: _document(call, row, now, view))


async def queue_stats(call: Call) -> Answer:
    """Answer with how many tasks wait and run."""
    now = call.now
    live = call.world.live_tasks()
    queued = [row for row in live if row.status(now) in {Status.RECEIVED, Status.QUEUED}]
    later = [row for row in queued if row.options.get("run_at")]
    by_app = {"app_id": table.load().id, "queued": len(queued), "in_progress": len(live) - len(queued)}
    return Resource(
        {
            "total_queued": len(queued),
            "with_run_at": len(later),
            "ready_to_run": len(queued) - len(later),
            "in_progress": len(live) - len(queued),
            "by_app": [by_app] if live else [],
            "by_app_function": [{**by_app, "function": table.load().function}] if live else [],
        }
    )


async def cancel(call: Call) -> Answer:
    """Cancel a task that has not ended (D17)."""
    found = call.world.find_task(call.params["id"])
    request = call.json_object()
    bodies.check_form(request, "cancel-request")
    now, view = call.now, call.view
    current = found.status(now)
    if found.is_over(now):
        raise Problem(
            "invalid_transition",
            f"task {found.id} is {current.text} already and cannot be cancelled",
            meta={"status": number(current, view.numbering)},
        )
    if current is not Status.CANCELLING or request.get("force") or found.ended() is None:
        patience = request.get("timeout")
        longest = 10.0 if patience is None else patience / 1000
        after = 0.0 if request.get("force") else min(longest, CANCEL_SECONDS[call.world.behaviour.latency])
        ignored = found.outcomes.get("cancel")
        end = timeline.cancel if ignored is None else outcomes.ignored_cancel
        call.world.change_life(found, end(found.life, now - found.created, after=after))
        if ignored is not None:
            ignored.consume()
    after_all = found.status(now)
    return Resource({"id": found.id, "status": number(after_all, view.numbering), "cancelled": True})


async def delete(call: Call) -> Answer:
    """Delete a task that has ended, with `files=true` its files too."""
    with_files = call.flag("files")
    found = _finished(call, "deleted")
    if with_files:
        _delete_inputs(call, found)
    call.world.delete_task(found)
    return Resource(None)


async def files(call: Call) -> Answer:
    """Answer with the files that went in and came out."""
    found = call.world.find_task(call.params["id"])
    return Resource(await _files(call, found, _role(call)))


async def delete_files(call: Call) -> Answer:
    """Delete the task's files and keep the task."""
    found = _finished(call, "stripped of its files")
    role = _role(call)
    gone = [row["id"] for row in await _files(call, found, role)]
    if role in {None, "input"}:
        _delete_inputs(call, found)
    if role in {None, "output"}:
        found.outputs_deleted = True
    return Resource({"deleted": gone, "skipped": []})


async def cost(call: Call) -> Answer:
    """Answer with what a finished task cost, in microcents."""
    found = call.world.find_task(call.params["id"])
    if not found.is_over(call.now):
        raise Problem("not_found", f"task {found.id} has no cost yet: it is {found.status(call.now).text}")
    charged = found.charge()
    return Resource({"total": charged, "charged": charged})


def _document(call: Call, found: Task, now: float, view: View) -> dict[str, Any]:
    index = found.shown(now)
    call.tell(found, index)
    return task.document(found, index, view)


def _finished(call: Call, purpose: str) -> Task:
    found = call.world.find_task(call.params["id"])
    if not found.is_over(call.now):
        raise Problem(
            "conflict",
            f"task {found.id} is {found.status(call.now).text} and cannot be {purpose}; cancel it or wait for its end",
        )
    return found


def _role(call: Call) -> str | None:
    role = call.query.get("role")
    if role not in {None, "", "input", "output"}:
        raise Problem("invalid_request", f"role is {str(role)[:64]!r}; expected input or output")
    return role or None


async def _files(call: Call, found: Task, role: str | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    storage = call.world.storage
    if role != "output" and not found.inputs_deleted:
        for identifier in found.input_files:
            file = storage.get(identifier)
            if file is not None:
                rows.append(
                    {
                        "id": file.id,
                        "created_at": timestamp(file.created),
                        "role": "input",
                        "uri": storage.url(file, call.base_url),
                        "filename": file.filename,
                        "content_type": file.content_type,
                        "size": file.size,
                    }
                )
    if role != "input" and found.has_output(call.now) and not found.outputs_deleted:
        video = await outputs.video(call, found)
        rows.append(
            {
                "id": call.world.rng.derived("output", found.id),
                "created_at": timestamp(found.ended() or found.created),
                "role": "output",
                "uri": call.view.output_url(found),
                "filename": found.output_name,
                "content_type": "video/mp4",
                "size": len(video.content),
            }
        )
    return rows


def _delete_inputs(call: Call, found: Task) -> None:
    found.inputs_deleted = True
    for identifier in found.input_files:
        call.world.storage.delete(identifier)


@cache
def _embedded(version: VersionName) -> dict[str, orjson.Fragment]:
    """Return the app's documents, written once: they are the same for every task and make most of its bytes."""
    shown = catalogue.embedded(table.load().versions[version])
    return {name: orjson.Fragment(orjson.dumps(document)) for name, document in shown.items()}
