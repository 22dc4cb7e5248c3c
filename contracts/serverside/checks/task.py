"""Tasks: their documents, their lists, what can be asked about them."""

import base64
import itertools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from contracts import schemas
from contracts.serverside.check import check
from contracts.serverside.exchange import Exchange
from contracts.serverside.probe import NOBODY, Probe
from contracts.serverside.shapes import kind
from contracts.wire.statuses import TERMINAL, Status, reachable

_ENDS = {int(status) for status in TERMINAL}


def _page(probe: Probe, **query: str | int) -> Exchange:
    return probe.call.send("GET", f"/tasks?{urlencode(query)}")


def _ids(answer: Exchange) -> list[str]:
    return [str(row["id"]) for row in answer.member("items")]


@check("task.completed-task-is-whole", "REQ-TASK-001", "REQ-TASK-004", "REQ-TASK-006", "REQ-TASK-007", "REQ-TASK-010",
       needs=("spend",))  # fmt: skip
def completed_task_is_whole(probe: Probe) -> None:
    """Status 10, every key the strictest client needs, an output by the schema, no error, app and version inside."""
    task = probe.specimens.completed()
    line = f"GET /tasks/{task['id']}"
    probe.equal("REQ-TASK-001", task.get("status"), int(Status.COMPLETED), f"{line}: the status of a completed task")
    missing = [name for name in ("id", "created_at", "updated_at", "logs", "input", "output") if name not in task]
    empty = [name for name in ("id", "created_at", "updated_at", "logs") if task.get(name) is None]
    probe.holds("REQ-TASK-004", not missing + empty, f"{line}: missing {missing}, null {empty}; expected neither")
    error = next(schemas.validator("video-v2-6-output").iter_errors(task.get("output")), None)
    told = "fits the app's schema" if error is None else error.message[:200]
    probe.holds("REQ-TASK-006", error is None, f"{line}: the output {told}")
    probe.holds("REQ-TASK-007", not task.get("error"), f"{line}: error is {task.get('error')!r}; expected none")
    apps = [task.get("app"), task.get("app_version")]
    probe.holds("REQ-TASK-010", all(apps), f"{line}: app and app_version are there: {[bool(app) for app in apps]}")


@check("task.life-is-legal", "REQ-TASK-003", "REQ-TASK-005", "REQ-TASK-006", "REQ-TASK-012", needs=("spend",))
def life_is_legal(probe: Probe) -> None:
    """From submission to the end statuses follow one another as they may, and progress never falls."""
    begun, look = _followed(probe)
    seen = [(int(begun["status"]), 0)]
    for _ in range(400):
        now = look().resource
        status = int(now["status"])
        progress: Any = now.get("progress")
        told = f"GET /tasks/{begun['id']}: status {status}, progress {progress!r} after {seen[-1]}"
        legal = status == seen[-1][0] or Status(status) in reachable(Status(seen[-1][0]))
        probe.holds("REQ-TASK-003", legal, told)
        whole = isinstance(progress, int) and not isinstance(progress, bool) and seen[-1][1] <= progress <= 100
        if not probe.holds("REQ-TASK-005", whole and (progress == 100) == (status == Status.COMPLETED), told):
            break
        if status not in _ENDS:
            probe.holds("REQ-TASK-006", not now.get("output"), f"{told}: output {now.get('output')!r} before the end")
        seen.append((status, progress))
        if status in _ENDS:
            break
    task = probe.specimens.completed()
    short = probe.call.send("GET", f"/tasks/{task['id']}/status")
    wanted = {name: task[name] for name in ("id", "status", "updated_at")}
    probe.equal("REQ-TASK-012", short.data, wanted, f"{short.line()}: what polling reads")


def _followed(probe: Probe) -> tuple[dict[str, Any], Callable[[], Exchange]]:
    """Submit a task, and return it with a way to look at it again and again.

    Where the server's clock can be moved it goes a quarter of a second between two looks; else it is waited.
    """
    if probe.levers is None:
        begun = probe.task()

        def look() -> Exchange:
            probe.pause()
            return probe.call.send("GET", f"/tasks/{begun['id']}")

        return begun, look
    call, levers = probe.world("life", latency="quick")
    made: dict[str, Any] = call.send("POST", "/apps/run", json={"app": probe.app, "input": probe.cheap}).resource

    def move() -> Exchange:
        levers.advance(0.25)
        return call.send("GET", f"/tasks/{made['id']}")

    return made, move


