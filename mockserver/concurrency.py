"""How many tasks may be worked on at once (`--concurrency`), and what becomes of the excess (REQ-LIMIT-006, -007).

A slot is held from dispatch to the end. Nothing runs, so nothing waits: whenever a task comes, goes or changes, the
lives of those that are still queued are computed again.
"""

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from contracts.plans import catalogue
from contracts.wire.statuses import Status
from mockserver import timeline
from mockserver.faults import outcomes
from mockserver.task import Task
from mockserver.timeline import WAITING, Timeline

Excess = Literal["queue", "fail"]
"""What becomes of tasks that find no slot: they stay queued, or they are dispatched and fail."""


@dataclass(frozen=True, slots=True)
class Job:
    """A task that has not been dispatched."""

    ready: float
    """When it would be dispatched if there were a slot."""
    seconds: float | None
    """How long it keeps its slot; None: for ever."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a job gets."""

    start: float | None
    """When it is dispatched; None: never."""
    has_slot: bool = True


def share(slots: float, excess: Excess, busy: Iterable[float | None], jobs: Sequence[Job], now: float) -> list[Place]:
    """Share slots among jobs.

    Never more than `slots` are held at once, nobody waits while one is free, and of those that wait the one that came
    first is next.

    Args:
        slots: how many there are; infinity for no limit.
        excess: what becomes of a job that is ready and finds none.
        busy: when each slot that is held now is let go of; None for never.
        jobs: in the order in which they came.
        now: no job starts earlier.
    """
    places: list[Place] = [Place(None)] * len(jobs)
    held = [math.inf if end is None else end for end in busy]
    heapq.heapify(held)
    coming = [number for _, number in sorted(((job.ready, number) for number, job in enumerate(jobs)), reverse=True)]
    waiting: list[int] = []
    moment = now
    while coming or waiting:
        while held and held[0] <= moment:
            heapq.heappop(held)
        while coming and jobs[coming[-1]].ready <= moment:
            heapq.heappush(waiting, coming.pop())
        if waiting and len(held) < slots:
            number = heapq.heappop(waiting)
            seconds = jobs[number].seconds
            heapq.heappush(held, math.inf if seconds is None else round(moment + seconds, 6))
            places[number] = Place(moment)
            continue
        if excess == "fail":
            for number in waiting:
                places[number] = Place(moment, has_slot=False)
            waiting.clear()
        moment = min(jobs[coming[-1]].ready if coming else math.inf, held[0] if waiting else math.inf)
        if moment == math.inf:
            break
    return places


@dataclass(slots=True)
class _Queued:
    """What is known of a queued task, so that computing all places again costs little."""

    task: Task
    life: Timeline
    """Its own."""
    offset: float
    """Of its dispatch."""
    job: Job
    place: Place | None = None

    def waits(self, now: float) -> bool:
        """Tell whether the task is queued still and all of this holds."""
        start = math.inf if self.place is None or self.place.start is None else self.place.start
        # The same microsecond is forgiven as for every step of a life.
        return self.life is self.task.own_life and start > now + 1e-6


class Slots:
    """The slots of one world."""

    def __init__(self) -> None:
        """Start without a limit."""
        self._limited = False
        self._queued: dict[str, _Queued] = {}

    def share(self, slots: int, excess: Excess, tasks: Iterable[Task], now: float) -> list[tuple[Task, Timeline]]:
        """Return the tasks that get another life.

        Args:
            slots: how many there are; 0 for no limit.
            excess: what becomes of a task that finds none.
            tasks: those that have not ended, in the order in which they came.
            now: the world's time.
        """
        if not (slots or self._limited):
            return []
        # After a limit was taken away those that waited for it have to be let go.
        self._limited = bool(slots)
        busy: list[float | None] = []
        queued: list[_Queued] = []
        for task in tasks:
            known = self._queued.get(task.id)
            if known is not None and known.waits(now):
                queued.append(known)
            elif task.status(now) in WAITING:
                known = _known(task)
                if known is not None:
                    queued.append(known)
            elif not task.turned_away and _has_been_dispatched(task, now):
                busy.append(task.ended())
        self._queued = {known.task.id: known for known in queued}
        places = share(slots or math.inf, excess, busy, [known.job for known in queued], now)
        changed = []
        for known, place in zip(queued, places, strict=True):
            if place != known.place:
                known.place = place
                known.task.turned_away = not place.has_slot
                life = _lived(known, place)
                if life != known.task.life:
                    changed.append((known.task, life))
        return changed


def _known(task: Task) -> _Queued | None:
    """Return what is known of a task that will be dispatched, or None of one that never would be."""
    offset = next((step.offset for step in task.own_life if step.status is Status.DISPATCHED), None)
    if offset is None:
        return None
    end = timeline.end(task.own_life)
    return _Queued(task, task.own_life, offset, Job(task.at(offset), None if end is None else end - offset))


def _lived(known: _Queued, place: Place) -> Timeline:
    """Return a task's life at the place it has got."""
    life = known.life
    if place.start is None:
        return tuple(step for step in life if step.status in WAITING)
    if not place.has_slot:
        failure = catalogue.failures()["concurrency"]
        life = outcomes.fail(life, failure.error, at=failure.at)
    later = round(place.start - known.job.ready, 6)
    return timeline.wait(life, later) if later > 0 else life


def _has_been_dispatched(task: Task, now: float) -> bool:
    return any(step.status is Status.DISPATCHED for step in task.life[: task.index(now) + 1])
