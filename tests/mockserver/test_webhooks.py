"""Webhook deliveries: what is posted, when it is tried again, and what never leaves the machine (D12, D13)."""

import base64
import json
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from contracts.wire.ids import parse_timestamp
from mockserver import webhooks
from mockserver.control import deliveries as control_deliveries
from mockserver.settings import Settings

from .asgi import Client, emulated
from .receivers import receiver

pytestmark = pytest.mark.anyio

KEYS = ["id", "status", "output", "error", "session_id", "created_at", "updated_at"]
START = "2026-06-01T00:00:"


async def the_delivery(client: Client) -> dict[str, Any]:
    """Return the only delivery of the world, with everything."""
    (row,) = (await client.get("/_mock/deliveries")).json()["deliveries"]
    found: dict[str, Any] = (await client.get(f"/_mock/deliveries/{row['id']}")).json()
    return found


@pytest.mark.requirement("REQ-TASK-001", "REQ-WEBHOOK-002", "REQ-WEBHOOK-003", "REQ-WEBHOOK-004", "REQ-WEBHOOK-007")
async def test_a_completed_task_posts_exactly_the_keys_of_the_page(client: Client) -> None:
    """Seven keys in the page's order, error an empty string, the task's own output."""
    async with receiver() as target:
        task = await client.run(webhook=target.url)
        await client.advance()
        (request,) = target.received
    body = json.loads(request.body)
    assert list(body) == KEYS
    shown = (await client.get(f"/tasks/{task['id']}")).data
    assert body == {key: shown.get(key, "" if key == "error" else None) for key in KEYS}
    assert (body["status"], body["error"], body["session_id"]) == (10, "", None)
    assert request.line == "POST /hook?x=1 HTTP/1.1"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == f"127.0.0.1:{target.port}"
    assert not [name for name in request.headers if name.startswith("webhook-")]


@pytest.mark.requirement("REQ-WEBHOOK-005")
@pytest.mark.parametrize("status", [200, 201, 204, 299])
async def test_any_2xx_is_a_delivery(client: Client, status: int) -> None:
    """One attempt, and that is that."""
    async with receiver([status]) as target:
        await client.run(webhook=target.url)
        await client.advance()
        assert len(target.received) == 1
    delivery = await the_delivery(client)
    assert (delivery["state"], delivery["attempt_count"], delivery["next_attempt_at"]) == ("delivered", 1, None)
    assert delivery["attempts"][0]["status"] == status


@pytest.mark.requirement("REQ-WEBHOOK-005", "REQ-WEBHOOK-006")
@pytest.mark.parametrize("status", [500, 404, 429, 302, 308])
async def test_refusals_are_tried_again_at_1_5_25_and_125_seconds_and_then_abandoned(
    client: Client, status: int
) -> None:
    """Four more attempts on the world's clock; redirects count as refusals and are not followed."""
    async with receiver() as elsewhere, receiver([status], head=f"Location: {elsewhere.url}\r\n") as target:
        task = await client.run(webhook=target.url)
        fired = await client.advance()
        assert len(target.received) == 5
        assert elsewhere.received == []
    delivery = await the_delivery(client)
    assert delivery["state"] == "abandoned"
    due = delivery["due_at"]
    assert due.startswith(START)
    offsets = [parse_timestamp(attempt["at"]) - parse_timestamp(due) for attempt in delivery["attempts"]]
    assert [round(offset, 6) for offset in offsets] == [0, 1, 5, 25, 125]
    told = [entry for entry in fired if entry["kind"] == "delivery"]
    assert [entry["attempt"] for entry in told] == [1, 2, 3, 4, 5]
    assert {entry["task_id"] for entry in told} == {task["id"]}
    assert len({request.body for request in target.received}) == 1


async def test_a_target_that_recovers_gets_it(client: Client) -> None:
    """The first 2xx ends the attempts."""
    async with receiver([500, 503, 200]) as target:
        await client.run(webhook=target.url)
        await client.advance()
        assert len(target.received) == 3
    assert (await the_delivery(client))["state"] == "delivered"


