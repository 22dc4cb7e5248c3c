"""When webhooks come on purpose: never, late, early, in another order, or after the client knows anyway."""

import pytest

from contracts.wire.statuses import Status
from mockserver.faults import deliveries as faults
from mockserver.timeline import Step

from .adversary import arm, deliveries, delivery, seconds_after_the_end, states, step, told
from .asgi import APP, Client, Connection, emulated
from .raw_receiver import raw_receiver, taking_turns

pytestmark = pytest.mark.anyio

NOBODY = "http://127.0.0.1:1/"


def held_run(client: Client, url: str, **members: object) -> Connection:
    """Send a run whose answer is held, and return it under way."""
    return client.open("POST", "/apps/run", json={"app": APP, "input": {"prompt": "a"}, "webhook": url, **members})


async def test_a_dropped_webhook_is_never_sent(client: Client) -> None:
    """Nobody connects; the delivery says why, and the step is consumed when its moment has come."""
    arm(client, step("webhook_drop"))
    async with raw_receiver() as target:
        await client.run(webhook=target.url)
        await client.advance(1)
        assert states(client) == ["underway"]
        fired = await client.advance()
        assert target.arrivals == []
    shown = await delivery(client)
    assert (shown["state"], shown["faults"], shown["attempts"]) == ("dropped", ["webhook_drop"], [])
    assert shown["next_attempt_at"] is None
    assert [(row["attempt"], row["outcome"]) for row in fired if row["kind"] == "delivery"] == [(0, "dropped")]
    assert states(client) == ["consumed"]


async def test_a_dropped_webhook_can_be_sent_by_hand(client: Client) -> None:
    """A replay sends the true webhook, and the delivery counts as delivered."""
    arm(client, step("webhook_drop"))
    async with raw_receiver() as target:
        task = await client.run(webhook=target.url)
        await client.advance()
        shown = await delivery(client)
        assert (await client.post(f"/_mock/deliveries/{shown['id']}/replay")).json()["state"] == "delivered"
        (arrival,) = target.arrivals
    assert (arrival.json()["id"], arrival.json()["status"]) == (task["id"], 10)


async def test_a_delayed_webhook_comes_so_many_seconds_after_the_end(client: Client) -> None:
    """On the world's clock, its further attempts after it."""
    arm(client, step("webhook_delay", seconds=120))
    async with raw_receiver(taking_turns([500, 200])) as target:
        await client.run(webhook=target.url)
        await client.advance(100)
        assert (target.arrivals, states(client)) == ([], ["underway"])
        await client.advance()
        assert len(target.arrivals) == 2
    assert seconds_after_the_end(await delivery(client)) == [120, 121]
    assert states(client) == ["consumed"]


async def test_an_early_webhook_comes_before_the_run_is_answered(client: Client) -> None:
    """The receiver has the end of a task that the caller does not know yet; the answer still tells its beginning."""
    arm(client, step("webhook_early"))
    async with raw_receiver() as target:
        run = held_run(client, target.url)
        fired = await client.advance(0.05)
        assert [row["outcome"] for row in fired if row["kind"] == "delivery"] == ["delivered"]
        answer = await run.finished()
        (arrival,) = target.arrivals
    assert arrival.json()["id"] == answer.data["id"]
    assert (arrival.json()["status"], answer.data["status_text"]) == (10, "received")
    assert states(client) == ["consumed"]


async def test_the_run_waits_for_an_early_webhook_to_be_answered() -> None:
    """In real time: the status that the receiver gives is noted before the run has its answer."""
    order: list[str] = []

    async with (
        emulated(latency="realistic") as client,
        raw_receiver(lambda _: order.append("webhook") or 500) as target,
    ):
        await client.request("PUT", "/_mock/clock", json={"mode": "real"})
        arm(client, step("webhook_early"))
        await client.run(webhook=target.url)
        order.append("answer")
        assert order[:2] == ["webhook", "answer"]
    assert states(client) == ["consumed"]


async def test_a_client_that_leaves_an_early_run_breaks_nothing(client: Client) -> None:
    """The webhook comes all the same, and the ledger doubts that anybody saw the order."""
    arm(client, step("webhook_early"))
    async with raw_receiver() as target:
        run = held_run(client, target.url)
        await client.advance(0)
        run.leave()
        await run.finished()
        await client.advance()
        assert len(target.arrivals) == 1
    assert states(client) == ["ambiguous"]
    assert "the client left" in told(client)


async def test_an_early_webhook_that_reaches_nobody_does_not_hold_the_run_for_ever(client: Client) -> None:
    """The first attempt's end is enough; the step is doubted."""
    arm(client, step("webhook_early"))
    run = held_run(client, NOBODY)
    await client.advance(0.1)
    assert (await run.finished()).status == 200
    assert states(client) == ["ambiguous"]


