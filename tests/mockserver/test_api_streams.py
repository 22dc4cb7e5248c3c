"""Task streams: what is told, when, and how a stream ends (D11)."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.api import streams

from .asgi import MANUAL, Client, Connection, emulated

pytestmark = pytest.mark.anyio

NDJSON = {"accept": "application/x-ndjson"}
SSE = {"accept": "text/event-stream"}


def lines_of(chunks: list[bytes]) -> list[dict[str, object]]:
    """Parse NDJSON; every line must be whole."""
    text = b"".join(chunks)
    assert text.endswith(b"\n")
    return [orjson.loads(line) for line in text.splitlines()]


def events_of(chunks: list[bytes]) -> list[tuple[int, dict[str, object]]]:
    """Parse SSE into (id, task), heartbeats left out."""
    found = []
    for block in b"".join(chunks).split(b"\n\n")[:-1]:
        if block == b": heartbeat":
            continue
        head, data = block.split(b"\n")
        found.append((int(head.removeprefix(b"id: ")), orjson.loads(data.removeprefix(b"data: "))))
    return found


async def whole(client: Client, task: str, headers: dict[str, str]) -> Connection:
    """Open a stream and let the task run to its end."""
    connection = client.open("GET", f"/tasks/{task}/stream", headers=headers)
    await connection.chunk_count(1)
    await client.advance()
    await connection.finished()
    return connection


@pytest.mark.requirement("REQ-STREAM-002", "REQ-STREAM-004")
async def test_first_line_is_the_snapshot_and_the_last_is_terminal(client: Client) -> None:
    """A reader knows at once where the task stands, and at the end how it ended."""
    task = await client.run()
    connection = client.open("GET", f"/tasks/{task['id']}/stream", headers=NDJSON)
    assert lines_of(await connection.chunk_count(1))[0]["status"] == 1
    await client.advance()
    reply = await connection.finished()
    lines = lines_of(reply.chunks)
    assert reply.ended
    assert lines[-1]["status"] == 10
    assert lines[-1]["output"]["video"].endswith(".mp4")  # type: ignore[index]
    assert [line["status"] for line in lines].count(10) == 1


@pytest.mark.requirement("REQ-STREAM-003")
async def test_each_chunk_is_one_whole_task(client: Client) -> None:
    """Every line can be read alone: all keys, the input, one flush each."""
    task = await client.run()
    connection = await whole(client, task["id"], NDJSON)
    for chunk in connection.reply.chunks:
        (line,) = lines_of([chunk])
        assert line["id"] == task["id"]
        assert line["input"] == {"prompt": "a cat"}
        assert {"status", "progress", "logs", "events", "output", "created_at", "updated_at"} <= line.keys()


@pytest.mark.requirement("REQ-TASK-005", "REQ-STREAM-015")
async def test_progress_never_falls_and_is_100_exactly_at_completion(client: Client) -> None:
    """The page's example draws a bar from it."""
    task = await client.run()
    lines = lines_of((await whole(client, task["id"], NDJSON)).reply.chunks)
    shown = [line["progress"] for line in lines]
    assert shown == sorted(shown)  # type: ignore[type-var]
    assert [line["status"] for line in lines if line["progress"] == 100] == [10]
    assert len(set(shown)) >= 10


@pytest.mark.requirement("REQ-STREAM-017")
async def test_ndjson_and_sse_tell_the_same_tasks(client: Client) -> None:
    """The form of a stream changes nothing of what it tells."""
    task = await client.run()
    both = [client.open("GET", f"/tasks/{task['id']}/stream", headers=form) for form in (NDJSON, SSE)]
    for connection in both:
        await connection.chunk_count(1)
    await client.advance()
    ndjson, sse = [(await connection.finished()).chunks for connection in both]
    assert lines_of(ndjson) == [document for _, document in events_of(sse)]


@pytest.mark.requirement("REQ-STREAM-001", "REQ-STREAM-011", "REQ-STREAM-012")
@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/x-ndjson", "application/x-ndjson"),
        ("application/jsonl", "application/x-ndjson"),
        ("text/html, Application/X-NDJSON;q=0.1", "application/x-ndjson"),
        ("text/event-stream", "text/event-stream"),
        ("*/*", "text/event-stream"),
    ],
)
async def test_accept_chooses_the_form(client: Client, accept: str, content_type: str) -> None:
    """NDJSON where it is named, SSE otherwise; no charset, uncompressed, no length, not cached."""
    task = await client.run()
    connection = await whole(client, task["id"], {"accept": accept, "accept-encoding": "gzip, br"})
    headers = connection.reply.headers
    assert headers["content-type"] == content_type
    assert "content-length" not in headers
    assert "content-encoding" not in headers
    assert "no-cache" in headers["cache-control"]


