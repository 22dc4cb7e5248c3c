"""The control plane: who may use it, and what it answers (SECURITY.md)."""

from dataclasses import replace

import pytest

from contracts.wire.ids import parse_timestamp
from mockserver.clock import real_now
from mockserver.control.command import Route
from mockserver.control.routes import routes
from mockserver.settings import Settings

from .asgi import HOST, MANUAL, Client, emulated

pytestmark = pytest.mark.anyio

TABLE = [(route.method, "/_mock" + route.path.replace("{id}", "x"), route) for route in routes()]
NAMES = [f"{method} {path}" for method, path, _ in TABLE]
EVERYWHERE = Settings(host="0.0.0.0", control_token="let-me-in", clock="manual")  # nothing is bound here


@pytest.mark.parametrize(("method", "path"), [row[:2] for row in TABLE], ids=NAMES)
async def test_no_route_answers_without_the_token_when_bound_beyond_loopback(method: str, path: str) -> None:
    """Every row of the table: no token, a wrong one, an empty one are 403, whatever else is right."""
    async with emulated(EVERYWHERE) as client:
        for headers in ({}, {"x-mock-token": "let-me-im"}, {"x-mock-token": ""}, {"x-mock-token": "\xff"}):
            reply = await client.request(method, path, json={}, headers=headers)
            assert (reply.status, reply.json()["type"].rpartition("/")[2]) == (403, "forbidden")
        opened = await client.request(method, path, json={}, headers={"x-mock-token": "let-me-in", "host": "a.test"})
        assert opened.status != 403


async def test_the_token_counts_on_loopback_too() -> None:
    """Who asks for a token at the start gets one, wherever the server is bound."""
    async with emulated(replace(MANUAL, control_token="t")) as client:
        assert (await client.get("/_mock/health")).status == 403
        assert (await client.get("/_mock/openapi.json")).status == 403
        assert (await client.get("/_mock/health", headers={"x-mock-token": "t"})).status == 200


async def test_beyond_loopback_without_a_token_nothing_is_open() -> None:
    """An application that was put together without one stays shut."""
    async with emulated(replace(EVERYWHERE, control_token=None)) as client:
        assert (await client.get("/_mock/health", headers={"x-mock-token": ""})).status == 403


@pytest.mark.parametrize(("method", "path"), [row[:2] for row in TABLE], ids=NAMES)
async def test_foreign_hosts_and_origins_are_refused(client: Client, method: str, path: str) -> None:
    """A rebound name or a page of another origin gets 403 from every route, and no CORS header to read it with."""
    for headers in (
        {"host": "evil.test"},
        {"host": "evil.test:8787"},
        {"host": "127.0.0.1.evil.test"},
        {"host": "["},
        {"host": ""},
        {"host": "user@127.0.0.1"},
        {"host": "127.0.0.1/evil.test"},
        {"host": "127.0.0.1?evil.test"},
        {"host": "127.0.0.1#evil.test"},
        {"host": "127.0.0.1:80:80"},
        {"host": "127.0.0.1:"},
        {"host": "127.0.0.1:x"},
        {"host": " 127.0.0.1"},
        {"host": "[127.0.0.1"},
        {"origin": "http://evil.test"},
        {"origin": "null"},
        {"origin": "http://["},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": f"http://{HOST}.evil.test"},
    ):
        reply = await client.request(method, path, json={}, headers=headers)
        assert reply.status == 403, headers
        assert not [name for name in reply.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("host", [HOST, "localhost:1234", "127.0.0.1", "[::1]:80", "LOCALHOST"])
async def test_own_hosts_and_origins_are_welcome(client: Client, host: str) -> None:
    """Every name of this machine, and pages of the emulator's own origin; still without CORS headers."""
    for headers in ({"host": host}, {"host": host, "origin": f"http://{host}"}):
        reply = await client.get("/_mock/health", headers=headers)
        assert reply.status == 200
        assert not [name for name in reply.headers if name.startswith("access-control-")]


async def test_the_public_url_is_an_own_host() -> None:
    """Behind a proxy the name is another one, and the server was told."""
    async with emulated(replace(MANUAL, public_url="https://mock.test/base")) as client:
        assert (await client.get("/_mock/health", headers={"host": "mock.test"})).status == 200
        assert (await client.get("/_mock/health", headers={"host": "evil.test"})).status == 403


@pytest.mark.parametrize(("method", "path", "route"), TABLE, ids=NAMES)
async def test_what_concerns_a_world_needs_its_key(client: Client, method: str, path: str, route: Route) -> None:
    """401 without a bearer key, wherever the table says that one is needed."""
    reply = await client.other(None).request(method, path, json=dict(route.example or {}))
    assert (reply.status == 401) is route.needs_key


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_bodies_must_be_json(client: Client, content_type: str) -> None:
    """What a foreign page can send without asking first is 415."""
    reply = await client.request("PUT", "/_mock/clock", body=b'{"mode":"real"}', headers={"content-type": content_type})
    assert reply.status == 415
    assert client.world.clock.mode == "manual"


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"null", b'"x"', b'{"mode":"warp"}', b'{"mode":"real","x":1}', b"\xff", b"[" * 500]
)
async def test_a_body_that_does_not_fit_is_400(client: Client, body: bytes) -> None:
    """And where the table has an example, the refusal shows it."""
    reply = await client.request("PUT", "/_mock/clock", body=body, headers={"content-type": "application/json"})
    assert reply.status == 400
    assert client.world.clock.mode == "manual"


