"""What holds of every route: keys, envelopes, problems, methods, prefixes, CORS."""

import re
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from contracts import operations
from contracts.wire.problems import STATUS_OF_CODE

from .asgi import APP, Client, emulated
from .shapes import APP_ID

pytestmark = pytest.mark.anyio

KEYED = [row for row in operations.load() if row.emulated and row.auth == "key"]
READABLE = [row.path for row in operations.load() if row.emulated and row.method == "GET"]
ABSENT = [row for row in operations.load() if not row.emulated]


def filled(path: str) -> str:
    return path.replace("{", "").replace("}", "")


def filled_in(path: str, task: Mapping[str, Any]) -> str:
    """Fill in what there is: a task and the app; of the rest there is nothing."""
    namespace, _, name = APP.partition("/")
    known = {"namespace": namespace, "name": name, "version_id": "7kq2v605", "id": APP_ID}
    if "/tasks/" in path:
        known["id"] = task["id"]
    return re.sub(r"\{(\w+)\}", lambda match: known.get(match[1], "x"), path)


@pytest.mark.requirement("REQ-AUTH-001", "REQ-AUTH-002")
@pytest.mark.parametrize("row", KEYED, ids=lambda row: row.id)
async def test_every_keyed_route_refuses_who_has_no_key(client: Client, row: operations.Operation) -> None:
    """401 without a header or with a malformed one, before anything else is looked at."""
    for header in (None, "", "Bearer", "Bearer ", "Basic dGVzdA==", "test-key", "Bearer a b"):
        sender = client.other(None)
        headers = {} if header is None else {"authorization": header}
        reply = await sender.request(row.method, filled(row.path), headers=headers)
        assert (reply.status, reply.code) == (401, "unauthorized"), header
        assert reply.headers["www-authenticate"] == "Bearer"


@pytest.mark.requirement("REQ-AUTH-005", "REQ-AUTH-006", "REQ-AUTH-007", "REQ-AUTH-008")
@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        ("a_invalid_key", 401, "unauthorized"),
        ("a_forbidden_key", 403, "insufficient_scope"),
        ("a_broke_key", 402, "payment_required"),
        ("a_limited_key", 429, "rate_limited"),
        pytest.param("SOME-INVALID-KEY", 401, "unauthorized", marks=pytest.mark.requirement("REQ-AUTH-011")),
    ],
)
async def test_magic_keys_need_no_set_up(client: Client, key: str, status: int, code: str) -> None:
    """A key that contains the word is refused the way the word says, on every route that takes one (D14)."""
    for row in KEYED:
        reply = await client.other(key).request(row.method, filled(row.path))
        assert (reply.status, reply.code) == (status, code), row.id
        if status == 429:
            assert int(reply.headers["retry-after"]) >= 1


@pytest.mark.requirement("REQ-ENV-001", "REQ-ENV-002", "REQ-ENV-003", "REQ-ENV-004")
@pytest.mark.parametrize(
    ("version", "keys"),
    [
        (None, {"success", "status", "data", "messages"}),
        ("1", {"success", "status", "data"}),
        (" 1 ", {"success", "status", "data"}),
        ("3", {"data", "messages"}),
    ],
)
async def test_the_version_header_chooses_the_envelope(client: Client, version: str | None, keys: set[str]) -> None:
    """The same resource inside; version 2 is the resource itself (D1)."""
    bare = (await client.get("/me", headers={"x-api-version": "2"})).json()
    shown = (await client.get("/me", headers={} if version is None else {"x-api-version": version})).json()
    assert set(shown) == keys
    assert shown["data"] == bare
    assert bare.keys() == {"user", "team", "scopes"}


@pytest.mark.parametrize("version", ["", "0", "4", "v1", "1.0", "\xff"])
async def test_a_version_that_does_not_exist_is_400(client: Client, version: str) -> None:
    """Told, not guessed."""
    reply = await client.get("/me", headers={"x-api-version": version})
    assert (reply.status, reply.code) == (400, "invalid_request")