@pytest.mark.requirement("REQ-STREAM-012")
async def test_lines_are_ascii(client: Client) -> None:
    """Old clients split lines at U+2028 and U+0085, so no such byte is on the wire, and the text survives."""
    prompt = "caf\u00e9 \u2028\u2029\u0085 \U0001f600 \u5f71"
    task = await client.run({"prompt": prompt})
    for form in (NDJSON, SSE):
        connection = client.open("GET", f"/tasks/{task['id']}/stream", headers=form)
        chunk = (await connection.chunk_count(1))[0]
        assert chunk.isascii()
        assert orjson.loads(chunk.split(b"data: ")[-1])["input"]["prompt"] == prompt
        connection.leave()
        await connection.finished()


async def test_sse_ids_count_up(client: Client) -> None:
    """An id names a step of the task, so that the client can say how far it has read."""
    task = await client.run()
    ids = [identifier for identifier, _ in events_of((await whole(client, task["id"], SSE)).reply.chunks)]
    assert ids == sorted(set(ids))


@pytest.mark.requirement("REQ-STREAM-010")
async def test_named_events_end_with_done() -> None:
    """With `sse_events: named` the documented `update` and `done` are on the wire."""
    async with emulated(sse_events="named") as client:
        task = await client.run()
        body = (await whole(client, task["id"], SSE)).reply.body
    assert body.count(b"event: update\n") == body.count(b"id: ")
    assert body.endswith(b"event: done\ndata: {}\n\n")


@pytest.mark.requirement("REQ-STREAM-005")
async def test_a_stream_of_a_finished_task_is_one_line(client: Client) -> None:
    """Who comes late learns the end and is let go."""
    task = await client.run()
    await client.advance()
    for form in (NDJSON, SSE):
        reply = await client.get(f"/tasks/{task['id']}/stream", headers=form)
        assert len(reply.chunks) == 1
        assert reply.ended


@pytest.mark.requirement("REQ-STREAM-009")
@given(cut=st.integers(0, 21), late=st.booleans(), by_query=st.booleans())
@settings(max_examples=40, deadline=None)
async def test_a_cut_stream_resumes_without_loss_or_repetition(cut: int, late: bool, by_query: bool) -> None:  # drawn
    """Wherever a stream is cut: what was read and what the resumed stream tells are together the whole."""
    async with emulated() as client:
        task = await client.run()
        full = events_of((await whole(client, task["id"], SSE)).reply.chunks)
        again = await client.run()
        path = f"/tasks/{again['id']}/stream"
        first = client.open("GET", path, headers=SSE)
        await first.chunk_count(1)
        while len(first.reply.chunks) <= cut and not first.reply.ended:
            await client.advance(0.05)
        first.leave()
        await first.finished()
        if late:
            await client.advance()
        read = events_of(first.reply.chunks)
        last = str(read[-1][0])
        second = client.open(
            "GET",
            f"{path}?last_event_id={last}" if by_query else path,
            headers=SSE if by_query else SSE | {"last-event-id": last},
        )
        await client.advance()
        rest = await second.finished()
        ids = [identifier for identifier, _ in read + events_of(rest.chunks)]
        assert ids == [identifier for identifier, _ in full]
        assert rest.status == (204 if len(read) == len(full) else 200)


async def test_resuming_after_the_end_is_204(client: Client) -> None:
    """An EventSource comes back until it is told to stop."""
    task = await client.run()
    last = events_of((await whole(client, task["id"], SSE)).reply.chunks)[-1][0]
    reply = await client.get(f"/tasks/{task['id']}/stream", headers=SSE | {"last-event-id": str(last)})
    assert (reply.status, reply.body) == (204, b"")


@pytest.mark.parametrize("told", ["x", "-1", "99999", "9" * 400, "\u00b2", "1.5"])
async def test_an_id_that_was_never_given_starts_anew(client: Client, told: str) -> None:
    """A resume point that makes no sense is none: the stream begins with the snapshot."""
    task = await client.run()
    await client.advance()
    reply = await client.get(f"/tasks/{task['id']}/stream", headers=SSE | {"last-event-id": told})
    assert (reply.status, len(reply.chunks)) == (200, 1)


@pytest.mark.requirement("REQ-STREAM-006")
async def test_heartbeat_and_a_real_event_every_ten_seconds(client: Client) -> None:
    """A quiet task keeps its line alive for proxies (heartbeat) and for the SDKs' idle clocks (event)."""
    task = await client.run(run_at="2026-06-01T00:00:35Z")
    connection = client.open("GET", f"/tasks/{task['id']}/stream", headers=NDJSON)
    await connection.chunk_count(1)
    await client.advance(1)
    before = len(connection.reply.chunks)
    await client.advance(30)
    lines = lines_of(connection.reply.chunks[before:])
    assert [line.get("type", "task") for line in lines] == ["heartbeat", "task"] * 3
    connection.leave()
    await connection.finished()


