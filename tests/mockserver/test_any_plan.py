"""Random plans, clocks and calls over two worlds: nothing breaks that was not told to, and every book closes."""

import asyncio
from typing import Any

import orjson
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contracts.plans import catalogue
from contracts.plans.catalogue import EXCHANGE, WEBHOOK
from contracts.wire.statuses import Status, is_legal
from mockserver.app import create_app
from mockserver.settings import Behaviour, Settings

from .asgi import APP, PATIENCE, Client, Connection

PLAYS, STEPS = 40, 50
"""Two thousand steps in all."""

SOON = 0.01
"""Real seconds after which a call that has not ended waits for the clock, or for its client to leave."""

PLANNED = frozenset({"status", "html_page", "error_in_200"})
"""Faults that answer in the place of a call, with any status."""

PROMPTS = ("A boat", "A kite", "Ein Böötchen")


CALLS = ("run", "get", "status", "stream", "cancel", "delete", "download", "any")
"""Where faults that may be armed on every call are armed: what the plays do."""

NUMBERS: tuple[dict[str, Any], ...] = (
    {}, {"always": True}, {"always": True}, {"from": 1, "to": 3}, {"nth": 2}, {"nth": 1, "at_most": True}
)  # fmt: skip

flags = st.booleans()

SLOTS = sorted({row.slot for row in catalogue.faults().values()})


@st.composite
def steps(draw: st.DrawFn) -> dict[str, Any]:
    """A step with the example arguments of a fault, wherever that may be armed; every slot as often as another."""
    slot = draw(st.sampled_from(SLOTS))
    row = draw(st.sampled_from([row for row in catalogue.faults().values() if row.slot == slot]))
    places = CALLS if EXCHANGE in row.on else row.on
    match = draw(st.sampled_from([{}, {}, {"match": {"prompt": "boat"}}]))
    what = {row.form: row.name, **row.example}
    return {"on": draw(st.sampled_from(places)), **draw(st.sampled_from(NUMBERS)), **match, "do": what}


