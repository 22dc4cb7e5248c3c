"""Faults of sessions."""

from mockserver.sessions import Session
from tests.mutants.mutant import mutant
from tests.mutants.surgery import Surgery


@mutant("REQ-SESSION-004")
def never_expires(surgery: Surgery) -> None:
    """A session that nobody uses stays active."""
    surgery.replace(Session, "expires", lambda self: self.created + 10**9)


@mutant("REQ-SESSION-005")
def keepalive_shortens(surgery: Surgery) -> None:
    """Keepalive brings the end nearer."""
    surgery.alter(
        "sessions.keepalive",
        by=lambda answer: answer.change(lambda data: {**data, "expires_at": "2020-01-01T00:00:00Z"}),
    )


@mutant("REQ-SESSION-006")
def ended_session_is_active(surgery: Surgery) -> None:
    """A session that was ended still says that it is active."""

    def alter(data: dict[str, object]) -> dict[str, object]:
        return {**data, "status": "active"}

    surgery.alter("sessions.get", by=lambda answer: answer.change(alter) if answer.status == 200 else None)


@mutant("REQ-SESSION-007")
def unknown_session_has_a_plain_code(surgery: Surgery) -> None:
    """A session that does not exist is `not_found`."""
    surgery.alter("sessions.get", by=lambda answer: answer.refuse(404, "not_found") if answer.status == 404 else None)


@mutant("REQ-SESSION-008")
def ended_session_can_be_used(surgery: Surgery) -> None:
    """An ended session takes runs."""
    surgery.replace(Session, "check_active", lambda *_: None)


@mutant("REQ-SESSION-002")
def calls_are_not_counted(surgery: Surgery) -> None:
    """A session does not count its calls."""
    surgery.alter(
        "sessions.get",
        by=lambda answer: answer.change(lambda data: {**data, "call_count": 0}) if answer.status == 200 else None,
    )


@mutant("REQ-SESSION-010")
def busy_worker_takes_another(surgery: Surgery) -> None:
    """A run in a session whose worker is busy is taken."""
    from mockserver.api import runs

    surgery.replace(runs, "_session", lambda call, request, _app: call.world.sessions.get(request.get("session")))
