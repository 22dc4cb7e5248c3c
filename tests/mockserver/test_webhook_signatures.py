"""Signatures on purpose: what the reference library of Standard Webhooks says to each."""

import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from mockserver.settings import Settings

from .adversary import arm, delivery, states, step, told
from .asgi import Client, emulated
from .raw_receiver import Arrival, raw_receiver

pytestmark = pytest.mark.anyio

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef").decode()


def verdict(arrival: Arrival, secret: str = SECRET) -> str:
    """What the library says: accepted, or why not."""
    try:
        Webhook(secret).verify(arrival.body, arrival.headers, json_parse=False)
    except WebhookVerificationError as error:
        return str(error)
    return "accepted"


def strict(secret: str = SECRET) -> Callable[[Arrival], int]:
    """A receiver that answers 401 to what the library does not accept."""
    return lambda arrival: 200 if verdict(arrival, secret) == "accepted" else 401


async def sent(client: Client, count: int, *steps: dict[str, Any]) -> list[Arrival]:
    """Arm steps, run a task and return what a strict receiver got, so many requests."""
    async with raw_receiver(strict()) as target:
        arm(client, *steps)
        await client.run(webhook=target.url)
        return list(await target.count(count))


@asynccontextmanager
async def signing() -> AsyncIterator[Client]:
    """An emulator with a secret; its time is the real one, which the library reads, though it soon runs ahead."""
    settings = Settings(clock="scaled", clock_scale=20)
    async with emulated(settings, latency="instant", webhook_secret=SECRET) as client:
        yield client


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        ("wrong", "No matching signature found"),
        ("missing", "Missing required headers"),
        ("stale", "Message timestamp too old"),
        ("future", "Message timestamp too new"),
        ("foreign", "No matching signature found"),
    ],
)
async def test_a_receiver_refuses_what_is_not_signed_right(kind: str, refusal: str) -> None:
    """The library says why; the next attempt, signed right, is taken, and the step is consumed."""
    async with signing() as client:
        first, second = await sent(client, 2, step("webhook_signature", kind=kind))
        shown = await delivery(client)
        assert states(client) == ["consumed"]
    assert verdict(first) == refusal
    assert verdict(second) == "accepted"
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == shown["id"]
    assert [attempt["outcome"] for attempt in shown["attempts"]][:1] == ["refused"]
    assert [attempt["faults"] for attempt in shown["attempts"]] == [["webhook_signature"], []]


@pytest.mark.parametrize("kind", ["stale", "future"])
async def test_a_time_stamp_within_the_tolerance_is_accepted(kind: str) -> None:
    """Four minutes off are four minutes off: the signature itself is right."""
    async with signing() as client:
        (arrival,) = await sent(client, 1, step("webhook_signature", kind=kind, seconds=240))
    assert verdict(arrival) == "accepted"


async def test_a_rotated_secret_is_accepted_with_either() -> None:
    """Two signatures beside each other; the old secret is told with the delivery, and is not the one in force."""
    async with signing() as client:
        (arrival,) = await sent(client, 1, step("webhook_signature", kind="rotated"))
        old = (await delivery(client))["old_secret"]
        assert states(client) == ["consumed"]
    assert old != SECRET
    assert (verdict(arrival), verdict(arrival, old)) == ("accepted", "accepted")
    assert [part.partition(",")[0] for part in arrival.headers["webhook-signature"].split(" ")] == ["v1", "v1"]
    third = "whsec_" + base64.b64encode(b"fedcba9876543210").decode()
    assert verdict(arrival, third) == "No matching signature found"


async def test_a_foreign_signature_is_the_old_secrets_alone() -> None:
    """A receiver that still has the old secret accepts it, and refuses the attempt after it."""
    async with signing() as client:
        first, second = await sent(client, 2, step("webhook_signature", kind="foreign"))
        old = (await delivery(client))["old_secret"]
    assert (verdict(first, old), verdict(second, old)) == ("accepted", "No matching signature found")


async def test_only_those_who_need_it_are_told_an_old_secret(client: Client) -> None:
    """Each world has its own; a delivery whose signature is merely wrong has none to tell."""
    await client.configure(webhook_secret=SECRET)
    other = client.other("another-key")
    secrets = []
    for caller, kind in ((client, "rotated"), (other, "foreign"), (client, "wrong")):
        arm(caller, step("webhook_signature", kind=kind))
        task = await caller.run(webhook="http://127.0.0.1:1/")
        (row,) = (await caller.get(f"/_mock/deliveries?task={task['id']}")).json()["deliveries"]
        secrets.append((await caller.get(f"/_mock/deliveries/{row['id']}")).json()["old_secret"])
    assert secrets[2] is None
    assert secrets[0] != secrets[1]


async def test_as_many_attempts_are_signed_wrong_as_the_plan_says(client: Client) -> None:
    """Then they are signed right; the time stamp is the world's."""
    await client.configure(webhook_secret=SECRET)
    arm(client, step("webhook_signature", kind="missing", attempts=3))
    async with raw_receiver(lambda arrival: 200 if "webhook-signature" in arrival.headers else 401) as target:
        await client.run(webhook=target.url)
        await client.advance()
        assert ["webhook-signature" in arrival.headers for arrival in target.arrivals] == [False, False, False, True]
    times = [int(arrival.headers["webhook-timestamp"]) for arrival in target.arrivals]
    assert [moment - times[0] for moment in times] == [0, 1, 5, 25]


async def test_a_bent_body_is_signed_as_it_is_sent() -> None:
    """A truncated document and unknown members pass the signature and meet whoever reads them."""
    for armed in (step("webhook_truncated"), step("webhook_extra_keys"), step("webhook_legacy_status")):
        async with signing() as client:
            (arrival,) = await sent(client, 1, armed)
        assert verdict(arrival) == "accepted"


async def test_a_copy_is_signed_right_after_a_wrong_first() -> None:
    """The slots go together: refused, taken, and taken again."""
    armed = (step("webhook_duplicate", times=2), step("webhook_signature", kind="wrong"))
    async with signing() as client:
        arrivals = await sent(client, 4, *armed)
    assert [verdict(arrival) for arrival in arrivals] == ["No matching signature found", *["accepted"] * 3]


async def test_a_world_without_a_secret_is_told_how_to_set_one(client: Client) -> None:
    """There is no signature to be wrong, so the step is doubted."""
    arm(client, step("webhook_signature", kind="wrong"))
    async with raw_receiver() as target:
        await client.run(webhook=target.url)
        await client.advance()
        assert not [name for name in target.arrivals[0].headers if name.startswith("webhook-")]
    assert states(client) == ["ambiguous"]
    assert "--webhook-secret" in told(client)


async def test_captured_headers_show_the_signature(client: Client) -> None:
    """What is kept shows what would have been sent."""
    await client.configure(webhook_secret=SECRET)
    arm(client, step("webhook_signature", kind="rotated"))
    await client.run(webhook="http://192.0.2.1/")
    await client.advance()
    (attempt,) = (await delivery(client))["attempts"]
    assert len(attempt["headers"]["webhook-signature"].split(" ")) == 2
    assert states(client) == ["consumed"]
