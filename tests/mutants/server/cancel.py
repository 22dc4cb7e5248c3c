"""Faults of cancelling."""

from typing import Any

from mockserver import timeline
from tests.mutants.mutant import mutant
from tests.mutants.surgery import Answer, Surgery


@mutant("REQ-CANCEL-001")
def cancelled_is_left_out(surgery: Surgery) -> None:
    """The answer to a cancel has id and status alone."""

    def alter(data: Any) -> Any:
        return {key: value for key, value in data.items() if key != "cancelled"}

    surgery.alter("tasks.cancel", by=lambda answer: answer.change(alter) if answer.status == 200 else None)


@mutant("REQ-CANCEL-002")
def cancelled_at_once(surgery: Surgery) -> None:
    """A task does not pass through cancelling."""

    def cancel(original: Any, *given: Any, **named: Any) -> Any:
        *kept, _, last = original(*given, **named)
        return (*kept, last)

    surgery.wrap(timeline, "cancel", cancel)


@mutant("REQ-CANCEL-003")
def ended_task_can_be_cancelled(surgery: Surgery) -> None:
    """A cancel of a task that has ended is 200."""

    def fine(answer: Answer) -> None:
        if answer.status == 409:
            answer.status = 200
            answer.headers["content-type"] = "application/json"
            answer.json = {"id": "", "status": 12, "cancelled": True}

    surgery.alter("tasks.cancel", by=fine)


@mutant("REQ-CANCEL-005")
def timeout_of_any_type(surgery: Surgery) -> None:
    """A timeout that is no number is taken."""
    from mockserver.api import tasks

    surgery.replace(tasks.bodies, "check_form", lambda *_: None)
    surgery.replace(tasks, "CANCEL_SECONDS", {"instant": 0.001, "quick": 0.001, "realistic": 0.001})
    surgery.wrap(timeline, "cancel", lambda original, *given, **_named: original(*given, after=0.001))
    surgery.item(tasks.__dict__, "min", lambda *_: 0.001)
