"""Promises about envelopes, problems, keys and runs that no other test shows by itself."""

import orjson
import pytest

from contracts import exchanges, operations

from .asgi import APP, Client, emulated

pytestmark = pytest.mark.anyio

PROMPT = {"prompt": "a cat"}
RUN = {"app": APP, "input": PROMPT}
SLIM = {"id", "short_id", "status", "status_text", "output", "created_at", "updated_at"}


@pytest.mark.requirement("REQ-ENV-005")
@pytest.mark.parametrize(
    ("envelope", "keys"), [("v1", {"success", "status", "data"}), ("v3", {"data", "messages"}), ("v2", SLIM)]
)
async def test_the_switch_gives_strict_envelopes(envelope: str, keys: set[str]) -> None:
    """Requests without a version header get the form that `--envelope` names; a header still wins."""
    async with emulated(envelope=envelope) as client:
        assert set((await client.post("/apps/run", RUN)).json()) == keys
        told = await client.post("/apps/run", RUN, headers={"x-api-version": "3"})
        assert set(told.json()) == {"data", "messages"}


@pytest.mark.requirement("REQ-ENV-006")
async def test_an_unknown_version_is_told_with_the_known_ones(client: Client) -> None:
    """400 `invalid_request`, and the detail has 1, 2 and 3."""
    reply = await client.get("/me", headers={"x-api-version": "9"})
    assert (reply.status, reply.code) == (400, "invalid_request")
    assert all(number in reply.json()["detail"] for number in ("1", "2", "3"))


@pytest.mark.requirement("REQ-ENV-007")
async def test_status_and_success_are_those_of_http(client: Client) -> None:
    """Whatever the answer, where the body has them they agree with the status line."""
    sent = [
        await client.post("/apps/run", RUN),
        await client.post("/apps/run", {"app": APP}),
        await client.get("/nothing"),
        await client.get("/me", headers={"x-api-version": "1"}),
        await client.other(None).get("/me"),
    ]
    for reply in sent:
        body = reply.json()
        assert (body["status"], body["success"]) == (reply.status, 200 <= reply.status < 300)
    assert {reply.status for reply in sent} == {200, 422, 404, 401}


@pytest.mark.requirement("REQ-ENV-008", "REQ-ENV-010")
async def test_messages_have_their_form(client: Client) -> None:
    """Level, code, message and where; an empty list when there is nothing to say."""
    told = (await client.post("/apps/run", {"app": APP, "input": {**PROMPT, "negative_prompt": "dogs"}})).json()
    (message,) = told["messages"]
    assert message.keys() == {"level", "code", "message", "meta"}
    assert (message["level"], message["meta"]) == ("warning", {"pointer": "/negative_prompt"})
    assert message["code"]
    assert message["message"]
    assert (await client.post("/apps/run", RUN)).json()["messages"] == []


@pytest.mark.requirement("REQ-ENV-009")
@pytest.mark.parametrize("operation", [row for row in operations.load() if row.emulated], ids=lambda row: row.id)
def test_no_resource_has_a_member_named_data(operation: operations.Operation) -> None:
    """In none of the golden answers, whose bytes the emulator repeats: new clients would unwrap it."""
    for exchange in exchanges.of_operation(operation.id):
        bare = exchange.responses["v2"]
        if bare.status < 300 and isinstance(bare.json, dict):
            assert "data" not in bare.json, exchange.name


@pytest.mark.requirement("REQ-ENV-011")
async def test_warnings_stand_in_the_log(client: Client) -> None:
    """Each warning of the answer is a line of the task's log."""
    reply = await client.post("/apps/run", {"app": APP, "input": {**PROMPT, "negative_prompt": "dogs", "promt": "x"}})
    warnings = [message["message"] for message in reply.json()["messages"]]
    await client.advance()
    shown = (await client.get(f"/_mock/tasks/{reply.data['id']}")).json()
    assert [warning["message"] for warning in shown["warnings"]] == warnings
    text = await log_of(client, reply.data["id"])
    assert len(warnings) == 2
    assert all(any(warning in line for line in text.splitlines()) for warning in warnings)


async def log_of(client: Client, task: str) -> str:
    """All logs of a task as text."""
    import base64

    rows = (await client.get(f"/tasks/{task}/logs")).data["logs"]
    return "\n".join(base64.b64decode(row["content"]).decode("utf-8") for row in rows)


@pytest.mark.requirement("REQ-ENV-012")
async def test_no_content_is_nothing_at_all(client: Client) -> None:
    """A 204 has no body, in whatever envelope it was asked for."""
    for version in ("1", "2", "3", None):
        task = await client.run()
        await client.advance()
        headers = {} if version is None else {"x-api-version": version}
        reply = await client.delete(f"/tasks/{task['id']}", headers=headers)
        assert (reply.status, reply.body) == (204, b"")
        assert "content-type" not in reply.headers


