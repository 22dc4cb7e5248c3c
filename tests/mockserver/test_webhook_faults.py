"""The webhook adversary: every fault as a receiver sees it on its socket, and what the ledger says of it."""

import asyncio
import json

import pytest

from contracts.plans import catalogue, plan
from contracts.wire.webhooks import KEYS
from mockserver.clock import real_now
from mockserver.faults import deliveries as faults
from mockserver.faults.armed import ArmedPlan

from .adversary import arm, deliveries, delivery, ledger, seconds_after_the_end, states, step, told
from .asgi import APP, Client, emulated
from .raw_receiver import raw_receiver, taking_turns
from .receivers import receiver

pytestmark = pytest.mark.anyio

NOBODY = "http://127.0.0.1:1/"
ELSEWHERE = "http://192.0.2.1/hook"


# ------------------------------------------------------------------------------------------------------- copies


async def test_a_duplicated_webhook_comes_so_many_times_more(client: Client) -> None:
    """The same bytes, with gaps on the world's clock, once it was delivered; copies are not tried again."""
    arm(client, step("webhook_duplicate", times=3, seconds=60))
    async with raw_receiver(taking_turns([500, 200, 200, 500, 200])) as target:
        await client.run(webhook=target.url)
        await client.advance(100)
        assert (len(target.arrivals), states(client)) == (3, ["underway"])
        await client.advance()
        assert len(target.arrivals) == 5
        assert len({arrival.body for arrival in target.arrivals}) == 1
    shown = await delivery(client)
    assert shown["state"] == "delivered"
    assert seconds_after_the_end(shown) == [0, 1, 61, 121, 181]
    assert [attempt["faults"] for attempt in shown["attempts"]] == [[], []] + [["webhook_duplicate"]] * 3
    assert states(client) == ["consumed"]


async def test_what_is_never_taken_is_never_copied(client: Client) -> None:
    """A webhook that is abandoned has no copies, and the step is doubted."""
    arm(client, step("webhook_duplicate", times=2))
    async with raw_receiver(lambda _: 500) as target:
        await client.run(webhook=target.url)
        await client.advance()
        assert len(target.arrivals) == 5
    assert states(client) == ["ambiguous"]


# --------------------------------------------------------------------------------------------------------- body


async def test_a_legacy_status_is_the_old_number(client: Client) -> None:
    """9 for completed, as the app page's sample has it; nothing else changes."""
    arm(client, step("webhook_legacy_status", nth=1))
    async with raw_receiver() as target:
        await client.run(webhook=target.url)
        await client.advance()
        (arrival,) = target.arrivals
    true = json.loads(client.world.webhooks.newest_first()[0].body)
    assert arrival.json() == {**true, "status": 9}
    assert list(arrival.json()) == list(KEYS)
    assert true["status"] == 10
    assert states(client) == ["consumed"]


async def test_a_world_of_old_numbers_has_no_legacy_status_to_show() -> None:
    """Where 9 is right anyway the step is doubted."""
    async with emulated(status_numbers="legacy") as client, raw_receiver() as target:
        arm(client, step("webhook_legacy_status"))
        await client.run(webhook=target.url)
        await client.advance()
        assert target.arrivals[0].json()["status"] == 9
        assert states(client) == ["ambiguous"]


@pytest.mark.parametrize("members", [None, {"event": "task.completed"}])
async def test_extra_keys_stand_before_the_others(client: Client, members: dict[str, str] | None) -> None:
    """Ours or the plan's, and the seven keys of the page unchanged behind them."""
    arm(client, step("webhook_extra_keys", **({} if members is None else {"members": members})))
    async with raw_receiver() as target:
        await client.run(webhook=target.url)
        await client.advance()
        body = target.arrivals[0].json()
    more = dict(members or faults.UNKNOWN)
    assert list(body) == [*more, *KEYS]
    assert {name: body[name] for name in more} == more
    assert states(client) == ["consumed"]


async def test_truncated_json_is_a_complete_request_with_half_a_document(client: Client) -> None:
    """Content-Length is right and the JSON ends too soon; the next attempt is whole."""
    arm(client, step("webhook_truncated"))
    async with raw_receiver(lambda arrival: 200 if arrival.body.endswith(b"}") else 400) as target:
        await client.run(webhook=target.url)
        await client.advance()
        half, whole = target.arrivals
    assert half.complete
    assert not half.closed
    assert half.length == len(half.body) == len(whole.body) // 2
    assert whole.body.startswith(half.body)
    shown = await delivery(client)
    assert [attempt["body"] for attempt in shown["attempts"]] == [half.body.decode(), None]
    assert (shown["state"], shown["body"]) == ("delivered", whole.body.decode())
    assert states(client) == ["consumed"]


