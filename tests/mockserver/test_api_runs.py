"""POST /apps/run: a request becomes a task (D4, D9, rest.md §4)."""

import base64
from typing import Any

import pytest

from contracts.apps import table

from . import pictures
from .asgi import APP, Client, emulated

pytestmark = pytest.mark.anyio

PROMPT = {"prompt": "a cat"}


@pytest.mark.requirement("REQ-ENV-013", "REQ-RUN-002", "REQ-RUN-003")
async def test_a_run_answers_at_once_with_the_slim_result(client: Client) -> None:
    """Not terminal, no output yet, the task's id in both lengths (D9)."""
    reply = await client.post("/apps/run", {"app": APP, "input": PROMPT})
    result = reply.data
    assert (reply.status, result["status"], result["status_text"], result["output"]) == (200, 1, "received", None)
    assert result["short_id"] == result["id"][:8]
    assert result["created_at"] == result["updated_at"] == "2026-06-01T00:00:00Z"


@pytest.mark.requirement("REQ-RUN-001")
async def test_the_older_address_does_the_same(client: Client) -> None:
    """/run, /v1/run and /v1/apps/run are /apps/run."""
    for path in ("/run", "/v1/run", "/v1/apps/run"):
        assert (await client.post(path, {"app": APP, "input": PROMPT})).status == 200


@pytest.mark.requirement("REQ-RUN-014")
async def test_what_was_given_is_shown_as_it_was_given(client: Client) -> None:
    """The input, unknown keys and all, and the members of the request that concern the task."""
    given = {"prompt": "a cat", "Seed": 1, "nested": {"a": [1, 2.5, None, "\u5f71"]}}
    members = {
        "infra": "private",
        "workers": ["w"],
        "setup": {"a": 1},
        "run_at": "2026-06-01T00:00:05Z",
        "function": "run",
    }
    task = await client.run(given, **members)
    shown = (await client.get(f"/tasks/{task['id']}")).data
    assert shown["input"] == given
    assert {name: shown[name] for name in members} == members


@pytest.mark.requirement("REQ-ERR-007", "REQ-ERR-009", "REQ-ERR-010", "REQ-RUN-010")
async def test_violations_come_all_at_once_in_pointer_order(client: Client) -> None:
    """One 422 lists every broken rule; nothing is made or spent (D5)."""
    given = {"prompt": 7, "mode": "best", "duration": 5, "aspect_ratio": "1:2", "image": "http://["}
    reply = await client.post("/apps/run", {"app": APP, "input": given})
    body = reply.json()
    pointers = [row["pointer"] for row in body["data"]]
    assert (reply.status, reply.code) == (422, "validation_error")
    assert pointers == sorted(pointers) == ["/aspect_ratio", "/duration", "/image", "/mode", "/prompt"]
    assert body["errors"] == body["data"]
    assert all(set(row) == {"pointer", "rule", "message", "expected", "received"} for row in body["data"])
    assert body["data"][0]["message"] in body["detail"]
    assert (await client.get("/tasks")).data["total_items"] == 0


@pytest.mark.requirement("REQ-ENV-010")
async def test_warnings_travel_in_messages_and_in_the_record(client: Client) -> None:
    """Accepted, but not as meant (D6)."""
    reply = await client.post("/apps/run", {"app": APP, "input": {**PROMPT, "negative_prompt": "dogs", "promt": "x"}})
    told = {message["code"]: message["meta"]["pointer"] for message in reply.json()["messages"]}
    assert told == {"negative_prompt_unsupported": "/negative_prompt", "unknown_field": "/promt"}
    record = (await client.get(f"/_mock/tasks/{reply.data['id']}")).json()
    assert [warning["code"] for warning in record["warnings"]] == list(told)


@pytest.mark.requirement("REQ-RUN-009", "REQ-RUN-012")
@pytest.mark.parametrize(
    ("request_body", "status", "code"),
    [
        ({}, 400, "invalid_request"),
        ({"app": ""}, 400, "invalid_request"),
        ({"app": 7}, 400, "invalid_request"),
        ({"app": "klingai/video-v3"}, 404, "not_found"),
        ({"app": "video-v2-6"}, 404, "not_found"),
        ({"app": f"{APP}@nothing1"}, 404, "not_found"),
        ({"app": APP, "version_id": "nothing1"}, 404, "not_found"),
        ({"app_id": "nothing"}, 404, "not_found"),
        ({"app": APP}, 422, "validation_error"),
        ({"app": APP, "input": []}, 422, "validation_error"),
        ({"app": APP, "input": PROMPT, "function": "walk"}, 422, "validation_error"),
        ({"app": APP, "input": PROMPT, "webhook": "ftp://x"}, 422, "validation_error"),
        ({"app": APP, "input": PROMPT, "webhook": "http://a b/"}, 422, "validation_error"),
        ({"app": APP, "input": PROMPT, "webhook": "http://x:99999/"}, 422, "validation_error"),
        ({"app": APP, "input": PROMPT, "run_at": "tomorrow"}, 422, "validation_error"),
        ({"app": APP, "input": PROMPT, "run_at": "9999-12-31T23:59:59Z"}, 422, "validation_error"),
        ({"app": APP, "input": PROMPT, "infra": "moon"}, 422, "validation_error"),
        ({"app": APP, "input": PROMPT, "wait": "yes"}, 422, "validation_error"),
    ],
)
async def test_refusals(client: Client, request_body: dict[str, object], status: int, code: str) -> None:
    """What is wrong with the request, and not a task made."""
    reply = await client.post("/apps/run", request_body)
    assert (reply.status, reply.code) == (status, code)
    assert len(client.world.tasks) == 0


