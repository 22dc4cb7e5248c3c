"""A world in a test's hand: plans, waiting, webhooks, the clock."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from mockserver.testing import RunningServer, World

from .asgi import APP

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZg=="
RUN = {"app": APP, "input": {"prompt": "A boat"}}
STEP = {"on": "get", "do": {"fault": "status", "status": 503}}


@pytest.fixture
def world(inference_server: RunningServer) -> Iterator[World]:
    """A fresh world, as without pytest's help."""
    found = inference_server.world()
    yield found
    found.close()


def api(world: World) -> httpx.Client:
    headers = {"Authorization": f"Bearer {world.api_key}"}
    return httpx.Client(base_url=world.base_url, headers=headers, trust_env=False)


def run(world: World, **members: object) -> str:
    with api(world) as client:
        return str(client.post("/apps/run", json=RUN | members).raise_for_status().json()["data"]["id"])


def test_a_plan_is_armed_in_every_form(world: World, tmp_path: Path) -> None:
    """Steps, a list of them, a whole plan and a file are the same plan."""
    (tmp_path / "plan.toml").write_text('[[steps]]\non = "get"\ndo = { fault = "status", status = 503 }\n')
    forms = [(STEP,), ([STEP],), ({"steps": [STEP]},), (tmp_path / "plan.toml",), (str(tmp_path / "plan.toml"),)]
    hashes = {world.plan(*form)["hash"] for form in forms}
    assert hashes == {world.plan()["hash"]}
    assert len(world.plan(STEP, {**STEP, "on": "list"})["ledger"]) == 2


def test_a_scenario_brings_what_it_needs(world: World) -> None:
    """By its name; a file of one brings its settings as well."""
    assert world.scenario("lost-response")["source"] == "scenario lost-response"
    with pytest.raises(RuntimeError, match="did you mean lost-response"):
        world.scenario("lost-respons")


def test_a_scenario_in_a_file_brings_its_settings(world: World, tmp_path: Path) -> None:
    """What stands under `settings` holds in the world."""
    file = tmp_path / "mine.toml"
    file.write_text('summary = "Mine."\nsettings = { enforce = "observed" }\nsteps = []\n')
    world.plan(file)
    assert world.control("GET", "/settings")["world"]["behaviour"]["enforce"] == "observed"


def test_a_wrong_plan_is_told_with_its_place(world: World, tmp_path: Path) -> None:
    """From a file and from Python alike."""
    with pytest.raises(RuntimeError, match="/steps/0/do/fault"):
        world.plan({"on": "get", "do": {"fault": "nothing"}})
    (tmp_path / "plan.json").write_text('[{"on": "get", "do": {"fault": "nothing"}}]')
    with pytest.raises(RuntimeError, match=r"plan\.json: /steps/0/do/fault"):
        world.plan(tmp_path / "plan.json")


def test_nothing_that_is_given_is_left_out_of_a_plan(world: World) -> None:
    """Arguments that do not go together are refused, and nothing is armed."""
    for wrong in [({"steps": [STEP]}, STEP), ([STEP], STEP), ("plan.toml", STEP), (STEP, {"steps": []})]:
        with pytest.raises(RuntimeError, match="of several arguments each is a step"):
            world.plan(*wrong)
    assert world.plan()["ledger"] == []


def test_the_clock_is_read_and_moved(world: World) -> None:
    """Frozen it stands still, and advances by what it is told."""
    assert world.clock.mode == "real"
    world.clock.freeze()
    before = world.clock.now
    assert before.tzinfo is UTC or before.utcoffset() == timedelta(0)
    world.clock.advance(90)
    assert (world.clock.mode, world.clock.now - before) == ("manual", timedelta(seconds=90))


def test_what_a_client_does_elsewhere_is_waited_for(world: World) -> None:
    """The wait ends with the exchange, in whichever thread it happens."""
    thread = threading.Thread(target=lambda: [run(world) for _ in range(3)])
    thread.start()
    found = world.wait_for(operation="run", count=3)
    thread.join()
    assert [row["status"] for row in found] == [200, 200, 200]


