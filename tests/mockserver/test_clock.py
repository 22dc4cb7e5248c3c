"""The clock: real, scaled and manual time, and what `advance` promises."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import clock as clocks
from mockserver.clock import LAST_MOMENT, MANUAL_START, Clock, ClockError, Member

pytestmark = pytest.mark.anyio


class Empty:
    """A world without tasks."""

    def next_after(self, _moment: float) -> float | None:
        return None

    def at(self, _moment: float) -> list[dict[str, Any]]:
        return []


class Moments(Empty):
    """A world whose tasks change at given moments."""

    def __init__(self, *moments: float) -> None:
        self.moments = moments

    def next_after(self, moment: float) -> float | None:
        return min((other for other in self.moments if other > moment), default=None)

    def at(self, moment: float) -> list[dict[str, Any]]:
        return [{"kind": "task"}] if moment in self.moments else []


class Hands:
    """The real time, moved by the test."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hands]:
    found = Hands()
    monkeypatch.setattr("mockserver.clock.time.monotonic", found)
    return iter([found])


async def test_a_manual_clock_stands_still(hands: Iterator[Hands]) -> None:
    """It starts on a fixed day, so that seeded runs repeat, and no real second moves it."""
    real = next(hands)
    clock = Clock("manual")
    real.seconds += 100
    assert clock.now() == MANUAL_START


async def test_a_real_clock_keeps_pace_and_a_scaled_one_multiplies(hands: Iterator[Hands]) -> None:
    """Ten real seconds are ten, or six hundred at sixty-fold."""
    real = next(hands)
    plain, scaled = Clock("real", start=50.0), Clock("scaled", scale=60, start=50.0)
    real.seconds += 10
    assert (plain.now(), scaled.now()) == (60.0, 650.0)


async def test_switching_modes_neither_jumps_nor_loses_time(hands: Iterator[Hands]) -> None:
    """Time goes on from where it is, whatever the mode was and is."""
    real = next(hands)
    clock = Clock("real", start=0.0)
    real.seconds += 5
    clock.set("manual")
    real.seconds += 1000
    assert clock.now() == 5.0
    clock.set("scaled", scale=2)
    real.seconds += 5
    assert clock.now() == 15.0
    clock.set("real")
    real.seconds += 1
    assert clock.now() == 16.0
    assert clock.scale == 1.0


@pytest.mark.parametrize(
    ("mode", "options", "told"),
    [
        ("manual", {"start": 1.0}, "the clock stands at 20.*Z and cannot go back to 1970-01-01T00:00:01Z"),
        ("scaled", {"scale": 0.0}, "above 0"),
        ("scaled", {"scale": float("nan")}, "above 0"),
        ("manual", {"start": LAST_MOMENT + 1}, "ends with 2099"),
    ],
)
async def test_impossible_times_are_refused(mode: Any, options: dict[str, float], told: str) -> None:
    """Back in time, no speed at all, past the end: refused, and the clock stays as it was."""
    clock = Clock("manual")
    with pytest.raises(ClockError, match=told):
        clock.set(mode, **options)
    assert (clock.mode, clock.now()) == ("manual", MANUAL_START)


async def test_only_a_manual_clock_can_be_advanced() -> None:
    """The refusal says how to get one."""
    with pytest.raises(ClockError, match="PUT /_mock/clock"):
        await Clock("real").advance(Empty(), seconds=1)
    with pytest.raises(ClockError, match="only goes forward"):
        await Clock("manual").advance(Empty(), seconds=-1)
    with pytest.raises(ClockError, match="2099"):
        await Clock("manual").advance(Empty(), seconds=1e10)


@given(st.lists(st.floats(0, 1000).map(lambda seconds: round(seconds, 6)), max_size=30))
async def test_timers_fire_in_order_and_each_at_its_moment(offsets: list[float]) -> None:
    """Whatever order timers are set in, they go off in the order of their moments, the clock standing at each."""
    clock = Clock("manual", start=0.0)
    seen: list[tuple[float, float]] = []
    for offset in offsets:
        clock.at(offset, lambda offset=offset: seen.append((offset, clock.now())), {"offset": offset})  # type: ignore[misc]  # a lambda with a default
    fired = await clock.advance(Empty(), seconds=2000)
    assert [moment for moment, _ in seen] == sorted(offsets)
    assert all(moment == now for moment, now in seen)
    assert [entry["offset"] for entry in fired] == sorted(offsets)
    assert clock.now() == 2000


