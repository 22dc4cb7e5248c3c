"""The only source of time: one clock per world, real, scaled or manual (D22, ARCHITECTURE.md).

Everything that waits or expires asks its world's clock. In manual mode the clock stands still until `advance` moves it;
`advance` then goes from one due moment to the next and lets everybody who was woken finish before it goes on, so that
what happens at one moment has happened before the next begins.
"""

import asyncio
import heapq
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from contracts.wire.ids import timestamp

Mode = Literal["real", "scaled", "manual"]

MANUAL_START = 1_780_272_000.0
"""2026-06-01T00:00:00Z, where a manual clock starts unless told otherwise, so that seeded runs repeat to the byte."""

LAST_MOMENT = 4_102_444_800.0
"""2100-01-01T00:00:00Z, where every clock stops: further on a float no longer tells microseconds apart."""

MOST_SCALE = 1_000_000
"""World seconds per real second: a day passes in a tenth of a second."""

SETTLE_SECONDS = 15.0
"""Real time that `advance` waits for those it woke: longer than a webhook target may take (10 s)."""

MOST_MOMENTS = 1_000_000
"""How many due moments one `advance` may pass; a guard against a schedule that feeds itself."""

FINE_SECONDS = 24 * 3600.0
"""On a way this long `advance` stops at every heartbeat; over longer quiets it leaps, or it would write for hours."""

SHORTEST_DELAY = 0.001
"""Real seconds between two looks at the timers, however fast the world's time runs."""


class Schedule(Protocol):
    """What besides timers has due moments: the tasks of a world, whose states are computed and not run."""

    def next_after(self, moment: float) -> float | None:
        """Return the first due moment later than `moment`, or None."""
        ...

    def at(self, moment: float) -> list[dict[str, Any]]:
        """Describe what falls due exactly at `moment`."""
        ...


@dataclass(slots=True)
class Timer:
    """Something due at a moment of the world's clock."""

    when: float
    callback: Callable[[], None] | None
    note: dict[str, Any] | None
    background: bool
    cancelled: bool = False

    def cancel(self) -> None:
        """Take the timer back; harmless when it has already gone off."""
        self.cancelled = True
        self.callback = None


class ClockError(ValueError):
    """The clock was asked for something its mode cannot do; the message says what would work."""


@dataclass(frozen=True, slots=True)
class Start:
    """How a clock begins."""

    mode: Mode
    scale: float = 1.0
    moment: float | None = None
    """Unix seconds; None: now, or MANUAL_START for a manual clock."""