async def test_a_silent_target_is_given_up_on_and_tried_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer in time is a failed attempt, and a manual clock waits for it."""
    monkeypatch.setattr(webhooks, "TIMEOUT_SECONDS", 0.3)
    async with receiver(silent=True) as target:
        await client.run(webhook=target.url)
        await client.advance()
    delivery = await the_delivery(client)
    assert (delivery["state"], delivery["attempt_count"]) == ("abandoned", 5)
    assert {attempt["outcome"] for attempt in delivery["attempts"]} == {"failed"}
    assert "0.3 s" in delivery["reason"]


async def test_nobody_listening_is_a_failed_attempt(client: Client) -> None:
    """A refused connection is told with its address."""
    async with receiver() as target:
        pass
    await client.run(webhook=target.url)
    await client.advance()
    delivery = await the_delivery(client)
    assert delivery["state"] == "abandoned"
    assert f"127.0.0.1:{target.port}" in delivery["reason"]


@pytest.mark.parametrize(
    "url",
    [
        "http://a..localhost/",
        f"http://{'a' * 64}.localhost/",
        "http://127.0.0.1:1/?" + "x" * 70_000,
        "http://[::1%25nowhere]:1/",
        "http://user:secret@127.0.0.1:1/",
    ],
)
async def test_a_url_that_cannot_be_sent_to_ends_too(client: Client, url: str) -> None:
    """Names that no resolver takes and URLs that are too long are failed attempts, not lost deliveries."""
    await client.run(webhook=url)
    await client.advance()
    assert (await the_delivery(client))["state"] == "abandoned"


@pytest.mark.requirement("REQ-WEBHOOK-009")
@pytest.mark.parametrize(
    "url", ["http://192.0.2.1/hook", "https://example.test/hook", "http://0.0.0.0:9/", "http://127.1/"]
)
async def test_a_target_beyond_this_machine_is_captured(client: Client, url: str) -> None:
    """It is kept with its body, and the reason says how to let it out."""
    await client.run(webhook=url)
    await client.advance()
    delivery = await the_delivery(client)
    assert (delivery["state"], delivery["attempt_count"]) == ("captured", 1)
    assert "--allow-egress" in delivery["reason"]
    assert list(json.loads(delivery["body"])) == KEYS


@pytest.mark.requirement("REQ-WEBHOOK-009")
async def test_allow_egress_lets_a_named_target_out() -> None:
    """`other.localhost:PORT` by name; the same name at another port stays captured."""
    async with receiver() as target:
        settings = Settings(clock="manual", allow_egress=(f"LOCALHOST:{target.port}",))
        async with emulated(settings) as client:
            await client.run(webhook=f"http://localhost:{target.port}/")
            await client.advance()
            assert (await the_delivery(client))["state"] == "delivered"
            assert target.received[0].headers["host"] == f"localhost:{target.port}"


@pytest.mark.requirement("REQ-WEBHOOK-001")
async def test_one_delivery_per_task(client: Client) -> None:
    """A webhook fires once per task, whatever is done with the task afterwards."""
    async with receiver() as target:
        task = await client.run(webhook=target.url)
        await client.advance()
        await client.get(f"/tasks/{task['id']}")
        await client.post(f"/tasks/{task['id']}/cancel")
        await client.advance(1000)
        assert len(target.received) == 1


@pytest.mark.requirement("REQ-WEBHOOK-001")
async def test_a_cancel_moves_the_delivery(client: Client) -> None:
    """The webhook of a cancelled task comes when it is cancelled, and once."""
    async with receiver() as target:
        task = await client.run(webhook=target.url)
        await client.advance(1)
        planned = (await the_delivery(client))["due_at"]
        await client.post(f"/tasks/{task['id']}/cancel")
        moved = (await the_delivery(client))["due_at"]
        assert moved < planned
        await client.advance()
        (request,) = target.received
    body = json.loads(request.body)
    assert (body["status"], body["output"]) == (12, None)
    assert body["updated_at"] == moved == START + "01.3Z"


@pytest.mark.requirement("REQ-WEBHOOK-001")
async def test_a_failed_task_posts_its_error() -> None:
    """The error's text is in the body, the output is null."""
    async with emulated(enforce="observed", status_numbers="legacy") as client, receiver() as target:
        await client.run({"prompt": "a cat", "aspect_ratio": "21:9"}, webhook=target.url)
        await client.advance()
        body = json.loads(target.received[0].body)
    assert (body["status"], body["output"]) == (10, None)
    assert body["error"].startswith("[1201]")


