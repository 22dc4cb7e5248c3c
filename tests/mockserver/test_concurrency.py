"""A limited number of tasks at once: slots shared as a pure function, and lives that are computed again."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.plans import catalogue, plan
from contracts.wire.statuses import Status
from mockserver.concurrency import Job, Place, share
from mockserver.world import World

from .asgi import Client, emulated

pytestmark = pytest.mark.anyio

NOWHERE = "http://192.0.2.1/hook"
END = 3.0
"""Seconds of a quick task, 0.2 of them queued."""

quarters = st.integers(0, 40).map(lambda number: number / 4)
jobs_drawn = st.lists(st.builds(Job, quarters, st.none() | quarters), max_size=12)
ends_drawn = st.lists(st.none() | quarters.map(lambda end: end + 0.25), max_size=4)


def held(moment: float, busy: list[float | None], jobs: list[Job], places: list[Place]) -> int:
    """How many slots are held at a moment."""
    spans = [(0.0, end) for end in busy]
    for job, place in zip(jobs, places, strict=True):
        if place.start is not None and place.has_slot:
            spans.append((place.start, None if job.seconds is None else place.start + job.seconds))
    return sum(start <= moment and (end is None or moment < end) for start, end in spans)


def moments(busy: list[float | None], jobs: list[Job], places: list[Place]) -> list[float]:
    """Every moment at which something changes."""
    found = {0.0, *(end for end in busy if end is not None), *(job.ready for job in jobs)}
    for job, place in zip(jobs, places, strict=True):
        if place.start is not None:
            found |= {place.start, place.start + (job.seconds or 0.0)}
    return sorted(found)


@given(st.integers(1, 4), ends_drawn, jobs_drawn)
def test_slots_are_shared_fairly_and_fully(slots: int, busy: list[float | None], jobs: list[Job]) -> None:
    """Never more than there are; nobody waits while one is free; who came first is first; nobody starts too soon."""
    places = share(slots, "queue", busy, jobs, 0.0)
    for moment in moments(busy, jobs, places):
        taken = held(moment, busy, jobs, places)
        assert taken <= max(slots, held(moment, busy, [], []))
        waiting = [
            number
            for number, (job, place) in enumerate(zip(jobs, places, strict=True))
            if job.ready <= moment and (place.start is None or place.start > moment)
        ]
        assert not waiting or taken >= slots
        for number, place in enumerate(places):
            if place.start == moment:
                assert all(other > number for other in waiting)
    for job, place in zip(jobs, places, strict=True):
        assert place.has_slot
        assert place.start is None or place.start >= job.ready


@given(st.integers(1, 4), ends_drawn, jobs_drawn)
def test_the_excess_is_turned_away_when_it_is_ready(slots: int, busy: list[float | None], jobs: list[Job]) -> None:
    """Nobody waits: a job gets a slot at once, or it finds all of them held."""
    places = share(slots, "fail", busy, jobs, 0.0)
    for job, place in zip(jobs, places, strict=True):
        assert place.start == job.ready
        if not place.has_slot:
            assert held(job.ready, busy, jobs, places) >= slots
    assert all(
        held(moment, busy, jobs, places) <= max(slots, held(moment, busy, [], []))
        for moment in moments(busy, jobs, places)
    )


@given(jobs_drawn, st.sampled_from(["queue", "fail"]), quarters)
def test_without_a_limit_nobody_waits(jobs: list[Job], excess: Any, now: float) -> None:
    """But nobody starts in the past."""
    places = share(float("inf"), excess, [None, 3.0], jobs, now)
    assert places == [Place(max(job.ready, now)) for job in jobs]


def working(world: World) -> int:
    """How many tasks of a world are between dispatch and end."""
    now = world.clock.now()
    dispatched = (Status.DISPATCHED in {step.status for step in row.life[: row.index(now) + 1]} for row in tasks(world))
    return sum(
        found and not row.is_over(now) and not row.turned_away
        for row, found in zip(tasks(world), dispatched, strict=True)
    )


def tasks(world: World) -> list[Any]:
    return list(world.tasks.values())


async def statuses(client: Client) -> list[str]:
    """What each task is, the oldest first."""
    now = client.world.clock.now()
    return [task.status(now).text for task in tasks(client.world)]


async def test_the_excess_stays_queued_and_is_next() -> None:
    """In the order of creation, each as soon as a slot is free; the statistics agree."""
    async with emulated(concurrency=1) as client:
        started = [await client.run(webhook=NOWHERE) for _ in range(3)]
        await client.advance(1)
        assert await statuses(client) == ["running", "queued", "queued"]
        stats = (await client.get("/tasks/queue-stats")).data
        assert (stats["total_queued"], stats["in_progress"]) == (2, 1)
        await client.advance(END)
        assert await statuses(client) == ["completed", "running", "queued"]
        fired = await client.advance()
        ends = [row["id"] for row in fired if row["kind"] == "task" and row["status_text"] == "completed"]
        assert ends == [task["id"] for task in started[1:]]
        assert [row["kind"] for row in fired if row["kind"] == "delivery"] == ["delivery"] * 2
        first, *others = (task.ended() - task.created for task in tasks(client.world))
        assert others == [pytest.approx(first + 2.8 * number) for number in (1, 2)]


async def test_the_excess_fails_late_if_it_is_told_to() -> None:
    """With the text of the upstream's own limit, free of charge, while those that have a slot complete."""
    async with emulated(concurrency=2, concurrency_excess="fail") as client:
        started = [await client.run(webhook=NOWHERE) for _ in range(3)]
        await client.advance()
        assert await statuses(client) == ["completed", "completed", "failed"]
        shown = (await client.get(f"/tasks/{started[2]['id']}")).data
        assert shown["error"] == catalogue.failures()["concurrency"].error
        assert (await client.get("/_mock/credits")).json()["charged"] == 140_000_000
        await client.run()
        await client.advance()
        assert (await statuses(client))[-1] == "completed"


