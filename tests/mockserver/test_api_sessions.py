"""Sessions: a worker kept warm, and all the ways to lose it (rest.md §11)."""

import pytest

from mockserver import world

from .asgi import APP, Client, emulated

pytestmark = pytest.mark.anyio

NEW = "7kq2v608"


async def leased(client: Client, **members: object) -> str:
    """Start a session, let its first task end, and return its id."""
    task = await client.run(session="new", **members)
    await client.advance()
    return str(task["session_id"])


async def refused(client: Client, **members: object) -> tuple[int, str]:
    reply = await client.post("/apps/run", {"app": APP, "input": {"prompt": "x"}, **members})
    return reply.status, reply.code


@pytest.mark.requirement("REQ-SESSION-001", "REQ-SESSION-002")
async def test_a_session_is_used_again(client: Client) -> None:
    """The same worker, one more call, the new task."""
    session = await leased(client)
    task = await client.run(session=session)
    assert task["session_id"] == session
    shown = (await client.get(f"/sessions/{session}")).data
    assert (shown["status"], shown["call_count"], shown["task_id"]) == ("active", 2, task["id"])
    assert [row["id"] for row in (await client.get("/sessions")).data] == [session]


@pytest.mark.requirement("REQ-SESSION-010")
async def test_a_busy_worker_is_leased(client: Client) -> None:
    """One task at a time; free again at its end."""
    task = await client.run(session="new")
    assert await refused(client, session=task["session_id"]) == (409, "WORKER_LEASED")
    await client.advance()
    await client.run(session=task["session_id"])


@pytest.mark.requirement("REQ-SESSION-006", "REQ-SESSION-007", "REQ-SESSION-008")
async def test_unknown_foreign_and_ended_sessions(client: Client) -> None:
    """404 for what this key does not have, 410 for what is over."""
    session = await leased(client)
    assert await refused(client, session="nowhere") == (404, "SESSION_NOT_FOUND")
    assert await refused(client.other("another-key"), session=session) == (404, "SESSION_NOT_FOUND")
    assert (await client.delete(f"/sessions/{session}")).status == 204
    assert await refused(client, session=session) == (410, "SESSION_ENDED")
    for method, path in (("POST", "/keepalive"), ("DELETE", "")):
        reply = await client.request(method, f"/sessions/{session}{path}")
        assert (reply.status, reply.code) == (410, "SESSION_ENDED")
    assert (await client.get(f"/sessions/{session}")).data["status"] == "ended"


@pytest.mark.requirement("REQ-SESSION-004", "REQ-SESSION-008")
async def test_an_idle_session_expires_on_the_worlds_clock(client: Client) -> None:
    """Active until its last second, expired from then on."""
    session = await leased(client, session_timeout=60)
    await client.advance(59.9)
    assert (await client.get(f"/sessions/{session}")).data["status"] == "active"
    await client.advance(0.1)
    assert (await client.get(f"/sessions/{session}")).data["status"] == "expired"
    assert await refused(client, session=session) == (410, "SESSION_EXPIRED")
    assert (await client.post(f"/sessions/{session}/keepalive")).code == "SESSION_EXPIRED"


@pytest.mark.requirement("REQ-SESSION-005")
async def test_keepalive_and_use_begin_the_idle_time_anew(client: Client) -> None:
    """A session that is asked for in time lives on."""
    session = await leased(client, session_timeout=60)
    for _ in range(3):
        await client.advance(59)
        reply = await client.post(f"/sessions/{session}/keepalive")
        assert reply.data["status"] == "active"
    await client.advance(59)
    await client.run(session=session)
    await client.advance(59)
    assert (await client.get(f"/sessions/{session}")).data["status"] == "active"


async def test_a_session_does_not_expire_while_its_task_runs(client: Client) -> None:
    """The idle time begins with the end of the task."""
    task = await client.run(session="new", session_timeout=1, run_at="2026-06-01T00:01:00Z")
    await client.advance(61)
    assert (await client.get(f"/sessions/{task['session_id']}")).data["status"] == "active"
    await client.advance()
    await client.advance(1)
    assert (await client.get(f"/sessions/{task['session_id']}")).data["status"] == "expired"