@pytest.mark.requirement("REQ-RUN-007", "REQ-RUN-008")
async def test_every_way_to_name_the_app(client: Client) -> None:
    """By name, by name and version, by id, by id and version."""
    spec = table.load()
    old, new = spec.versions["2026-05"].id, spec.versions["2026-08"].id
    for members, version in (
        ({"app": APP}, old),
        ({"app": f"{APP}@{new}"}, new),
        ({"app": APP, "version_id": new}, new),
        ({"app_id": spec.id}, old),
        ({"app_id": spec.id, "version_id": new}, new),
    ):
        reply = await client.post("/apps/run", {"input": PROMPT, **members})
        assert (await client.get(f"/tasks/{reply.data['id']}")).data["app_version_id"] == version
    await client.configure(app_version="2026-08")
    assert (await client.get(f"/tasks/{(await client.run())['id']}")).data["app_version_id"] == new


async def test_the_sample_prompt_fills_an_empty_input_when_asked_to() -> None:
    """The page's snippets run as printed, and the answer says what was done."""
    async with emulated(empty_input="sample") as client:
        every: list[dict[str, Any]] = [{}, {"input": None}, {"input": {}}]
        for members in every:
            reply = await client.post("/apps/run", {"app": APP, **members})
            assert [message["code"] for message in reply.json()["messages"]] == ["sample_prompt_used"]
            record = (await client.get(f"/_mock/tasks/{reply.data['id']}")).json()
            assert record["accepted_input"]["prompt"]
            assert record["given_input"] == members.get("input")
        refused = await client.post("/apps/run", {"app": APP, "input": {"prompt": ""}})
        assert refused.json().get("messages") is None or "sample_prompt_used" not in refused.body.decode()


@pytest.mark.requirement("REQ-INPUT-039")
async def test_inline_pictures_in_every_spelling(client: Client) -> None:
    """Base64, URL-safe, without padding, percent-encoded: the same picture, the same size of video."""
    picture = pictures.png(400, 300)
    plain = base64.b64encode(picture).decode()
    safe = base64.urlsafe_b64encode(picture).decode().rstrip("=")
    percent = "".join(f"%{byte:02x}" for byte in picture)
    sizes = set()
    for uri in (f"data:image/png;base64,{plain}", f"data:;BASE64,{safe}", f"DATA:image/png,{percent}"):
        task = await client.run({"prompt": "a cat", "image": uri})
        media = (await client.get(f"/_mock/tasks/{task['id']}")).json()["media"]
        sizes.add((media["width"], media["height"]))
    assert len(sizes) == 1
    for uri in ("data:", "data:image/png;base64", "data:image/png;base64,*", "data:image/png;base64,AAAA"):
        assert (await client.post("/apps/run", {"app": APP, "input": {**PROMPT, "image": uri}})).status == 422


@pytest.mark.requirement("REQ-INPUT-024")
async def test_a_foreign_picture_is_never_fetched(client: Client) -> None:
    """Accepted unseen, with a warning (D4)."""
    reply = await client.post("/apps/run", {"app": APP, "input": {**PROMPT, "image": "http://192.0.2.1/a.png"}})
    assert [message["code"] for message in reply.json()["messages"]] == ["image_not_inspected"]


async def test_own_addresses_are_known_by_every_name_of_this_machine(client: Client) -> None:
    """A URL of ours that names nothing is 422, whichever loopback name it uses; another port is foreign."""
    for host, status in (
        *((f"{name}:8787", 422) for name in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]")),
        ("127.0.0.1:9", 200),
    ):
        image = f"http://{host}/app/files/u/xxxxxxxx/{'z' * 26}.png"
        reply = await client.post("/apps/run", {"app": APP, "input": {**PROMPT, "image": image}})
        assert reply.status == status, host


@pytest.mark.parametrize("host", ["[", "a b", "", "\xff:x"])
async def test_a_host_header_that_is_no_address_does_no_harm(client: Client, host: str) -> None:
    """It is only written into URLs."""
    run = {"app": APP, "input": {**PROMPT, "image": "http://192.0.2.1/a.png"}}
    assert (await client.post("/apps/run", run, headers={"host": host})).status == 200