@pytest.mark.requirement("REQ-WEBHOOK-007")
async def test_signatures_are_those_of_standard_webhooks() -> None:
    """The reference library accepts them, and refuses a changed body or another secret."""
    secret = "whsec_" + base64.b64encode(b"0123456789abcdef").decode()
    # In real time: the library refuses signatures that are older than five minutes.
    async with emulated(Settings(), latency="instant", webhook_secret=secret) as client, receiver() as target:
        await client.run(webhook=target.url)
        (request,) = await target.count(1)
        shown = (await client.get("/_mock/settings")).body.decode()
    Webhook(secret).verify(request.body.decode(), request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(request.body.decode() + " ", request.headers)
    another = "whsec_" + base64.b64encode(b"fedcba9876543210").decode()
    with pytest.raises(WebhookVerificationError):
        Webhook(another).verify(request.body.decode(), request.headers)
    assert secret not in shown


@pytest.mark.requirement("REQ-WEBHOOK-008")
async def test_a_replay_sends_the_same_body_again(client: Client) -> None:
    """A replay is one more attempt beside those before it, and can turn an abandoned delivery into a delivered one."""
    async with receiver([500, 500, 500, 500, 500, 200]) as target:
        await client.run(webhook=target.url)
        await client.advance()
        before = await the_delivery(client)
        assert before["state"] == "abandoned"
        replayed = await client.post(f"/_mock/deliveries/{before['id']}/replay")
        assert replayed.json()["attempt"]["replay"] is True
        assert target.received[5].body == target.received[0].body
    after = await the_delivery(client)
    assert after["state"] == "delivered"
    assert [attempt["replay"] for attempt in after["attempts"]] == [False] * 5 + [True]


async def test_a_replay_before_the_end_is_refused(client: Client) -> None:
    """There is nothing to send yet."""
    await client.run(webhook="http://127.0.0.1:1/")
    delivery = await the_delivery(client)
    assert delivery["state"] == "scheduled"
    assert (await client.post(f"/_mock/deliveries/{delivery['id']}/replay")).status == 409


@pytest.mark.requirement("REQ-WEBHOOK-008")
async def test_deliveries_can_be_filtered_and_are_of_their_world_alone(client: Client) -> None:
    """By task and by state; another key sees none of them."""
    first = await client.run(webhook="http://192.0.2.1/")
    await client.advance()
    second = await client.run(webhook="http://192.0.2.1/")
    for query, wanted in (
        (f"task={first['id']}", [first["id"]]),
        ("state=scheduled", [second["id"]]),
        ("limit=1", [second["id"]]),
        ("", [second["id"], first["id"]]),
    ):
        rows = (await client.get(f"/_mock/deliveries?{query}")).json()["deliveries"]
        assert [row["task_id"] for row in rows] == wanted
    other = client.other("another-key")
    assert (await other.get("/_mock/deliveries")).json()["deliveries"] == []
    own = (await client.get("/_mock/deliveries")).json()["deliveries"][0]["id"]
    assert (await other.get(f"/_mock/deliveries/{own}")).status == 404


async def test_a_hostile_answer_is_kept_only_in_part(client: Client) -> None:
    """Bytes that are no text are shown in base64."""
    async with receiver([200], head="X-Y: \xff\r\n") as target:
        await client.run(webhook=target.url)
        await client.advance()
    assert (await the_delivery(client))["attempts"][0]["answer"] == "ok"


async def test_a_stopping_server_leaves_no_delivery_behind() -> None:
    """What is under way is ended with the server."""
    async with receiver(silent=True) as target:
        async with emulated(latency="instant") as client:
            await client.request("PUT", "/_mock/clock", json={"mode": "real"})
            await client.run(webhook=target.url)
            await target.count(1)
            running = set(client.world.webhooks._running)
            assert running
        assert all(task.cancelling() or task.done() for task in running)


async def test_replays_have_an_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each attempt keeps its answer, so a delivery cannot be replayed for ever."""
    monkeypatch.setattr(control_deliveries, "MOST_ATTEMPTS", 2)
    async with receiver() as target:
        await client.run(webhook=target.url)
        await client.advance()
        delivery = await the_delivery(client)
        statuses = [(await client.post(f"/_mock/deliveries/{delivery['id']}/replay")).status for _ in range(2)]
    assert statuses == [200, 409]
    assert len(target.received) == 2