async def test_a_cancel_lets_the_next_one_go_ahead() -> None:
    """Its stream is told at once, its webhook comes earlier, its waited run is answered."""
    async with emulated(concurrency=1) as client:
        first, second = await client.run(), await client.run(webhook=NOWHERE)
        stream = client.open("GET", f"/tasks/{second['id']}/stream", headers={"accept": "application/x-ndjson"})
        await client.advance(1)
        due = (await client.get("/_mock/deliveries")).json()["deliveries"][0]["due_at"]
        await client.post(f"/tasks/{first['id']}/cancel", {"force": True})
        assert await statuses(client) == ["cancelled", "dispatched"]
        moved = (await client.get("/_mock/deliveries")).json()["deliveries"][0]["due_at"]
        assert moved < due
        await client.advance(2.8)
        assert orjson.loads((await stream.finished()).body.splitlines()[-1])["status"] == 10
        (delivery,) = (await client.get("/_mock/deliveries")).json()["deliveries"]
        assert (delivery["state"], delivery["due_at"]) == ("captured", moved)


async def test_a_stuck_task_holds_its_slot_for_ever() -> None:
    """The queued ones have no end and their webhooks no date until it is cancelled, and the world is idle."""
    async with emulated(concurrency=1) as client:
        client.world.armoury.arm(plan.parse([{"on": "run", "nth": 1, "do": {"outcome": "stuck"}}]))
        stuck, queued = await client.run(), await client.run(webhook=NOWHERE)
        await client.advance()
        await client.advance(24 * 3600)
        assert await statuses(client) == ["running", "queued"]
        assert client.world.tasks[queued["id"]].ended() is None
        (delivery,) = (await client.get("/_mock/deliveries")).json()["deliveries"]
        assert (delivery["state"], delivery["due_at"], delivery["next_attempt_at"]) == ("scheduled", None, None)
        await client.post(f"/tasks/{stuck['id']}/cancel")
        await client.advance()
        assert await statuses(client) == ["cancelled", "completed"]
        (delivery,) = (await client.get("/_mock/deliveries")).json()["deliveries"]
        assert delivery["state"] == "captured"


