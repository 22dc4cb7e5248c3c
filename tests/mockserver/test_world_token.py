"""The token of a world, and that of a video in its place."""

import pytest

from mockserver import replay, world_token
from mockserver.settings import Settings
from mockserver.world_token import TokenError, WorldToken

from .asgi import Client, emulated

VIDEO = "1:2026-05:documented:full:front:44100:1780272000:7kq2v605mjer7htm68rg47xqmh"


@pytest.mark.parametrize("seed", [0, 7, 35, 36, -1, -1296, 2**63 - 1])
def test_a_token_reads_back(seed: int) -> None:
    """Whatever the seed is, negative ones included."""
    token = WorldToken(seed, "2bd806c97f0e00af", "44136fa3", "0.1.0")
    assert world_token.parse(f" {token}\n") == token


def test_a_token_is_short() -> None:
    """One word that survives a terminal, a chat and a shell unquoted."""
    assert str(WorldToken(7, "2bd806c97f0e00af", "4430e778", "0.1.0")) == "w1-7-2bd806c97f0e00af-4430e778-0.1.0"


@pytest.mark.parametrize("text", ["", "7", "w1-7-2bd8", "w2-7-2bd806c97f0e00af-44136fa3-0.1.0", "w1-é-x-y-z"])
def test_what_is_no_token_is_told_with_an_example(text: str) -> None:
    """A reader sees what one looks like."""
    with pytest.raises(TokenError, match=r"expected something like w1-7-"):
        world_token.parse(text)


def test_a_seed_that_no_answer_can_show_is_refused() -> None:
    """JSON has no more than 64 bits for it here."""
    assert world_token.parse("w1-1y2p0ij32e8e7-2bd806c97f0e00af-4430e778-0.1.0").seed == world_token.MOST_SEED
    with pytest.raises(TokenError, match=r"the seed in 'w1-1y2p0ij32e8e8-.* is too large; expected at most 1y2p"):
        world_token.parse("w1-1y2p0ij32e8e8-2bd806c97f0e00af-4430e778-0.1.0")


def test_the_token_of_a_video_is_told_where_it_belongs() -> None:
    """And that of a world, given to `render`."""
    with pytest.raises(TokenError, match="inferencesh-mock render --replay"):
        world_token.parse(VIDEO)
    with pytest.raises(replay.ReplayError, match="inferencesh-mock serve --replay"):
        replay.parse("w1-7-2bd806c97f0e00af-4430e778-0.1.0")


@pytest.mark.anyio
async def test_it_stands_on_every_task_and_beside_the_plan(client: Client) -> None:
    """It has the seed, the fingerprint of the key and the hash of the plan that is armed."""
    task = await client.run()
    shown = await client.get(f"/_mock/tasks/{task['id']}")
    token = world_token.parse(shown.json()["world_token"])
    assert (token.seed, token.fingerprint) == (7, client.world.fingerprint)
    armed = (await client.request("PUT", "/_mock/plan", json={"scenario": "lost-response"})).json()
    assert world_token.parse(armed["token"]) == WorldToken(7, token.fingerprint, armed["hash"], token.version)
    assert armed["hash"] != token.plan


@pytest.mark.anyio
async def test_in_a_replay_every_key_has_the_worlds_randomness(client: Client) -> None:
    """The ids are the same under another key, and file URLs lead to the files of the key that was used last."""
    first = await client.run()
    token = client.world.token
    async with emulated(Settings(clock="manual", seed=token.seed, replays=token)) as repeated:
        one, other = repeated.other("key-a"), repeated.other("key-b")
        await repeated.other(None).get("/openapi.json")
        assert (await one.run())["id"] == first["id"]
        assert (await other.run())["id"] == first["id"]
        record = await one.upload(b"x" * 10, "a.bin", "application/octet-stream")
        fetched = await repeated.other(None).get(record["uri"].removeprefix("http://127.0.0.1:8787"))
        assert (fetched.status, fetched.body) == (200, b"x" * 10)
        assert str(one.world.token) == str(token)
