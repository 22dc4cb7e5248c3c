"""The tasks under way: when they change and when they end.

Heaps, so that neither a run nor a step of a test clock looks at every task.
"""

import heapq
from collections.abc import Iterator

from mockserver.task import Task

_SAME_MOMENT = 1e-6
"""Seconds that the rounding of an offset added to a time may be off."""


class TaskSchedule:
    """The live tasks of one world."""

    def __init__(self) -> None:
        """Start empty."""
        self._live: dict[str, tuple[int, Task]] = {}
        self._ends: list[tuple[float, int, Task]] = []
        self._steps: list[tuple[float, int, Task]] | None = None
        """Next changes; kept only while a clock advances, for in real time nobody takes them out."""
        self._count = 0

    def add(self, task: Task, now: float) -> None:
        """Take in a task that has just been made."""
        self._count += 1
        self._live[task.id] = (self._count, task)
        self.change(task, now)

    def change(self, task: Task, now: float) -> None:
        """Take note that a task has another life; what was noted before is found to be stale when it comes up."""
        known = self._live.get(task.id)
        if known is None:
            return
        number = known[0]
        ended = task.ended()
        if ended is not None:
            heapq.heappush(self._ends, (ended, number, task))
        following = _following(task, now)
        if self._steps is not None and following is not None:
            heapq.heappush(self._steps, (following, number, task))

    def remove(self, task: Task) -> None:
        """Forget a task."""
        self._live.pop(task.id, None)

    def settle(self, now: float) -> list[Task]:
        """Let go of the tasks that have ended and return them, in the order of their ends."""
        ended = []
        while self._ends and self._ends[0][0] <= now + _SAME_MOMENT:
            _, _, task = heapq.heappop(self._ends)
            if task.id in self._live and task.is_over(now):
                ended.append(task)
                self.remove(task)
        return ended

    def begin(self, now: float) -> None:
        """Prepare for an advancing clock."""
        self._steps = [
            (following, number, task)
            for number, task in self._live.values()
            if (following := _following(task, now)) is not None
        ]
        heapq.heapify(self._steps)

    def finish(self) -> None:
        """The clock has advanced."""
        self._steps = None

    def next_after(self, moment: float) -> float | None:
        """Return when the next task changes, later than a moment; only between `begin` and `finish`."""
        steps = self._steps or []
        while steps:
            when, number, task = steps[0]
            following = _following(task, moment) if task.id in self._live else None
            if following is None:
                heapq.heappop(steps)
            elif following != when:
                heapq.heapreplace(steps, (following, number, task))
            else:
                return when
        return None

    def at(self, moment: float) -> list[Task]:
        """Return the tasks that change exactly at a moment; only between `begin` and `finish`."""
        steps = self._steps or []
        found: dict[str, Task] = {}
        while steps and steps[0][0] <= moment:
            _, number, task = heapq.heappop(steps)
            if task.id not in self._live:
                continue
            if task.at(task.life[task.index(moment)].offset) == moment:
                found[task.id] = task
            following = _following(task, moment)
            if following is not None:
                heapq.heappush(steps, (following, number, task))
        return list(found.values())

    def __iter__(self) -> Iterator[Task]:
        """Return the live tasks, oldest first."""
        return (task for _, task in self._live.values())

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._live)


def _following(task: Task, moment: float) -> float | None:
    """Return when a task changes next, or None."""
    index = task.index(moment) + 1
    return task.at(task.life[index].offset) if index < len(task.life) else None