@pytest.mark.requirement("REQ-ENV-005", "REQ-ERR-001", "REQ-ERR-005")
@pytest.mark.parametrize("envelope", ["superset", "v1", "v2", "v3"])
async def test_problems_follow_the_envelope_setting(envelope: str) -> None:
    """One body for everybody by default; the strict forms by setting."""
    async with emulated(envelope=envelope) as client:
        reply = await client.get("/tasks/nowhere")
    body = reply.json()
    told = {"type", "title", "status", "detail", "request_id"}
    legacy = {"success", "error"}
    assert set(body) == {"superset": told | legacy, "v1": legacy | {"status"}, "v2": told, "v3": told}[envelope]
    assert reply.headers["content-type"] == ("application/json" if envelope == "v1" else "application/problem+json")


@pytest.mark.requirement("REQ-ERR-002", "REQ-ERR-003", "REQ-ERR-004")
async def test_a_problem_says_everything_twice_for_old_and_new_clients(client: Client) -> None:
    """RFC 9457 members and v1's agree, and the id is that of the exchange."""
    reply = await client.get("/tasks/nowhere")
    body = reply.json()
    assert body["type"] == "https://api.inference.sh/errors/not_found"
    assert (body["title"], body["status"], body["success"]) == ("Not Found", 404, False)
    assert body["error"] == {"code": "not_found", "message": body["detail"]}
    assert body["request_id"] == reply.headers["x-request-id"]


@pytest.mark.requirement("REQ-HTTP-009")
@pytest.mark.parametrize("row", ABSENT, ids=lambda row: row.id)
async def test_a_route_of_the_vendor_that_we_lack_says_so(client: Client, row: operations.Operation) -> None:
    """501, not 404: the caller did nothing wrong. On a path that we have it is only the method that is lacking: 405."""
    reply = await client.request(row.method, filled(row.path))
    ours = [other.method for other in operations.load() if other.path == row.path and other.emulated]
    if ours:
        assert (reply.status, reply.code) == (405, "method_not_allowed")
        assert reply.headers["allow"] == ", ".join(sorted({*ours, "HEAD", "OPTIONS"}))
        assert "the vendor takes it, this emulator does not" in reply.json()["detail"]
    else:
        assert (reply.status, reply.code) == (501, "not_emulated")


@pytest.mark.requirement("REQ-HTTP-008")
async def test_a_path_that_nobody_has_is_404(client: Client) -> None:
    """As a problem, in the journal like everything else."""
    reply = await client.get("/nothing/here")
    assert (reply.status, reply.code) == (404, "not_found")
    assert (await client.get("/_mock/journal")).json()["exchanges"][0]["path"] == "/nothing/here"


@pytest.mark.requirement("REQ-HTTP-004")
@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PATCH", "/tasks/x", "DELETE, GET, HEAD, OPTIONS"),
        ("DELETE", "/apps/run", "GET, HEAD, OPTIONS, POST"),
        ("GET", "/run", "OPTIONS, POST"),
        ("POST", "/me", "GET, HEAD, OPTIONS"),
    ],
)
async def test_a_wrong_method_is_405_with_allow(client: Client, method: str, path: str, allow: str) -> None:
    """The header lists what the path takes; OPTIONS answers with the same."""
    reply = await client.request(method, path)
    options = await client.request("OPTIONS", path)
    if path == "/apps/run":
        allow = reply.headers["allow"]  # `/apps/{id}` lends it its methods or does not: OPTIONS must agree
    assert (reply.status, reply.code, reply.headers["allow"]) == (405, "method_not_allowed", allow)
    assert (options.status, options.headers["allow"], options.body) == (204, allow, b"")


@pytest.mark.requirement("REQ-HTTP-001", "REQ-HTTP-002")
@pytest.mark.parametrize("path", ["/v1/me", "//me", "/v1//me", "//v1///me"])
async def test_prefix_and_doubled_slashes_mean_the_root_path(client: Client, path: str) -> None:
    """Base URLs that end in /v1 or in a slash work (D20)."""
    assert (await client.get(path)).json() == (await client.get("/me")).json()