async def test_a_task_that_is_stuck_in_the_queue_holds_none() -> None:
    """Nor does one that was rejected, or is scheduled for later."""
    async with emulated(concurrency=1) as client:
        steps = [{"on": "run", "nth": 1, "do": {"outcome": "stuck", "status": "queued"}}]
        client.world.armoury.arm(plan.parse(steps))
        await client.run()
        await client.run(run_at="2026-06-01T01:00:00Z")
        await client.run()
        await client.advance(END)
        assert await statuses(client) == ["queued", "queued", "completed"]
        await client.advance()
        assert await statuses(client) == ["queued", "completed", "completed"]


async def test_the_limit_can_be_changed_while_tasks_wait() -> None:
    """A higher one lets more of them go, none lets all of them go, a lower one stops nobody who has a slot."""
    async with emulated(concurrency=1) as client:
        for _ in range(5):
            await client.run()
        await client.advance(1)
        await client.configure(concurrency=2)
        assert (await statuses(client)).count("dispatched") == 1
        await client.configure(concurrency=0)
        assert (await statuses(client)).count("dispatched") == 4
        await client.configure(concurrency=1)
        assert (await statuses(client)).count("dispatched") == 4
        await client.run()
        await client.advance(END)
        assert await statuses(client) == ["completed"] * 5 + ["serving"]


async def test_a_queued_task_can_be_cancelled_and_its_place_is_given_up() -> None:
    """The ones behind it move up."""
    async with emulated(concurrency=1) as client:
        _, second, third = [await client.run() for _ in range(3)]
        late = client.world.tasks[third["id"]].ended() or 0
        await client.post(f"/tasks/{second['id']}/cancel")
        assert client.world.tasks[third["id"]].ended() == pytest.approx(late - 2.8)


async def test_a_session_is_busy_as_long_as_its_task_waits() -> None:
    """Its idle time begins with the end that the task has now."""
    async with emulated(concurrency=1) as client:
        await client.run()
        task = await client.run(session="new", session_timeout=60)
        (session,) = client.world.sessions.values()
        assert session.busy_until == client.world.tasks[task["id"]].ended()
        assert session.busy_until == pytest.approx(client.world.clock.now() + END + 2.8)


deeds = st.lists(
    st.one_of(
        st.tuples(
            st.just("run"), st.sampled_from(["", "failed", "stuck", "rejected", "cancel_ignored", "output_late"])
        ),
        st.tuples(st.sampled_from(["cancel", "force", "delete"]), st.integers(0, 9)),
        st.tuples(st.just("advance"), st.sampled_from([0.0, 0.21, 1.0, 3.0])),
    ),
    max_size=20,
)


@given(st.integers(1, 3), st.sampled_from(["queue", "fail"]), st.sampled_from(["instant", "quick", "realistic"]), deeds)
@settings(max_examples=60, deadline=None)
async def test_never_more_than_so_many_are_worked_on(
    limit: int, excess: str, latency: str, found: list[tuple[str, Any]]
) -> None:
    """At every change of every task, whatever is done meanwhile; and in the end all are over that are not stuck."""
    async with emulated(concurrency=limit, concurrency_excess=excess, latency=latency) as client:
        for deed, detail in [*found, ("advance", 2000.0)]:
            known = tasks(client.world)
            if deed == "run":
                steps = [{"on": "run", "nth": 1, "do": {"outcome": detail}}] if detail else []
                client.world.armoury.arm(plan.parse(steps))
                await client.run()
            elif deed == "advance":
                until = client.world.clock.now() + detail
                while client.world.clock.now() < until:
                    now = client.world.clock.now()
                    following = (task.at(step.offset) for task in known for step in task.life)
                    await client.advance(min((when for when in following if when > now), default=until) - now)
                    assert working(client.world) <= limit
            elif known:
                target = f"/tasks/{known[detail % len(known)].id}"
                if deed == "delete":
                    await client.delete(target)
                else:
                    await client.post(f"{target}/cancel", {"force": deed == "force"})
            assert working(client.world) <= limit
        now = client.world.clock.now()
        ends = [task.ended() for task in tasks(client.world)]
        assert all(end is None or end <= now for end in ends)
