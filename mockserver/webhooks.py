"""Webhook deliveries: one POST per task at its end, tried again on the world's clock (D12, D13)."""

import asyncio
import base64
import logging
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from contracts.wire.ids import timestamp
from contracts.wire.webhooks import ATTEMPT_OFFSETS, TIMEOUT_SECONDS
from mockserver.clock import Clock, Member, Timer
from mockserver.egress import Egress, NotAllowedError, Reply, SendError
from mockserver.journal import url_document

MOST_ATTEMPTS = 100
"""Attempts of one delivery, replays included, for each keeps its answer."""

MOST_DELIVERIES = 2_000
"""Deliveries kept in one world; the oldest finished ones go first."""

State = Literal["scheduled", "pending", "delivered", "abandoned", "captured"]

_log = logging.getLogger(__name__)


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
        }


@dataclass(slots=True)
class Delivery:
    """One webhook with all its attempts."""

    id: str
    task_id: str
    url: str
    due: float
    """When the task ends, Unix seconds."""
    state: State = "scheduled"
    body: bytes = b""
    attempts: list[Attempt] = field(default_factory=list)
    next_attempt: float | None = None
    timer: Timer | None = None

    @property
    def over(self) -> bool:
        """Whether no further attempt is to come."""
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
            "due_at": timestamp(self.due),
            "attempt_count": len(self.attempts),
            "next_attempt_at": None if self.next_attempt is None else timestamp(self.next_attempt),
            "reason": self.attempts[-1].reason if self.attempts else None,
        }
        if full:
            shown["body"] = self.body.decode("utf-8")
            shown["attempts"] = [attempt.document() for attempt in self.attempts]
        return shown


