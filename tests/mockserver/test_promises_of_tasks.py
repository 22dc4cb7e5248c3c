"""Promises about tasks, streams, cancels and webhooks that no other test shows by itself."""

import base64
import itertools
import json

import orjson
import pytest

from contracts.wire.ids import parse_timestamp
from contracts.wire.statuses import Status

from .asgi import Client, emulated
from .receivers import receiver

pytestmark = pytest.mark.anyio

NDJSON = {"accept": "application/x-ndjson"}


@pytest.mark.requirement("REQ-MEDIA-016")
async def test_a_file_object_has_four_members() -> None:
    """Under `--file-values object` the output's video says where, what, how much and its name."""
    async with emulated(file_values="object", media="tiny") as client:
        task = await client.run()
        await client.advance()
        video = (await client.get(f"/tasks/{task['id']}")).data["output"]["video"]
    assert video.keys() == {"uri", "content_type", "size", "filename"}
    assert video["uri"].endswith(video["filename"])
    assert video["size"] > 0


@pytest.mark.requirement("REQ-MEDIA-017")
async def test_output_meta_is_not_public(client: Client) -> None:
    """The output is the video alone; what the app would have told of it stands on the control plane."""
    task = await client.run()
    await client.advance()
    assert (await client.get(f"/tasks/{task['id']}")).data["output"].keys() == {"video"}
    assert (await client.get(f"/_mock/tasks/{task['id']}")).json()["output_meta"]["outputs"]


@pytest.mark.requirement("REQ-TASK-007")
async def test_error_is_told_of_failed_tasks_alone() -> None:
    """A text on the one that failed, no such member on the one that completed."""
    async with emulated(enforce="observed") as client:
        good = await client.run()
        bad = await client.run({"prompt": "a cat", "aspect_ratio": "21:9"})
        await client.advance()
        shown = [(await client.get(f"/tasks/{task['id']}")).data for task in (good, bad)]
    assert [task["status"] for task in shown] == [Status.COMPLETED, Status.FAILED]
    assert "error" not in shown[0]
    assert shown[1]["error"]


@pytest.mark.requirement("REQ-TASK-008")
async def test_events_are_the_statuses_a_task_has_had(client: Client) -> None:
    """One record for each, at every moment and in order of time."""
    task = await client.run()
    seen: list[int] = []
    for _ in range(70):
        shown = (await client.get(f"/tasks/{task['id']}")).data
        if not seen or seen[-1] != shown["status"]:
            seen.append(shown["status"])
        told = [event["status"] for event in shown["events"]]
        times = [parse_timestamp(event["event_time"]) for event in shown["events"]]
        assert told[-1] == shown["status"]
        assert len(set(told)) == len(told)
        assert times == sorted(times)
        await client.advance(0.05)
    # Polling may miss a status that was over in between; the records have them all.
    assert set(seen) <= set(told)
    assert told == [*range(1, 8), 9, 10]


@pytest.mark.requirement("REQ-TASK-009")
async def test_a_log_is_the_whole_text_so_far(client: Client) -> None:
    """One record a type, and what it said before is the beginning of what it says now."""
    task = await client.run()
    before: dict[int, bytes] = {}
    for _ in range(40):
        rows = (await client.get(f"/tasks/{task['id']}")).data["logs"]
        types = [row["log_type"] for row in rows]
        assert len(set(types)) == len(types)
        for row in rows:
            text = base64.b64decode(row["content"], validate=True)
            assert text.startswith(before.get(row["log_type"], b""))
            before[row["log_type"]] = text
        await client.advance(0.1)
    assert any(before.values())


@pytest.mark.requirement("REQ-TASK-012")
async def test_the_status_is_three_members_of_the_task(client: Client) -> None:
    """And equal to those of the task at every moment."""
    task = await client.run()
    for _ in range(30):
        status = (await client.get(f"/tasks/{task['id']}/status")).data
        whole = (await client.get(f"/tasks/{task['id']}")).data
        assert status == {name: whole[name] for name in ("id", "status", "updated_at")}
        await client.advance(0.12)


@pytest.mark.requirement("REQ-TASK-019")
async def test_the_logs_are_four_members(client: Client) -> None:
    """The id, the status and the task's own events and logs."""
    task = await client.run()
    await client.advance()
    logs = (await client.get(f"/tasks/{task['id']}/logs")).data
    whole = (await client.get(f"/tasks/{task['id']}")).data
    assert logs == {
        "task_id": task["id"],
        "status": whole["status"],
        "events": whole["events"],
        "logs": whole["logs"],
    }


@pytest.mark.requirement("REQ-TASK-013")
async def test_a_page_has_seven_members(client: Client) -> None:
    """On every list, empty or not."""
    await client.run()
    keys = {"items", "next_cursor", "prev_cursor", "has_next", "has_previous", "items_per_page", "total_items"}
    for path in ("/tasks", "/files", "/apps", "/store/apps"):
        assert set((await client.get(path)).data) == keys, path


@pytest.mark.requirement("REQ-TASK-014")
async def test_a_page_has_ten_rows_unless_all_are_asked_for(client: Client) -> None:
    """Ten when nothing is said, everything for -1, and up to ten thousand a page."""
    for _ in range(12):
        await client.run()
    page = (await client.get("/tasks")).data
    assert (len(page["items"]), page["items_per_page"], page["has_next"]) == (10, 10, True)
    every = (await client.get("/tasks?limit=-1")).data
    assert (len(every["items"]), every["items_per_page"], every["has_next"]) == (12, 10_000, False)


