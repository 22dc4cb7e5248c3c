"""Play money: what is charged, what is not, and what an estimate is worth (D18)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.plans import plan
from contracts.wire.money import MICROCENTS_PER_USD
from mockserver import money
from mockserver.api import outputs

from .asgi import APP, Client, emulated
from .shapes import APP_ID

pytestmark = pytest.mark.anyio

START = 100 * MICROCENTS_PER_USD
PLAIN = 70_000_000
"""A pro clip of five seconds with sound."""


async def balance(client: Client) -> int:
    return int((await client.get("/billing/balance")).data["balance"])


@pytest.mark.requirement("REQ-MONEY-007", "REQ-MONEY-008")
async def test_a_completed_task_is_charged_once(client: Client) -> None:
    """Not when it is submitted, but when it completes."""
    task = await client.run()
    assert await balance(client) == START
    assert (await client.get(f"/usage/tasks/{task['id']}/cost")).status == 404
    await client.advance()
    assert await balance(client) == START - PLAIN
    assert (await client.get(f"/usage/tasks/{task['id']}/cost")).data == {"total": PLAIN, "charged": PLAIN}
    await client.delete(f"/tasks/{task['id']}")
    assert await balance(client) == START - PLAIN


@pytest.mark.requirement("REQ-MONEY-006")
@pytest.mark.parametrize(("seconds", "charged"), [(0.1, 0), (1.0, PLAIN)], ids=["while queued", "while running"])
async def test_a_cancelled_task_is_charged_if_it_ran(client: Client, seconds: float, charged: int) -> None:
    """The upstream has been paid once the task runs."""
    task = await client.run()
    await client.advance(seconds)
    await client.post(f"/tasks/{task['id']}/cancel")
    await client.advance()
    assert await balance(client) == START - charged
    assert (await client.get(f"/usage/tasks/{task['id']}/cost")).data["charged"] == charged


@pytest.mark.requirement("REQ-RUN-010", "REQ-MONEY-005")
async def test_failed_and_refused_tasks_are_free() -> None:
    """Nothing is spent on what came to nothing."""
    async with emulated(enforce="observed") as client:
        task = await client.run({"prompt": "a cat", "aspect_ratio": "21:9"})
        await client.advance()
        assert (await client.get(f"/tasks/{task['id']}")).data["status"] == 11
        assert (await client.post("/apps/run", {"app": APP, "input": {}})).status == 422
        assert await balance(client) == START


@pytest.mark.requirement("REQ-MONEY-007")
async def test_running_out_is_402(client: Client) -> None:
    """Tasks under way are counted, the refusal says what is missing, and a grant helps."""
    await client.post("/_mock/credits", {"microcents": 2 * PLAIN - START})
    first, _ = await client.run(), await client.run()
    refused = await client.post("/apps/run", {"app": APP, "input": {"prompt": "x"}})
    assert (refused.status, refused.code) == (402, "payment_required")
    assert refused.json()["meta"] == {"price": PLAIN, "available": 0}
    await client.post(f"/tasks/{first['id']}/cancel", {"force": True})
    await client.run()
    await client.advance()
    assert (await client.get("/billing")).data == {"balance": 0, "currency": "USD", "status": "exhausted"}
    granted = (await client.post("/_mock/credits", {"microcents": PLAIN})).json()
    assert (granted["balance"], granted["charged"]) == (PLAIN, 2 * PLAIN)


async def test_grants_have_an_end(client: Client) -> None:
    """A balance is always a number that JSON can carry exactly."""
    for _ in range(2):
        reply = await client.post("/_mock/credits", {"microcents": 2**53})
    assert reply.status == 400
    assert (await client.get("/billing")).status == 200


async def test_what_tasks_under_way_hold_is_not_taken_away(client: Client) -> None:
    """They will be charged, and the balance would fall below nothing."""
    await client.run()
    refused = await client.post("/_mock/credits", {"microcents": 1 - START})
    assert refused.status == 409
    assert f"more than are left: {START - PLAIN}, besides {PLAIN} that are held" in refused.json()["detail"]
    assert (await client.post("/_mock/credits", {"microcents": PLAIN - START})).json()["balance"] == PLAIN
    await client.advance()
    assert await balance(client) == 0


async def test_money_is_whole_however_it_is_written(client: Client) -> None:
    """A sum with a point does not make all later ones have one."""
    granted = await client.post("/_mock/credits", {"microcents": 5.0})
    assert f'"granted":{START + 5},' in granted.body.decode()


async def test_no_more_is_taken_away_than_there_is(client: Client) -> None:
    """A balance never falls below nothing."""
    assert (await client.post("/_mock/credits", {"microcents": -(2**53)})).status == 409
    left = (await client.get("/_mock/credits")).json()["balance"]
    emptied = await client.post("/_mock/credits", {"microcents": -left})
    assert emptied.json()["balance"] == 0


inputs = st.fixed_dictionaries(
    {"prompt": st.just("a cat")},
    optional={
        "mode": st.sampled_from(["std", "pro"]),
        "duration": st.sampled_from(["5", "10"]),
        "sound": st.booleans(),
        "image": st.just("http://elsewhere.test/a.png"),
        "voice_id": st.just("v1"),
        "end_image": st.just("http://elsewhere.test/b.png"),
    },
)


@pytest.mark.requirement("REQ-APP-013", "REQ-APP-014")
@given(inputs, st.sampled_from(["documented", "observed"]))
@settings(max_examples=60, deadline=None)
async def test_an_estimate_is_what_is_charged(given_input: dict[str, object], enforce: str) -> None:
    """Exact, without a key, or it says which field keeps it from being known."""
    async with emulated(enforce=enforce) as client:
        nobody = client.other(None)
        reply = await nobody.post(f"/store/apps/{APP_ID}/estimate", {"input": given_input})
        estimate = reply.data
        run = await client.post("/apps/run", {"app": APP, "input": given_input})
        if run.status == 422:
            assert estimate["confidence"] == "unknown"
            assert set(estimate["depends_on"]) == {row["pointer"] for row in run.json()["data"]}
            return
        await client.advance()
        assert estimate["confidence"] == "exact"
        assert estimate["microcents"] == START - await balance(client)


async def credits_of(client: Client) -> dict[str, Any]:
    """What the control plane shows of the money."""
    found: dict[str, Any] = (await client.get("/_mock/credits?limit=1000")).json()
    return found


async def leave_during_a_run(client: Client, prompt: str = "a cat") -> str:
    """Start a waited run and go away before it is answered; return the id of its task."""
    known = set(client.world.tasks)
    asked = client.open("POST", "/apps/run", json={"app": APP, "input": {"prompt": prompt}, "wait": True})
    while client.world.tasks.keys() == known:
        await client.advance(0)
    asked.leave()
    await asked.finished()
    return next(reversed(client.world.tasks))


async def test_every_task_has_a_row(client: Client) -> None:
    """What it was estimated at, holds, cost and gave back, and why; the newest first."""
    first, second = await client.run(), await client.run({"prompt": "a dog", "mode": "std"})
    await client.post(f"/tasks/{first['id']}/cancel", {"force": True})
    shown = await credits_of(client)
    cheap = shown["tasks"][0]["estimate"]
    at = "2026-06-01T00:00:00Z"
    assert shown["tasks"] == [
        {"task_id": second["id"], "at": at, "estimate": cheap, "held": cheap, "charged": 0, "refunded": 0,
         "state": "held", "why": "under way"},
        {"task_id": first["id"], "at": at, "estimate": PLAIN, "held": 0, "charged": 0, "refunded": PLAIN,
         "state": "refunded", "why": "cancelled before it ran"},
    ]  # fmt: skip
    await client.advance()
    done = await credits_of(client)
    assert {name: done[name] for name in done if name not in {"tasks", "suspects"}} == {
        "granted": START,
        "held": 0,
        "charged": cheap,
        "refunded": PLAIN,
        "balance": START - cheap,
        "would_have_been_enough": cheap,
    }
    assert done["tasks"][0]["why"] == "completed"
    assert len((await client.get("/_mock/credits?limit=1")).json()["tasks"]) == 1


async def test_a_retry_after_leaving_is_suspected(client: Client) -> None:
    """The client went before it was answered, the task was made all the same, and the retry is paid a second time."""
    earlier = await leave_during_a_run(client)
    again = await client.run()
    (suspect,) = (await credits_of(client))["suspects"]
    runs = (await client.get("/_mock/journal?operation=runs.create")).json()["exchanges"]
    assert suspect == {
        "task_id": again["id"],
        "earlier_task_id": earlier,
        "exchange_id": runs[0]["id"],
        "earlier_exchange_id": runs[1]["id"],
        "at": "2026-06-01T00:00:00Z",
        "cost": PLAIN,
        "state": "held",
        "why": f"task {again['id']} has the same input as task {earlier}, and the client was gone before run "
        f"{runs[1]['id']} was answered: the client could not know that it had landed",
    }
    assert [run["reached"] for run in runs] == [True, False]
    await client.advance()
    shown = await credits_of(client)
    assert (shown["charged"], shown["would_have_been_enough"]) == (2 * PLAIN, PLAIN)
    assert shown["suspects"][0]["state"] == "charged"


async def test_a_retry_after_a_500_is_suspected(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The work was done before the answer failed."""

    async def broken(*_: object) -> None:
        raise RuntimeError

    await client.configure(file_values="object")
    with monkeypatch.context() as patch:
        patch.setattr(outputs, "video", broken)
        reply = await client.post("/apps/run", {"app": APP, "input": {"prompt": "a cat"}})
    assert reply.status == 500
    await client.run()
    (suspect,) = (await credits_of(client))["suspects"]
    assert "was answered with HTTP 500 after the work was done" in suspect["why"]