@check("task.end-absorbs", "REQ-TASK-003", needs=("spend",))
def end_absorbs(probe: Probe) -> None:
    """A task that has ended stays as it is."""
    task = probe.specimens.completed()
    again = probe.call.send("GET", f"/tasks/{task['id']}")
    told = (again.member("status"), again.member("updated_at"))
    probe.equal("REQ-TASK-003", told, (task["status"], task["updated_at"]), f"{again.line()}: status and updated_at")


@check("task.events-and-logs-tell-its-life", "REQ-TASK-008", "REQ-TASK-009", "REQ-TASK-019", needs=("spend",))
def events_and_logs_tell_its_life(probe: Probe) -> None:
    """One event for each status in order of time; logs of base64; the same under /logs."""
    task = probe.specimens.completed()
    line = f"GET /tasks/{task['id']}"
    events = task.get("events") or []
    times = [str(row.get("event_time") or row.get("created_at")) for row in events]
    statuses = [int(row["status"]) for row in events]
    fine = bool(events) and times == sorted(times) and len(set(statuses)) == len(statuses) and statuses[-1] == 10
    probe.holds("REQ-TASK-008", fine, f"{line}: the events have statuses {statuses} at {times}")
    logs = task.get("logs") or []
    kinds = [row.get("log_type") for row in logs]
    readable = all(_is_base64(row.get("content")) for row in logs)
    probe.holds("REQ-TASK-009", readable and len(set(kinds)) == len(kinds), f"{line}: the logs are of types {kinds}")
    answer = probe.call.send("GET", f"/tasks/{task['id']}/logs")
    wanted = {"task_id": task["id"], "status": task["status"], "events": events, "logs": logs}
    probe.equal("REQ-TASK-019", answer.data, wanted, f"{answer.line()}: the answer")


@check("task.timings-add-up", "REQ-TASK-020", "REQ-TASK-021", needs=("spend",))
def timings_add_up(probe: Probe) -> None:
    """Groups follow one another and make up the total; telemetry is a list of at most a hundred."""
    task = probe.specimens.completed()
    answer = probe.call.send("GET", f"/tasks/{task['id']}/timings")
    found = answer.resource
    groups = found.get("groups") or []
    total, parts = found.get("total_duration_ms"), sum(row["duration_ms"] for row in groups)
    joined = all(one["end_at"] == other["start_at"] for one, other in itertools.pairwise(groups))
    near = isinstance(total, int) and abs(total - parts) <= max(2, len(groups))
    told = f"{answer.line()}: {len(groups)} groups of {parts} ms in all, the total is {total}, joined: {joined}"
    probe.holds("REQ-TASK-020", bool(groups) and near and joined, told)
    samples = probe.call.send("GET", f"/tasks/{task['id']}/telemetry")
    fine = isinstance(samples.data, list) and len(samples.data) <= 100
    probe.holds("REQ-TASK-021", fine, f"{samples.line()}: {kind(samples.data)}")


@check("task.list-is-a-page", "REQ-TASK-013", "REQ-TASK-014", "REQ-TASK-018")
def list_is_a_page(probe: Probe) -> None:
    """Seven members, ten items when nothing is said, and the same by GET and POST."""
    answer = probe.call.send("GET", "/tasks")
    wanted = sorted(schemas.load("task-page")["required"])
    probe.equal("REQ-TASK-013", sorted(answer.resource), wanted, f"{answer.line()}: the page's members")
    probe.equal("REQ-TASK-014", answer.member("items_per_page"), 10, f"{answer.line()}: items_per_page")
    every = _page(probe, limit=-1)
    fine = len(every.member("items")) == min(10_000, every.member("total_items"))
    probe.holds("REQ-TASK-014", fine, f"{every.line()}: {len(every.member('items'))} of {every.member('total_items')}")
    posted = probe.call.send("POST", "/tasks/list", json={"limit": 3})
    same = _page(probe, limit=3)
    probe.equal("REQ-TASK-018", _ids(posted), _ids(same), f"{posted.line()}: the ids of the page")


