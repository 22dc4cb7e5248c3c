"""What one API key sees, and nothing else is mutable (D14, D22)."""

import asyncio
import base64
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from contracts.operations import Rate
from contracts.wire import webhooks as webhook_wire
from contracts.wire.ids import short, timestamp
from contracts.wire.problems import Problem
from contracts.wire.statuses import Status, number
from mockserver import __version__, timeline
from mockserver import task as tasks
from mockserver.clock import LAST_MOMENT, Clock, real_now
from mockserver.concurrency import Slots
from mockserver.delivery import Delivery
from mockserver.egress import Egress
from mockserver.faults import outcomes
from mockserver.faults.armoury import Armoury
from mockserver.faults.deliveries import Adversary, hurried
from mockserver.journal import Journal
from mockserver.money import Purse
from mockserver.news import News
from mockserver.pictures import Pictures
from mockserver.rates import RateWindow
from mockserver.rng import Rng
from mockserver.schedule import TaskSchedule
from mockserver.sessions import MOST_SESSIONS, Session
from mockserver.settings import Behaviour, Settings, change
from mockserver.storage import Storage
from mockserver.task import Task, View
from mockserver.timeline import Timeline
from mockserver.webhooks import Webhooks
from mockserver.world_token import WorldToken

MOST_TASKS = 50_000
"""Tasks kept in one world; the oldest finished ones go first."""

_log = logging.getLogger(__name__)