async def test_a_third_copy_is_suspected_too(client: Client) -> None:
    """Each names the latest earlier run whose answer was lost; what they cost is not needed."""
    lost = [await leave_during_a_run(client), await leave_during_a_run(client)]
    third = await client.run()
    await client.advance()
    shown = await credits_of(client)
    pairs = [(row["task_id"], row["earlier_task_id"]) for row in shown["suspects"]]
    assert pairs == [(third["id"], lost[1]), (lost[1], lost[0])]
    assert (shown["charged"], shown["would_have_been_enough"]) == (3 * PLAIN, PLAIN)


async def test_two_equal_runs_that_were_answered_are_no_suspects(client: Client) -> None:
    """Somebody may want two clips; nor is another input after a lost answer, nor another version of the app."""
    await client.run()
    await client.run()
    await leave_during_a_run(client, "a dog")
    await client.run({"prompt": "a cat"})
    await client.configure(app_version="2026-08")
    await client.run({"prompt": "a dog"})
    assert (await credits_of(client))["suspects"] == []


async def test_an_answer_may_be_lost_after_the_retry_was_paid(client: Client) -> None:
    """Which run is the retry is decided by when they came, whenever it is known that the first one's answer is lost."""
    asked = client.open("POST", "/apps/run", json={"app": APP, "input": {"prompt": "a cat"}, "wait": True})
    while not client.world.tasks:
        await client.advance(0)
    await client.configure(latency="instant")
    again = await client.run()
    await client.advance(1)
    shown = await credits_of(client)
    assert (shown["charged"], shown["would_have_been_enough"], shown["suspects"]) == (PLAIN, PLAIN, [])
    asked.leave()
    await asked.finished()
    shown = await credits_of(client)
    assert [suspect["task_id"] for suspect in shown["suspects"]] == [again["id"]]
    assert shown["would_have_been_enough"] == 0