@pytest.mark.requirement("REQ-HTTP-005")
@pytest.mark.parametrize("path", READABLE)
async def test_head_is_get_without_the_body(client: Client, path: str) -> None:
    """Same status, same length, on every route that has GET; of a stream there is only the beginning."""
    task = await client.run()
    await client.advance()
    target = filled_in(path, task)
    get, head = await client.get(target), await client.request("HEAD", target)
    assert (head.status, head.body) == (get.status, b"")
    assert path.endswith("/stream") or head.headers["content-length"] == str(len(get.body))


@pytest.mark.requirement("REQ-HTTP-011")
@pytest.mark.parametrize("path", [path for path in READABLE if "{id}" in path])
async def test_reading_changes_nothing(client: Client, path: str) -> None:
    """While the clock stands still GET, HEAD and GET tell the same, of a task that runs and of one that ended."""
    task = await client.run()
    target = filled_in(path, task)
    for ended in (False, True):
        if ended or not path.endswith("/stream"):  # which before would go on and on
            first = await client.get(target)
            assert (await client.request("HEAD", target)).status == first.status
            second = await client.get(target)
            assert second.status == first.status
            # A refusal has an id of its own.
            assert second.body == first.body or first.status != 200
        await client.advance()


@pytest.mark.requirement("REQ-HTTP-006", "REQ-HTTP-007")
async def test_a_preflight_is_answered_for_any_page(client: Client) -> None:
    """Pages in browsers may call the vendor's surface, with keys, and read the headers that matter."""
    origin = {"origin": "https://app.test"}
    asked = origin | {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,x-api-version",
    }
    preflight = await client.other(None).request("OPTIONS", "/apps/run", headers=asked)
    assert preflight.status == 200
    assert preflight.headers["access-control-allow-origin"] in {"*", "https://app.test"}
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    answer = await client.get("/tasks/x", headers=origin)
    assert answer.headers["access-control-allow-origin"] in {"*", "https://app.test"}
    exposed = answer.headers["access-control-expose-headers"]
    assert {"Retry-After", "X-RateLimit-Remaining", "X-Request-Id"} <= {name.strip() for name in exposed.split(",")}


@pytest.mark.parametrize("body", [b"{", b"nul", b"\xff", b'"\\ud800"', b"[1,]", b"NaN", b"'x'", b" ", b"\n"])
async def test_a_body_that_is_not_json_is_400(client: Client, body: bytes) -> None:
    """On every route that takes one."""
    for row in KEYED:
        if row.request is not None:
            reply = await client.request(row.method, filled(row.path), body=body)
            assert reply.status in {400, 404}, row.id


@pytest.mark.requirement("REQ-ERR-013")
@pytest.mark.parametrize("body", [b"[]", b'"x"', b"1", b"true"])
async def test_a_body_that_is_no_object_is_400(client: Client, body: bytes) -> None:
    """And it is named for what it is."""
    reply = await client.request("POST", "/apps/run", body=body)
    assert (reply.status, reply.code) == (400, "invalid_request")


@pytest.mark.parametrize("levels", [150, 200, 202, 230, 249, 254, 300, 1000, 2000])
async def test_nesting_is_limited_everywhere(client: Client, levels: int) -> None:
    """Two hundred levels are taken wherever anything is; more are a clean 400 (and the journal still opens)."""
    deep = b"[" * (levels - 2) + b"]" * (levels - 2)
    bodies = {
        "/apps/run": b'{"app":"%s","input":{"prompt":"x","deep":%s}}' % (APP.encode(), deep),
        "/tasks/list": b'{"filters":%s}' % deep,
        "/files": b'{"files":%s}' % deep,
        "/store/apps/x/estimate": b'{"input":%s}' % deep,
    }
    for path, body in bodies.items():
        reply = await client.request("POST", path, body=body)
        if levels > 205:
            assert reply.status in {400, 404}, (path, reply.body)
        assert reply.status < 500
        exchange = (await client.get("/_mock/journal?limit=1")).json()["exchanges"][0]
        assert (await client.get(f"/_mock/journal/{exchange['id']}")).status == 200
    assert (await client.get("/tasks")).status == 200
    listed = await client.get(f"/tasks?filters={'[' * levels}{']' * levels}")
    assert listed.status in {400, 422}


