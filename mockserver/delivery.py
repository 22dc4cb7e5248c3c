"""The record of one webhook: its body, its attempts, and what goes wrong with it (D22)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from contracts.wire.ids import timestamp
from contracts.wire.statuses import Numbering
from mockserver.clock import Timer
from mockserver.faults.deliveries import Adversary, Fate
from mockserver.journal import url_document

State = Literal["scheduled", "pending", "delivered", "abandoned", "captured", "dropped"]


@dataclass(slots=True)
class Attempt:
    """One try."""

    number: int
    at: float
    outcome: Literal["delivered", "refused", "failed", "captured"]
    """refused: an answer other than 2xx. failed: no answer. captured: kept, because the target is not allowed."""
    status: int | None = None
    reason: str | None = None
    answer: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    replay: bool = False
    faults: list[str] = field(default_factory=list)
    """Names of the faults that were played in it."""
    body: str | None = None
    """What was sent of the body, where that is not the true one."""

    def document(self) -> dict[str, Any]:
        """Return the attempt as JSON."""
        return {
            "number": self.number,
            "at": timestamp(self.at),
            "outcome": self.outcome,
            "status": self.status,
            "reason": self.reason,
            "answer": self.answer,
            "headers": self.headers,
            "replay": self.replay,
            "faults": self.faults,
            "body": self.body,
        }


@dataclass(slots=True)
class Delivery:
    """One webhook with all its attempts."""

    id: str
    task_id: str
    url: str
    due: float | None
    """When the task ends, Unix seconds; None while it is not to end."""
    adversary: Adversary = field(default_factory=Adversary)
    """What goes wrong with it."""
    state: State = "scheduled"
    body: bytes = b""
    """The true one, known once the task has ended."""
    numbering: Numbering = "current"
    """Of the status in the body."""
    attempts: list[Attempt] = field(default_factory=list)
    next_attempt: float | None = None
    timer: Timer | None = None
    first: Fate | None = None
    """What became of the first attempt; None while it is not over."""
    number: int = 0
    """Counts the deliveries of a world, in the order of the runs."""
    old_secret: str | None = None
    """The secret that a receiver has to know besides the one in force, where a fault signs with it."""
    told: Callable[[], None] = lambda: None
    """Called when the first attempt is over."""

    @property
    def order(self) -> tuple[float, int]:
        """Where it stands in the order of the tasks' ends; of those at one moment the earlier run is first."""
        return (self.due or 0.0, self.number)

    @property
    def over(self) -> bool:
        """Whether its fate is known: no further attempt is to come, but for copies and replays."""
        return self.state not in {"scheduled", "pending"}

    @property
    def arrived(self) -> bool:
        """Whether the target has taken it, at whichever attempt."""
        return self.state == "delivered"

    def document(self, *, full: bool = False) -> dict[str, Any]:
        """Return the delivery as JSON; `full` adds the body and every attempt."""
        shown: dict[str, Any] = {
            "id": self.id,
            "task_id": self.task_id,
            "url": url_document(self.url),
            "state": self.state,
            "due_at": None if self.due is None else timestamp(self.due),
            "attempt_count": len(self.attempts),
            "next_attempt_at": None if self.next_attempt is None else timestamp(self.next_attempt),
            "reason": self.attempts[-1].reason if self.attempts else None,
            "faults": self.adversary.faults,
        }
        if full:
            bent = self.attempts[-1].body if self.attempts else None
            shown["body"] = self.body.decode("utf-8") if bent is None else bent
            shown["old_secret"] = self.old_secret
            shown["attempts"] = [attempt.document() for attempt in self.attempts]
        return shown

    def note(self, at: float, attempt: int, outcome: str, status: int | None = None) -> dict[str, Any]:
        """Describe an attempt for the answer of `advance`; number 0 is one that was never made."""
        return {
            "at": at,
            "kind": "delivery",
            "id": self.id,
            "task_id": self.task_id,
            "attempt": attempt,
            "outcome": outcome,
            "status": status,
        }
