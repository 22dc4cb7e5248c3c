"""Clients that are careless with money."""

from typing import Any

from contracts.clientside import reference
from contracts.clientside.reference import Client
from contracts.clientside.reference_reading import ApiError
from tests.mutants import client_surgery
from tests.mutants.client_mutant import sins
from tests.mutants.surgery import Surgery


@sins("money.tells-an-empty-purse")
def tells_of_a_failure(surgery: Surgery) -> None:
    """It tells that the run could not be submitted, and not why."""

    def message(told: dict[str, Any]) -> str:
        return str(told["message"]).replace("402 ", "")

    client_surgery.errors(
        surgery, status=lambda told: None if told["status"] == 402 else told["status"], message=message
    )


def _insists(surgery: Surgery, status: int) -> None:
    def submit(call: Any) -> Any:
        try:
            return call()
        except ApiError as error:
            if error.known["status"] == status:
                return call()
            raise

    client_surgery.submits(surgery, submit)


@sins("money.does-not-insist")
def asks_an_empty_purse_again(surgery: Surgery) -> None:
    """It repeats a run that was refused with 402."""
    _insists(surgery, 402)


@sins("money.knows-billing-from-haste")
def waits_for_money(surgery: Surgery) -> None:
    """It repeats each run that was refused with 429."""
    _insists(surgery, 429)


@sins("money.tells-of-billing")
def calls_it_haste(surgery: Surgery) -> None:
    """It tells each 429 as a limit of calls."""
    client_surgery.errors(surgery, code=lambda told: "rate_limited" if told["status"] == 429 else told["code"])


def _sound(surgery: Surgery, given: bool, sent: bool) -> None:
    def uploaded(original: Any, self: Client, value: Any) -> Any:
        found = original(self, value)
        return {**found, "sound": sent} if isinstance(found, dict) and found.get("sound") is given else found

    surgery.wrap(reference.Client, "_uploaded", uploaded)


@sins("money.adds-no-sound")
def adds_sound(surgery: Surgery) -> None:
    """It switches sound on."""
    _sound(surgery, given=False, sent=True)


@sins("money.keeps-sound")
def drops_sound(surgery: Surgery) -> None:
    """It switches sound off."""
    _sound(surgery, given=True, sent=False)
