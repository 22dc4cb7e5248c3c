"""A world per key: never met by another, capped, repeatable under a seed (D14, D15)."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from contracts.wire.ids import ID
from mockserver import world as worlds
from mockserver.rng import Draws
from mockserver.settings import Settings
from mockserver.testing import RunningServer, World, serving

from . import pictures, processes
from .asgi import APP, MANUAL, Client, emulated, path_of

IDS = ID.pattern


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """A server over HTTP, its clock real."""
    with serving(Settings(port=0, max_worlds=50)) as found:
        yield found


class Hammer:
    """One caller that does everything a world can do, many times, and notes every id it is given."""

    def __init__(self, world: World, rounds: int) -> None:
        self.world = world
        self.rounds = rounds
        self.made: dict[str, set[str]] = {
            kind: set() for kind in ("tasks", "files", "sessions", "exchanges", "deliveries")
        }

    def run(self, barrier: threading.Barrier) -> None:
        headers = {"authorization": f"Bearer {self.world.api_key}"}
        with httpx.Client(base_url=self.world.base_url, headers=headers, timeout=30, trust_env=False) as http:
            self.world.configure(latency="instant")
            barrier.wait(30)
            for number in range(self.rounds):
                body = {"app": APP, "input": {"prompt": f"cat {number}"}, "webhook": "http://192.0.2.1/"}
                task = http.post("/apps/run", json={**body, "session": "new"}).json()["data"]
                self.made["tasks"].add(task["id"])
                self.made["sessions"].add(task["session_id"])
                created = http.post("/files", json={"files": [{"uri": "", "filename": "a.txt"}]}).json()["data"][0]
                self.made["files"].add(created["id"])
                httpx.put(created["upload_url"], content=b"x", trust_env=False).raise_for_status()
                with http.stream(
                    "GET", f"/tasks/{task['id']}/stream", headers={"accept": "application/x-ndjson"}
                ) as stream:
                    last = [orjson.loads(line) for line in stream.iter_lines()][-1]
                assert (last["id"], last["status"]) == (task["id"], 10)
        self.made["exchanges"] = {row["id"] for row in self.world.journal()}
        self.made["deliveries"] = {row["id"] for row in self.world.deliveries()}

    def seen(self, http: httpx.Client) -> dict[str, set[str]]:
        """Return every id that the lists of this key show."""
        return {
            "tasks": {row["id"] for row in http.post("/tasks/list", json={"limit": -1}).json()["data"]["items"]},
            "files": {row["id"] for row in http.post("/files/list", json={"limit": -1}).json()["data"]["items"]},
            "sessions": {row["id"] for row in http.get("/sessions").json()["data"]},
        }


def test_two_worlds_hammered_side_by_side_never_meet(server: RunningServer) -> None:
    """Over real HTTP and from many threads: each key sees exactly what it made, and the other's ids are 404."""
    hammers = [Hammer(server.world(), rounds=12) for _ in range(4)]
    barrier = threading.Barrier(len(hammers))
    with ThreadPoolExecutor(len(hammers)) as pool:
        for done in [pool.submit(hammer.run, barrier) for hammer in hammers]:
            done.result(60)
    # Before anybody asks for another's ids, which puts them into the journal of who asked.
    shown = {hammer: orjson.dumps([hammer.world.journal(), hammer.world.deliveries()]).decode() for hammer in hammers}
    for hammer in hammers:
        others = [other for other in hammers if other is not hammer]
        headers = {"authorization": f"Bearer {hammer.world.api_key}"}
        with httpx.Client(base_url=hammer.world.base_url, headers=headers, timeout=30, trust_env=False) as http:
            assert hammer.seen(http) == {kind: hammer.made[kind] for kind in ("tasks", "files", "sessions")}
            for kind, found in hammer.made.items():
                assert len(found) >= hammer.rounds, kind
                assert all(found.isdisjoint(other.made[kind]) for other in others)
            paths = {
                "tasks": "/tasks/{}", "files": "/files/{}", "sessions": "/sessions/{}",
                "exchanges": "/_mock/journal/{}", "deliveries": "/_mock/deliveries/{}",
            }  # fmt: skip
            for other in others:
                for kind, path in paths.items():
                    for identifier in list(other.made[kind])[:3]:
                        assert http.get(path.format(identifier)).status_code == 404, kind
        foreign = set().union(*(other.made[kind] for other in others for kind in ("tasks", "files", "sessions")))
        assert not [identifier for identifier in foreign if identifier in shown[hammer]]
        assert hammer.world.control("GET", "/credits")["charged"] == hammer.rounds * 70_000_000


async def a_day(client: Client, rounds: int = 1) -> list[Any]:
    """Do everything once and return the whole journal."""
    for _ in range(rounds):
        record = await client.upload(pictures.png(320, 320))
        first = await client.run(webhook="http://192.0.2.1/", session="new")
        await client.run({"prompt": "from a picture", "image": record["uri"]})
        stream = client.open("GET", f"/tasks/{first['id']}/stream", headers={"accept": "application/x-ndjson"})
        await stream.chunk_count(1)
        await client.advance()
        await stream.finished()
        for path in ("", "/logs", "/timings", "/telemetry", "/files"):
            await client.get(f"/tasks/{first['id']}{path}")
        await client.get(path_of((await client.get(f"/tasks/{first['id']}")).data["output"]["video"]))
        await client.get("/tasks/nowhere")
        await client.request("POST", "/apps/run", body=b"{")
        await client.get("/sessions")
    listed = (await client.get("/_mock/journal?limit=1000")).json()["exchanges"]
    whole = [(await client.get(f"/_mock/journal/{row['id']}")).json() for row in listed]
    return [whole, (await client.get("/_mock/deliveries")).json()]


