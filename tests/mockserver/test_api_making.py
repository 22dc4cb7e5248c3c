"""Outcomes that a plan arms, as a client meets them: every view of the task agrees, and the ledger knows."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.plans import catalogue, plan
from mockserver.faults.armed import ArmedPlan

from .asgi import APP, Client, emulated, path_of
from .faults.lives import any_outcomes

pytestmark = pytest.mark.anyio

NOWHERE = "http://192.0.2.1/hook"
"""A webhook that is captured, for nothing leaves the machine; its body is kept all the same."""
PRICE = 70_000_000
LINES = {"accept": "application/x-ndjson"}


def arm(client: Client, *does: dict[str, Any], on: str = "run") -> ArmedPlan:
    """Arm outcomes for every run of the client's world."""
    return client.world.armoury.arm(plan.parse([{"on": on, "always": True, "do": do} for do in does]))


def states(armed: ArmedPlan) -> list[str]:
    """What became of each step."""
    return [entry.state for entry in armed.entries]


async def shown(client: Client, task: dict[str, Any]) -> dict[str, Any]:
    """The task as GET shows it."""
    found: dict[str, Any] = (await client.get(f"/tasks/{task['id']}")).data
    return found


async def hook(client: Client, task: dict[str, Any]) -> dict[str, Any] | None:
    """The body of the task's webhook, None as long as it was not sent."""
    (delivery,) = (await client.get(f"/_mock/deliveries?task={task['id']}")).json()["deliveries"] or [None]
    if delivery is None or delivery["state"] == "scheduled":
        return None
    body = (await client.get(f"/_mock/deliveries/{delivery['id']}")).json()["body"]
    found: dict[str, Any] = orjson.loads(body)
    return found


async def money(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get("/_mock/credits")).json()
    return found


@pytest.mark.parametrize("name", ["risk_control", "secrets", "expired_waiting"])
async def test_a_failure_is_told_in_every_view(client: Client, name: str) -> None:
    """GET, the stream's last line and the webhook have status and text; the task is free."""
    armed = arm(client, {"outcome": "failed", "failure": name})
    task = await client.run(webhook=NOWHERE)
    assert states(armed) == ["consumed"]
    stream = client.open("GET", f"/tasks/{task['id']}/stream", headers=LINES)
    await client.advance()
    last = orjson.loads((await stream.finished()).body.splitlines()[-1])
    error = catalogue.failures()[name].error
    for view in (await shown(client, task), last, await hook(client, task)):
        assert view is not None
        assert (view["status"], view["error"], view["output"]) == (11, error, None)
    assert (await money(client))["charged"] == 0


async def test_completed_overrides_what_the_input_would_come_to() -> None:
    """An input that the app was observed to fail on completes."""
    async with emulated(enforce="observed") as client:
        arm(client, {"outcome": "completed"})
        task = await client.run({"prompt": "a cat", "aspect_ratio": "21:9"})
        await client.advance()
        assert (await shown(client, task))["status"] == 10
        record = (await client.get(f"/_mock/tasks/{task['id']}")).json()
        assert record["planned_failure"] is not None
        assert record["outcomes"] == [{"outcome": "completed"}]


async def test_a_rejected_task_is_status_13_and_free(client: Client) -> None:
    """Under way when the run is answered, refused a moment later."""
    arm(client, {"outcome": "rejected", "error": "not today"})
    task = await client.run(webhook=NOWHERE)
    assert task["status"] == 1
    await client.advance()
    body = await hook(client, task)
    assert body is not None
    assert (body["status"], body["error"]) == (13, "not today")
    assert (await money(client))["charged"] == 0


@pytest.mark.parametrize("status", catalogue.faults()["stuck"].arguments["status"]["enum"])
async def test_a_stuck_task_has_no_end_until_it_is_cancelled(client: Client, status: str) -> None:
    """Idle is reached without it, no webhook comes, money stays held; a cancel ends it, and then the webhook comes."""
    arm(client, {"outcome": "stuck", "status": status})
    task = await client.run(webhook=NOWHERE)
    await client.advance()
    await client.advance(10 * 24 * 3600)
    assert (await client.get(f"/tasks/{task['id']}")).data["status"] == client.world.tasks[task["id"]].life[-1].status
    assert client.world.tasks[task["id"]].life[-1].status.text == status
    assert await hook(client, task) is None
    assert (await money(client))["held"] == PRICE
    assert not client.world.busy
    assert (await client.post(f"/tasks/{task['id']}/cancel")).status == 200
    await client.advance()
    body = await hook(client, task)
    assert body is not None
    assert body["status"] == (await shown(client, task))["status"] == 12
    assert (await money(client))["held"] == 0


