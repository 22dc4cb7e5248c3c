"""Every shipped scenario is met by an ordinary customer: nothing that it arms is out of reach."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from contracts.plans import scenarios
from contracts.plans.plan import Step
from mockserver.faults.ledger import Entry
from mockserver.settings import Behaviour, Settings

from .asgi import APP, PATIENCE, Client, Connection, Reply, emulated, path_of
from .receivers import Receiver, receiver

pytestmark = pytest.mark.anyio

NAMES = [name for name, row in scenarios.load().items() if row.plan.steps or row.plan.chaos]
TRIES = 4
"""Runs of one customer; no scenario waits for a later one."""
WAITS = {"delay", "dribble", "hang", "webhook_early"}
"""Faults that make a call wait for the clock."""
SOON = 0.02
"""Real seconds after which such a call counts as waiting."""
PROMPT = "é" * 1300
"""Within 2,500 characters, over 2,500 bytes: so that this is met as well."""
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A caller of an emulator with a manual clock and cheap videos."""
    async with emulated(Settings(clock="manual", seed=7, behaviour=Behaviour(media="tiny"))) as found:
        yield found


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    """Takes webhooks."""
    async with receiver() as found:
        yield found


class Customer:
    """Does what an app's user does, bears everything, and gives up only on what does not come."""

    def __init__(self, client: Client, hook: Receiver) -> None:
        self._client = client
        self._hook = hook
        armed = client.world.armoury.current.entries
        self._waits = any(entry.step.do.fault.name in WAITS for entry in armed)

    async def live(self) -> None:
        """Upload, run, stream, look, cancel, download: several times."""
        for _ in range(TRIES):
            await self._upload()
        tasks = [found for _ in range(TRIES) if (found := await self._run())]
        for task in tasks[1:][-1:]:
            await self._call("POST", f"/tasks/{task}/cancel")
        for task in tasks:
            await self._watch(task)
        await self._client.advance()
        for task in tasks:
            for path in ("", "/status"):
                await self._call("GET", f"/tasks/{task}{path}")
            found = await self._call("GET", f"/tasks/{task}")
            for _ in range(2):
                await self._download(found)
        await self._call("GET", "/tasks")
        await self._client.advance()

    async def _upload(self) -> None:
        body = {"files": [{"uri": "", "filename": "a.png", "content_type": "image/png"}]}
        for record in _resource(await self._call("POST", "/files", json=body)) or []:
            await self._call("PUT", path_of(record["upload_url"]), body=PNG)

    async def _run(self) -> str | None:
        body = {"app": APP, "input": {"prompt": PROMPT}, "webhook": self._hook.url}
        made = _resource(await self._call("POST", "/apps/run", json=body))
        return made["id"] if made else None

    async def _download(self, reply: Reply) -> None:
        task = _resource(reply)
        if task and task.get("output"):
            await self._call("GET", path_of(task["output"]["video"]))

    async def _watch(self, task: str) -> None:
        opened = self._client.open("GET", f"/tasks/{task}/stream", headers={"accept": "application/x-ndjson"})
        if not self._waits:
            first = asyncio.ensure_future(opened.chunk_count(1))
            await asyncio.wait({first, opened._task}, return_when=asyncio.FIRST_COMPLETED)
            first.cancel()
        while not await self._comes(opened, SOON):
            world = self._client.world
            if not await self._client.advance() and not world.tasks[task].is_over(world.clock.now()):
                opened.leave()  # nothing will ever come
        await opened.finished()

    async def _call(self, method: str, path: str, **sent: Any) -> Reply:
        opened = self._client.open(method, path, **{"headers": {"x-api-version": "2"}, **sent})
        while not await self._comes(opened, SOON if self._waits else PATIENCE):
            if self._hangs():
                opened.leave()
            await self._client.advance()
        return await opened.finished()

    def _hangs(self) -> bool:
        return next(self._client.world.journal.newest_first()).outcome == "hanging"

    @staticmethod
    async def _comes(opened: Connection, seconds: float) -> bool:
        done, _ = await asyncio.wait({opened._task}, timeout=seconds)
        return bool(done)


@pytest.mark.parametrize("name", NAMES)
async def test_an_ordinary_customer_meets_a_scenario(name: str, client: Client, hook: Receiver) -> None:
    """Each step is consumed, and each chance had its calls."""
    armed = await client.request("PUT", "/_mock/plan", json={"scenario": name})
    assert armed.status == 200, armed.body
    await Customer(client, hook).live()
    for entry in client.world.armoury.current.entries:
        assert _met(entry), entry.told()


def _met(entry: Entry) -> bool:
    return entry.state == "consumed" if isinstance(entry.step, Step) else entry.calls > 0


def _resource(reply: Reply) -> Any:
    """The resource of an answer, if it is one."""
    try:
        document = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return None
    return document if reply.status == 200 and "error" not in document else None


async def test_the_list_of_scenarios_tells_how_to_meet_them(client: Client) -> None:
    """Those that arm nothing say what brings the trouble out; the pain point and the settings are there too."""
    rows = {row["name"]: row for row in (await client.get("/_mock/scenarios")).json()["scenarios"]}
    assert rows.keys() == scenarios.load().keys()
    sideways = rows["image-sideways"]
    assert (sideways["pain_point"], sideways["settings"], sideways["plan"]) == (
        12,
        {"enforce": "observed"},
        {"steps": []},
    )
    assert "EXIF" in sideways["meet"]
