"""How many tasks may be worked on at once (`--concurrency`), and what becomes of the excess.

A slot is held from dispatch to the end. Nothing runs, so nothing waits: whenever a task comes, goes or changes, the
lives of those that are still queued are computed again.
"""

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
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
    coming = sorted(range(len(jobs)), key=lambda number: (jobs[number].ready, number), reverse=True)
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


class Slots:
    """The slots of one world."""

    def __init__(self) -> None:
        """Start without a limit."""
        self._limited = False

    def share(self, slots: int, excess: Excess, tasks: Iterable[Task], now: float) -> Iterator[tuple[Task, Timeline]]:
        """Tell which tasks get another life.

        Args:
            slots: how many there are; 0 for no limit.
            excess: what becomes of a task that finds none.
            tasks: those that have not ended, in the order in which they came.
            now: the world's time.
        """
        if not (slots or self._limited):
            return
        # After a limit was taken away those that waited for it have to be let go.
        self._limited = bool(slots)
        busy: list[float | None] = []
        queued: list[Task] = []
        for task in tasks:
            if task.status(now) in WAITING:
                if _dispatched(task) is not None:
                    queued.append(task)
            elif not task.turned_away and _has_been_dispatched(task, now):
                busy.append(task.ended())
        jobs = [_job(task) for task in queued]
        for task, place in zip(queued, share(slots or math.inf, excess, busy, jobs, now), strict=True):
            task.turned_away = not place.has_slot
            life = _lived(task, place)
            if life != task.life:
                yield task, life


def _job(task: Task) -> Job:
    begin, end = _dispatched(task) or 0.0, timeline.end(task.own_life)
    return Job(task.at(begin), None if end is None else end - begin)


def _lived(task: Task, place: Place) -> Timeline:
    """Return a task's own life at the place it has got."""
    if place.start is None:
        return tuple(step for step in task.own_life if step.status in WAITING)
    life = task.own_life
    if not place.has_slot:
        known = catalogue.failures()["concurrency"]
        life = outcomes.fail(life, known.error, at=known.at)
    later = round(place.start - task.at(_dispatched(task) or 0.0), 6)
    return timeline.wait(life, later) if later > 0 else life


def _dispatched(task: Task) -> float | None:
    """Return the offset at which a task would be dispatched of itself, or None if it never would."""
    return next((step.offset for step in task.own_life if step.status is Status.DISPATCHED), None)


def _has_been_dispatched(task: Task, now: float) -> bool:
    return any(step.status is Status.DISPATCHED for step in task.life[: task.index(now) + 1])