@check("task.cursors-meet-every-item-once", "REQ-TASK-015", "REQ-TASK-017", needs=("spend",))
def cursors_meet_every_item_once(probe: Probe) -> None:
    """Forwards and backwards over pages of two, the newest first, with Link headers to the neighbours."""
    for number in range(3):
        probe.specimens.started(f"page-{number}")
    first = _page(probe, limit=-1)
    wanted = [row["id"] for row in sorted(first.member("items"), key=lambda row: row["created_at"], reverse=True)][:9]
    met: list[str] = []
    cursor, pages = "", []
    while len(met) < len(wanted):
        answer = _page(probe, limit=2, **({"cursor": cursor} if cursor else {}))
        pages.append(answer)
        met += _ids(answer)
        cursor = answer.member("next_cursor")
        if not answer.member("has_next") or not cursor:
            break
    probe.equal("REQ-TASK-015", met[: len(wanted)], wanted, f"{first.line()}: the ids by pages of two")
    if len(pages) > 1:
        back = _page(probe, limit=2, cursor=pages[1].member("prev_cursor"), direction="prev")
        probe.equal("REQ-TASK-015", _ids(back), _ids(pages[0]), f"{back.line()}: the page before the second")
        link = pages[0].header("link") or ""
        probe.holds("REQ-TASK-017", 'rel="next"' in link, f"{pages[0].line()}: Link is {link!r}; expected a next")
    else:
        probe.skip("REQ-TASK-017", "there were too few tasks for two pages")


@check("task.list-filters", "REQ-TASK-016", needs=("spend",))
def list_filters(probe: Probe) -> None:
    """By status as number and as name; what is unknown is refused."""
    task = probe.specimens.completed()
    for value in (10, "completed"):
        wanted = {"filters": [{"field": "status", "operator": "eq", "value": value}], "limit": -1}
        answer = probe.call.send("POST", "/tasks/list", json=wanted)
        statuses = {row["status"] for row in answer.member("items")}
        fine = statuses == {10} and task["id"] in _ids(answer)
        probe.holds("REQ-TASK-016", fine, f"{answer.line()} with status {value!r}: statuses {statuses}")
    for row in (
        {"field": "nothing", "operator": "eq", "value": 1},
        {"field": "status", "operator": "resembles", "value": 1},
        {"field": "status", "operator": "eq", "value": "finished"},
    ):
        answer = probe.call.send("POST", "/tasks/list", json={"filters": [row]})
        probe.problem("REQ-TASK-016", answer, 400, "invalid_filter")


@check("task.every-view-agrees", "REQ-TASK-012", "REQ-TASK-018", "REQ-STREAM-017", needs=("spend",))
def every_view_agrees(probe: Probe) -> None:
    """The list, GET, status and the stream's last line tell the same of a finished task."""
    task = probe.specimens.completed()
    listed: dict[str, object] = next(
        (row for row in _page(probe, limit=-1).member("items") if row["id"] == task["id"]), {}
    )
    names = ("status", "progress", "updated_at", "output", "events", "logs")
    wanted = {name: task.get(name) for name in names}
    probe.equal("REQ-TASK-018", {name: listed.get(name) for name in names}, wanted, "the task as the list has it")
    short = probe.call.send("GET", f"/tasks/{task['id']}/status").resource
    probe.equal("REQ-TASK-012", short["status"], task["status"], "the status by polling")
    lines = probe.stream(task["id"])
    last = {name: lines[-1].get(name) for name in names} if lines else {}
    probe.equal("REQ-STREAM-017", last, wanted, "the last line of the task's stream")


@check("task.files-are-listed", "REQ-TASK-022", needs=("spend",))
def files_are_listed(probe: Probe) -> None:
    """The output stands under the URL that the task shows; `role` picks."""
    task = probe.specimens.completed()
    url = task["output"]["video"]
    url = url["uri"] if isinstance(url, dict) else url
    answer = probe.call.send("GET", f"/tasks/{task['id']}/files?role=output")
    uris = [row.get("uri") for row in answer.rows]
    probe.equal("REQ-TASK-022", uris, [url], f"{answer.line()}: the URLs")
    inputs = probe.call.send("GET", f"/tasks/{task['id']}/files?role=input")
    probe.equal("REQ-TASK-022", inputs.data, [], f"{inputs.line()}: the files of a task without any")


@check("task.files-can-be-deleted", "REQ-TASK-023", needs=("spend",))
def files_can_be_deleted(probe: Probe) -> None:
    """Once it has ended: it says which went, and can be asked again."""
    made = probe.task()
    early = probe.call.send("DELETE", f"/tasks/{made['id']}/files")
    task = probe.ended(made["id"])
    if early.status not in {409, 200}:
        probe.problem("REQ-TASK-023", early, 409, "conflict")
    answer = probe.call.send("DELETE", f"/tasks/{task['id']}/files")
    gone = answer.resource
    fine = isinstance(gone.get("deleted"), list) and isinstance(gone.get("skipped"), list)
    probe.holds("REQ-TASK-023", fine, f"{answer.line()}: {gone!r:.200}; expected deleted and skipped")
    again = probe.call.send("DELETE", f"/tasks/{task['id']}/files")
    probe.equal(
        "REQ-TASK-023", (again.status, again.resource.get("deleted")), (200, []), f"{again.line()}: the second time"
    )