async def test_a_hurried_life_has_all_that_the_life_had() -> None:
    """Every step in its order, over within a few milliseconds; a life without an end is left alone."""
    life = (Step(0.0, Status.RECEIVED, 0), Step(300.0, Status.RUNNING, 5), Step(600.0, Status.FAILED, 5, error="no"))
    short = faults.hurried(life)
    assert [step.offset for step in short] == [0.0, 0.02, 0.04]
    assert [(step.status, step.error) for step in short] == [(step.status, step.error) for step in life]
    assert faults.hurried(life[:2]) == life[:2]
    assert faults.hurried(short) == short


async def test_a_reordered_webhook_comes_after_that_of_a_later_task(client: Client) -> None:
    """The first task ends first, and the receiver hears of the second one before."""
    arm(client, step("webhook_reorder", nth=1))
    async with raw_receiver() as target:
        first = await client.run(webhook=target.url)
        await client.advance(2)
        second = await client.run(webhook=target.url)
        await client.advance(2)
        assert (target.arrivals, states(client)) == ([], ["underway"])
        await client.advance(1)
        assert [arrival.json()["id"] for arrival in target.arrivals] == [second["id"], first["id"]]
    assert states(client) == ["consumed"]


async def test_a_reordered_webhook_that_nothing_follows_is_doubted(client: Client) -> None:
    """It is sent after its longest wait, and an earlier task's webhook does not count."""
    arm(client, step("webhook_reorder", nth=2, seconds=30))
    async with raw_receiver() as target:
        first = await client.run(webhook=target.url)
        second = await client.run(webhook=target.url)
        await client.advance()
        assert [arrival.json()["id"] for arrival in target.arrivals] == [first["id"], second["id"]]
    assert seconds_after_the_end((await deliveries(client))[1]) == [30]
    assert states(client) == ["ambiguous"]
    assert "within 30 s" in told(client)


POLLS = {
    "get": "/tasks/{id}",
    "status": "/tasks/{id}/status",
    "list": "/tasks",
    "stream": "/tasks/{id}/stream",
}


@pytest.mark.parametrize("poll", POLLS.values(), ids=POLLS.keys())
async def test_a_webhook_waits_for_the_client_to_read_the_end(client: Client, poll: str) -> None:
    """Reads before the end do not count, idling does not wait for it, and the first read of the end lets it go."""
    arm(client, step("webhook_after_poll", seconds=5))
    async with raw_receiver() as target:
        task = await client.run(webhook=target.url)
        address = poll.format(id=task["id"])
        if "stream" not in poll:
            await client.get(address)
        await client.advance()
        shown = await delivery(client)
        assert (shown["state"], shown["next_attempt_at"], states(client)) == ("scheduled", None, ["underway"])
        assert (await client.get(address)).status == 200
        await client.advance(4)
        assert target.arrivals == []
        await client.advance(1)
        assert len(target.arrivals) == 1
    assert states(client) == ["consumed"]


async def test_a_webhook_comes_only_after_the_read_was_answered(client: Client) -> None:
    """Without further seconds it comes at once, without the clock moving."""
    arm(client, step("webhook_after_poll"))
    async with raw_receiver() as target:
        task = await client.run(webhook=target.url)
        await client.advance()
        await client.get(f"/tasks/{task['id']}")
        await target.count(1)
    assert seconds_after_the_end(await delivery(client)) == [0]


async def test_a_waited_run_reads_the_end_too(client: Client) -> None:
    """Its answer tells the end, a failure's as well."""
    async with emulated(enforce="observed") as client, raw_receiver() as target:
        arm(client, step("webhook_after_poll"))
        given = {"prompt": "a", "aspect_ratio": "21:9"}
        run = {"app": "klingai/video-v2-6", "input": given, "webhook": target.url, "wait": True}
        waited = client.open("POST", "/apps/run", json=run)
        await client.advance()
        assert (await waited.finished()).status == 422
        (arrival,) = await target.count(1)
        assert arrival.json()["status"] == 11


async def test_an_answer_that_is_lost_reads_nothing(client: Client) -> None:
    """The client has not learnt of the end, so the webhook goes on waiting."""
    lost = {"on": "get", "nth": 1, "do": {"fault": "status", "status": 503, "after_work": True}}
    arm(client, step("webhook_after_poll"), lost)
    async with raw_receiver() as target:
        task = await client.run(webhook=target.url)
        await client.advance()
        await client.get(f"/tasks/{task['id']}")
        await client.advance()
        assert target.arrivals == []
        await client.get(f"/tasks/{task['id']}")
        await target.count(1)


async def test_a_replay_takes_the_place_of_a_webhook_that_waits(client: Client) -> None:
    """What arrived by hand is not sent again when its moment comes, and the step is doubted."""
    arm(client, step("webhook_after_poll"))
    async with raw_receiver() as target:
        task = await client.run(webhook=target.url)
        await client.advance()
        await client.post(f"/_mock/deliveries/{(await delivery(client))['id']}/replay")
        await client.get(f"/tasks/{task['id']}")
        await client.advance()
        assert len(target.arrivals) == 1
    assert (await delivery(client))["state"] == "delivered"
    assert states(client) == ["ambiguous"]
