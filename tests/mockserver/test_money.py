"""Play money: what is charged, what is not, and what an estimate is worth (D18)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.settings import MICROCENTS_PER_USD

from .asgi import APP, Client, emulated
from .shapes import APP_ID

pytestmark = pytest.mark.anyio

START = 100 * MICROCENTS_PER_USD
PLAIN = 70_000_000
"""A pro clip of five seconds with sound."""


async def balance(client: Client) -> int:
    return int((await client.get("/billing/balance")).data["balance"])


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


@pytest.mark.parametrize(("seconds", "charged"), [(0.1, 0), (1.0, PLAIN)], ids=["while queued", "while running"])
async def test_a_cancelled_task_is_charged_if_it_ran(client: Client, seconds: float, charged: int) -> None:
    """The upstream has been paid once the task runs."""
    task = await client.run()
    await client.advance(seconds)
    await client.post(f"/tasks/{task['id']}/cancel")
    await client.advance()
    assert await balance(client) == START - charged
    assert (await client.get(f"/usage/tasks/{task['id']}/cost")).data["charged"] == charged


async def test_failed_and_refused_tasks_are_free() -> None:
    """Nothing is spent on what came to nothing."""
    async with emulated(enforce="observed") as client:
        task = await client.run({"prompt": "a cat", "aspect_ratio": "21:9"})
        await client.advance()
        assert (await client.get(f"/tasks/{task['id']}")).data["status"] == 11
        assert (await client.post("/apps/run", {"app": APP, "input": {}})).status == 422
        assert await balance(client) == START


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
