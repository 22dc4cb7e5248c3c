"""Sessions: a worker kept warm between runs (rest.md §11)."""

from dataclasses import dataclass
from typing import Any, Literal

from contracts.apps.table import AppVersion
from contracts.wire.ids import short, timestamp
from contracts.wire.problems import Problem
from mockserver.clock import Timer

DEFAULT_IDLE_SECONDS = 300
"""Idle time-out of a session that names none; the SDKs' own texts say 60 s and 5 min, we take the longer one."""


@dataclass(slots=True)
class Session:
    """One session; whether it has expired is computed."""

    id: str
    app: AppVersion
    worker_id: str
    idle_seconds: int
    created: float
    touched: float
    """When it was last run in or kept alive."""
    busy_until: float | None = None
    """When its last task ends or ended: until then the session is not idle."""
    called: float | None = None
    """When it was last run in."""
    task_id: str | None = None
    calls: int = 0
    ended: float | None = None
    expiry: Timer | None = None
    """Tells a test clock's `advance` of the expiry; the status does not depend on it."""

    def expires(self) -> float:
        """Return when it expires if nobody uses it, Unix seconds."""
        return max(self.touched, self.busy_until or 0.0) + self.idle_seconds

    def status(self, now: float) -> Literal["active", "ended", "expired"]:
        """Return the status at a moment."""
        if self.ended is not None:
            return "ended"
        return "expired" if now >= self.expires() else "active"

    def check_active(self, now: float) -> None:
        """Pass if the session can be used.

        Raises:
            Problem: SESSION_ENDED or SESSION_EXPIRED, both 410.
        """
        status = self.status(now)
        if status == "ended":
            raise Problem("SESSION_ENDED", f'session {self.id} was ended; start another with session "new"')
        if status == "expired":
            raise Problem(
                "SESSION_EXPIRED",
                f"session {self.id} expired after {self.idle_seconds} idle seconds; "
                'start another with session "new", or use a longer session_timeout',
            )

    def document(self, now: float, *, app_id: str, owner: str, team: str) -> dict[str, Any]:
        """Return the session as JSON (AppSessionDTO)."""
        return {
            "id": self.id,
            "short_id": short(self.id),
            "created_at": timestamp(self.created),
            "updated_at": timestamp(max(self.touched, self.ended or 0.0)),
            "deleted_at": None,
            "user_id": owner,
            "team_id": team,
            "visibility": "private",
            "worker_id": self.worker_id,
            "app_id": app_id,
            "app_version_id": self.app.id,
            "status": self.status(now),
            "expires_at": timestamp(self.expires()),
            "ended_at": None if self.ended is None else timestamp(self.ended),
            "task_id": self.task_id,
            "call_count": self.calls,
            "last_call_at": None if self.called is None else timestamp(self.called),
            "idle_timeout": self.idle_seconds,
        }


MOST_SESSIONS = 10_000
"""Sessions kept in one world; the oldest that is no longer active goes first."""


def not_found(identifier: str) -> Problem:
    """Return the problem of a session that this key does not have."""
    return Problem("SESSION_NOT_FOUND", f"there is no session {identifier[:64]!r}; GET /sessions lists yours")
