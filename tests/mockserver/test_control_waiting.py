"""Lists of the control plane that are answered once enough has happened."""

import asyncio

import pytest

from .asgi import APP, MANUAL, Client, emulated

pytestmark = pytest.mark.anyio
WAIT = "/_mock/journal?operation=run&wait=20&count=2"


async def test_a_list_is_held_until_enough_has_ended(client: Client) -> None:
    """The first run is not enough, the second is, and nobody asked in between."""
    held = client.open("GET", WAIT)
    await client.run()
    assert not held.reply.ended
    await client.run()
    reply = (await held.finished()).json()
    assert (reply["enough"], len(reply["exchanges"])) == (True, 2)


async def test_what_is_there_already_is_answered_at_once(client: Client) -> None:
    """An exchange that ended before the question counts."""
    await client.run()
    await client.run()
    assert (await client.get(WAIT)).json()["enough"] is True


async def test_an_exchange_that_is_still_open_does_not_count(client: Client) -> None:
    """A run that waits for its end has arrived, and has not ended."""
    waiting = client.open("POST", "/apps/run", json={"app": APP, "input": {"prompt": "a"}, "wait": True})
    held = client.open("GET", "/_mock/journal?wait=20")
    short = (await client.get("/_mock/journal?wait=0")).json()
    assert (short["enough"], len(short["exchanges"])) == (False, 1)
    await client.advance()
    await waiting.finished()
    assert (await held.finished()).json()["enough"] is True


async def test_patience_has_an_end(client: Client) -> None:
    """What there is by then is answered, and that it is not enough."""
    await client.run()
    reply = (await client.get("/_mock/journal?operation=runs.create&wait=0.01&count=2")).json()
    assert (reply["enough"], len(reply["exchanges"])) == (False, 1)


async def test_deliveries_are_waited_for_until_they_are_over(client: Client) -> None:
    """A delivery that is only planned does not count, unless a state is asked for."""
    await client.run(webhook="http://192.0.2.1/")
    assert (await client.get("/_mock/deliveries?state=scheduled&wait=20")).json()["enough"] is True
    held = client.open("GET", "/_mock/deliveries?wait=20")
    captured = client.open("GET", "/_mock/deliveries?state=captured&wait=20")
    await client.advance()
    assert (await held.finished()).json()["deliveries"][0]["state"] == "captured"
    assert (await captured.finished()).json()["enough"] is True


async def test_a_reset_ends_the_wait(client: Client) -> None:
    """The world that was asked about is gone: 409."""
    held = client.open("GET", WAIT)
    await client.get("/_mock/health")
    await client.post("/_mock/reset")
    assert (await held.finished()).status == 409


async def test_the_end_of_the_server_ends_the_wait() -> None:
    """503, at once."""
    async with emulated(MANUAL) as client:
        held = client.open("GET", WAIT)
        await client.get("/_mock/health")
        client.emulator.begin_closing()
        assert (await held.finished()).status == 503


async def test_many_wait_for_one_thing(client: Client) -> None:
    """Everybody is told."""
    held = [client.open("GET", "/_mock/journal?operation=run&wait=20") for _ in range(20)]
    await client.get("/_mock/health")
    await client.run()
    replies = await asyncio.gather(*(one.finished() for one in held))
    assert all(reply.json()["enough"] for reply in replies)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("wait=soon", "wait is 'soon'"),
        ("wait=61", "from 0 to 60"),
        ("wait=nan", "wait is 'nan'"),
        ("wait=1&count=0", "count is '0'"),
        ("wait=1&count=many", "count is 'many'"),
        ("count=2", "count goes with wait"),
        ("full=yes", "full is 'yes'"),
    ],
)
async def test_a_wrong_number_is_told(client: Client, query: str, told: str) -> None:
    """400, naming the parameter."""
    reply = await client.get(f"/_mock/journal?{query}")
    assert reply.status == 400
    assert told in reply.json()["detail"]


async def test_a_list_may_have_everything(client: Client) -> None:
    """`full=true` saves a request for each exchange."""
    await client.run()
    (row,) = (await client.get("/_mock/journal?full=true")).json()["exchanges"]
    assert row == (await client.get(f"/_mock/journal/{row['id']}")).json()


async def test_a_reset_may_set_the_clock(client: Client) -> None:
    """A fresh manual clock starts where all manual clocks start, even when the world's stood later."""
    await client.advance(1000)
    assert (await client.post("/_mock/reset", {"clock": {"mode": "manual"}})).status == 200
    assert (await client.get("/_mock/clock")).json()["now"] == "2026-06-01T00:00:00Z"
    await client.post("/_mock/reset", {"clock": {"mode": "manual", "now": "2026-07-01T00:00:00Z"}})
    assert (await client.get("/_mock/clock")).json()["now"] == "2026-07-01T00:00:00Z"
    assert (await client.post("/_mock/reset", {"clock": {"mode": "manual", "now": "soon"}})).status == 400


async def test_a_world_can_be_let_go(client: Client) -> None:
    """Nothing of it is kept, and the key opens a fresh one."""
    await client.run()
    assert (await client.delete("/_mock/world")).json() == {"fingerprint": client.world.fingerprint}
    assert (await client.get("/_mock/journal")).json()["exchanges"] == []
    await client.delete("/_mock/world")
    assert (await client.get("/_mock/health")).json()["worlds"] == 0
