"""Clients that submit wrongly."""

import threading
from collections.abc import Callable
from typing import Any

import httpx

from contracts.clientside import reference
from contracts.clientside.reference import Client
from contracts.clientside.reference_reading import ApiError, ClientError
from mockserver.testing.adaptors.reference import Reference
from tests.mutants import client_surgery
from tests.mutants.client_mutant import sins
from tests.mutants.surgery import Surgery


@sins("submit.returns-the-result")
def returns_before_the_end(surgery: Surgery) -> None:
    """It returns the task as it was accepted, though it was told to wait."""
    surgery.wrap(Client, "wait", lambda _original, self, task, *_given, **_told: self.get(task))


@sins("submit.tells-the-output")
def tells_no_output(surgery: Surgery) -> None:
    """It tells how the task has ended and nothing else."""
    surgery.wrap(Client, "wait", lambda original, *given, **told: {**original(*given, **told), "output": None})


@sins("submit.sends-the-input-unchanged")
def trims_texts(surgery: Surgery) -> None:
    """It takes white space off the ends of the prompt."""

    def trimmed(original: Any, self: Client, value: Any) -> Any:
        return value.strip() if isinstance(value, str) else original(self, value)

    surgery.wrap(Client, "_uploaded", trimmed)


@sins("submit.submits-once")
def submits_to_be_sure(surgery: Surgery) -> None:
    """It sends an accepted run a second time."""

    def twice(call: Callable[[], Any]) -> Any:
        task = call()
        call()
        return task

    client_surgery.submits(surgery, twice)


@sins("submit.returns-at-once")
def always_waits(surgery: Surgery) -> None:
    """It returns once the task has ended, whether it was told to wait or not."""

    def run(original: Any, self: Client, *given: Any, **told: Any) -> Any:
        task = original(self, *given, **told)
        return {**self.wait(task["id"], 5), "session_id": None}

    surgery.wrap(Client, "run", run)


def _again(surgery: Surgery, lost: Callable[[Exception], bool]) -> None:
    """Send a run again whose answer was lost in some way."""

    def call(send: Callable[[], Any]) -> Any:
        try:
            return send()
        except (ApiError, httpx.TransportError) as error:
            if lost(error):
                return send()
            raise

    client_surgery.submits(surgery, call)


@sins("submit.pays-once-after-a-closed-connection")
def submits_again_after_a_close(surgery: Surgery) -> None:
    """It sends a run again when the connection was closed."""
    _again(surgery, lambda error: isinstance(error, httpx.RemoteProtocolError))


@sins("submit.pays-once-after-a-reset")
def submits_again_after_a_reset(surgery: Surgery) -> None:
    """It sends a run again when the connection was reset."""
    _again(surgery, lambda error: isinstance(error, httpx.ReadError))


@sins("submit.pays-once-after-silence")
def submits_again_after_silence(surgery: Surgery) -> None:
    """It sends a run again when no answer came in time."""
    _again(surgery, lambda error: isinstance(error, httpx.ReadTimeout))


@sins("submit.pays-once-after-a-proxy-page")
def submits_again_after_a_502(surgery: Surgery) -> None:
    """It sends a run again that was answered 502."""
    _again(surgery, lambda error: isinstance(error, ApiError) and error.known["status"] == 502)


@sins("submit.pays-once-after-a-page-in-200")
def submits_again_after_a_page(surgery: Surgery) -> None:
    """It sends a run again that was answered with no JSON."""
    _again(
        surgery,
        lambda error: isinstance(error, ApiError) and error.known["status"] == 200 and bool(error.known["unclear"]),
    )


@sins("submit.finds-the-task")
def does_not_look(surgery: Surgery) -> None:
    """It raises when the answer is lost, and does not look whether there is a task."""

    def call(send: Callable[[], Any]) -> Any:
        try:
            return send()
        except httpx.TransportError as error:
            raise ClientError(f"the answer is lost: {error}") from error

    client_surgery.submits(surgery, call)


@sins("submit.takes-no-refusal-for-a-task")
def looks_at_the_status_alone(surgery: Surgery) -> None:
    """It takes every 200 for a success."""

    def read(original: Any, answer: httpx.Response, task: str | None = None) -> Any:
        if answer.status_code == 200 and answer.content.startswith(b'{"success":false'):
            return {"id": None, "status": 0}
        return original(answer, task)

    surgery.wrap(reference, "resource", read)


@sins("submit.keeps-two-equal-runs-apart")
def takes_equal_runs_for_one(surgery: Surgery) -> None:
    """It remembers what it has submitted, and tells the same task for the same input."""
    known: dict[str, Any] = {}

    def run(original: Any, self: Reference, order: Any, app: str, **told: Any) -> Any:
        key = f"{order['case']} {told['input']}"
        if key not in known:
            known[key] = original(self, order, app, **told)
        return known[key]

    surgery.wrap(Reference, "run", run)


@sins("submit.keeps-runs-apart")
def keeps_one_task_in_mind(surgery: Surgery) -> None:
    """It keeps the task in the client, where the next run puts its own."""
    last: dict[str, Any] = {}
    both = threading.Barrier(4)

    def run(original: Any, self: Reference, order: Any, app: str, **told: Any) -> Any:
        answered = original(self, order, app, **told)
        last[order["case"]] = answered
        if order["case"] == "submit/several":
            both.wait(5)
        return last[order["case"]]

    surgery.wrap(Reference, "run", run)