async def test_a_large_body_is_413(client: Client) -> None:
    """Limited while reading, as everywhere."""
    connection = client.open(
        "PATCH", "/_mock/settings", body=[b" " * 600_000] * 9, headers={"content-type": "application/json"}
    )
    assert (await connection.finished()).status == 413
    assert connection.bytes_read == 1_200_000


async def test_the_document_describes_exactly_the_routes(client: Client) -> None:
    """GET /_mock/openapi.json is written from the table."""
    document = (await client.other(None).get("/_mock/openapi.json")).json()
    described = {(method.upper(), path) for path, row in document["paths"].items() for method in row}
    assert described == {(route.method, "/_mock" + route.path) for *_, route in TABLE} | {
        ("GET", "/_mock/openapi.json")
    }


async def test_paths_and_methods_that_are_none(client: Client) -> None:
    """404 and 405 are plain problems with what would work; /_mock itself is not redirected."""
    assert (await client.get("/_mock/nothing")).status == 404
    assert (await client.get("/_mock")).status == 404
    assert (await client.get("/_mock", headers={"host": "["})).status == 404
    reply = await client.delete("/_mock/clock")
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS, PUT")


async def test_head_of_a_control_route_has_no_body(client: Client) -> None:
    """The length is that of the GET."""
    get, head = await client.get("/_mock/clock"), await client.request("HEAD", "/_mock/clock")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(get.body))


async def test_health_tells_when_the_server_ends(client: Client) -> None:
    """200 while serving, 503 once it is closing."""
    assert (await client.get("/_mock/health")).json()["serving"] is True
    client.emulator.begin_closing()
    assert (await client.get("/_mock/health")).status == 503


async def test_reset_makes_the_world_as_new(client: Client) -> None:
    """Tasks, files, journal, money, behaviour, clock and the counts of ids begin anew; other worlds stay."""
    other = client.other("another-key")
    kept = await other.run()
    first = await client.run()
    await client.configure(latency="instant")
    await client.advance()
    await client.post("/_mock/reset")
    assert (await client.get(f"/tasks/{first['id']}")).status == 404
    assert (await client.get("/_mock/clock")).json()["now"] == "2026-06-01T00:00:00Z"
    assert (await client.get("/_mock/credits")).json()["charged"] == 0
    assert client.world.behaviour.latency == "quick"
    assert (await other.get(f"/tasks/{kept['id']}")).status == 200
    again = await client.other("test-key").post("/_mock/reset")
    assert again.status == 200
    assert (await client.run())["id"] == first["id"]


