"""Cancelling tasks."""

from contextlib import nullcontext

from contracts.serverside.check import check
from contracts.serverside.probe import Probe
from contracts.wire.statuses import Status


@check("cancel.running-task-is-cancelled", "REQ-CANCEL-001", "REQ-CANCEL-002", "REQ-CANCEL-004", needs=("spend",))
def running_task_is_cancelled(probe: Probe) -> None:
    """An empty body under a JSON content type will do; the task passes through cancelling."""
    # Where that can be had, of a task that takes its time: one that ends at once may be over before the call comes.
    with nullcontext() if probe.levers is None else probe.elsewhere(latency="realistic"):
        _cancel_a_running_task(probe)


def _cancel_a_running_task(probe: Probe) -> None:
    task = probe.task()
    headers = {"Content-Type": "application/json"}
    answer = probe.call.send("POST", f"/tasks/{task['id']}/cancel", headers=headers)
    if answer.status == 409:
        probe.ended(task["id"])
        for requirement in ("REQ-CANCEL-001", "REQ-CANCEL-002", "REQ-CANCEL-004"):
            probe.skip(requirement, "the task ended before it could be cancelled; a slower server can be judged")
        return
    found = answer.resource
    told = (answer.status, found.get("id"), found.get("cancelled"))
    probe.equal("REQ-CANCEL-001", told, (200, task["id"], True), f"{answer.line()}: status, id and cancelled")
    taken = told[:2] == (200, task["id"])
    probe.holds("REQ-CANCEL-004", taken, f"{answer.line()}: without a body, under a JSON content type")
    end = probe.ended(task["id"])
    statuses = [int(row["status"]) for row in end.get("events") or []]
    wanted = [int(Status.CANCELLING), int(Status.CANCELLED)]
    probe.equal("REQ-CANCEL-002", statuses[-2:], wanted, f"the last statuses of task {task['id']}")


@check("cancel.ended-task-is-refused", "REQ-CANCEL-003", needs=("spend",))
def ended_task_is_refused(probe: Probe) -> None:
    """409, and the task stays as it is."""
    task = probe.specimens.completed()
    answer = probe.call.send("POST", f"/tasks/{task['id']}/cancel", json={})
    probe.problem("REQ-CANCEL-003", answer, 409, "invalid_transition")
    after = probe.call.send("GET", f"/tasks/{task['id']}")
    probe.equal("REQ-CANCEL-003", after.member("status"), task["status"], f"{after.line()}: the status after it")


@check("cancel.body-is-looked-at", "REQ-CANCEL-005", needs=("spend",))
def body_is_looked_at(probe: Probe) -> None:
    """`force` and `timeout` are taken; a timeout that is none is refused."""
    task = probe.task()
    wrong = probe.call.send("POST", f"/tasks/{task['id']}/cancel", json={"timeout": "soon"})
    probe.holds("REQ-CANCEL-005", wrong.is_refused(400, 409, 422), f"{wrong.line()} with timeout 'soon': a refusal")
    answer = probe.call.send("POST", f"/tasks/{task['id']}/cancel", json={"force": True, "timeout": 1000})
    probe.holds("REQ-CANCEL-005", answer.status in {200, 409}, f"{answer.line()} with force and timeout")
    probe.ended(task["id"])
