"""The journal: every exchange, no credentials, capped, and it says what it dropped (D22)."""

import hashlib

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import journal as journals
from mockserver.journal import (
    Body,
    Exchange,
    Journal,
    fingerprint,
    headers_document,
    query_document,
    url_document,
)

from .asgi import Client

pytestmark = pytest.mark.anyio

SECRET = "inf_s3cret_k3y_of_somebody"


def exchange(number: int, body: bytes = b"") -> Exchange:
    made = Exchange(str(number), number, 0.0, "GET", "/", "", [])
    made.request.add(body)
    return made


async def test_an_exchange_is_written_down_whole(client: Client) -> None:
    """Headers and bodies of both sides, the operation, the task it made, when it began and ended."""
    task = await client.run()
    (summary,) = (await client.get("/_mock/journal")).json()["exchanges"]
    shown = (await client.get(f"/_mock/journal/{summary['id']}")).json()
    assert (shown["operation"], shown["method"], shown["path"]) == ("runs.create", "POST", "/apps/run")
    assert (shown["status"], shown["outcome"], shown["task_id"]) == (200, "answered", task["id"])
    assert shown["request"]["body"]["json"]["input"] == {"prompt": "a cat"}
    assert shown["response"]["body"]["json"]["data"]["id"] == task["id"]
    assert ["x-request-id", summary["id"]] in shown["response"]["headers"]
    assert shown["ended_at"] == shown["at"] == "2026-06-01T00:00:00Z"


async def test_filters_and_limits(client: Client) -> None:
    """By operation, method, status and task, newest first, at most so many."""
    task = await client.run()
    await client.get(f"/tasks/{task['id']}")
    await client.get("/tasks/nowhere")
    for query, wanted in (
        ("operation=tasks.get", [404, 200]),
        ("method=post", [200]),
        ("status=404", [404]),
        (f"task={task['id']}", [200, 200]),
        ("limit=1", [404]),
    ):
        rows = (await client.get(f"/_mock/journal?{query}")).json()["exchanges"]
        assert [row["status"] for row in rows] == wanted, query
    for limit in ("0", "-1", "x", "1e3", "\u00b2", "9" * 20):
        assert (await client.get(f"/_mock/journal?limit={limit}")).status == 400


async def test_clearing_forgets(client: Client) -> None:
    """The answer says how many, and the old ids are 404."""
    await client.get("/me")
    (row,) = (await client.get("/_mock/journal")).json()["exchanges"]
    assert (await client.delete("/_mock/journal")).json() == {"forgotten": 1}
    assert (await client.get(f"/_mock/journal/{row['id']}")).status == 404
    assert (await client.get("/_mock/journal")).json() == {"exchanges": [], "kept": 0, "dropped": 0}


@pytest.mark.requirement("REQ-AUTH-009")
@pytest.mark.parametrize(
    "header",
    [
        ("authorization", f"Bearer {SECRET}"),
        ("authorization", f"bearer   {SECRET}"),
        ("authorization", SECRET),
        ("authorization", f"{SECRET} Bearer"),
        ("proxy-authorization", f"Basic {SECRET}"),
        ("x-api-key", SECRET),
        ("x-mock-token", SECRET),
        ("X-Auth", SECRET),
        ("x-goog-api-key", SECRET),
        ("My-Secret-Thing", SECRET),
        ("webhook-signature", f"v1,{SECRET}"),
        ("set-cookie", f"a={SECRET}"),
        ("x-password", SECRET),
        ("cookie", f"session={SECRET}; a={SECRET}"),
    ],
)
async def test_a_key_appears_nowhere(client: Client, header: tuple[str, str]) -> None:
    """Neither in the journal nor in any other answer of the control plane, whatever header it came in."""
    name, value = header
    sender = client if name != "authorization" else client.other(None)
    await sender.post("/apps/run", {"app": "klingai/video-v2-6", "input": {"prompt": "x"}}, headers={name: value})
    world = next(world for world in reversed(list(client.emulator.worlds)) if len(world.journal))
    (kept,) = world.journal.newest_first()
    shown = orjson.dumps(kept.document()).decode()
    assert SECRET not in shown
    assert "[fingerprint " in shown
    owner = client.other(SECRET)
    for path in ("/settings", "/journal", "/deliveries", "/credits", "/clock", "/health"):
        assert SECRET not in (await owner.get("/_mock" + path)).body.decode()


@pytest.mark.parametrize("name", ["api_key", "token", "X-Amz-Signature", "access%5Ftoken", "Client-Secret", "t%6Fken"])
async def test_a_key_in_a_query_is_a_fingerprint(client: Client, name: str) -> None:
    """Whatever parameter it came in, and however its name was written; the others stay readable."""
    await client.get(f"/me?a=1&{name}={SECRET}&b")
    (row,) = (await client.get("/_mock/journal")).json()["exchanges"]
    assert row["query"] == f"a=1&{name}=[fingerprint {fingerprint(SECRET)}]&b"
    assert SECRET not in (await client.get(f"/_mock/journal/{row['id']}")).body.decode()