@pytest.mark.requirement("REQ-STREAM-006")
async def test_sse_heartbeats_are_comments(client: Client) -> None:
    """As data they would reach old Python clients as empty updates."""
    task = await client.run(run_at="2026-06-01T00:00:35Z")
    connection = client.open("GET", f"/tasks/{task['id']}/stream", headers=SSE)
    await connection.chunk_count(1)
    await client.advance(11)
    assert b": heartbeat\n\n" in connection.reply.chunks
    connection.leave()
    await connection.finished()


@pytest.mark.requirement("REQ-STREAM-007")
async def test_a_clock_that_stands_still_does_not_silence_the_line(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In real time a stream stays alive though the test clock stands still."""
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.01)
    task = await client.run()
    connection = client.open("GET", f"/tasks/{task['id']}/stream", headers=NDJSON)
    lines = lines_of(await connection.chunk_count(4))
    assert all(line == lines[0] for line in lines)
    connection.leave()
    await connection.finished()


@pytest.mark.requirement("REQ-STREAM-007")
async def test_stopping_the_clock_does_not_silence_an_open_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that was opened in real time goes on being alive when its world is frozen."""
    async with emulated(latency="realistic") as client:
        monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.05)
        await client.request("PUT", "/_mock/clock", json={"mode": "real"})
        task = await client.run(run_at="2026-07-01T00:00:00Z")
        connection = client.open("GET", f"/tasks/{task['id']}/stream", headers=NDJSON)
        await connection.chunk_count(2)
        await client.request("PUT", "/_mock/clock", json={"mode": "manual"})
        before = len(connection.reply.chunks)
        await connection.chunk_count(before + 3)
        connection.leave()
        await connection.finished()


async def test_a_client_that_goes_away_is_noticed(client: Client) -> None:
    """Its stream ends, nobody watches the task any more, the clock waits for nobody, and the journal says why."""
    task = await client.run()
    connection = client.open("GET", f"/tasks/{task['id']}/stream", headers=NDJSON)
    await connection.chunk_count(1)
    record = client.world.tasks[task["id"]]
    assert len(record.watchers) == 1
    connection.leave()
    reply = await connection.finished()
    assert not reply.ended
    assert record.watchers == set()
    assert client.world.clock._busy == 0
    exchanges = (await client.get("/_mock/journal?operation=tasks.stream")).json()["exchanges"]
    assert [exchange["outcome"] for exchange in exchanges] == ["client-gone"]


async def test_a_cancel_is_seen_at_once(client: Client) -> None:
    """An open stream tells of the cancel without waiting for the clock."""
    task = await client.run()
    await client.advance(1)
    connection = client.open("GET", f"/tasks/{task['id']}/stream", headers=NDJSON)
    await connection.chunk_count(1)
    await client.post(f"/tasks/{task['id']}/cancel")
    assert lines_of(await connection.chunk_count(2))[-1]["status"] == 8
    await client.advance(0.3)
    assert lines_of((await connection.finished()).chunks)[-1]["status"] == 12


async def test_head_tells_the_headers_and_nothing_else(client: Client) -> None:
    """HEAD of a stream does not wait for the task."""
    task = await client.run()
    reply = await client.request("HEAD", f"/tasks/{task['id']}/stream", headers=NDJSON)
    assert (reply.status, reply.body, reply.ended) == (200, b"", True)
    assert reply.headers["content-type"] == "application/x-ndjson"


async def test_a_closing_server_ends_its_streams(client: Client) -> None:
    """The body is ended properly, so that no client sees a broken connection."""
    task = await client.run()
    connection = client.open("GET", f"/tasks/{task['id']}/stream", headers=NDJSON)
    await connection.chunk_count(1)
    client.emulator.begin_closing()
    reply = await connection.finished()
    assert reply.ended
    assert lines_of(reply.chunks)[-1]["status"] == 1


async def test_a_reset_world_ends_its_streams(client: Client) -> None:
    """Nobody can move the clock of a world that was replaced, so its streams end."""
    task = await client.run()
    connection = client.open("GET", f"/tasks/{task['id']}/stream", headers=NDJSON)
    await connection.chunk_count(1)
    await client.post("/_mock/reset")
    assert (await connection.finished()).ended


@pytest.mark.requirement("REQ-INPUT-048", "REQ-TASK-011", "REQ-STREAM-014", "REQ-STREAM-016")
async def test_failed_and_unknown_tasks() -> None:
    """A failure is the last line with its error; a task that does not exist is a plain 404."""
    async with emulated(MANUAL, enforce="observed", latency="quick") as client:
        task = await client.run({"prompt": "a cat", "aspect_ratio": "21:9"})
        last = lines_of((await whole(client, task["id"], NDJSON)).reply.chunks)[-1]
        assert last["status"] == 11
        assert str(last["error"]).startswith("[1201]")
        assert last["progress"] != 100
        missing = await client.get(f"/tasks/{'z' * 26}/stream", headers=NDJSON)
        assert (missing.status, missing.code) == (404, "not_found")