@given(st.lists(st.integers(0, 50), max_size=8), st.lists(st.integers(1, 20), min_size=1, max_size=8))
async def test_steps_add_up(moments: list[int], steps: list[int]) -> None:
    """Many small advances tell what one large one tells."""
    once, often = Clock("manual", start=0.0), Clock("manual", start=0.0)
    world = Moments(*map(float, moments))
    whole = await once.advance(world, seconds=sum(steps))
    parts = [entry for step in steps for entry in await often.advance(world, seconds=step)]
    assert parts == whole
    assert once.now() == often.now() == sum(steps)


async def test_a_cancelled_timer_does_not_go_off() -> None:
    """Cancelling after it has gone off is harmless."""
    clock = Clock("manual", start=0.0)
    seen: list[str] = []
    first = clock.at(1, lambda: seen.append("first"))
    second = clock.at(2, lambda: seen.append("second"))
    first.cancel()
    await clock.advance(Empty(), seconds=5)
    second.cancel()
    assert seen == ["second"]


async def test_a_timer_set_by_a_timer_goes_off_in_the_same_advance() -> None:
    """Retries that fall within the span happen within it."""
    clock = Clock("manual", start=0.0)
    seen: list[float] = []

    def again() -> None:
        seen.append(clock.now())
        if clock.now() < 4:
            clock.at(clock.now() + 1, again)

    clock.at(1, again)
    await clock.advance(Empty(), seconds=3)
    assert seen == [1, 2, 3]
    await clock.advance(Empty(), until_idle=True)
    assert seen == [1, 2, 3, 4]


async def test_until_idle_stops_where_only_heartbeats_are_left() -> None:
    """A background timer alone does not keep the world busy."""
    clock = Clock("manual", start=0.0)
    beats: list[float] = []

    def beat() -> None:
        beats.append(clock.now())
        clock.at(clock.now() + 10, beat, background=True)

    clock.at(10, beat, background=True)
    clock.at(25, None, {"kind": "last"})
    fired = await clock.advance(Empty(), until_idle=True)
    assert fired == [{"at": 25, "kind": "last"}]
    assert (beats, clock.now()) == ([10, 20], 25)
    assert await clock.advance(Empty(), until_idle=True) == []
    assert clock.now() == 25


async def test_advance_waits_for_those_it_woke() -> None:
    """What a woken member does at a moment is done before the next moment comes."""
    clock = Clock("manual", start=0.0)
    done: list[tuple[str, float]] = []

    async def work(name: str, member: Member) -> None:
        for moment in (1.0, 2.0):
            await member.wait(moment)
            for _ in range(5):  # turns of the loop, as real work has them
                turn = asyncio.Event()
                asyncio.get_running_loop().call_soon(turn.set)
                await turn.wait()
            done.append((name, clock.now()))
        member.leave()

    async with asyncio.TaskGroup() as group:
        for name in ("a", "b"):
            group.create_task(work(name, Member(clock)))
        await clock.advance(Empty(), seconds=10)
        assert sorted(done) == [("a", 1.0), ("a", 2.0), ("b", 1.0), ("b", 2.0)]
    assert clock._busy == 0