@check("task.delete-forgets", "REQ-TASK-024", needs=("spend",))
def delete_forgets(probe: Probe) -> None:
    """A task that has ended can be deleted, and is 404 from then on; its files too when that is asked for."""
    made = probe.task()
    early = probe.call.send("DELETE", f"/tasks/{made['id']}")
    if early.status != 204:
        probe.problem("REQ-TASK-024", early, 409, "conflict")
        task = probe.ended(made["id"])
        url = task["output"]["video"] if task.get("output") else None
        gone = probe.call.send("DELETE", f"/tasks/{made['id']}?files=true")
        probe.equal("REQ-TASK-024", gone.status, 204, f"{gone.line()}: the deletion")
        if isinstance(url, str):
            file = probe.call.send("GET", url, key=None, version=None)
            probe.equal("REQ-TASK-024", file.status, 404, f"{file.line()}: the deleted task's video")
    after = probe.call.send("GET", f"/tasks/{made['id']}")
    probe.problem("REQ-TASK-024", after, 404, "not_found")


@check("task.queue-is-counted", "REQ-TASK-025")
def queue_is_counted(probe: Probe) -> None:
    """Counts that add up."""
    answer = probe.call.send("GET", "/tasks/queue-stats")
    found = answer.resource
    names = ("total_queued", "with_run_at", "ready_to_run", "in_progress")
    whole = all(isinstance(found.get(name), int) for name in names)
    adds = whole and found["total_queued"] == found["with_run_at"] + found["ready_to_run"]
    probe.holds("REQ-TASK-025", adds, f"{answer.line()}: { ({name: found.get(name) for name in names}) }")


@check("task.unknown-id-is-404", "REQ-TASK-026")
def unknown_id_is_404(probe: Probe) -> None:
    """On every route that names a task."""
    reads = ("", "/status", "/logs", "/timings", "/telemetry", "/files", "/stream")
    changes = (("POST", "/cancel"), ("DELETE", ""), ("DELETE", "/files"))
    for method, path in (*(("GET", path) for path in reads), *changes):
        answer = probe.call.send(method, f"/tasks/{NOBODY}{path}")
        probe.problem("REQ-TASK-026", answer, 404, "not_found")


@check("task.failure-says-why", "REQ-TASK-007", "REQ-TASK-011", "REQ-TASK-005", needs=("control", "spend"))
def failure_says_why(probe: Probe) -> None:
    """A failed task has the app's words as its error, and less than 100 per cent."""
    with probe.switched(enforce="observed"):
        given = {**probe.cheap, "aspect_ratio": "4:3"} if probe.target.app_version == "2026-05" else {"prompt": ""}
        task = probe.ended(probe.task(given)["id"])
    line = f"GET /tasks/{task['id']}"
    error = task.get("error")
    fine = task["status"] == Status.FAILED and isinstance(error, str) and bool(error)
    probe.holds("REQ-TASK-007", fine, f"{line}: status {task['status']}, error {error!r}")
    probe.holds("REQ-TASK-011", str(error).startswith("["), f"{line}: the error is {error!r}; expected [CODE] message")
    probe.holds(
        "REQ-TASK-005", task.get("progress") != 100, f"{line}: progress {task.get('progress')} of a failed task"
    )


@check("task.legacy-numbers", "REQ-TASK-002", needs=("control", "spend"))
def legacy_numbers(probe: Probe) -> None:
    """Under the switch a completed task is 9, on every route."""
    with probe.switched(status_numbers="legacy"):
        task = probe.task()
        probe.stream(task["id"])  # to its end: who polls takes 9 for another status
        told = [
            probe.call.send("GET", f"/tasks/{task['id']}").member("status"),
            probe.call.send("GET", f"/tasks/{task['id']}/status").member("status"),
            probe.call.send("GET", f"/tasks/{task['id']}/logs").member("status"),
            next(row["status"] for row in _page(probe, limit=-1).member("items") if row["id"] == task["id"]),
            probe.stream(task["id"])[-1]["status"],
        ]
    probe.equal("REQ-TASK-002", told, [9] * 5, f"the status of task {task['id']} by GET, status, logs, list and stream")


def _is_base64(content: object) -> bool:
    try:
        base64.b64decode(str(content or ""), validate=True)
    except ValueError:
        return False
    return True
