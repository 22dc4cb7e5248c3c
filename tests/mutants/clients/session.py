"""Clients that deal wrongly with sessions."""

from typing import Any

from contracts.clientside.reference import Client
from contracts.clientside.reference_reading import ApiError
from tests.mutants import client_surgery
from tests.mutants.client_mutant import sins
from tests.mutants.surgery import Surgery


@sins("session.asks-for-one")
def asks_for_none(surgery: Surgery) -> None:
    """It leaves `session` out of its runs."""

    def run(original: Any, *given: Any, session: Any = None, **told: Any) -> Any:
        del session
        return original(*given, **told)

    surgery.wrap(Client, "run", run)


@sins("session.tells-its-id")
def keeps_the_id(surgery: Surgery) -> None:
    """It does not tell which session a run has opened."""
    surgery.wrap(Client, "run", lambda original, *given, **told: {**original(*given, **told), "session_id": None})


@sins("session.stays-in-it")
def goes_elsewhere(surgery: Surgery) -> None:
    """It knows `new` alone, and leaves the id of a session out."""

    def run(original: Any, *given: Any, session: Any = None, **told: Any) -> Any:
        return original(*given, **({"session": session} if session == "new" else {}), **told)

    surgery.wrap(Client, "run", run)


@sins("session.ends-it")
def leaves_it_open(surgery: Surgery) -> None:
    """It forgets the session and lets it stay."""
    surgery.replace(Client, "end_session", lambda _self, _session: None)


@sins("session.tells-that-it-is-over")
def opens_another(surgery: Surgery) -> None:
    """It opens a new session where the old one has ended, and does not say so."""

    def run(original: Any, *given: Any, session: Any = None, **told: Any) -> Any:
        more = {} if session is None else {"session": session}
        try:
            return original(*given, **more, **told)
        except ApiError:
            return original(*given, session="new", **told)

    surgery.wrap(Client, "run", run)


@sins("session.says-why")
def says_not_why(surgery: Surgery) -> None:
    """Its errors have no code."""
    client_surgery.errors(surgery, code=None)
