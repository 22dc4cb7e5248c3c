"""Clients whose time limits are wrong."""

import re
from typing import Any

from contracts.clientside.reference import Client
from contracts.clientside.reference_reading import TimeLimitError
from mockserver.testing.adaptors.reference import Reference
from tests.mutants import client_surgery
from tests.mutants.client_mutant import sins
from tests.mutants.surgery import Surgery


@sins("time.keeps-the-limit")
def waits_four_times_as_long(surgery: Surgery) -> None:
    """It waits four times as long as it was told."""

    def wait(original: Any, self: Client, task: str, timeout: float | None = None, **told: Any) -> Any:
        return original(self, task, timeout and timeout * 4, **told)

    surgery.wrap(Client, "wait", wait)


@sins("time.says-that-it-is-its-own")
def tells_any_error(surgery: Surgery) -> None:
    """Its time limit is an error like any other."""
    client_surgery.errors(surgery, timeout=False)


@sins("time.names-the-task")
def names_no_task(surgery: Surgery) -> None:
    """Its time limit does not say which task goes on."""
    client_surgery.errors(
        surgery, task=None, message=lambda told: re.sub(r"\b[0-9a-z]{26}\b", "the task", told["message"])
    )


@sins("time.leaves-the-task-alone")
def cancels_at_the_limit(surgery: Surgery) -> None:
    """It cancels the task when its time limit is over."""

    def wait(original: Any, self: Client, task: str, *given: Any, **told: Any) -> Any:
        try:
            return original(self, task, *given, **told)
        except TimeLimitError:
            self.cancel(task)
            raise

    surgery.wrap(Client, "wait", wait)


@sins("time.finds-it-later")
def gives_it_up_for_good(surgery: Surgery) -> None:
    """It takes a task whose time limit was over once for lost."""
    lost = set()

    def wait(original: Any, self: Client, task: str, *given: Any, **told: Any) -> Any:
        if task in lost:
            raise TimeLimitError(f"task {task} has not ended", task=task)
        try:
            return original(self, task, *given, **told)
        except TimeLimitError:
            lost.add(task)
            raise

    surgery.wrap(Client, "wait", wait)


@sins("time.does-not-submit-again")
def submits_again_at_the_limit(surgery: Surgery) -> None:
    """It submits the run again when its time limit is over."""

    def run(original: Any, *given: Any, **told: Any) -> Any:
        try:
            return original(*given, **told)
        except TimeLimitError:
            return original(*given, **told)

    surgery.wrap(Reference, "run", run)