class Clock:
    """One world's time, in Unix seconds."""

    def __init__(self, mode: Mode = "real", *, scale: float = 1.0, start: float | None = None) -> None:
        """Make a clock.

        Args:
            mode: `real` runs with the wall clock, `scaled` runs `scale` times as fast, `manual` stands still.
            scale: world seconds per real second, above 0.
            start: Unix seconds to begin at; None means now, or MANUAL_START for a manual clock.
        """
        self.mode: Mode = mode
        self.scale = scale if mode == "scaled" else 1.0
        if start is None:
            start = MANUAL_START if mode == "manual" else time.time()
        self._base = start
        self.began = start
        """When it began to run in its mode: at the world's beginning, or when it was last set."""
        self._base_real = time.monotonic()
        self._heap: list[tuple[float, int, Timer]] = []
        self._count = 0
        self._handle: asyncio.TimerHandle | None = None
        self._busy = 0
        self._quiet: asyncio.Future[None] | None = None
        self._advancing = asyncio.Lock()
        self.closed = False
        """True once nothing falls due any more."""

    @property
    def stands(self) -> bool:
        """Whether the clock moves only when it is told to."""
        return self.mode == "manual"

    def now(self) -> float:
        """Return the world's time in Unix seconds, to the microsecond."""
        if self.mode == "manual":
            return self._base
        return min(LAST_MOMENT, round(self._base + (time.monotonic() - self._base_real) * self.scale, 6))

    def set(self, mode: Mode, *, scale: float = 1.0, start: float | None = None) -> None:
        """Change the mode; time goes on from where it is unless `start` says otherwise.

        Raises:
            ClockError: the clock would go back or past its end, or the scale is not above 0.
        """
        if not scale > 0:
            raise ClockError(f"scale is {scale}; expected a number above 0, such as 60 for a minute per second")
        now = self.now()
        if start is not None and start < now:
            raise ClockError(
                f"the clock stands at {timestamp(now)} and cannot go back to {timestamp(start)}; "
                "reset the world instead"
            )
        self._base = now if start is None else within_time(start)
        if start is not None or mode != self.mode:
            self.began = self._base
        self._base_real = time.monotonic()
        self.mode = mode
        self.scale = scale if mode == "scaled" else 1.0
        self._arm()

    def at(
        self,
        when: float,
        callback: Callable[[], None] | None,
        note: dict[str, Any] | None = None,
        *,
        background: bool = False,
    ) -> Timer:
        """Call back at a moment of this clock.

        Args:
            when: Unix seconds; a moment that has passed falls due at once.
            callback: what to do; it must not raise.
            note: what `advance` reports when it passes, None for nothing.
            background: True when an idle world may still have it (heartbeats, expiries).
        """
        timer = Timer(max(when, self.now()), callback, note, background)
        self._count += 1
        heapq.heappush(self._heap, (timer.when, self._count, timer))
        if self.closed:
            self._heap.clear()
        elif self._heap[0][2] is timer:
            self._arm()
        return timer

    @contextmanager
    def member(self) -> Iterator["Member"]:
        """Take part in the clock's time: `advance` waits while a member is at work."""
        member = Member(self)
        try:
            yield member
        finally:
            member.leave()

    async def advance(
        self, schedule: Schedule, *, seconds: float | None = None, until_idle: bool = False
    ) -> list[dict[str, Any]]:
        """Move a manual clock and return what fell due, in order.

        Args:
            schedule: the world's tasks.
            seconds: how far; may be 0, which only lets due things happen.
            until_idle: go on until nothing is pending: no task under way, no delivery, nobody waiting.

        Raises:
            ClockError: the clock is not manual, or the distance is negative or leads past the end of time.
        """
        if self.mode != "manual":
            raise ClockError(f'the clock is {self.mode}; set it first: PUT /_mock/clock {{"mode": "manual"}}')
        if seconds is not None and seconds < 0:
            raise ClockError(f"cannot advance by {seconds} seconds; time only goes forward")
        async with self._advancing:
            target = LAST_MOMENT if until_idle else within_time(self._base + (seconds or 0.0))
            fired: list[dict[str, Any]] = []
            for _ in range(MOST_MOMENTS):
                await self._settle()
                moment = self._next_moment(schedule, target, until_idle=until_idle)
                # Somebody may have let the clock run again meanwhile: then it is no longer ours to move.
                if moment is None or not self.stands:
                    break
                self._base = moment
                fired += [{"at": moment, **note} for note in schedule.at(moment)]
                fired += self._fire()
            else:
                raise ClockError(f"more than {MOST_MOMENTS} things fell due on the way; advance in smaller steps")
            if self.stands and not until_idle and target > self._base:
                self._base = target
                fired += self._fire()
            await self._settle()
            return fired

    def close(self) -> None:
        """Stop the clock's own timer; nothing falls due any more."""
        self.closed = True
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        self._heap.clear()

    def _next_moment(self, schedule: Schedule, target: float, *, until_idle: bool) -> float | None:
        """Return the next moment up to `target` that is worth a stop, or None."""
        while self._heap and self._heap[0][2].cancelled:
            heapq.heappop(self._heap)
        serious = (when for when, _, timer in self._heap if not (timer.background or timer.cancelled))
        due = [when for when in (schedule.next_after(self._base), min(serious, default=None)) if when is not None]
        if until_idle and not due:
            return None
        if self._heap and min([*due, target]) - self._base <= FINE_SECONDS:
            due.append(self._heap[0][0])
        moment = min(due, default=None)
        if moment is None or moment > target:
            return None
        return max(moment, self._base)

    def _fire(self) -> list[dict[str, Any]]:
        """Set off every timer that is due now and return their notes."""
        now = self.now()
        notes = []
        while self._heap and self._heap[0][0] <= now:
            _, _, timer = heapq.heappop(self._heap)
            if timer.cancelled:
                continue
            if timer.note is not None:
                notes.append({"at": timer.when, **timer.note})
            if timer.callback is not None:
                timer.callback()
        return notes

    def _arm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if self.mode == "manual" or not self._heap or self.now() >= LAST_MOMENT:
            return
        delay = max(0.0, (self._heap[0][0] - self.now()) / self.scale)
        if self.scale > 1:
            delay = max(delay, SHORTEST_DELAY)
        self._handle = asyncio.get_running_loop().call_later(delay, self._due)

    def _due(self) -> None:
        self._handle = None
        self._fire()
        self._arm()

    async def _settle(self) -> None:
        """Wait until nobody who was woken is still at work; give up on those who hang."""
        # One turn of the loop lets callbacks that only just got their result start working.
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        patience = loop.time() + SETTLE_SECONDS
        # Asked again after every quiet: who is only away for the length of a call is back by then.
        while self._busy and loop.time() < patience:
            self._quiet = loop.create_future()
            try:
                await asyncio.wait_for(self._quiet, max(0.0, patience - loop.time()))
            except TimeoutError:
                return
            finally:
                self._quiet = None

    def account(self, by: int) -> None:
        """Count members that begin (+1) or stop (-1) being at work; only members call this."""
        self._busy += by
        if not self._busy and self._quiet is not None and not self._quiet.done():
            self._quiet.set_result(None)