class World:
    """Tasks, files, sessions, clock, journal and play money of one key."""

    def __init__(
        self, key_fingerprint: str, settings: Settings, seed: int, egress: Egress, identity: str | None = None
    ) -> None:
        """Make a fresh world.

        Args:
            key_fingerprint: what is known of the key; the key itself is never kept.
            settings: the server's.
            seed: the server's seed, given or drawn.
            egress: the server's one door out.
            identity: the fingerprint whose randomness it has, where that is not its own key's (a replay).
        """
        self.fingerprint = key_fingerprint
        self.identity = identity or key_fingerprint
        self.seed = seed
        self.rng = Rng(seed, self.identity)
        self.user_id = self.rng.derived("user")
        self.team_id = self.rng.derived("team")
        self.clock = Clock(settings.clock, scale=settings.clock_scale, start=settings.clock_start)
        self.behaviour: Behaviour = settings.behaviour
        self.news = News()
        self.journal = Journal(self.news.tell)
        self.tasks: OrderedDict[str, Task] = OrderedDict()
        self.sessions: dict[str, Session] = {}
        self.storage = Storage(self.rng.digest("presign"), short(self.team_id))
        self.webhooks = Webhooks(self.clock, egress, lambda: self.behaviour, self._old_secret(), self.news.tell)
        self.armoury = Armoury(settings.plan)
        self.purse = Purse(settings.credits)
        self.used = real_now()
        """When the key was last seen, in monotonic real seconds."""
        self.closed = False
        """True once the world was dropped or reset; what still streams from it ends."""
        self._outputs: dict[str, Task] = {}
        self._hinted = False
        self._schedule = TaskSchedule()
        self._pictures = Pictures()
        self._advancing = asyncio.Lock()
        self._slots = Slots()
        self._rates: dict[Rate, RateWindow] = {rate: RateWindow(rate) for rate in ("run", "get", "upload")}

    @property
    def token(self) -> WorldToken:
        """What repeats this world, with the plan that is armed now."""
        return WorldToken(self.seed, self.identity, self.armoury.current.plan.hash, __version__)

    @property
    def owner(self) -> str:
        """Short id that stands in the URLs of this world's files."""
        return short(self.team_id)

    def behave(self, changes: Mapping[str, Any]) -> None:
        """Change how the world behaves from now on, all of it or nothing.

        Raises:
            SettingsError: an unknown setting, or a value it does not take.
        """
        self.behaviour = change(self.behaviour, dict(changes))
        self._share_slots()

    def view(self, base_url: str) -> View:
        """Return how documents of this world are written for a client that reaches us at `base_url`."""
        behaviour = self.behaviour
        return View(
            rng=self.rng,
            owner=self.user_id,
            team=self.team_id,
            numbering=behaviour.status_numbers,
            file_objects=behaviour.file_values == "object",
            base_url=base_url,
        )

    # ------------------------------------------------------------------ tasks

    def find_task(self, identifier: str) -> Task:
        """Return a task.

        Raises:
            Problem: 404; other keys' tasks do not exist here.
        """
        found = self.tasks.get(identifier)
        if found is None:
            raise Problem(
                "not_found", f"there is no task {identifier[:64]!r} under this API key; GET /tasks lists yours"
            )
        return found

    def task_of_output(self, name: str) -> Task | None:
        """Return the task whose video has this file name."""
        return self._outputs.get(name)

    def add_task(self, task: Task) -> None:
        """Take in a task and plan its webhook.

        Raises:
            Problem: the world was reset meanwhile, or is full of tasks that have not ended; nothing was taken in.
        """
        self.check_open()
        if len(self.tasks) >= MOST_TASKS:
            self._evict_task()
        self._pictures.hold(task.images.values())
        self.tasks[task.id] = task
        self._outputs[task.output_name] = task
        self.purse.hold(task)
        self._schedule.add(task, self.clock.now())
        self._plan_webhook(task)
        self._share_slots()

    def delivery_of(self, task: Task) -> Delivery | None:
        """Return the delivery of a task's webhook."""
        return self.webhooks.find(self._delivery_id(task))

    def change_life(self, task: Task, life: Timeline) -> None:
        """Give a task another life from now on, and tell everybody who waits for it."""
        task.own_life = life
        self._live(task, life)
        self._share_slots()

    def _share_slots(self) -> None:
        """Let the tasks that wait in the queue have the slots there are (`--concurrency`)."""
        now, behaviour = self.clock.now(), self.behaviour
        self.settle()
        for task, life in self._slots.share(behaviour.concurrency, behaviour.concurrency_excess, self._schedule, now):
            self._live(task, life)

    def _live(self, task: Task, life: Timeline) -> None:
        task.life = life
        self._schedule.change(task, self.clock.now())
        self._plan_webhook(task)
        session = self.sessions.get(task.session_id or "")
        if session is not None and session.task_id == task.id:
            session.busy_until = task.ended() or LAST_MOMENT
            self.watch_session(session)
        task.wake()

    def make_room_for_session(self) -> None:
        """Let go of the oldest session that is over where there is no room for another.

        Raises:
            Problem: all of them are active.
        """
        if len(self.sessions) >= MOST_SESSIONS:
            now = self.clock.now()
            gone = next((other for other in self.sessions.values() if other.status(now) != "active"), None)
            if gone is None:
                raise Problem("limit_exceeded", f"this key has {MOST_SESSIONS} active sessions; end some of them")
            del self.sessions[gone.id]

    def watch_session(self, session: Session) -> None:
        """Plan the note of a session's expiry anew, because it was used, kept alive or ended."""
        if session.expiry is not None:
            session.expiry.cancel()
            session.expiry = None
        if session.ended is None:
            note = {"kind": "session", "id": session.id, "status_text": "expired"}
            session.expiry = self.clock.at(session.expires(), None, note, background=True)

    def delete_task(self, task: Task) -> None:
        """Forget a task; what it cost stays spent."""
        self.settle()
        del self.tasks[task.id]
        self._outputs.pop(task.output_name, None)
        self._schedule.remove(task)
        self._pictures.release(task.images.values())

    def check_open(self) -> None:
        """Pass unless the world was reset or dropped while a request for it was under way.

        Raises:
            Problem: 409; the same request meets the new world.
        """
        if self.closed:
            raise Problem("conflict", "this key's world was reset while the request was under way; send it again")

    def live_tasks(self) -> list[Task]:
        """Return the tasks that have not ended."""
        self.settle()
        return list(self._schedule)

    # ------------------------------------------------------------------ money

    def balance(self) -> int:
        """Return the play money left, in microcents: what was granted less what ended tasks cost."""
        self.settle()
        return self.purse.balance

    def afford(self, price: int) -> None:
        """Pass if a task of this price can be paid besides the ones under way.

        Raises:
            Problem: 402 payment_required.
        """
        self.settle()
        self.purse.afford(price)

    def settle(self) -> None:
        """Book the tasks that have ended."""
        now = self.clock.now()
        for task in self._schedule.settle(now):
            self.purse.settle(task)
            outcomes.book_end(task.outcomes)
            if not task.has_output(now) and task.status(now) is Status.COMPLETED:
                # A world is not idle as long as an output is to come.
                self.clock.at(task.at(task.life[-1].offset), None, {"kind": "output", "id": task.id})

    # ------------------------------------------------------------------ the clock's schedule

    def next_after(self, moment: float) -> float | None:
        """Return when the next task changes, for `Clock.advance`."""
        return self._schedule.next_after(moment)

    def at(self, moment: float) -> list[dict[str, Any]]:
        """Return the changes of tasks that fall on a moment, for `Clock.advance`."""
        found = []
        for task in self._schedule.at(moment):
            step = task.life[task.index(moment)]
            found.append(
                {
                    "kind": "task",
                    "id": task.id,
                    "status": number(step.status, self.behaviour.status_numbers),
                    "status_text": step.status.text,
                    "progress": step.progress,
                }
            )
        self.settle()
        return found

    def hint_at_stillness(self) -> None:
        """Say once that somebody waits on a clock that only a test moves; without a word that looks like a hang."""
        if self.clock.mode == "manual" and not self._hinted:
            self._hinted = True
            _log.warning(
                "world %s: a client waits, and the clock is manual; POST /_mock/clock/advance moves it",
                self.fingerprint,
            )

    async def advance(self, *, seconds: float | None = None, until_idle: bool = False) -> list[dict[str, Any]]:
        """Move the clock and return what fired, in the order of its moments."""
        async with self._advancing:
            self.webhooks.take_fired()
            self.settle()
            self._schedule.begin(self.clock.now())
            try:
                fired = await self.clock.advance(self, seconds=seconds, until_idle=until_idle)
            finally:
                self._schedule.finish()
            return sorted(fired + self.webhooks.take_fired(), key=lambda entry: entry["at"])

    # ------------------------------------------------------------------ the rest

    @property
    def weight(self) -> int:
        """Bytes of uploads, pictures of tasks and journal that the world keeps."""
        return self.storage.stored + self._pictures.size + self.journal.weight

    @property
    def busy(self) -> bool:
        """Whether tasks are under way that will end."""
        return any(task.ended() is not None for task in self.live_tasks())

    def count(self, rate: Rate) -> tuple[int, int, bool]:
        """Count a call in its rate window, see RateWindow.count."""
        return self._rates[rate].count(self.clock.now())

    def close(self) -> None:
        """Stop everything that waits."""
        self.closed = True
        self.webhooks.clear()
        for task in self._schedule:
            task.wake()
        self.clock.close()
        self.news.tell()

    def _plan_webhook(self, task: Task) -> None:
        """Plan the webhook of a task's end, or move it; one whose task is not to end waits for nothing."""
        if not task.webhook:
            return
        delivery = self.delivery_of(task)
        if delivery is not None:
            self.webhooks.move(delivery, task.ended(), self._webhook_body(task))
            return
        identifier, now = self._delivery_id(task), self.clock.now()
        armed = task.armed or self.armoury.current
        adversary = Adversary(armed.meet("webhook", task.given, by=identifier, at=now))
        if adversary.early is not None:
            task.life = task.own_life = hurried(task.own_life)
            self._schedule.change(task, now)
        delivery = Delivery(identifier, task.id, task.webhook, task.ended(), adversary, told=task.wake)
        self.webhooks.schedule(delivery, self._webhook_body(task))

    def _delivery_id(self, task: Task) -> str:
        return self.rng.derived("delivery", task.id)

    def _old_secret(self) -> str:
        """Return a signing secret that counts as rotated out."""
        return "whsec_" + base64.b64encode(self.rng.digest("old webhook secret")).decode("ascii")

    def _webhook_body(self, task: Task) -> Callable[[], bytes]:
        def body() -> bytes:
            view = self.view(task.base_url)
            step = timeline.last(task.life)
            index = task.life.index(step)
            return orjson.dumps(
                webhook_wire.body(
                    task_id=task.id,
                    status=number(step.status, view.numbering),
                    output=tasks.output(task, index, view),
                    error=step.error or "",
                    session_id=task.session_id,
                    created_at=timestamp(task.created),
                    updated_at=timestamp(task.at(step.offset)),
                )
            )

        return body

    def _evict_task(self) -> None:
        now = self.clock.now()
        oldest = next((task for task in self.tasks.values() if task.is_over(now)), None)
        if oldest is None:
            raise Problem(
                "limit_exceeded",
                f"this key has {MOST_TASKS} tasks under way; cancel some, or reset the world with POST /_mock/reset",
            )
        _log.warning("world %s: the oldest of %d tasks was dropped", self.fingerprint, MOST_TASKS)
        self.delete_task(oldest)