@given(st.text("ab=&%?;+", max_size=20))
def test_any_other_query_is_shown_as_it_came(query: str) -> None:
    """What holds no credential is not touched."""
    assert query_document(query) == query


def test_a_challenge_is_no_credential() -> None:
    """WWW-Authenticate says which scheme is wanted; a test may look at it."""
    assert headers_document([(b"www-authenticate", b"Bearer")]) == [["www-authenticate", "Bearer"]]


async def test_the_password_of_a_webhook_is_not_shown(client: Client) -> None:
    """Neither in the address nor in its query; host and path are."""
    task = await client.run(webhook=f"http://user:{SECRET}@192.0.2.1/hook?token={SECRET}&x=1")
    shown = (await client.get(f"/_mock/tasks/{task['id']}")).json()["webhook"]
    assert SECRET not in shown
    user = fingerprint(f"user:{SECRET}")
    assert shown == f"http://[fingerprint {user}]@192.0.2.1/hook?token=[fingerprint {fingerprint(SECRET)}]&x=1"
    assert url_document("http://a.test/b@c?d=@") == "http://a.test/b@c?d=@"


def test_a_known_scheme_is_shown_and_the_fingerprint_is_the_worlds() -> None:
    """Who reads a journal can tell whose request it was."""
    assert headers_document([(b"Authorization", b"Bearer " + SECRET.encode()), (b"Accept", b"*/*")]) == [
        ["Authorization", f"Bearer [fingerprint {fingerprint(SECRET)}]"],
        ["Accept", "*/*"],
    ]


def test_the_oldest_exchanges_go_first_and_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """By number."""
    monkeypatch.setattr(journals, "MOST_EXCHANGES", 3)
    journal = Journal()
    for number in range(5):
        journal.open(exchange(number))
    assert [kept.number for kept in journal.newest_first()] == [4, 3, 2]
    assert (len(journal), journal.dropped) == (3, 2)


def test_bytes_are_capped_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """The weight counts what is kept and nothing else: bodies, headers, path and query."""
    monkeypatch.setattr(journals, "MOST_BYTES", 100)
    journal = Journal()
    for number in range(5):
        made = exchange(number, b"x" * 8)
        made.path, made.query = "/" * 8, "q" * 8
        made.request_headers, made.response_headers = [(b"n" * 4, b"v" * 4)], [(b"n" * 4, b"v" * 4)]
        journal.open(made)
        made.ended = 1.0
        journal.close(made)
    assert (len(journal), journal.dropped, journal.weight) == (2, 3, 80)


@given(st.lists(st.tuples(st.sampled_from(["open", "close", "clear"]), st.integers(0, 60)), max_size=40))
def test_the_weight_is_always_that_of_what_is_kept(steps: list[tuple[str, int]]) -> None:
    """Exchanges that end after they were dropped or forgotten weigh nothing."""
    journal, running = Journal(), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journals, "MOST_EXCHANGES", 4)
        patch.setattr(journals, "MOST_BYTES", 100)
        for number, (step, size) in enumerate(steps):
            if step == "open":
                running.append(exchange(number, b"x" * size))
                journal.open(running[-1])
            elif step == "close" and running:
                ending = running.pop(size % len(running))
                ending.ended = 1.0
                journal.close(ending)
            elif step == "clear":
                journal.clear()
            assert journal.weight == sum(kept.weight for kept in journal.newest_first() if kept.ended is not None)


@given(st.lists(st.binary(max_size=50_000), max_size=6))
def test_a_long_body_keeps_its_beginning_its_size_and_its_hash(chunks: list[bytes]) -> None:
    """However it came in pieces."""
    body, whole = Body(), b"".join(chunks)
    for chunk in chunks:
        body.add(chunk)
    shown = body.document()
    if not whole:
        assert shown is None
        return
    assert shown is not None
    assert (shown["bytes"], shown["sha256"]) == (len(whole), hashlib.sha256(whole).hexdigest())
    assert bytes(body.kept) == whole[: journals.MOST_BODY]
    assert shown.get("truncated", False) == (len(whole) > journals.MOST_BODY)


async def test_what_is_nested_too_deeply_is_shown_as_text(client: Client) -> None:
    """It was refused, but it can still be looked at."""
    body = b'{"app":' + b"[" * 400 + b"]" * 400 + b"}"
    refused = await client.request("POST", "/apps/run", body=body)
    assert (refused.status, refused.code) == (400, "invalid_request")
    (row,) = (await client.get("/_mock/journal")).json()["exchanges"]
    shown = await client.get(f"/_mock/journal/{row['id']}")
    assert shown.json()["request"]["body"]["text"] == body.decode()