@pytest.mark.requirement("REQ-ERR-014")
async def test_a_json_body_is_limited_while_reading(client: Client) -> None:
    """One MiB on every route but uploads, announced or not."""
    for path in ("/apps/run", "/tasks/list", "/files"):
        told = client.open("POST", path, body=[b" " * 600_000] * 9, headers={"content-length": "5400000"})
        assert ((await told.finished()).status, told.bytes_read) == (413, 0)
        endless = client.open("POST", path, body=[b" " * 600_000] * 9)
        assert ((await endless.finished()).status, endless.bytes_read) == (413, 1_200_000)


@pytest.mark.parametrize("path", ["/me", "/nothing", "/app/files/u/x/y", "/_mock/health", "/_mock/nothing"])
async def test_what_stands_before_the_body_is_limited(client: Client, path: str) -> None:
    """A path and query over 64 KiB are 414, headers over 64 KiB are 431, on both surfaces, and no world is made."""
    sender = client.other("unseen-key")
    long = f"{path}?q={'x' * (64 * 1024)}"
    many = {f"x-{number}": "v" * 8192 for number in range(8)}
    for target, headers, status, code in (
        (long, {}, 414, "uri_too_long"),
        (path, many, 431, "request_header_fields_too_large"),
    ):
        reply = await sender.get(target, headers=headers)
        assert (reply.status, reply.json()["type"].rpartition("/")[2]) == (status, code)
        assert reply.headers["connection"] == "close"
        assert (await sender.request("HEAD", target, headers=headers)).body == b""
    assert not [world for world in client.emulator.worlds if len(world.journal)]
    assert len(client.emulator.worlds) == 0
    assert (await client.get("/me", headers={"x-long": "v" * 60_000})).status == 200


async def test_a_client_that_leaves_while_sending_is_noted(client: Client) -> None:
    """Nothing was made of half a request, and the journal says why."""
    connection = client.open("POST", "/apps/run", body=b'{"app":', broken=True)
    connection.leave()
    assert (await connection.finished()).status == 0
    row = (await client.get("/_mock/journal")).json()["exchanges"][0]
    assert (row["outcome"], row["status"]) == ("client-gone", None)


@pytest.mark.requirement("REQ-ERR-015")
async def test_our_own_failures_are_a_problem_and_a_line_in_the_log(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug is a 500 without a traceback on the wire, and a traceback in the log."""
    monkeypatch.setattr(type(client.world), "balance", lambda _world: 1 / 0)
    reply = await client.get("/billing")
    assert (reply.status, reply.code) == (500, "internal_error")
    assert b"ZeroDivision" not in reply.body
    assert "ZeroDivisionError" in caplog.text
    row = (await client.get("/_mock/journal")).json()["exchanges"][0]
    assert (row["outcome"], row["status"]) == ("failed", 500)


def test_every_code_of_the_table_has_a_status() -> None:
    """What an operation says it can answer is a code that exists."""
    assert {code for row in operations.load() for code in row.errors} <= STATUS_OF_CODE.keys()


async def test_the_openapi_document_is_this_servers(client: Client) -> None:
    """Not enveloped, its address the one it was asked at, a Host that breaks JSON notwithstanding."""
    for host in ("mock.test:99", 'a"b\\'):
        document = orjson.loads((await client.get("/openapi.json", headers={"host": host})).body)
        assert document["servers"][0]["url"] == f"http://{host}"