async def test_a_cancel_frees_the_worker_and_starts_the_idle_time(client: Client) -> None:
    """What was planned for the task counts no more."""
    task = await client.run(session="new", session_timeout=10, run_at="2026-06-01T01:00:00Z")
    await client.advance(1)
    await client.post(f"/tasks/{task['id']}/cancel", {"force": True})
    await client.advance(9)
    assert (await client.get(f"/sessions/{task['session_id']}")).data["status"] == "active"
    await client.advance(1)
    assert (await client.get(f"/sessions/{task['session_id']}")).data["status"] == "expired"


@pytest.mark.requirement("REQ-SESSION-009")
async def test_a_session_belongs_to_an_app_and_a_version(client: Client) -> None:
    """Another app or another version of it is a mismatch."""
    session = await leased(client)
    assert await refused(client, session=session, app="klingai/video-v3") == (409, "APP_MISMATCH")
    assert await refused(client, session=session, app=f"{APP}@{NEW}") == (409, "VERSION_MISMATCH")
    assert await refused(client, session=session, version_id=NEW) == (409, "VERSION_MISMATCH")


@pytest.mark.requirement("REQ-SESSION-003")
@pytest.mark.parametrize(
    ("limit", "status"), [(1, 200), (3600, 200), (0, 422), (3601, 422), (-1, 422), (1.5, 422), ("60", 422)]
)
async def test_session_timeout_is_one_second_to_an_hour(client: Client, limit: object, status: int) -> None:
    """Whole seconds within the documented range."""
    reply = await client.post(
        "/apps/run", {"app": APP, "input": {"prompt": "x"}, "session": "new", "session_timeout": limit}
    )
    assert reply.status == status
    if status == 422:
        assert reply.json()["data"][0]["pointer"] == "/session_timeout"


@pytest.mark.requirement("REQ-SESSION-003")
async def test_session_timeout_goes_with_a_new_session_only(client: Client) -> None:
    """Without one it would mean nothing."""
    assert await refused(client, session_timeout=60) == (422, "validation_error")


async def test_each_new_session_has_a_worker_of_its_own() -> None:
    """And a seed makes them repeat."""
    found = []
    for _ in range(2):
        async with emulated() as client:
            sessions = [await leased(client) for _ in range(2)]
            found.append([(await client.get(f"/sessions/{session}")).data["worker_id"] for session in sessions])
    assert found[0] == found[1]
    assert len(set(found[0])) == 2


async def test_an_expiry_is_told_by_the_clock_once(client: Client) -> None:
    """Advancing tells of the moment a session expires, which a keepalive moves and an end takes away."""
    kept, ended = await leased(client, session_timeout=60), await leased(client, session_timeout=60)
    await client.advance(30)
    await client.post(f"/sessions/{kept}/keepalive")
    assert (await client.delete(f"/sessions/{ended}")).status == 204
    fired = [entry for entry in await client.advance(120) if entry["kind"] == "session"]
    shown = (await client.get(f"/sessions/{kept}")).data
    assert [(entry["id"], entry["status_text"], entry["at"]) for entry in fired] == [
        (kept, "expired", shown["expires_at"])
    ]
    assert shown["status"] == "expired"


async def test_sessions_have_a_cap(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest that is over makes room; where all are active nothing is started."""
    monkeypatch.setattr(world, "MOST_SESSIONS", 2)
    first, second = await leased(client), await leased(client)
    before = (await client.get("/tasks")).data["total_items"]
    refused_run = await client.post("/apps/run", {"app": APP, "input": {"prompt": "x"}, "session": "new"})
    assert (refused_run.status, refused_run.code) == (402, "limit_exceeded")
    assert (await client.get("/tasks")).data["total_items"] == before
    await client.delete(f"/sessions/{first}")
    third = await leased(client)
    assert {row["id"] for row in (await client.get("/sessions")).data} == {second, third}