async def test_run_at_holds_a_task_until_its_time(client: Client) -> None:
    """Queued until then; a time that has passed holds nothing."""
    later = await client.run(run_at="2026-06-01T01:00:00+00:30")
    past = await client.run(run_at="2020-01-01T00:00:00Z")
    await client.advance(1799)
    assert (await client.get(f"/tasks/{later['id']}")).data["status"] == 2
    assert (await client.get(f"/tasks/{past['id']}")).data["status"] == 10
    await client.advance(10)
    assert (await client.get(f"/tasks/{later['id']}")).data["status"] == 10


# ------------------------------------------------------------------------------------------------------ wait: true


@pytest.mark.requirement("REQ-RUN-005", "REQ-MEDIA-015")
@pytest.mark.parametrize(
    ("target", "member"), [("/apps/run", {"wait": True}), ("/apps/run?wait=true", {}), ("/run?wait=true", {})]
)
async def test_a_waited_run_answers_at_the_end(client: Client, target: str, member: dict[str, object]) -> None:
    """Held on the world's clock, let go when the task completes, with the output."""
    waiting = client.open("POST", target, json={"app": APP, "input": PROMPT, **member})
    await _under_way(client)
    assert not waiting.reply.status
    await client.advance()
    reply = await waiting.finished()
    assert (reply.status, reply.data["status"]) == (200, 10)
    assert reply.data["output"]["video"].endswith(".mp4")
    assert client.world.clock._busy == 0


@pytest.mark.parametrize("word", ["1", "0", "yes", ""])
@pytest.mark.parametrize("members", [{}, {"wait": True}])
async def test_wait_in_the_query_is_true_or_false(client: Client, word: str, members: dict[str, Any]) -> None:
    """As the document describes it, and nothing else that some languages read so; whatever the body says."""
    reply = await client.post(f"/apps/run?wait={word}", {"app": APP, "input": PROMPT, **members})
    assert (reply.status, reply.code) == (400, "invalid_request")
    assert client.world.tasks == {}


async def _under_way(client: Client) -> None:
    """Let a waited run come as far as its wait: an advance by nothing waits for whoever is at work."""
    while not any(task.watchers for task in client.world.tasks.values()):
        await client.advance(0)


@pytest.mark.requirement("REQ-RUN-005")
async def test_a_wait_is_over_after_25_seconds_of_the_worlds_clock(client: Client) -> None:
    """Then the answer is the state as it is."""
    body = {"app": APP, "input": PROMPT, "wait": True, "run_at": "2026-06-01T00:10:00Z"}
    waiting = client.open("POST", "/apps/run", json=body)
    await _under_way(client)
    await client.advance(24.999)
    assert not waiting.reply.status
    await client.advance(0.001)
    assert (await waiting.finished()).data["status"] == 2


@pytest.mark.requirement("REQ-RUN-006")
async def test_a_waited_run_that_fails_or_is_cancelled_is_422(client: Client) -> None:
    """With the task inside, so that nothing is lost (wire.md §3.5)."""
    await client.configure(enforce="observed")
    failing = client.open("POST", "/apps/run?wait=true", json={"app": APP, "input": {**PROMPT, "aspect_ratio": "21:9"}})
    await _under_way(client)
    await client.advance()
    reply = await failing.finished()
    assert (reply.status, reply.code, reply.json()["meta"]["task"]["status"]) == (422, "task_failed", 11)
    cancelled = client.open("POST", "/apps/run?wait=true", json={"app": APP, "input": PROMPT})
    await _under_way(client)
    task = next(reversed(client.world.tasks))
    await client.post(f"/tasks/{task}/cancel", {"force": True})
    reply = await cancelled.finished()
    assert (reply.status, reply.code) == (422, "task_cancelled")


@pytest.mark.parametrize("end", ["leave", "close", "reset"])
async def test_a_wait_ends_when_nobody_waits_any_more(client: Client, end: str) -> None:
    """The client leaves, the server closes, the world is reset: nothing is held for ever."""
    waiting = client.open("POST", "/apps/run?wait=true", json={"app": APP, "input": PROMPT})
    await _under_way(client)
    world = client.world
    (task,) = world.tasks.values()
    if end == "leave":
        waiting.leave()
    elif end == "close":
        client.emulator.begin_closing()
    else:
        await client.post("/_mock/reset")
    reply = await waiting.finished()
    assert reply.status == (0 if end == "leave" else 200)
    assert task.watchers == set()
    assert world.clock._busy == 0
    outcome = "client-gone" if end == "leave" else "answered"
    assert [row.outcome for row in world.journal.newest_first() if row.operation == "runs.create"] == [outcome]


async def test_until_idle_completes_a_waited_run_with_a_webhook(client: Client) -> None:
    """One advance lets everything happen that is pending."""
    body = {"app": APP, "input": PROMPT, "wait": True, "webhook": "http://192.0.2.1/"}
    waiting = client.open("POST", "/apps/run", json=body)
    await _under_way(client)
    fired = await client.advance()
    assert (await waiting.finished()).data["status"] == 10
    assert fired[-1]["kind"] == "delivery"