@pytest.mark.requirement("REQ-ERR-013")
@pytest.mark.parametrize("body", [b"{", b"nul", b"\xff", b"[1,]", b"'x'", b"[]", b'"x"', b"1"])
async def test_a_body_that_cannot_be_read_is_an_invalid_request(client: Client, body: bytes) -> None:
    """No JSON, or no object where one is needed: 400 with that code, on routes that name nothing in their path."""
    for path in ("/apps/run", "/run", "/tasks/list", "/files", "/apps/list"):
        reply = await client.request("POST", path, body=body)
        assert (reply.status, reply.code) == (400, "invalid_request"), path


@pytest.mark.requirement("REQ-ERR-014")
async def test_a_json_body_may_have_one_mebibyte(client: Client) -> None:
    """To the byte."""
    for size, status in ((1024 * 1024, 200), (1024 * 1024 + 1, 413)):
        body = orjson.dumps(RUN).ljust(size)
        assert (await client.request("POST", "/apps/run", body=body)).status == status


@pytest.mark.requirement("REQ-AUTH-003")
@pytest.mark.parametrize("key", ["x", "any-key", "inf_0123456789", "k" * 200])
async def test_any_key_opens_a_world(client: Client, key: str) -> None:
    """It is taken as it is, its world is empty, and what it makes is its own."""
    caller = client.other(key)
    assert (await caller.get("/tasks")).data["total_items"] == 0
    task = await caller.run()
    assert (await caller.get(f"/tasks/{task['id']}")).status == 200
    assert (await client.get(f"/tasks/{task['id']}")).status == 404


@pytest.mark.requirement("REQ-AUTH-010", "REQ-HTTP-010")
async def test_the_document_is_open_to_anybody(client: Client) -> None:
    """Without a key: OpenAPI 3.1, with every emulated operation by its id."""
    reply = await client.other(None).get("/openapi.json")
    document = orjson.loads(reply.body)
    assert reply.status == 200
    assert document["openapi"].startswith("3.1")
    named = {operation["operationId"] for path in document["paths"].values() for operation in path.values()
             if isinstance(operation, dict) and "operationId" in operation}  # fmt: skip
    assert {row.id for row in operations.load() if row.emulated} <= named


@pytest.mark.requirement("REQ-RUN-001")
async def test_both_addresses_answer_alike() -> None:
    """The same run at either, in two emulators of one seed, is the same answer but for the exchange's own id."""
    bodies = []
    for path in ("/apps/run", "/run"):
        async with emulated() as client:
            bodies.append((await client.post(path, RUN)).json())
    assert bodies[0] == bodies[1]


@pytest.mark.requirement("REQ-RUN-003")
async def test_the_slim_result_has_only_what_is_set(client: Client) -> None:
    """Seven members always; error, session and time only where there is one."""
    assert set(await client.run()) == SLIM
    assert set(await client.run(session="new")) == SLIM | {"session_id"}
    assert set(await client.run(run_at="2026-06-01T00:00:05Z")) == SLIM | {"run_at"}


@pytest.mark.requirement("REQ-RUN-004")
async def test_status_text_is_the_name_of_the_status(client: Client) -> None:
    """At the beginning, and of each number that a waited run can end with."""
    from contracts.wire.statuses import Status

    waiting = client.open("POST", "/apps/run?wait=true", json=RUN)
    while not any(task.watchers for task in client.world.tasks.values()):
        await client.advance(0)
    await client.advance()
    for result in (await client.run(), (await waiting.finished()).data):
        assert result["status_text"] == Status(result["status"]).name.lower()
    assert (await waiting.finished()).data["status_text"] == "completed"


@pytest.mark.requirement("REQ-RUN-011")
async def test_an_unknown_function_is_told_with_the_known_ones(client: Client) -> None:
    """422 with one item at /function that names what there is."""
    reply = await client.post("/apps/run", {**RUN, "function": "walk"})
    (item,) = reply.json()["data"]
    assert (reply.status, item["pointer"], item["received"]) == (422, "/function", "walk")
    assert "run" in item["expected"]


@pytest.mark.requirement("REQ-RUN-013")
async def test_unknown_members_of_a_run_are_ignored(client: Client) -> None:
    """A newer client may send what this server has never heard of: the task is the same, and so is what it costs."""
    plain = await client.post("/apps/run", RUN)
    reply = await client.post("/apps/run", {**RUN, "priority": "high", "trace": {"id": 1}})
    assert reply.status == 200
    assert reply.data.keys() == plain.data.keys()
    shown = [(await client.get(f"/_mock/tasks/{row.data['id']}")).json() for row in (plain, reply)]
    assert shown[0]["accepted_input"] == shown[1]["accepted_input"]
    assert shown[0]["price"] == shown[1]["price"]