class Books(RuleBasedStateMachine):
    """Two worlds of one emulator, on clocks that stand still."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.app = self.do(self._made())
        first = Client(self.app, "first-key")
        self.worlds = (first, first.other("second-key"))
        self.open: list[Connection] = []
        self.tasks: dict[str, list[str]] = {"first-key": [], "second-key": []}
        self.progress: dict[str, int] = {}
        self.more = 0

    async def _made(self) -> Any:
        behaviour = Behaviour(media="tiny", webhook_secret="whsec_" + "MDEyMzQ1Njc4OWFiY2RlZg==")
        return create_app(Settings(seed=7, clock="manual", behaviour=behaviour))

    def do(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    async def ask(self, client: Client, method: str, target: str, **sent: Any) -> Connection:
        """Send a request and wait until it has ended, or nothing goes on without the clock or the client's leaving."""
        call = client.open(method, target, **sent)
        await asyncio.wait([call._task], timeout=SOON)
        if not call._task.done():
            self.open.append(call)
        return call

    def seen(self, call: Connection, client: Client) -> Any:
        """Return the resource of an answer that came whole and was the call's own; None for everything else."""
        if not call._task.done():
            return None
        call._task.result()  # nothing may be raised into the server
        reply = call.reply
        exchange = next(iter(client.world.journal.newest_first()))
        if reply.status >= 500:
            assert PLANNED & set(exchange.faults), (reply.status, reply.body, exchange.faults)
        if not exchange.reached or reply.status >= 400:
            return None
        return orjson.loads(reply.body) if reply.body.startswith(b"{") and reply.ended else None

    # ------------------------------------------------------------------ what may happen

    @initialize(first=st.lists(steps(), min_size=4, max_size=8), second=st.lists(steps(), min_size=2, max_size=5))
    def arm_both(self, first: list[dict[str, Any]], second: list[dict[str, Any]]) -> None:
        for client, plan in zip(self.worlds, (first, second), strict=True):
            assert self.do(client.request("PUT", "/_mock/plan", json={"steps": plan})).status == 200

    @precondition(lambda self: self.more < 2)
    @rule(world=st.integers(0, 1), more=st.lists(steps(), min_size=1, max_size=2))
    def arm_more(self, world: int, more: list[dict[str, Any]]) -> None:
        self.more += 1
        assert self.do(self.worlds[world].post("/_mock/plan", {"steps": more})).status == 200

    @rule(
        world=st.integers(0, 1), prompts=st.lists(st.sampled_from(PROMPTS), min_size=1, max_size=3), hook=st.booleans()
    )
    def run(self, world: int, prompts: list[str], hook: bool) -> None:  # drawn
        client = self.worlds[world]
        for prompt in prompts:
            body: dict[str, Any] = {"app": APP, "input": {"prompt": prompt, "mode": "std"}}
            if hook:
                body["webhook"] = "https://hooks.example.com/x"
            self.seen(self.do(self.ask(client, "POST", "/apps/run", json=body)), client)
        assert client.key is not None
        self.tasks[client.key] = list(client.world.tasks)

    @rule(world=st.integers(0, 1), which=st.integers(0, 9))
    def look(self, world: int, which: int) -> None:
        client = self.worlds[world]
        assert client.key is not None
        known = self.tasks[client.key]
        target = known[which % len(known)] if known else "0" * 26
        for way in ("", "/status", "/logs", "/stream"):
            asked = self.ask(client, "GET", f"/tasks/{target}{way}", headers={"X-API-Version": "2"})
            data = self.seen(self.do(asked), client)
            if data is not None and "progress" in data:
                assert data["progress"] >= self.progress.get(target, 0)
                self.progress[target] = data["progress"]

    @rule(world=st.integers(0, 1), which=st.integers(0, 9), way=st.sampled_from([("POST", "/cancel"), ("DELETE", "")]))
    def end(self, world: int, which: int, way: tuple[str, str]) -> None:
        client = self.worlds[world]
        assert client.key is not None
        known = self.tasks[client.key]
        if known:
            self.seen(self.do(self.ask(client, way[0], f"/tasks/{known[which % len(known)]}{way[1]}")), client)
            self.tasks[client.key] = list(client.world.tasks)

    @rule(world=st.integers(0, 1))
    def fetch(self, world: int) -> None:
        client = self.worlds[world]
        done = [row for row in client.world.tasks.values() if row.status(client.world.clock.now()) is Status.COMPLETED]
        if done:
            view = client.world.view("http://127.0.0.1:8787")
            target = view.output_url(done[0]).removeprefix("http://127.0.0.1:8787")
            self.do(self.ask(client, "GET", target))

    @rule(world=st.integers(0, 1), seconds=st.sampled_from([0.0, 0.4, 3.0, 60.0, 3600.0]))
    def pass_time(self, world: int, seconds: float) -> None:
        self.do(self.worlds[world].advance(seconds))

    @rule()
    def leave(self) -> None:
        """Whoever hangs goes away."""
        self.do(self._leave())

    async def _leave(self, patience: float = SOON) -> None:
        for call in self.open:
            call.leave()
        if self.open:
            await asyncio.wait([call._task for call in self.open], timeout=patience)
        # A delay goes on without its client, and ends by the clock.
        self.open = [call for call in self.open if not call._task.done()]

    # ------------------------------------------------------------------ what always holds

    @invariant()
    def lives_are_legal(self) -> None:
        for client in self.worlds:
            for task in client.world.tasks.values():
                for before, after in zip(task.life, task.life[1:], strict=False):
                    same = before.status is after.status
                    assert same or is_legal(before.status, after.status), (before, after)
                    assert before.offset <= after.offset
                    assert before.progress <= after.progress

    @invariant()
    def ledgers_close(self) -> None:
        for client in self.worlds:
            for armed in client.world.armoury.all:
                for entry in armed.entries:
                    assert entry.consumed + entry.ambiguous <= entry.met <= entry.calls
                    assert entry.told()

    @invariant()
    def money_closes(self) -> None:
        for client in self.worlds:
            shown = self.do(client.get("/_mock/credits")).json()
            assert shown["granted"] == shown["balance"] + shown["charged"]

    def teardown(self) -> None:
        """Nothing is left under way once every client has left and time has passed."""
        self.do(self._leave())
        for client in self.worlds:
            self.do(client.advance(7 * 86400))
        self.do(self._leave(PATIENCE))
        assert self.open == []
        for client in self.worlds:
            for armed in client.world.armoury.all:
                for entry in armed.entries:
                    if entry.step.on != WEBHOOK and entry.step.do.fault.slot != "cancel":
                        assert entry.state != "underway", entry.document()
        self.do(self.app.state.emulator.close())
        self.loop.close()


def test_random_plans_over_two_worlds_break_nothing() -> None:
    """No 5xx that was not planned, no illegal change, no falling progress, no book that does not close."""
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=PLAYS,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