async def test_advance_gives_up_on_a_member_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A member that never rests costs a while, not for ever."""
    monkeypatch.setattr(clocks, "SETTLE_SECONDS", 0.01)
    clock = Clock("manual", start=0.0)
    with clock.member():
        await clock.advance(Empty(), seconds=1)
    assert clock.now() == 1


async def test_a_member_that_is_away_is_not_waited_for() -> None:
    """Who waits on the outside does not hold the world up."""
    clock = Clock("manual", start=0.0)
    with clock.member() as member, member.away():
        async with asyncio.timeout(5):
            await clock.advance(Empty(), seconds=1)
    assert clock._busy == 0


async def test_members_leave_whatever_happens_to_them() -> None:
    """A member whose coroutine is cancelled or fails is not counted for ever."""
    clock = Clock("manual", start=0.0)

    async def wait() -> None:
        with clock.member() as member:
            await member.wait(100)

    async def fail() -> None:
        with clock.member():
            raise RuntimeError

    waiting = asyncio.ensure_future(wait())
    await clock.advance(Empty(), seconds=1)
    waiting.cancel()
    results = await asyncio.gather(waiting, fail(), return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError, RuntimeError]
    assert clock._busy == 0
    assert all(timer.cancelled for _, _, timer in clock._heap)


async def test_wake_ends_a_wait_early_and_real_seconds_bound_it() -> None:
    """A wait ends by the world's clock, by `wake`, or by the real time it was given."""
    clock = Clock("manual", start=0.0)
    with clock.member() as member:
        await member.wait(100, real_seconds=0.001)
        assert clock.now() == 0
        asyncio.get_running_loop().call_soon(member.wake)
        await member.wait(None)
        member.wake()
    assert clock._busy == 0


async def test_a_scaled_clock_really_fires() -> None:
    """An hour passes within the blink of an eye."""
    clock = Clock("scaled", scale=1_000_000, start=0.0)
    with clock.member() as member:
        async with asyncio.timeout(10):
            await member.wait(3600)
    assert clock.now() >= 3600
    clock.close()


async def test_a_day_passes_at_once() -> None:
    """Twenty-four simulated hours of a timer each minute are 1440 events, in order."""
    clock = Clock("manual", start=0.0)

    def tick() -> None:
        clock.at(clock.now() + 60, tick, {"kind": "tick"})

    clock.at(60, tick, {"kind": "tick"})
    fired = await clock.advance(Empty(), seconds=24 * 3600)
    assert [entry["at"] for entry in fired] == [60.0 * number for number in range(1, 1441)]


async def test_two_advances_at_once_do_not_mix() -> None:
    """The second waits for the first, so that each tells its own span."""
    clock = Clock("manual", start=0.0)
    world = Moments(1, 2, 3, 4)
    first, second = await asyncio.gather(clock.advance(world, seconds=2), clock.advance(world, seconds=2))
    assert [entry["at"] for entry in first] == [1, 2]
    assert [entry["at"] for entry in second] == [3, 4]


async def test_time_ends_with_2099(hands: Iterator[Hands]) -> None:
    """A scaled clock stops there instead of running into times that cannot be written."""
    real = next(hands)
    clock = Clock("scaled", scale=1_000_000, start=LAST_MOMENT - 10)
    real.seconds += 1000
    assert clock.now() == LAST_MOMENT


async def test_a_long_quiet_is_leapt_over() -> None:
    """Heartbeats do not define moments over a quiet of more than a day: months pass at once."""
    clock = Clock("manual", start=0)
    beats: list[float] = []

    def beat() -> None:
        beats.append(clock.now())
        clock.at(clock.now() + 10, beat, background=True)

    clock.at(10, beat, background=True)
    clock.at(90 * 86400, None, {"kind": "last"})
    fired = await clock.advance(Empty(), until_idle=True)
    assert fired == [{"at": 90 * 86400, "kind": "last"}]
    assert len(beats) == 1


async def test_a_clock_that_is_let_go_while_it_advances_is_left_alone() -> None:
    """Setting the clock to real in the middle of an advance ends the advance where it is."""
    clock = Clock("manual", start=1_000)
    clock.at(1_010, lambda: clock.set("scaled", scale=1e-6))
    clock.at(1_000_000, None, {"kind": "far"})
    assert await clock.advance(Empty(), until_idle=True) == []
    assert clock.now() == pytest.approx(1_010, abs=1)
    clock.close()


async def test_advance_stops_at_the_end_of_time() -> None:
    """Nothing falls due after 2099, however far the schedule goes."""
    clock = Clock("manual", start=LAST_MOMENT - 5)
    clock.at(LAST_MOMENT + 60, None, {"kind": "too late"})
    assert await clock.advance(Empty(), until_idle=True) == []
    assert clock.now() <= LAST_MOMENT