async def test_a_session_with_a_stuck_task_stays_busy(client: Client) -> None:
    """It does not expire, and its worker stays leased until the task is cancelled."""
    arm(client, {"outcome": "stuck"})
    task = await client.run(session="new", session_timeout=60)
    await client.advance(3600)
    (session,) = (await client.get("/sessions")).data
    assert session["status"] == "active"
    again = {"app": APP, "input": {"prompt": "x"}, "session": session["id"]}
    assert (await client.post("/apps/run", again)).code == "WORKER_LEASED"
    await client.post(f"/tasks/{task['id']}/cancel")
    await client.advance(120)
    (session,) = (await client.get("/sessions")).data
    assert session["status"] == "expired"


async def test_a_stuck_run_is_waited_for_no_longer_than_others(client: Client) -> None:
    """25 seconds of the world's time, then the state it is in (D9)."""
    arm(client, {"outcome": "stuck", "status": "serving"})
    asked = client.open("POST", "/apps/run", json={"app": APP, "input": {"prompt": "x"}, "wait": True})
    while not client.world.tasks:
        await client.advance(0)
    await client.advance()
    assert (await asked.finished()).data["status"] == 5


async def test_a_stream_of_a_stuck_task_goes_on(client: Client) -> None:
    """Heartbeats and the same state, until a cancel ends it."""
    arm(client, {"outcome": "stuck", "progress": 60})
    task = await client.run()
    stream = client.open("GET", f"/tasks/{task['id']}/stream", headers=LINES)
    await client.advance(60)
    lines = [orjson.loads(line) for line in b"".join(stream.reply.chunks).splitlines()]
    assert [line["progress"] for line in lines if "progress" in line][-5:] == [60] * 5
    assert not stream.reply.ended
    await client.post(f"/tasks/{task['id']}/cancel")
    await client.advance()
    assert orjson.loads((await stream.finished()).body.splitlines()[-1])["status"] == 12


@pytest.mark.parametrize("moment", [0.1, 1.5])
@pytest.mark.parametrize("force", [False, True])
async def test_an_ignored_cancel_is_answered_and_paid(client: Client, moment: float, force: bool) -> None:
    """200 as usual, cancelling for a while, then completed and charged; GET, stream and webhook agree."""
    armed = arm(client, {"outcome": "cancel_ignored"})
    task = await client.run(webhook=NOWHERE)
    assert states(armed) == ["underway"]
    stream = client.open("GET", f"/tasks/{task['id']}/stream", headers=LINES)
    await client.advance(moment)
    answer = await client.post(f"/tasks/{task['id']}/cancel", {"force": force})
    assert (answer.status, answer.data["cancelled"]) == (200, True)
    assert states(armed) == ["consumed"]
    assert (await shown(client, task))["status"] == 8
    await client.advance()
    told = [orjson.loads(line) for line in (await stream.finished()).body.splitlines()]
    final = await shown(client, task)
    body = await hook(client, task)
    assert body is not None
    assert (final["status"], body["status"], told[-1]["status"]) == (10, 10, 10)
    assert final["output"] == body["output"] == told[-1]["output"]
    assert final["output"] is not None
    progress = [line["progress"] for line in told if "progress" in line]
    assert progress == sorted(progress)
    assert (await money(client))["charged"] == PRICE


async def test_an_ignored_cancel_that_nobody_sent_is_doubted(client: Client) -> None:
    """As soon as the task has ended."""
    armed = arm(client, {"outcome": "cancel_ignored"})
    await client.run()
    await client.advance()
    assert states(armed) == ["ambiguous"]


async def test_late_output_is_late_in_every_view(client: Client) -> None:
    """Completed with output null, and 404 at the file's address, until the time has come; charged as usual."""
    arm(client, {"outcome": "output_late", "seconds": 5})
    task = await client.run(webhook=NOWHERE)
    address = path_of((await client.get(f"/_mock/tasks/{task['id']}")).json()["output_url"])
    stream = client.open("GET", f"/tasks/{task['id']}/stream", headers=LINES)
    record = client.world.tasks[task["id"]]
    await client.advance((record.ended() or 0) - client.world.clock.now())
    body = await hook(client, task)
    listed = (await client.get("/tasks")).data["items"][0]
    last = orjson.loads((await stream.finished()).body.splitlines()[-1])
    for view in (await shown(client, task), listed, last, body):
        assert view is not None
        assert (view["status"], view["output"]) == (10, None)
    assert (await client.get(f"/tasks/{task['id']}/files")).data == []
    assert (await client.get(address)).status == 404
    assert (await money(client))["charged"] == PRICE
    await client.advance(4.999)
    assert (await shown(client, task))["output"] is None
    await client.advance(0.001)
    assert path_of((await shown(client, task))["output"]["video"]) == address
    assert (await client.get(address)).status == 200
    again = await client.get(f"/tasks/{task['id']}/stream", headers=LINES)
    assert [orjson.loads(line)["output"] is None for line in again.body.splitlines()] == [False]


