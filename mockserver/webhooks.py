"""Webhook deliveries: one POST per task at its end, tried again on the world's clock (D12, D13).

What goes wrong with them on purpose is decided in `faults.deliveries` and only carried out here.
"""

import asyncio
import base64
import logging
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

from contracts.wire.webhooks import ATTEMPT_OFFSETS, TIMEOUT_SECONDS
from mockserver.clock import Clock, Member
from mockserver.delivery import Attempt, Delivery
from mockserver.egress import Egress, Manner, NotAllowedError, Reply, SendError
from mockserver.faults.deliveries import Fate, Letter
from mockserver.faults.signatures import Seal, true
from mockserver.settings import Behaviour

MOST_ATTEMPTS = 100
"""Attempts of one delivery, replays included, for each keeps its answer."""

MOST_DELIVERIES = 2_000
"""Deliveries kept in one world; the oldest finished ones go first."""

_log = logging.getLogger(__name__)


class Webhooks:
    """The deliveries of one world."""

    def __init__(
        self,
        clock: Clock,
        egress: Egress,
        behaviour: Callable[[], Behaviour],
        old_secret: str,
        on_news: Callable[[], None] = lambda: None,
    ) -> None:
        """Start empty.

        Args:
            clock: when attempts fall due.
            egress: the door out.
            behaviour: tells the signing secret and the numbering that are in force.
            old_secret: a signing secret that counts as rotated out.
            on_news: called whenever an attempt or a delivery is over.
        """
        self._on_news = on_news
        self._clock = clock
        self._egress = egress
        self._behaviour = behaviour
        self._old_secret = old_secret
        self._deliveries: OrderedDict[str, Delivery] = OrderedDict()
        self._count = 0
        self._unread: dict[str, Delivery] = {}
        """Deliveries that wait for the client to read their task's end, by the task's id."""
        self._overtakable: dict[str, Delivery] = {}
        """Deliveries that wait for the webhook of a task that ended later, by their id."""
        self._running: set[asyncio.Task[None]] = set()
        self._fired: deque[dict[str, Any]] = deque(maxlen=MOST_DELIVERIES)

    def schedule(self, delivery: Delivery, body: Callable[[], bytes]) -> None:
        """Plan a delivery for its due moment; `body` is asked for then."""
        self._count += 1
        delivery.number = self._count
        self._deliveries[delivery.id] = delivery
        if delivery.adversary.uses_old_secret:
            delivery.old_secret = self._old_secret
        if delivery.adversary.waits_for_a_read:
            self._unread[delivery.task_id] = delivery
        self._plan(delivery, body)
        if len(self._deliveries) > MOST_DELIVERIES:
            self._evict()

    def move(self, delivery: Delivery, due: float | None, body: Callable[[], bytes]) -> None:
        """Plan a delivery anew, because its task ends at another moment now, or not at all."""
        if delivery.state == "scheduled" and not delivery.body:
            if delivery.timer is not None:
                delivery.timer.cancel()
            delivery.due = due
            self._plan(delivery, body)

    def read(self, task_id: str) -> None:
        """Take note that the client has read a task's end by itself."""
        delivery = self._unread.pop(task_id, None)
        if delivery is not None:
            delivery.adversary.read_at = self._clock.now()
            if delivery.body:
                self._begin(delivery)

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
            delivery.told()
        self._deliveries.clear()
        self._unread.clear()
        self._overtakable.clear()
        self._fired.clear()

    def _plan(self, delivery: Delivery, body: Callable[[], bytes]) -> None:
        delivery.next_attempt = None
        if delivery.due is not None:
            delivery.next_attempt = delivery.adversary.first_attempt(delivery.due)
            delivery.timer = self._clock.at(delivery.due, lambda: self._end(delivery, body))

    def _end(self, delivery: Delivery, body: Callable[[], bytes]) -> None:
        """The task has ended."""
        delivery.body = body()
        delivery.numbering = self._behaviour().status_numbers
        dropped = delivery.adversary.dropped
        if dropped is not None:
            delivery.state = "dropped"
            dropped.consume()
            delivery.adversary.ends()
            self._fired.append(delivery.note(self._clock.now(), 0, "dropped"))
            self._on_news()
            return
        if delivery.adversary.waits_for_another:
            self._overtakable[delivery.id] = delivery
        self._begin(delivery)

    def _begin(self, delivery: Delivery) -> None:
        """Make the first attempt when it is due, if that is known."""
        assert delivery.due is not None  # noqa: S101  # the task has ended
        delivery.next_attempt = first = delivery.adversary.first_attempt(delivery.due)
        if first is not None and first <= self._clock.now():
            self._start(delivery)
        elif first is not None:
            delivery.timer = self._clock.at(first, lambda: self._start(delivery))

    def _overtake(self, sent: Delivery) -> None:
        """Release the deliveries that were waiting for a later one to be sent."""
        for delivery in tuple(self._overtakable.values()):
            if delivery.order < sent.order:
                delivery.adversary.overtaken = True
                delivery.next_attempt = self._clock.now()
                if delivery.timer is not None:
                    delivery.timer.cancel()
                self._start(delivery)

    def _start(self, delivery: Delivery) -> None:
        self._overtakable.pop(delivery.id, None)
        delivery.adversary.begins()
        if not delivery.arrived:  # by a replay meanwhile
            delivery.state = "pending"
        # Joining before the coroutine first runs keeps a manual clock from running ahead of it.
        member = Member(self._clock)
        running = asyncio.get_running_loop().create_task(self._deliver(delivery, member))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        running.add_done_callback(lambda _: member.leave())

    async def _deliver(self, delivery: Delivery, member: Member) -> None:
        begun = self._clock.now() if delivery.next_attempt is None else delivery.next_attempt
        for offset in ATTEMPT_OFFSETS:
            await self._wait(delivery, member, begun + offset)
            if delivery.arrived:
                break
            attempt = await self._attempt(delivery, member)
            if attempt.outcome in {"delivered", "captured"}:
                delivery.state = "delivered" if attempt.outcome == "delivered" else "captured"
                break
        else:
            delivery.state = "abandoned"
            _log.warning("webhook of task %s abandoned after %d attempts", delivery.task_id, len(delivery.attempts))
        if delivery.state != "abandoned":
            await self._repeat(delivery, member)
        delivery.next_attempt = None
        delivery.adversary.ends()
        self._on_news()

    async def _repeat(self, delivery: Delivery, member: Member) -> None:
        """Send the copies of a webhook that has arrived."""
        copies = delivery.adversary.copies
        if copies is None:
            return
        fates = []
        for _ in range(copies["times"]):
            await self._wait(delivery, member, self._clock.now() + copies["seconds"])
            attempt = await self._attempt(delivery, member, copied=True)
            fates.append(attempt.outcome)
        if "failed" not in fates:
            copies.consume()

    async def _wait(self, delivery: Delivery, member: Member, until: float) -> None:
        delivery.next_attempt = until
        if self._clock.now() < until:
            await member.wait(until)

    async def _attempt(
        self, delivery: Delivery, member: Member | None = None, *, replay: bool = False, copied: bool = False
    ) -> Attempt:
        now = self._clock.now()
        number = len(delivery.attempts) + 1
        letter = self._letter(delivery, now, replay=replay)
        headers = {"Content-Type": "application/json", "User-Agent": "inferencesh-mock", **letter.headers}
        attempt = Attempt(number, now, "failed", headers=headers, replay=replay)
        attempt.faults = [hit.name for hit in letter.bent] + (["webhook_duplicate"] if copied else [])
        attempt.body = letter.shown if letter.shown.encode() != delivery.body else None
        delivery.attempts.append(attempt)
        fate: Fate = "reached"
        try:
            target = await self._egress.check(delivery.url)
            manner = None if member is None else self._manner(letter, member)
            reply = await self._egress.post(target, letter.body, headers, seconds=TIMEOUT_SECONDS, manner=manner)
        except NotAllowedError as error:
            attempt.outcome, attempt.reason = "captured", str(error)
            fate = "captured"
        except SendError as error:
            attempt.reason = str(error)
            fate = "reached" if error.reached else "missed"
        else:
            _note_reply(attempt, reply)
        self._fired.append(delivery.note(now, number, attempt.outcome, attempt.status))
        self._on_news()
        if not replay:
            self._book(delivery, letter, fate)
        return attempt

    def _letter(self, delivery: Delivery, now: float, *, replay: bool) -> Letter:
        seal = Seal(delivery.id, now, self._behaviour().webhook_secret, self._old_secret)
        if replay:
            return Letter(delivery.body, true(seal, delivery.body))
        secure = delivery.url.lower().startswith("https:")
        return delivery.adversary.write(delivery.body, seal, delivery.numbering, secure=secure)

    def _manner(self, letter: Letter, member: Member) -> Manner | None:
        if not letter.pieces:
            return None

        async def pause() -> None:
            await member.wait(self._clock.now() + letter.gap)

        return Manner(letter.pieces, pause, letter.breaks_off)

    def _book(self, delivery: Delivery, letter: Letter, fate: Fate) -> None:
        delivery.adversary.sent(letter, fate)
        if fate != "missed":
            self._overtake(delivery)
        if delivery.first is None:
            delivery.first = fate
            delivery.told()

    def _evict(self) -> None:
        for identifier, delivery in self._deliveries.items():
            if delivery.state not in {"scheduled", "pending"}:
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