def test_a_predicate_is_asked_about_every_exchange(world: World) -> None:
    """Those that do not fit do not count."""
    with api(world) as client:
        thread = threading.Thread(target=lambda: [client.get(path) for path in ("/me", "/tasks/nope", "/me")])
        thread.start()
        (found,) = world.wait_for(lambda row: row["status"] == 404)
        thread.join()
    assert found["path"] == "/tasks/nope"


def test_who_waits_in_vain_is_told_what_came(world: World) -> None:
    """The message says how many there were, and how the journal ends."""
    run(world)
    with pytest.raises(TimeoutError, match=r"2 exchanges of run, and 1 came; .*runs\.create 200"):
        world.wait_for(operation="run", count=2, timeout=0.05)
    with pytest.raises(TimeoutError, match="nothing at all"):
        World(world.base_url, world.api_key + "x").wait_for(timeout=0)
    with pytest.raises(RuntimeError, match="there is no operation 'rum'"):
        world.wait_for(operation="rum")


def test_a_webhook_is_received_and_its_signature_checked(world: World) -> None:
    """The receiver knows the secret that the world was configured with."""
    world.configure(webhook_secret=SECRET, latency="instant")
    hook = world.webhook_receiver()
    task = run(world, webhook=hook.url)
    (got,) = hook.wait()
    assert (got.verified, got.complete, got.json["id"], got.path) == (True, True, task, "/hook")
    (delivery,) = world.wait_for(operation="webhook")
    assert (delivery["state"], delivery["task_id"]) == ("delivered", task)
    assert len(world.deliveries) == 1


def test_a_signature_by_another_secret_does_not_fit(world: World) -> None:
    """And without a signature there is nothing to say."""
    world.configure(webhook_secret=SECRET, latency="instant")
    with world.webhook_receiver("whsec_ZmVkY2JhOTg3NjU0MzIxMA==") as hook:
        run(world, webhook=hook.url)
        assert hook.wait()[0].verified is False
        world.configure(webhook_secret=None)
        run(world, webhook=hook.url)
        assert hook.wait(2)[1].verified is None


def test_a_receiver_answers_as_it_is_told(world: World) -> None:
    """Two refusals, then taken: three attempts, without waiting for them in real time."""
    world.freeze()
    hook = world.webhook_receiver()
    hook.answer(503, 500, 200)
    run(world, webhook=hook.url)
    world.advance()
    assert [row.json["status"] for row in hook.received] == [10, 10, 10]
    assert world.deliveries[0]["attempt_count"] == 3
    with pytest.raises(ValueError, match="at least one status"):
        hook.answer()
    with pytest.raises(TimeoutError, match=r"4 webhooks .* 3 came"):
        hook.wait(4, timeout=0.05)


def test_lists_are_always_as_they_are_now(world: World) -> None:
    """A journal that is held in hand grows."""
    journal = world.journal
    assert len(journal) == 0
    run(world)
    assert [row["operation"] for row in journal] == ["runs.create"]
    assert journal[0] == journal[:1][0] == journal(operation="run")[0]
    assert "runs.create" in repr(journal)


def test_money_and_token_are_at_hand(world: World) -> None:
    """As the control plane shows them."""
    assert world.credits["balance"] == 10_000_000_000
    assert world.token.startswith("w1-0-")


def test_nobody_at_the_address_is_told() -> None:
    """A closed port, or a server that is no emulator: one sentence."""
    with pytest.raises(ConnectionError, match=r"the emulator at http://127\.0\.0\.1:1"):
        World("http://127.0.0.1:1", "k").control("GET", "/health")


def test_times_of_the_world_are_utc(world: World) -> None:
    """So that they compare with each other."""
    assert abs(datetime.fromisoformat(world.control("GET", "/clock")["now"]) - world.clock.now) < timedelta(minutes=1)


def test_a_clock_that_runs_by_itself_is_not_advanced(world: World) -> None:
    """And how it is made to stand still is told in words of the plugin."""
    with pytest.raises(RuntimeError, match=r"the clock is real and runs by itself; call clock\.freeze\(\) first"):
        world.clock.advance()
    world.clock.freeze()
    with pytest.raises(RuntimeError, match="/seconds: -1 is less than"):
        world.clock.advance(-1)


def test_a_world_shows_where_it_is_and_whose(world: World) -> None:
    """Pytest prints it with every failure."""
    assert repr(world) == f"<World {world.api_key} at {world.base_url}>"