async def test_rows_have_an_end_and_the_sums_do_not(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest rows go first; what was charged and refunded stays counted."""
    monkeypatch.setattr(money, "MOST_ROWS", 2)
    for number in range(4):
        await client.run({"prompt": str(number)})
    await client.advance()
    shown = await credits_of(client)
    assert len(shown["tasks"]) == 2
    assert shown["charged"] == 4 * PLAIN
    assert shown["held"] == 0


OUTCOMES = ("completed", "failed", "rejected", "cancelled", "stuck", "cancel_ignored", "output_late", "progress_jumps")

deeds = st.lists(
    st.one_of(
        st.tuples(st.just("run"), st.sampled_from(["a", "b"])),
        st.tuples(st.just("arm"), st.sampled_from(OUTCOMES)),
        st.tuples(st.sampled_from(["cancel", "force", "delete"]), st.integers(0, 9)),
        st.tuples(st.just("advance"), st.sampled_from([0.05, 0.5, 3.0])),
        st.tuples(st.just("grant"), st.sampled_from([-PLAIN, PLAIN])),
        st.tuples(st.just("limit"), st.integers(0, 2)),
    ),
    max_size=25,
)


async def do(client: Client, deed: str, detail: Any) -> None:
    """Do one of `deeds`; that some are refused is part of it."""
    tasks = [*client.world.tasks]
    match deed:
        case "run":
            await client.post("/apps/run", {"app": APP, "input": {"prompt": detail}})
        case "arm":
            client.world.armoury.arm(plan.parse([{"on": "run", "always": True, "do": {"outcome": detail}}]))
        case "cancel" | "force" if tasks:
            await client.post(f"/tasks/{tasks[detail % len(tasks)]}/cancel", {"force": deed == "force"})
        case "delete" if tasks:
            await client.delete(f"/tasks/{tasks[detail % len(tasks)]}")
        case "advance":
            await client.advance(detail)
        case "grant":
            await client.post("/_mock/credits", {"microcents": detail})
        case "limit":
            await client.configure(concurrency=detail)


@given(deeds)
@settings(max_examples=60, deadline=None)
async def test_the_ledger_always_closes(found: list[tuple[str, Any]]) -> None:
    """The grant is the balance and what was charged; each estimate is held, charged or refunded; whatever happens."""
    async with emulated() as client:
        await client.post("/_mock/credits", {"microcents": 5 * PLAIN - START})
        for deed, detail in found:
            await do(client, deed, detail)
            shown = await credits_of(client)
            rows = shown["tasks"]
            assert shown["granted"] == shown["balance"] + shown["charged"]
            assert all(row["estimate"] == row["held"] + row["charged"] + row["refunded"] for row in rows)
            for name in ("held", "charged", "refunded"):
                assert shown[name] == sum(row[name] for row in rows)
            live = client.world.live_tasks()
            assert shown["held"] == sum(task.judgement.price for task in live)
            assert {row["task_id"] for row in rows if row["state"] == "held"} == {task.id for task in live}
            assert shown["would_have_been_enough"] == shown["charged"]
            assert shown["balance"] == await balance(client)