async def test_a_task_shows_what_only_the_emulator_knows(client: Client) -> None:
    """The accepted input, the price, the media to come, the whole life."""
    task = await client.run({"prompt": "a cat", "mode": "std", "negative_prompt": "dogs"})
    shown = (await client.get(f"/_mock/tasks/{task['id']}")).json()
    assert shown["given_input"]["negative_prompt"] == "dogs"
    assert shown["accepted_input"]["negative_prompt"] is None
    assert (shown["price"], shown["charged"], shown["media"]["sound"]) == (21_000_000, None, False)
    assert shown["timeline"][-1]["status"] == "completed"
    assert (await client.other("another-key").get(f"/_mock/tasks/{task['id']}")).status == 404


async def test_advance_tells_what_fired_in_order(client: Client) -> None:
    """Tasks and deliveries of the span, each at its moment; a clock that is not manual is a conflict."""
    await client.run(webhook="http://192.0.2.1/")
    fired = await client.advance(2)
    fired += await client.advance()
    moments = [parse_timestamp(entry["at"]) for entry in fired]
    assert moments == sorted(moments)
    assert [entry["status_text"] for entry in fired if entry["kind"] == "task"][-1] == "completed"
    assert fired[-1]["kind"] == "delivery"
    assert fired[-1]["at"] == fired[-2]["at"]
    assert await client.advance() == []
    await client.request("PUT", "/_mock/clock", json={"mode": "scaled", "scale": 60})
    refused = await client.post("/_mock/clock/advance", {"seconds": 1})
    assert (refused.status, refused.json()["type"].rpartition("/")[2]) == (409, "conflict")


async def test_a_day_of_tasks_and_failing_webhooks_passes_at_once(client: Client) -> None:
    """Twenty-four simulated hours with fifty tasks and all their attempts: every event, in order, in no real time."""
    for number in range(50):
        hour, minute = divmod(number * 28, 60)
        await client.run(run_at=f"2026-06-01T{hour:02}:{minute:02}:00Z", webhook="http://127.0.0.1:1/")
        await client.post("/_mock/credits", {"microcents": 100_000_000})
    begin = real_now()
    fired = await client.advance(24 * 3600)
    assert real_now() - begin < 10
    moments = [parse_timestamp(entry["at"]) for entry in fired]
    assert moments == sorted(moments)
    assert sum(entry["kind"] == "delivery" for entry in fired) == 250
    assert sum(entry.get("status_text") == "completed" for entry in fired) == 50
    assert {row["state"] for row in (await client.get("/_mock/deliveries")).json()["deliveries"]} == {"abandoned"}
    assert (await client.get("/_mock/clock")).json()["now"] == "2026-06-02T00:00:00Z"


def chaos(count: int, seed: int = 0) -> dict[str, object]:
    fault = {"on": "any", "probability": 0, "do": {"fault": "reset"}}
    return {"chaos": {"seed": seed, "faults": [fault] * count}}


@pytest.mark.anyio
async def test_a_plan_that_grows_stays_a_plan(client: Client) -> None:
    """Steps and chances have their limits together as alone, and chances one seed; what is refused changes nothing."""
    step = {"on": "run", "nth": 9, "do": {"fault": "reset"}}
    for body in ({"steps": [step] * 999}, chaos(99, seed=7), chaos(1, seed=7), {"steps": [step]}):
        assert (await client.request("POST", "/_mock/plan", json=body)).status == 200
    before = (await client.get("/_mock/plan")).json()
    for body, told in (
        ({"steps": [step]}, "that makes 1001 steps; a plan has at most 1000"),
        (chaos(1), "that makes 101 faults of chaos; a plan has at most 100"),
    ):
        answer = await client.request("POST", "/_mock/plan", json=body)
        assert answer.status == 400
        assert told in answer.json()["detail"]
    assert (await client.get("/_mock/plan")).json() == before


@pytest.mark.anyio
async def test_chances_of_another_seed_are_refused(client: Client) -> None:
    """They would be drawn with a seed that the plan does not show."""
    await client.request("POST", "/_mock/plan", json=chaos(1, seed=7))
    answer = await client.request("POST", "/_mock/plan", json=chaos(1, seed=8))
    assert answer.status == 409
    assert "chaos is armed with seed 7" in answer.json()["detail"]