@pytest.mark.parametrize("at", [0, 1, 40, None])
async def test_a_truncated_connection_closes_before_content_length(client: Client, at: int | None) -> None:
    """The head promises the whole body, fewer bytes come, and the connection closes; the next attempt is whole."""
    arm(client, step("webhook_truncated", how="connection", **({} if at is None else {"at": at})))
    async with raw_receiver() as target:
        await client.run(webhook=target.url)
        await client.advance()
        await target.until(lambda arrivals: arrivals[0].closed)
        short, whole = target.arrivals
    assert (short.closed, short.complete) == (True, False)
    assert short.length == whole.length == len(whole.body)
    assert short.body == whole.body[: len(whole.body) // 2 if at is None else at]
    assert short.raw.split(b"\r\n\r\n")[0] == whole.raw.split(b"\r\n\r\n")[0]
    shown = await delivery(client)
    assert [attempt["outcome"] for attempt in shown["attempts"]] == ["failed", "delivered"]
    assert "on purpose" in shown["attempts"][0]["reason"]
    assert states(client) == ["consumed"]


@pytest.mark.parametrize("how", ["json", "connection"])
async def test_nothing_is_cut_off_beyond_the_end(client: Client, how: str) -> None:
    """A body that is shorter than the plan thinks is sent whole, and the step is doubted."""
    arm(client, step("webhook_truncated", how=how, at=100_000))
    async with raw_receiver() as target:
        await client.run(webhook=target.url)
        await client.advance()
        assert len(target.arrivals) == 1
    assert "bytes, so that nothing was cut off" in told(client)


def test_no_character_is_cut_in_two() -> None:
    """What is left is text, for a signature is one of text."""
    assert faults.truncated("äöü".encode(), 3) == "ä".encode()
    assert faults.truncated(b"", None) == b""


# ------------------------------------------------------------------------------------------------------ sending


async def test_a_slow_sender_pauses_on_the_worlds_clock(client: Client) -> None:
    """Piece after piece as the clock moves, whatever real time passes; the answer follows the last one."""
    arm(client, step("webhook_slow", seconds=900, pieces=4))
    async with raw_receiver() as target:
        await client.run(webhook=target.url)
        await client.advance(3)
        whole = len(client.world.webhooks.newest_first()[0].body)
        for piece in range(1, 4):
            (arrival,) = await target.until(
                lambda got, piece=piece: bool(got) and len(got[0].body) == whole * piece // 4
            )
            assert (arrival.length, arrival.complete, states(client)) == (whole, False, ["underway"])
            await client.advance(300)
        (arrival,) = await target.count(1)
    assert "transfer-encoding" not in arrival.headers
    assert arrival.body == client.world.webhooks.newest_first()[0].body
    assert (await delivery(client))["state"] == "delivered"
    assert states(client) == ["consumed"]


async def test_pauses_do_not_count_towards_the_limit_of_real_time(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that stands for longer than a target may take does not make the attempt fail."""
    monkeypatch.setattr("mockserver.webhooks.TIMEOUT_SECONDS", 0.2)
    arm(client, step("webhook_slow", pieces=2))
    async with raw_receiver() as target, receiver(silent=True) as silent:
        await client.run(webhook=target.url)
        await client.advance(3)
        # Another world waits for its target as long as may be, five times over.
        other = client.other("another-key")
        await other.run(webhook=silent.url)
        await other.advance()
        assert states(client) == ["underway"]
        await client.advance()
        await target.count(1)
    (attempt,) = (await delivery(client))["attempts"]
    assert attempt["outcome"] == "delivered"


async def test_a_target_that_hangs_up_on_a_slow_sender_has_met_it(client: Client) -> None:
    """The attempt fails, is tried again, and the step is consumed."""
    arm(client, step("webhook_slow", seconds=60, pieces=60))
    async with raw_receiver() as target:
        await client.run(webhook=target.url)
        await client.advance(4)
        target.hang_up()
        await client.advance()
        assert [arrival.complete for arrival in target.arrivals] == [False, True]
    assert (await delivery(client))["attempts"][0]["outcome"] == "failed"
    assert states(client) == ["consumed"]


def test_pieces_are_the_body() -> None:
    """Of nearly one length, none empty, and together all of it."""
    for size in range(1, 40):
        for count in range(2, 50):
            pieces = faults.split(bytes(range(size)), count)
            assert b"".join(pieces) == bytes(range(size))
            assert len(pieces) == min(size, count)
            assert max(map(len, pieces)) - min(map(len, pieces)) <= 1
    assert faults.split(b"", 4) == (b"",)


# ------------------------------------------------------------------------------------------------- all together


async def test_faults_of_different_slots_go_together(client: Client) -> None:
    """Late, in pieces, cut off at first, copied: each is seen, and each is consumed."""
    arm(
        client,
        step("webhook_delay", seconds=60),
        step("webhook_slow", seconds=10, pieces=3),
        step("webhook_truncated", how="connection", attempts=2),
        step("webhook_duplicate", times=2, seconds=5),
    )
    async with raw_receiver() as target:
        await client.run(webhook=target.url)
        await client.advance()
        assert [arrival.complete for arrival in target.arrivals] == [False, False, True, True, True]
    shown = await delivery(client)
    assert seconds_after_the_end(shown) == [60, 70, 80, 95, 110]
    assert shown["attempts"][0]["faults"] == ["webhook_slow", "webhook_truncated"]
    assert shown["attempts"][4]["faults"] == ["webhook_slow", "webhook_duplicate"]
    assert states(client) == ["consumed"] * 4


async def test_each_step_meets_the_delivery_of_its_number(client: Client) -> None:
    """Deliveries are counted in the order of the runs, and only those that match."""
    of_cats = {**step("webhook_extra_keys", nth=2), "match": {"prompt": "cat"}}
    arm(client, of_cats)
    async with raw_receiver() as target:
        for prompt in ("a cat", "a dog", "two cats"):
            await client.run({"prompt": prompt}, webhook=target.url)
        await client.run({"prompt": "a cat without a webhook"})
        await client.advance()
    assert [row["faults"] for row in await deliveries(client)] == [[], [], ["webhook_extra_keys"]]
    assert (ledger(client)[0]["calls"], states(client)) == (2, ["consumed"])
    assert ledger(client)[0]["by"][0]["by"] == (await deliveries(client))[2]["id"]


async def test_a_scenario_that_the_run_names_counts_for_its_webhook(client: Client) -> None:
    """By header, as for every other call; the world's plan does not see that delivery."""
    arm(client, step("webhook_drop"))
    armed = ArmedPlan(plan.parse([step("webhook_delay", nth=1, seconds=7)]), "scenario late")
    client.world.armoury._scenarios["late"] = armed
    run = {"app": APP, "input": {"prompt": "a"}, "webhook": ELSEWHERE}
    await client.post("/apps/run", run, headers={"X-Mock-Scenario": "late"})
    await client.advance()
    shown = await delivery(client)
    assert (shown["faults"], seconds_after_the_end(shown)) == (["webhook_delay"], [7])
    assert (states(client), [entry.state for entry in armed.entries]) == (["unreached"], ["consumed"])


async def test_chaos_draws_for_every_delivery(client: Client) -> None:
    """With certainty here; what was drawn is booked like any other step."""
    chance = {"on": "webhook", "probability": 1, "do": {"fault": "webhook_extra_keys"}}
    client.world.armoury.arm(plan.parse({"chaos": {"seed": 3, "faults": [chance]}}))
    for _ in range(3):
        await client.run(webhook=ELSEWHERE)
    await client.advance()
    assert [row["faults"] for row in await deliveries(client)] == [["webhook_extra_keys"]] * 3
    assert ledger(client)[0]["met"] == 3


async def test_a_ten_minute_job_with_four_retries_takes_no_time(client: Client) -> None:
    """Thirteen simulated minutes: four bodies that are cut off, refused, and a fifth that is taken."""
    arm(client, step("webhook_truncated", attempts=4), step("webhook_delay", seconds=60))
    begun = real_now()
    async with raw_receiver(lambda arrival: 200 if arrival.body.endswith(b"}") else 400) as target:
        await client.run(webhook=target.url, run_at="2026-06-01T00:10:00Z")
        await client.advance()
        assert len(target.arrivals) == 5
    assert real_now() - begun < 3
    shown = await delivery(client)
    assert seconds_after_the_end(shown) == [60, 61, 65, 85, 185]
    assert (shown["state"], shown["attempts"][4]["at"]) == ("delivered", "2026-06-01T00:13:08Z")
    assert states(client) == ["consumed", "consumed"]


@pytest.mark.parametrize(
    "armed",
    [
        step("webhook_delay", seconds=60),
        step("webhook_legacy_status"),
        step("webhook_extra_keys"),
        step("webhook_truncated"),
        step("webhook_duplicate", times=2),
    ],
    ids=lambda armed: armed["do"]["fault"],
)
async def test_captured_webhooks_meet_faults_too(client: Client, armed: dict[str, object]) -> None:
    """What is kept shows what would have been sent, and the step is consumed."""
    arm(client, armed)
    await client.run(webhook=ELSEWHERE)
    await client.advance()
    (row,) = client.world.webhooks.newest_first()
    shown = await delivery(client)
    assert shown["state"] == "captured"
    bent = shown["body"].encode() != row.body
    assert bent == (shown["attempts"][-1]["body"] is not None)
    assert bent == (row.adversary.faults[0] in {"webhook_legacy_status", "webhook_extra_keys", "webhook_truncated"})
    assert states(client) == ["consumed"]


@pytest.mark.parametrize("armed", [step("webhook_slow"), step("webhook_truncated", how="connection")])
async def test_what_is_not_sent_is_neither_slow_nor_broken_off(client: Client, armed: dict[str, object]) -> None:
    """A captured webhook has no connection, so the step is doubted."""
    arm(client, armed)
    await client.run(webhook=ELSEWHERE)
    await client.advance()
    assert states(client) == ["ambiguous"]
    assert "not this machine" in told(client)


async def test_a_connection_is_not_broken_off_over_https(client: Client) -> None:
    """The ledger says so, and what to do."""
    arm(client, step("webhook_truncated", how="connection"))
    await client.run(webhook=NOBODY.replace("http:", "https:"))
    await client.advance()
    assert "use an http target" in told(client)


@pytest.mark.parametrize("name", sorted(name for name, row in catalogue.faults().items() if "webhook" in row.on))
async def test_no_fault_is_consumed_by_a_target_that_nobody_listens_at(client: Client, name: str) -> None:
    """Attempts that reach nobody prove nothing; the step is doubted at the end, but for a drop, which needs nobody."""
    await client.configure(webhook_secret="whsec_MDEyMzQ1Njc4OWFiY2RlZg==")
    arm(client, step(name, **catalogue.faults()[name].example))
    run = client.open("POST", "/apps/run", json={"app": APP, "input": {"prompt": "a"}, "webhook": NOBODY})
    await client.advance()
    task = (await run.finished()).data["id"]
    await client.get(f"/tasks/{task}")
    await client.advance()
    shown = await delivery(client)
    assert shown["state"] == ("dropped" if name == "webhook_drop" else "abandoned")
    assert states(client) == ["consumed" if name == "webhook_drop" else "ambiguous"]


async def test_nothing_outlives_the_server() -> None:
    """Held runs, waiting webhooks, slow senders and copies to come: the end of the server ends them all."""
    waiting = ("early", "reorder", "after_poll", "delay", "slow", "duplicate")
    before = asyncio.all_tasks()
    async with raw_receiver() as target:
        async with emulated() as client:
            for number, name in enumerate(waiting, 1):
                fault = catalogue.faults()[f"webhook_{name}"]
                client.world.armoury.extend(
                    plan.parse([step(fault.name, nth=number, **{**fault.example, "seconds": 1000})])
                    if "seconds" in fault.arguments
                    else plan.parse([step(fault.name, nth=number)])
                )
            held = client.open("POST", "/apps/run", json={"app": APP, "input": {"prompt": "a"}, "webhook": target.url})
            await client.advance(0)
            for _ in waiting[1:]:
                await client.run(webhook=target.url)
            # Slow and duplicate are on their way, the others have not begun.
            await client.advance(0.01)
            assert states(client)[1:] == ["underway"] * 5
        assert (await held.finished()).status == 200
        target.hang_up()
    assert asyncio.all_tasks() == before