async def test_a_stream_that_lags_ends_with_completion_all_the_same(client: Client) -> None:
    """The output has come before the client has read the end; still there is one terminal line, and it has none."""
    arm(client, {"outcome": "output_late", "seconds": 1})
    task = await client.run()
    stream = client.open("GET", f"/tasks/{task['id']}/stream", headers=LINES)
    await stream.chunk_count(1)
    client.world.clock.set("manual", start=client.world.clock.now() + 60)
    client.world.tasks[task["id"]].wake()
    lines = [orjson.loads(line) for line in (await stream.finished()).body.splitlines()]
    assert [(line["status"], line["output"]) for line in lines if line["status"] == 10] == [(10, None)]


async def test_idle_comes_after_late_output(client: Client) -> None:
    """A world is not idle as long as an output is to come; `advance` tells when it does."""
    arm(client, {"outcome": "output_late", "seconds": 3600})
    task = await client.run()
    fired = await client.advance()
    assert fired[-1] | {"at": ""} == {"at": "", "kind": "output", "id": task["id"]}
    assert (await shown(client, task))["output"] is not None


async def test_a_waited_run_gets_no_output_that_is_late(client: Client) -> None:
    """Its result is completed and null."""
    arm(client, {"outcome": "output_late"})
    asked = client.open("POST", "/apps/run", json={"app": APP, "input": {"prompt": "x"}, "wait": True})
    while not client.world.tasks:
        await client.advance(0)
    await client.advance(4)
    assert ((await asked.finished()).data["status"], asked.reply.data["output"]) == (10, None)


async def test_a_slow_task_is_late_on_the_world_s_clock(client: Client) -> None:
    """The wait for `run_at` is no part of what gets slower."""
    arm(client, {"outcome": "slow", "factor": 100})
    await client.run(run_at="2026-06-01T01:00:00Z")
    (task,) = client.world.tasks.values()
    assert (task.ended() or 0) - task.created == pytest.approx(3600 + 300, abs=1)


@pytest.mark.parametrize(
    ("request_body", "status"),
    [({"app": APP, "input": {}}, 422), ({"app": "no/app", "input": {"prompt": "x"}}, 404)],
)
async def test_a_refused_run_leaves_its_outcomes_in_doubt(
    client: Client, request_body: dict[str, Any], status: int
) -> None:
    """No task was made that could have had them."""
    armed = arm(client, {"outcome": "stuck"}, {"outcome": "cancel_ignored"})
    assert (await client.post("/apps/run", request_body)).status == status
    assert states(armed) == ["ambiguous", "ambiguous"]
    assert "refused before a task was made" in armed.entries[0].told()


async def test_a_run_without_money_leaves_its_outcomes_in_doubt(client: Client) -> None:
    """402 is a refusal as well."""
    await client.post("/_mock/credits", {"microcents": -10_000_000_000})
    armed = arm(client, {"outcome": "failed"})
    assert (await client.post("/apps/run", {"app": APP, "input": {"prompt": "x"}})).status == 402
    assert states(armed) == ["ambiguous"]


def soon(do: dict[str, Any]) -> dict[str, Any]:
    """An outcome that takes no days: an open stream has a heartbeat every ten seconds of them."""
    most = {"factor": 20, "seconds": 600}
    return {name: min(value, most[name]) if name in most else value for name, value in do.items()}


@given(any_outcomes, st.none() | st.floats(0, 5), st.sampled_from(["instant", "quick", "realistic"]))
@settings(max_examples=60, deadline=None)
async def test_views_agree_whatever_is_armed(does: list[dict[str, Any]], cancel: float | None, latency: str) -> None:
    """At the end of any life GET, the stream's last line and the webhook say the same, and the ledger is decided."""
    async with emulated(latency=latency) as client:
        armed = arm(client, *(soon(do) for do in does))
        task = await client.run(webhook=NOWHERE)
        stream = client.open("GET", f"/tasks/{task['id']}/stream", headers=LINES)
        if cancel is not None:
            await client.advance(cancel)
            await client.post(f"/tasks/{task['id']}/cancel")
        await client.advance()
        final, body = await shown(client, task), await hook(client, task)
        if client.world.tasks[task["id"]].ended() is None:
            assert body is None
            assert not stream.reply.ended
            stream.leave()
        else:
            last = orjson.loads((await stream.finished()).body.splitlines()[-1])
            assert body is not None
            assert final["status"] == last["status"] == body["status"]
            assert final.get("error", "") == last.get("error", "") == body["error"]
            assert last["output"] == body["output"]
            assert final["output"] == body["output"] or "output_late" in {do["outcome"] for do in does}
            assert (final["output"] is None) == (final["status"] != 10)
            assert "underway" not in states(armed)
        await stream.finished()