@pytest.mark.requirement("REQ-RUN-014")
async def test_a_webhook_comes_back_as_it_was_sent(client: Client) -> None:
    """To the letter."""
    url = "http://192.0.2.1:80/Hook?b=2&a=1#x"
    task = await client.run(webhook=url)
    assert (await client.get(f"/tasks/{task['id']}")).data["webhook"] == url


@pytest.mark.requirement("REQ-RUN-015")
async def test_the_same_run_twice_is_two_tasks_with_two_prices(client: Client) -> None:
    """There is nothing by which the second could be known for a repetition."""
    start = (await client.get("/billing/balance")).data["balance"]
    first, second = await client.run(), await client.run()
    await client.advance()
    assert first["id"] != second["id"]
    assert start - (await client.get("/billing/balance")).data["balance"] == 2 * 70_000_000


@pytest.mark.requirement("REQ-INPUT-047")
async def test_limits_are_checked_at_submission_unless_asked_otherwise(client: Client) -> None:
    """A prompt of 2501 characters is refused by default, and under `observed` accepted and failed late."""
    long = {"app": APP, "input": {"prompt": "a" * 2501}}
    assert (await client.post("/apps/run", long)).status == 422
    await client.configure(enforce="observed")
    accepted = await client.post("/apps/run", long)
    await client.advance()
    assert (await client.get(f"/tasks/{accepted.data['id']}")).data["status"] == 11


@pytest.mark.requirement("REQ-APP-009")
async def test_the_function_may_be_left_out(client: Client) -> None:
    """The app's only one, `run`, is meant; naming it is the same, and one that there is not is told where it stands."""
    for members in ({}, {"function": "run"}):
        task = await client.run(**members)
        assert (await client.get(f"/tasks/{task['id']}")).data["function"] == "run"
    refused = await client.post("/apps/run", {**RUN, "function": "walk"})
    assert (refused.status, [row["pointer"] for row in refused.json()["data"]]) == (422, ["/function"])


@pytest.mark.requirement("REQ-APP-010")
async def test_a_plan_shows_the_app_retired(client: Client) -> None:
    """This app never retires by itself; armed, a run is told so with 410, and no task is made."""
    fault = {"fault": "status", "status": 410, "code": "app_retired", "detail": "use video-v3"}
    await client.request("PUT", "/_mock/plan", json={"steps": [{"on": "run", "do": fault}]})
    reply = await client.post("/apps/run", RUN)
    assert (reply.status, reply.code, reply.json()["detail"]) == (410, "app_retired", "use video-v3")
    assert (await client.get("/tasks")).data["total_items"] == 0


@pytest.mark.requirement("REQ-APP-011")
async def test_a_plan_shows_the_app_in_maintenance(client: Client) -> None:
    """Nor is it ever in maintenance; armed, a run is told 503 with an hour to wait."""
    fault = {"fault": "status", "status": 503, "code": "app_maintenance", "retry_after": 3600}
    await client.request("PUT", "/_mock/plan", json={"steps": [{"on": "run", "do": fault}]})
    reply = await client.post("/apps/run", RUN)
    assert (reply.status, reply.code, reply.headers["retry-after"]) == (503, "app_maintenance", "3600")


@pytest.mark.requirement("REQ-HTTP-003")
@pytest.mark.parametrize(("method", "path"), [("GET", "/me"), ("POST", "/tasks/list"), ("DELETE", "/files/{id}")])
async def test_a_content_type_without_a_body_is_harmless(client: Client, method: str, path: str) -> None:
    """Clients say JSON on every call."""
    record = await client.upload(b"x")
    headers = {"content-type": "application/json"}
    reply = await client.request(method, path.replace("{id}", record["id"]), headers=headers)
    assert reply.status in {200, 204}


@pytest.mark.requirement("REQ-HTTP-006")
async def test_the_clients_headers_are_allowed_from_any_page(client: Client) -> None:
    """All five that clients send, for any origin."""
    names = {"authorization", "content-type", "x-client-source", "x-api-version", "x-inf-target-url"}
    for origin in ("https://app.test", "http://localhost:3000", "null"):
        headers = {
            "origin": origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": ",".join(sorted(names)),
        }
        reply = await client.other(None).request("OPTIONS", "/apps/run", headers=headers)
        assert reply.status == 200
        assert reply.headers["access-control-allow-origin"] in {"*", origin}
        assert names <= {name.strip().lower() for name in reply.headers["access-control-allow-headers"].split(",")}


@pytest.mark.requirement("REQ-HTTP-007")
async def test_scripts_may_read_when_to_come_back(client: Client) -> None:
    """Retry-After and both rate headers are exposed to every origin, on refusals too."""
    for key in ("a-key", "a_limited_key"):
        reply = await client.other(key).get("/me", headers={"origin": "https://app.test"})
        exposed = {name.strip().lower() for name in reply.headers["access-control-expose-headers"].split(",")}
        assert {"retry-after", "x-ratelimit-remaining", "x-ratelimit-reset"} <= exposed
