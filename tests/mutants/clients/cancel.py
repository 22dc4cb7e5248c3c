"""Clients that cancel wrongly."""

from typing import Any

from contracts.clientside.reference import Client
from contracts.clientside.reference_reading import CANCELLED, ApiError, TaskError, ended
from tests.mutants import client_surgery
from tests.mutants.client_mutant import sins
from tests.mutants.surgery import Surgery


@sins("cancel.really-cancels")
def stops_waiting_alone(surgery: Surgery) -> None:
    """It forgets the task and lets it go on."""

    def cancel(original: Any, self: Client, task: str) -> Any:
        return {} if ended(self.get(task)) is None else original(self, task)

    surgery.wrap(Client, "cancel", cancel)


@sins("cancel.makes-an-error-of-it")
def returns_what_was_cancelled(surgery: Surgery) -> None:
    """It returns a cancelled task as it returns a completed one."""

    def wait(original: Any, self: Client, task: str, *given: Any, **told: Any) -> Any:
        try:
            return original(self, task, *given, **told)
        except TaskError as error:
            if error.known["status_code"] == CANCELLED:
                return self.get(task)
            raise

    surgery.wrap(Client, "wait", wait)


@sins("cancel.tells-that-it-is-too-late")
def swallows_refusals(surgery: Surgery) -> None:
    """It takes a cancel that was refused for one that was not needed."""

    def cancel(original: Any, self: Client, task: str) -> Any:
        try:
            return original(self, task)
        except ApiError:
            return {}

    surgery.wrap(Client, "cancel", cancel)


@sins("cancel.says-why-it-is-too-late")
def says_not_why(surgery: Surgery) -> None:
    """It tells that the cancel did not work, and nothing else."""
    client_surgery.errors(surgery, status=None, code=None, message="cancel failed")


@sins("cancel.tells-what-became-of-it")
def believes_the_answer(surgery: Surgery) -> None:
    """It takes a cancel that was answered for a task that is cancelled, and does not ask."""
    cancelled = set()

    def cancel(original: Any, self: Client, task: str) -> Any:
        answered = original(self, task)
        cancelled.add(task)
        return answered

    def wait(original: Any, self: Client, task: str, *given: Any, **told: Any) -> Any:
        if task in cancelled:
            raise TaskError(f"task {task} was cancelled", task=task, status_code=CANCELLED)
        return original(self, task, *given, **told)

    surgery.wrap(Client, "cancel", cancel)
    surgery.wrap(Client, "wait", wait)
