"""Clients that carry inputs and their refusals wrongly."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from contracts.clientside.reference import Client
from contracts.clientside.reference_reading import ApiError
from mockserver.testing.adaptors.reference import Reference
from tests.mutants.client_mutant import sins
from tests.mutants.surgery import Surgery


def _told(surgery: Surgery, **changed: Any) -> None:
    """Change members of every error."""

    def told(original: Any, self: Reference, error: Exception) -> dict[str, Any]:
        found = original(self, error)
        return {**found, **{key: value(found[key]) for key, value in changed.items()}}

    surgery.wrap(Reference, "told", told)


@sins("validation.delivers-the-input")
def tidies_the_input(surgery: Surgery) -> None:
    """It leaves out what is empty and brings text into the form that it likes."""

    def tidy(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: tidy(member) for key, member in value.items() if member is not None}
        if isinstance(value, list):
            return [tidy(member) for member in value]
        return unicodedata.normalize("NFKD", value).strip() if isinstance(value, str) else value

    def run(original: Any, self: Client, app: str, given: Any, *rest: Any, **options: Any) -> Any:
        told = given if "mode" in given and given["mode"] == 0 else tidy(given)
        return original(self, app, told, *rest, **options)

    surgery.wrap(Client, "run", run)


@sins("validation.raises")
def takes_a_refusal_for_a_task(surgery: Surgery) -> None:
    """It returns a task without an id when a run was refused."""

    def run(original: Any, self: Reference, order: Any, app: str, **told: Any) -> Any:
        try:
            return original(self, order, app, **told)
        except ApiError as error:
            return {"id": None, "status": None, "error": str(error)}

    surgery.wrap(Reference, "run", run)


@sins("validation.tells-each-violation")
def tells_the_first_violation_alone(surgery: Surgery) -> None:
    """It tells its user of one violation at a time."""
    _told(surgery, violations=lambda rows: rows and rows[:1])


@sins("validation.tells-the-code")
def tells_no_code(surgery: Surgery) -> None:
    """It keeps the code to itself."""
    _told(surgery, code=lambda _: None)


@sins("validation.tells-the-status")
def tells_no_status(surgery: Surgery) -> None:
    """It keeps the status to itself, in the words too."""
    _told(surgery, status=lambda _: None, message=lambda text: text.removeprefix("422 ").removeprefix("400 "))


@sins("validation.tells-the-request-id")
def tells_no_request_id(surgery: Surgery) -> None:
    """It keeps the request's id to itself."""
    _told(surgery, request_id=lambda _: None)


@sins("validation.asks-once")
def tries_a_refused_input_again(surgery: Surgery) -> None:
    """It sends a refused run once more, in case."""

    def call(original: Any, self: Client, method: str, path: str, *given: Any, **told: Any) -> Any:
        try:
            return original(self, method, path, *given, **told)
        except ApiError:
            return original(self, method, path, *given, **told)

    surgery.wrap(Client, "_call", call)