@pytest.mark.requirement("REQ-TASK-017")
async def test_neighbours_are_linked(client: Client) -> None:
    """`next` on the first page, both in the middle, `prev` on the last, none on a page that is alone."""
    for _ in range(3):
        await client.run()
    told, target = [], "/tasks?limit=1"
    for _ in range(3):
        reply = await client.get(target)
        link = reply.headers["link"]
        told.append({name for name in ("next", "prev") if f'rel="{name}"' in link})
        target = f"/tasks?limit=1&cursor={reply.data['next_cursor']}"
    assert told == [{"next"}, {"next", "prev"}, {"prev"}]
    assert "link" not in (await client.get("/tasks")).headers


@pytest.mark.requirement("REQ-TASK-018")
async def test_both_forms_of_a_list_give_the_same_page(client: Client) -> None:
    """The same question by GET and by POST."""
    for prompt in ("a cat", "a dog", "a cat again"):
        await client.run({"prompt": prompt})
    filters = [{"field": "prompt", "operator": "contains", "value": "cat"}]
    for question in ({}, {"limit": 1}, {"search": "dog"}, {"filters": filters, "limit": 1}):
        query = "&".join(
            f"{name}={json.dumps(value).replace(' ', '%20') if isinstance(value, list) else value}"
            for name, value in question.items()
        )
        got = (await client.get(f"/tasks?{query}")).data
        assert got == (await client.post("/tasks/list", question)).data, question


@pytest.mark.requirement("REQ-TASK-021")
async def test_telemetry_has_at_most_a_hundred_samples() -> None:
    """Also of a task that took minutes; and there are some."""
    async with emulated(latency="realistic") as client:
        task = await client.run({"prompt": "a cat", "duration": "10"})
        await client.advance()
        samples = (await client.get(f"/tasks/{task['id']}/telemetry")).data
    assert 1 < len(samples) <= 100


@pytest.mark.requirement("REQ-TASK-022")
async def test_files_lie_where_the_task_says(client: Client) -> None:
    """Input and output under the very URLs of the task."""
    from . import pictures

    record = await client.upload(pictures.png(320, 320))
    task = await client.run({"prompt": "a cat", "image": record["uri"]})
    await client.advance()
    shown = (await client.get(f"/tasks/{task['id']}")).data
    files = {row["role"]: row["uri"] for row in (await client.get(f"/tasks/{task['id']}/files")).data}
    assert files == {"input": shown["input"]["image"], "output": shown["output"]["video"]}


@pytest.mark.requirement("REQ-TASK-025")
async def test_the_queue_is_counted_by_app_and_function(client: Client) -> None:
    """Each sum is that of its parts, and what is ready or waits for its time makes up the queue."""
    await client.run(run_at="2026-06-01T01:00:00Z")
    await client.run()
    stats = (await client.get("/tasks/queue-stats")).data
    assert stats["total_queued"] == stats["with_run_at"] + stats["ready_to_run"]
    assert sum(row["queued"] for row in stats["by_app"]) == stats["total_queued"]
    assert sum(row["queued"] for row in stats["by_app_function"]) == stats["total_queued"]
    assert {row["function"] for row in stats["by_app_function"]} == {"run"}


@pytest.mark.requirement("REQ-STREAM-013")
@pytest.mark.parametrize("version", ["1", "2", "3", None])
async def test_lines_have_no_envelope(client: Client, version: str | None) -> None:
    """Whatever the header says, each line is the bare task."""
    task = await client.run()
    await client.advance()
    headers = NDJSON if version is None else {**NDJSON, "x-api-version": version}
    reply = await client.get(f"/tasks/{task['id']}/stream", headers=headers)
    (line,) = reply.body.splitlines()
    shown = orjson.loads(line)
    assert shown["id"] == task["id"]
    assert not {"data", "success", "messages"} & shown.keys()


@pytest.mark.requirement("REQ-STREAM-017")
async def test_stream_and_get_tell_the_same(client: Client) -> None:
    """At every moment the line that a new stream begins with is the task that a GET shows with its app beside it."""
    task = await client.run()
    for _ in range(30):
        connection = client.open("GET", f"/tasks/{task['id']}/stream", headers=NDJSON)
        first = orjson.loads((await connection.chunk_count(1))[0])
        shown = (await client.get(f"/tasks/{task['id']}")).data
        assert first == {name: value for name, value in shown.items() if name not in {"app", "app_version"}}
        connection.leave()
        await connection.finished()
        await client.advance(0.12)


@pytest.mark.requirement("REQ-CANCEL-004")
@pytest.mark.parametrize("headers", [{}, {"content-type": "application/json"}])
async def test_a_cancel_may_have_no_body(client: Client, headers: dict[str, str]) -> None:
    """With and without the content type that clients send all the same."""
    task = await client.run()
    reply = await client.request("POST", f"/tasks/{task['id']}/cancel", headers=headers)
    assert (reply.status, reply.data["cancelled"]) == (200, True)


@pytest.mark.requirement("REQ-WEBHOOK-004")
async def test_an_old_webhook_says_9() -> None:
    """Under `--status-numbers legacy`, as the app page's sample does."""
    async with receiver() as target, emulated(status_numbers="legacy") as client:
        await client.run(webhook=target.url)
        await client.advance()
        (request,) = target.received
    assert json.loads(request.body)["status"] == 9


@pytest.mark.requirement("REQ-TASK-005")
async def test_progress_is_told_in_whole_percents(client: Client) -> None:
    """On the task at every moment: an integer that never falls."""
    task = await client.run()
    seen = []
    for _ in range(40):
        seen.append((await client.get(f"/tasks/{task['id']}")).data["progress"])
        await client.advance(0.1)
    assert all(type(value) is int for value in seen)
    assert all(before <= after for before, after in itertools.pairwise(seen))
    assert (seen[0], seen[-1]) == (0, 100)