class Webhooks:
    """The deliveries of one world."""

    def __init__(
        self,
        clock: Clock,
        egress: Egress,
        secret: Callable[[], str | None],
        on_news: Callable[[], None] = lambda: None,
    ) -> None:
        """Start empty.

        Args:
            clock: when attempts fall due.
            egress: the door out.
            secret: tells the signing secret that is in force.
            on_news: called whenever an attempt or a delivery is over.
        """
        self._on_news = on_news
        self._clock = clock
        self._egress = egress
        self._secret = secret
        self._deliveries: OrderedDict[str, Delivery] = OrderedDict()
        self._running: set[asyncio.Task[None]] = set()
        self._fired: deque[dict[str, Any]] = deque(maxlen=MOST_DELIVERIES)

    def schedule(self, delivery: Delivery, body: Callable[[], bytes]) -> None:
        """Plan a delivery for its due moment; `body` is asked for then."""
        self._deliveries[delivery.id] = delivery
        self._plan(delivery, body)
        if len(self._deliveries) > MOST_DELIVERIES:
            self._evict()

    def move(self, delivery: Delivery, due: float, body: Callable[[], bytes]) -> None:
        """Plan a delivery anew, because its task ends at another moment now."""
        if delivery.state == "scheduled":
            if delivery.timer is not None:
                delivery.timer.cancel()
            delivery.due = due
            self._plan(delivery, body)

    def of_task(self, task_id: str) -> Delivery | None:
        """Return a task's delivery."""
        return next((delivery for delivery in self._deliveries.values() if delivery.task_id == task_id), None)

    def find(self, identifier: str) -> Delivery | None:
        """Return a delivery by its id."""
        return self._deliveries.get(identifier)

    def newest_first(self) -> list[Delivery]:
        """Return the deliveries, the latest first."""
        return list(reversed(self._deliveries.values()))

    async def replay(self, delivery: Delivery) -> Attempt:
        """Send a delivery once more, now; its state changes only for the better."""
        with self._clock.member():  # at work, so that a manual clock waits for the answer
            attempt = await self._attempt(delivery, replay=True)
        if attempt.outcome == "delivered":
            delivery.state = "delivered"
            delivery.next_attempt = None
        return attempt

    def take_fired(self) -> list[dict[str, Any]]:
        """Return what was attempted since the last call, for the answer of `advance`."""
        fired = list(self._fired)
        self._fired.clear()
        return fired

    def clear(self) -> None:
        """Forget everything and stop what is under way."""
        for delivery in self._deliveries.values():
            if delivery.timer is not None:
                delivery.timer.cancel()
        for running in tuple(self._running):
            running.cancel()
        self._deliveries.clear()
        self._fired.clear()

    def _plan(self, delivery: Delivery, body: Callable[[], bytes]) -> None:
        delivery.next_attempt = delivery.due
        delivery.timer = self._clock.at(delivery.due, lambda: self._start(delivery, body))

    def _start(self, delivery: Delivery, body: Callable[[], bytes]) -> None:
        delivery.body = body()
        delivery.state = "pending"
        # Joining before the coroutine first runs keeps a manual clock from running ahead of it.
        member = Member(self._clock)
        running = asyncio.get_running_loop().create_task(self._deliver(delivery, member))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        running.add_done_callback(lambda _: member.leave())

    async def _deliver(self, delivery: Delivery, member: Member) -> None:
        for offset in ATTEMPT_OFFSETS:
            delivery.next_attempt = delivery.due + offset
            if self._clock.now() < delivery.next_attempt:
                await member.wait(delivery.next_attempt)
            if delivery.arrived:
                break  # by a replay meanwhile
            attempt = await self._attempt(delivery)
            if attempt.outcome == "delivered":
                delivery.state = "delivered"
                break
            if attempt.outcome == "captured":
                delivery.state = "captured"
                break
        else:
            delivery.state = "abandoned"
            _log.warning("webhook of task %s abandoned after %d attempts", delivery.task_id, len(delivery.attempts))
        delivery.next_attempt = None
        self._on_news()

    async def _attempt(self, delivery: Delivery, *, replay: bool = False) -> Attempt:
        number = len(delivery.attempts) + 1
        now = self._clock.now()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "inferencesh-mock",
            **self._signature(delivery, now),
        }
        attempt = Attempt(number, now, "failed", headers=headers, replay=replay)
        delivery.attempts.append(attempt)
        try:
            target = await self._egress.check(delivery.url)
            reply = await self._egress.post(target, delivery.body, headers, seconds=TIMEOUT_SECONDS)
        except NotAllowedError as error:
            attempt.outcome, attempt.reason = "captured", str(error)
        except SendError as error:
            attempt.reason = str(error)
        else:
            _note_reply(attempt, reply)
        self._fired.append(
            {
                "at": now,
                "kind": "delivery",
                "id": delivery.id,
                "task_id": delivery.task_id,
                "attempt": number,
                "outcome": attempt.outcome,
                "status": attempt.status,
            }
        )
        self._on_news()
        return attempt

    def _signature(self, delivery: Delivery, now: float) -> dict[str, str]:
        secret = self._secret()
        if secret is None:
            return {}
        from standardwebhooks.webhooks import Webhook

        moment = datetime.fromtimestamp(int(now), UTC)
        signature = Webhook(secret).sign(delivery.id, moment, delivery.body.decode("utf-8"))
        return {
            "webhook-id": delivery.id,
            "webhook-timestamp": str(int(now)),
            "webhook-signature": signature,
        }

    def _evict(self) -> None:
        for identifier, delivery in self._deliveries.items():
            if delivery.over:
                del self._deliveries[identifier]
                return


def _note_reply(attempt: Attempt, reply: Reply) -> None:
    attempt.status = reply.status
    try:
        attempt.answer = reply.body.decode("utf-8")
    except UnicodeDecodeError:
        attempt.answer = base64.b64encode(reply.body).decode("ascii")
    if 200 <= reply.status < 300:
        attempt.outcome = "delivered"
    else:
        attempt.outcome = "refused"
        attempt.reason = f"the target answered {reply.status}; a delivery needs 2xx within {TIMEOUT_SECONDS:g} s"
