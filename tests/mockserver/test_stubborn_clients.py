"""Clients that do not read, and requests that were under way when their world was reset."""

import asyncio

import orjson
import pytest
from starlette.types import Message

from .asgi import APP, HOST, PATIENCE, Client, scope_of
from .receivers import receiver

pytestmark = pytest.mark.anyio

AUTHORIZATION = [(b"host", HOST.encode()), (b"authorization", b"Bearer test-key")]


async def test_a_client_that_does_not_read_does_not_hold_the_clock(client: Client) -> None:
    """The world goes on without the reader, who gets every step once it reads again."""
    task = await client.run()
    reading, stuck = asyncio.Event(), asyncio.Event()
    told: list[bytes] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        if message.get("body"):
            stuck.set()
            await reading.wait()
            told.append(message["body"])

    headers = [*AUTHORIZATION, (b"accept", b"application/x-ndjson")]
    stream = asyncio.ensure_future(client.app(scope_of("GET", f"/tasks/{task['id']}/stream", headers), receive, send))
    async with asyncio.timeout(PATIENCE):
        await stuck.wait()
        async with asyncio.timeout(5):
            fired = await client.advance()
        reading.set()
        await stream
    assert fired[-1]["status_text"] == "completed"
    progress = [orjson.loads(line)["progress"] for line in told]
    assert progress == sorted(progress)
    assert (progress[0], progress[-1]) == (0, 100)


async def test_a_request_whose_world_was_reset_meanwhile_is_refused(client: Client) -> None:
    """Nothing is started in a world that is no more: no task, and no webhook out of nowhere."""
    async with receiver() as target:
        body = orjson.dumps({"app": APP, "input": {"prompt": "x"}, "webhook": target.url})
        parts = asyncio.Queue[Message]()
        parts.put_nowait({"type": "http.request", "body": body[:10], "more_body": True})
        answer: list[Message] = []
        asked = asyncio.Event()

        async def receive() -> Message:
            if parts.empty():
                asked.set()
            return await parts.get()

        async def send(message: Message) -> None:
            answer.append(message)

        run = asyncio.ensure_future(client.app(scope_of("POST", "/apps/run", AUTHORIZATION), receive, send))
        async with asyncio.timeout(PATIENCE):
            await asked.wait()
            assert (await client.post("/_mock/reset")).status == 200
            parts.put_nowait({"type": "http.request", "body": body[10:], "more_body": False})
            await run
        await client.advance()
        assert answer[0]["status"] == 409
        assert "reset" in orjson.loads(answer[1]["body"])["detail"]
        assert (await client.get("/tasks")).data["items"] == []
        assert target.received == []


async def test_a_replay_that_arrives_ends_the_retries(client: Client) -> None:
    """One delivery is enough: after it nothing is sent any more."""
    async with receiver([500, 200]) as target:
        await client.run(webhook=target.url)
        await client.advance(3.5)
        (delivery,) = (await client.get("/_mock/deliveries")).json()["deliveries"]
        assert (delivery["state"], len(target.received)) == ("pending", 1)
        await client.post(f"/_mock/deliveries/{delivery['id']}/replay")
        await client.advance()
        shown = (await client.get(f"/_mock/deliveries/{delivery['id']}")).json()
    assert (shown["state"], shown["attempt_count"], len(target.received)) == ("delivered", 2, 2)
    assert shown["next_attempt_at"] is None


async def test_a_scheduled_task_months_away_is_reached_with_a_stream_open(client: Client) -> None:
    """Heartbeats do not make a leap over months a march in steps of ten seconds."""
    task = await client.run(run_at="2026-12-01T00:00:00Z")
    stream = client.open("GET", f"/tasks/{task['id']}/stream", headers={"accept": "application/x-ndjson"})
    await stream.chunk_count(1)
    async with asyncio.timeout(5):
        fired = await client.advance()
    assert fired[-1]["status_text"] == "completed"
    reply = await stream.finished()
    assert len(reply.chunks) < 60


async def test_two_advances_at_once_tell_every_delivery_once(client: Client) -> None:
    """What fired stands in exactly one of the answers."""
    async with receiver() as target:
        for _ in range(3):
            await client.run(webhook=target.url)
        both = await asyncio.gather(client.advance(), client.advance(0), client.advance(1))
    assert sum(entry["kind"] == "delivery" for fired in both for entry in fired) == 3