@pytest.mark.anyio
async def test_a_seed_makes_journals_repeat_to_the_byte() -> None:
    """Same seed, key and requests under a manual clock: same ids, times, lives, videos; another seed or key, others."""
    journals = []
    for seed in (7, 7, 8):
        async with emulated(replace(MANUAL, seed=seed)) as client:
            journals.append(orjson.dumps(await a_day(client)))
    assert journals[0] == journals[1]
    assert journals[0] != journals[2]
    async with emulated() as client:
        other = orjson.dumps(await a_day(client.other("another-key")))
    assert not _ids(journals[0]) & _ids(other)


def _ids(journal: bytes) -> set[str]:
    import re

    fixed = {APP, "mb9rjwf5mjer7htm68rg47xqmh"}  # the app itself has one id for everybody
    return set(re.findall(rf"(?<![0-9a-z]){IDS}(?![0-9a-z])", journal.decode())) - fixed


@pytest.mark.anyio
async def test_other_worlds_do_not_disturb_a_seeded_one() -> None:
    """However much is going on beside it, a world lives the same life."""
    async with emulated() as client:
        quiet = orjson.dumps(await a_day(client))
    async with emulated() as client:
        await a_day(client.other("noise"), rounds=2)
        assert orjson.dumps(await a_day(client)) == quiet


def test_the_command_repeats_itself_too(tmp_path: Path) -> None:
    """`serve --seed 7 --clock manual --public-url ...` twice: the same bytes over HTTP, whatever the port."""
    flags = [
        "--port",
        "0",
        "--seed",
        "7",
        "--clock",
        "manual",
        "--latency",
        "realistic",
        "--public-url",
        "http://mock.test",
    ]
    journals = []
    for _ in range(2):
        with processes.serving(*flags, cwd=tmp_path) as served:
            # The Host would differ by the port; the name is the same.
            fixed = {"authorization": "Bearer test-key", "host": "localhost"}
            with httpx.Client(base_url=served.url, headers=fixed, trust_env=False) as http:
                task = http.post(
                    "/apps/run", json={"app": APP, "input": {"prompt": "x"}, "webhook": "http://192.0.2.1/"}
                )
                http.post("/files", json={"files": [{"uri": "", "filename": "a.png"}]})
                http.post("/_mock/clock/advance", json={"until": "idle"})
                http.get(f"/tasks/{task.json()['data']['id']}")
                http.get(f"/tasks/{task.json()['data']['id']}/stream")
                rows = http.get("/_mock/journal").json()["exchanges"]
                journals.append([http.get(f"/_mock/journal/{row['id']}").content for row in rows])
    assert len(journals[0]) == 4
    assert journals[0] == journals[1]


@pytest.mark.anyio
async def test_worlds_are_capped_and_the_longest_unused_goes(caplog: pytest.LogCaptureFixture) -> None:
    """One too many drops the one that nobody used for longest, and the log says so."""
    async with emulated(replace(MANUAL, max_worlds=3)) as client:
        callers = [client.other(key) for key in ("a", "b", "c")]
        for caller in callers:
            await caller.upload(b"x")
        await callers[0].get("/me")
        with caplog.at_level(logging.WARNING):
            await client.other("d").get("/me")
        assert len(client.emulator.worlds) == 3
        assert "dropped" in caplog.text
        left = [(await caller.get("/files")).data["total_items"] for caller in (callers[0], callers[2])]
        assert left == [1, 1]


@pytest.mark.anyio
async def test_a_world_with_tasks_under_way_is_spared() -> None:
    """An idle world goes before a busy one, even if it was used later."""
    async with emulated(replace(MANUAL, max_worlds=2)) as client:
        busy, idle = client.other("busy"), client.other("idle")
        task = await busy.run()
        await idle.upload(b"x")
        await client.other("new").get("/me")
        assert (await busy.get(f"/tasks/{task['id']}")).status == 200


@pytest.mark.anyio
async def test_tasks_are_capped_and_the_oldest_finished_goes(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full world drops what has ended; full of tasks under way it says 402 and takes nothing in."""
    monkeypatch.setattr(worlds, "MOST_TASKS", 3)
    first = await client.run()
    await client.advance()
    rest = [await client.run() for _ in range(3)]
    assert (await client.get(f"/tasks/{first['id']}")).status == 404
    full = await client.post("/apps/run", {"app": APP, "input": {"prompt": "x"}})
    assert (full.status, full.code) == (402, "limit_exceeded")
    assert (await client.get("/tasks")).data["total_items"] == len(rest)


@pytest.mark.anyio
async def test_callers_without_a_key_share_nothing_with_anybody(client: Client) -> None:
    """What they ask is written down apart, and no key opens it."""
    await client.other(None).get("/store/apps")
    assert (await client.get("/_mock/journal")).json()["exchanges"] == []
    assert (await client.other(None).get("/_mock/journal")).status == 401


@pytest.mark.anyio
async def test_random_interleaving_keeps_worlds_apart() -> None:
    """Two seeded worlds whose requests are shuffled into each other live as if alone."""
    order = Draws(3)
    alone = []
    for key in ("a", "b"):
        async with emulated() as client:
            alone.append([(await client.other(key).run())["id"] for _ in range(10)])
    async with emulated() as client:
        mixed: dict[str, list[str]] = {"a": [], "b": []}
        for key in order.sample(["a", "b"] * 10, 20):
            mixed[key].append((await client.other(key).run())["id"])
    assert [mixed["a"], mixed["b"]] == alone
