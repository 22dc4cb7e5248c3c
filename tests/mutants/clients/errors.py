"""Clients that tell wrongly what went wrong, or read answers in one form alone."""

import re
from typing import Any

import httpx

from contracts.clientside import reference
from contracts.clientside.reference import Client
from contracts.clientside.reference_reading import (
    CANCELLED,
    COMPLETED,
    FAILED,
    REJECTED,
    ApiError,
    ClientError,
    TaskError,
)
from tests.mutants import client_surgery
from tests.mutants.client_mutant import sins
from tests.mutants.surgery import Surgery


def _returns(surgery: Surgery, status: int) -> None:
    """Return a task that has ended so, instead of raising."""

    def wait(original: Any, self: Client, task: str, *given: Any, **told: Any) -> Any:
        try:
            return original(self, task, *given, **told)
        except TaskError as error:
            found = self.get(task)
            if found["status"] == error.known["status_code"] == status:
                return found
            raise

    surgery.wrap(Client, "wait", wait)


@sins("errors.failed-is-an-error")
def returns_what_failed(surgery: Surgery) -> None:
    """It returns a failed task as it returns a completed one."""
    _returns(surgery, FAILED)


@sins("errors.cancelled-is-an-error")
def returns_what_was_cancelled(surgery: Surgery) -> None:
    """It returns a cancelled task as it returns a completed one."""
    _returns(surgery, CANCELLED)


@sins("errors.rejected-is-an-error")
def returns_what_was_rejected(surgery: Surgery) -> None:
    """It returns a rejected task as it returns a completed one."""
    _returns(surgery, REJECTED)


@sins("errors.names-the-task")
def names_no_task(surgery: Surgery) -> None:
    """Its errors have no id."""
    client_surgery.errors(
        surgery, task=None, message=lambda told: re.sub(r"\b[0-9a-z]{26}\b", "the task", told["message"])
    )


@sins("errors.tells-the-reason")
def tells_no_reason(surgery: Surgery) -> None:
    """Its error of a task says that it has failed, and nothing else."""
    legacy = "old-numbers"

    def wait(original: Any, self: Client, task: str, *given: Any, **told: Any) -> Any:
        try:
            return original(self, task, *given, **told)
        except TaskError as error:
            if legacy in self._api.headers["Authorization"]:
                raise
            raise TaskError(f"task {task} failed", **error.known) from error

    surgery.wrap(Client, "wait", wait)


@sins("errors.tells-the-status")
def tells_no_status(surgery: Surgery) -> None:
    """Its errors have neither the HTTP status nor its number."""
    client_surgery.errors(surgery, status=None, message=lambda told: re.sub(r"\b403\b ?", "", told["message"]))


@sins("errors.tells-the-code")
def tells_no_code(surgery: Surgery) -> None:
    """Its errors have no code."""
    client_surgery.errors(surgery, code=None)


@sins("errors.tells-the-detail")
def tells_no_detail(surgery: Surgery) -> None:
    """Its errors of calls have the status as their message."""

    def read(original: Any, answer: httpx.Response, task: str | None = None) -> Any:
        try:
            return original(answer, task)
        except ApiError as error:
            raise ApiError(f"HTTP {answer.status_code}", **error.known) from error

    surgery.wrap(reference, "resource", read)


@sins("errors.tells-the-request-id")
def tells_no_request_id(surgery: Surgery) -> None:
    """Its errors have no id of the request."""
    client_surgery.errors(surgery, request_id=None)


@sins("errors.reads-every-envelope")
def wants_an_envelope(surgery: Surgery) -> None:
    """It takes an answer without `data` for a broken one."""

    def read(original: Any, answer: httpx.Response, task: str | None = None) -> Any:
        found = original(answer, task)
        if answer.request.method == "GET" and "data" not in answer.json():
            raise ClientError("no data in the answer")
        return found

    surgery.wrap(reference, "resource", read)


@sins("errors.reads-old-completions")
def knows_new_completions_alone(surgery: Surgery) -> None:
    """It waits for 10 where 9 is the end."""
    surgery.wrap(reference, "ended", lambda original, task: None if task.get("status") == 9 else original(task))


@sins("errors.reads-old-failures")
def knows_new_failures_alone(surgery: Surgery) -> None:
    """It takes the old number of failed for the new one of completed, and waits for an output."""

    def ended(original: Any, task: Any) -> Any:
        return COMPLETED if task.get("status") == COMPLETED else original(task)

    surgery.wrap(reference, "ended", ended)


@sins("errors.reads-both-forms-of-files")
def wants_an_address(surgery: Surgery) -> None:
    """It takes the video for a text, and falls over an object."""

    def wait(original: Any, *given: Any, **told: Any) -> Any:
        found = original(*given, **told)
        found["output"]["video"].startswith("http")
        return found

    surgery.wrap(Client, "wait", wait)