class Member:
    """Somebody who works and waits on a clock."""

    __slots__ = ("_busy", "_clock", "_future")

    def __init__(self, clock: Clock) -> None:
        """Join; the member counts as at work until it waits."""
        self._clock = clock
        self._future: asyncio.Future[None] | None = None
        self._busy = True
        clock.account(1)

    async def wait(self, until: float | None, *, real_seconds: float | None = None, background: bool = False) -> None:
        """Wait for a moment of the world's clock, for a while of real time, or for `wake`, whichever comes first.

        Args:
            until: Unix seconds on the world's clock, or None.
            real_seconds: at most so many seconds of real time, whatever the clock does; None for no such limit.
            background: an idle world may still have this wait.
        """
        loop = asyncio.get_running_loop()
        if self._clock.closed:
            await asyncio.sleep(0)  # nothing will ever come; whoever waits finds out why
            return
        self._future = loop.create_future()
        timer = None if until is None else self._clock.at(until, self.wake, background=background)
        handle = None if real_seconds is None else loop.call_later(real_seconds, self.wake)
        self._rest()
        try:
            await self._future
        finally:
            self._future = None
            self._work()
            if timer is not None:
                timer.cancel()
            if handle is not None:
                handle.cancel()

    def wake(self) -> None:
        """End the wait under way; harmless when there is none."""
        if self._future is not None and not self._future.done():
            self._work()
            self._future.set_result(None)

    def leave(self) -> None:
        """Take no further part."""
        self._rest()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Do something that waits on the outside; `advance` does not wait for it."""
        self._rest()
        try:
            yield
        finally:
            self._work()

    def _rest(self) -> None:
        if self._busy:
            self._busy = False
            self._clock.account(-1)

    def _work(self) -> None:
        if not self._busy:
            self._busy = True
            self._clock.account(1)


def within_time(moment: float) -> float:
    """Return the moment, Unix seconds.

    Raises:
        ClockError: no clock of ours gets there.
    """
    if moment > LAST_MOMENT:
        raise ClockError("the emulator's time ends with 2099; expected an earlier moment")
    return moment


def real_now() -> float:
    """Return monotonic real seconds, for what is not part of any world."""
    return time.monotonic()
