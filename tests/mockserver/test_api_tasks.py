"""Reading, cancelling and deleting tasks, and paging through them (rest.md §6, wire.md §3)."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.wire.ids import parse_timestamp
from contracts.wire.statuses import Status, is_legal

from .asgi import APP, Client, emulated, path_of

pytestmark = pytest.mark.anyio


@pytest.mark.requirement("REQ-TASK-010")
async def test_a_whole_task_embeds_its_app(client: Client) -> None:
    """GET of a task tells everything, the app and its version included."""
    task = await client.run()
    shown = (await client.get(f"/tasks/{task['id']}")).data
    assert shown["app"]["name"] == "video-v2-6"
    assert shown["app_version"]["id"] == shown["app_version_id"] == "7kq2v605"
    assert (shown["short_id"], shown["input"]) == (task["id"][:8], {"prompt": "a cat"})


async def test_every_status_is_passed_in_a_legal_order(client: Client) -> None:
    """Polling at every step of the clock sees only legal transitions, and updated_at never goes back."""
    task = await client.run()
    seen, moments = [], []
    for _ in range(80):
        shown = (await client.get(f"/tasks/{task['id']}/status")).data
        seen.append(Status(shown["status"]))
        moments.append(parse_timestamp(shown["updated_at"]))
        await client.advance(0.05)
    path = [status for number, status in enumerate(seen) if number == 0 or status is not seen[number - 1]]
    assert all(is_legal(before, after) for before, after in itertools.pairwise(path))
    assert (path[0], path[-1]) == (Status.RECEIVED, Status.COMPLETED)
    assert moments == sorted(moments)


@pytest.mark.requirement("REQ-TASK-019", "REQ-TASK-020")
async def test_logs_events_timings_and_telemetry_agree(client: Client) -> None:
    """They are views of one life."""
    task = await client.run()
    await client.advance()
    base = f"/tasks/{task['id']}"
    whole, logs, timings, telemetry = [
        (await client.get(base + path)).data for path in ("", "/logs", "/timings", "/telemetry")
    ]
    assert logs["events"] == whole["events"]
    assert logs["logs"] == whole["logs"]
    assert [event["status"] for event in timings["events"]][-1] == "completed"
    assert timings["total_duration_ms"] == 3000
    assert sum(group["duration_ms"] for group in timings["groups"]) == timings["total_duration_ms"]
    assert [row["progress"] for row in telemetry] == sorted(row["progress"] for row in telemetry)


@pytest.mark.requirement("REQ-CANCEL-001", "REQ-CANCEL-002", "REQ-CANCEL-003")
async def test_cancel_passes_through_cancelling(client: Client) -> None:
    """200 at once with the status it has, then cancelled; a second cancel changes nothing (D17)."""
    task = await client.run()
    await client.advance(1)
    path = f"/tasks/{task['id']}/cancel"
    assert (await client.post(path)).data == {"id": task["id"], "status": 8, "cancelled": True}
    assert (await client.post(path)).data["status"] == 8
    await client.advance()
    shown = (await client.get(f"/tasks/{task['id']}")).data
    assert (shown["status"], shown["output"]) == (12, None)
    refused = await client.post(path)
    assert (refused.status, refused.code) == (409, "invalid_transition")
    assert refused.json()["meta"] == {"status": 12}


@pytest.mark.requirement("REQ-CANCEL-005")
@pytest.mark.parametrize(
    ("body", "seconds"),
    [({"force": True}, 0), ({"timeout": 100}, 0.1), ({"timeout": 10_000}, 0.3), ({"timeout": None}, 0.3)],
)
async def test_force_and_timeout_bound_the_stopping(client: Client, body: dict[str, object], seconds: float) -> None:
    """Force is at once; a timeout only ever shortens."""
    task = await client.run()
    await client.advance(1)
    reply = await client.post(f"/tasks/{task['id']}/cancel", body)
    if seconds:
        assert reply.data["status"] == 8
        await client.advance(seconds - 0.001)
        assert (await client.get(f"/tasks/{task['id']}/status")).data["status"] == 8
        await client.advance(0.001)
    assert (await client.get(f"/tasks/{task['id']}/status")).data["status"] == 12


@pytest.mark.requirement("REQ-TASK-003")
@given(st.floats(0, 3.5), st.booleans())
@settings(max_examples=40, deadline=None)
async def test_a_cancel_at_any_moment_leaves_a_legal_task(moment: float, force: bool) -> None:  # drawn
    """Before, between and after all steps."""
    async with emulated() as client:
        task = await client.run()
        await client.advance(moment)
        reply = await client.post(f"/tasks/{task['id']}/cancel", {"force": force})
        await client.advance()
        shown = (await client.get(f"/tasks/{task['id']}")).data
    path = [event["status"] for event in shown["events"]]
    assert all(is_legal(Status(before), Status(after)) for before, after in itertools.pairwise(path))
    assert path[-1] == (12 if reply.status == 200 else 10)


@pytest.mark.requirement("REQ-TASK-023", "REQ-TASK-024")
async def test_only_finished_tasks_can_be_deleted(client: Client) -> None:
    """409 while it runs; afterwards it is gone, with its files if asked."""
    record = await client.upload(b"x")
    await client.configure(enforce="observed")
    task = await client.run({"prompt": "a cat", "image": record["uri"]})
    for path in ("", "/files"):
        refused = await client.delete(f"/tasks/{task['id']}{path}")
        assert (refused.status, refused.code) == (409, "conflict")
    await client.advance()
    assert (await client.delete(f"/tasks/{task['id']}?files=true")).status == 204
    assert (await client.get(f"/tasks/{task['id']}")).status == 404
    assert (await client.get(path_of(record["uri"]))).status == 404


@pytest.mark.requirement("REQ-TASK-022", "REQ-TASK-023")
async def test_files_of_a_task(client: Client) -> None:
    """What went in and what came out, by role; deleting them keeps the task."""
    from . import pictures

    record = await client.upload(pictures.png(320, 320))
    task = await client.run({"prompt": "a cat", "image": record["uri"]})
    await client.advance()
    base = f"/tasks/{task['id']}/files"
    assert [row["role"] for row in (await client.get(base)).data] == ["input", "output"]
    (output,) = (await client.get(f"{base}?role=output")).data
    got = await client.get(path_of(output["uri"]))
    assert (len(got.body), got.headers["content-type"]) == (output["size"], "video/mp4")
    assert (await client.get(f"{base}?role=both")).status == 400
    gone = (await client.delete(f"{base}?role=input")).data
    assert gone == {"deleted": [record["id"]], "skipped": []}
    assert [row["role"] for row in (await client.get(base)).data] == ["output"]
    assert (await client.delete(base)).data["deleted"] == [output["id"]]
    assert (await client.delete(base)).data["deleted"] == []
    assert (await client.get(f"/tasks/{task['id']}")).status == 200


@pytest.mark.requirement("REQ-TASK-025")
async def test_queue_stats_count_what_is_under_way(client: Client) -> None:
    """Waiting, waiting for their time, running."""
    await client.run(run_at="2026-06-01T01:00:00Z")
    await client.run()
    await client.advance(1)
    stats = (await client.get("/tasks/queue-stats")).data
    assert (stats["total_queued"], stats["with_run_at"], stats["in_progress"]) == (1, 1, 1)


@pytest.mark.requirement("REQ-TASK-015", "REQ-TASK-017")
async def test_pages_are_the_whole_list_cut_in_pieces(client: Client) -> None:
    """Forwards by next_cursor and back by prev_cursor, newest first, nothing twice, nothing lost."""
    made = [(await client.run())["id"] for _ in range(7)][::-1]
    for size in (1, 2, 3, 7, 50):
        found, cursor = [], None
        while True:
            page = (await client.post("/tasks/list", {"limit": size, "cursor": cursor})).data
            found += [row["id"] for row in page["items"]]
            assert page["total_items"] == 7
            cursor = page["next_cursor"]
            if not page["has_next"]:
                break
        assert found == made
        back = (
            await client.post("/tasks/list", {"limit": size, "direction": "prev", "cursor": page["prev_cursor"]})
        ).data
        if page["has_previous"]:
            assert [row["id"] for row in back["items"]] == made[len(made) - len(page["items"]) - size :][:size]
    assert len((await client.post("/tasks/list", {"limit": -1})).data["items"]) == 7
    assert (await client.get("/tasks?limit=2")).headers["link"].endswith('rel="next"')


@pytest.mark.parametrize(
    "query",
    [
        "limit=--5",
        "limit=1.5",
        "limit=x",
        "limit=-2",
        "limit=" + "9" * 30,
        "cursor=!",
        "filters={",
        "sort=x",
        "direction=up",
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(client: Client, query: str) -> None:
    """400 or 422, and the detail says what is expected."""
    reply = await client.get(f"/tasks?{query}")
    assert reply.status in {400, 422}
    assert reply.json()["detail"]


async def test_times_are_compared_as_times(client: Client) -> None:
    """`...00.6Z` is before `...00.65Z`, though as text it is after."""
    made = []
    for seconds in (0, 0.6, 0.05, 0.35, 1):
        await client.advance(seconds)
        made.append((await client.run())["id"])
    sort = [{"field": "created_at", "dir": "asc"}]
    rows = (await client.post("/tasks/list", {"sort": sort})).data["items"]
    assert [row["id"] for row in rows] == made
    for operator, want, expected in (
        ("gt", "2026-06-01T00:00:00.6Z", made[2:]),
        ("lte", "2026-06-01T00:00:00.65Z", made[:3]),
        ("gte", "2026-06-01T02:00:01+02:00", made[3:]),
        ("eq", "2026-06-01T00:00:00.6Z", made[1:2]),
        ("contains", "2026-06-01T00:00:00", made[:3]),
    ):
        condition = {"field": "created_at", "operator": operator, "value": want}
        rows = (await client.post("/tasks/list", {"sort": sort, "filters": [condition]})).data["items"]
        assert [row["id"] for row in rows] == expected, operator


async def test_a_pattern_of_many_wildcards_costs_nothing(client: Client) -> None:
    """A filter cannot keep the server busy: this one took a regular expression years."""
    await client.run({"prompt": "a" * 2500})
    condition = {"field": "prompt", "operator": "like", "value": "%a" * 400 + "%b"}
    assert (await client.post("/tasks/list", {"filters": [condition]})).data["total_items"] == 0
    condition["value"] = "%a" * 400 + "%"
    assert (await client.post("/tasks/list", {"filters": [condition]})).data["total_items"] == 1


@pytest.mark.requirement("REQ-TASK-016")
async def test_searches_and_filters(client: Client) -> None:
    """By words of the prompt, by status name in either numbering, by id."""
    cat = await client.run({"prompt": "A Cat"})
    await client.advance()
    dog = await client.run({"prompt": "a dog"})
    for request, wanted in (
        ({"search": "cat"}, [cat]),
        ({"search": {"term": "DOG", "fields": ["prompt"]}}, [dog]),
        ({"filters": [{"field": "status", "operator": "eq", "value": "completed"}]}, [cat]),
        ({"filters": [{"field": "status", "operator": "in", "value": ["received", 10]}]}, [dog, cat]),
        ({"filters": [{"field": "id", "operator": "neq", "value": cat["id"]}]}, [dog]),
    ):
        rows = (await client.post("/tasks/list", request)).data["items"]
        assert [row["id"] for row in rows] == [row["id"] for row in wanted], request
    for condition in (
        {"field": "colour", "operator": "eq"},
        {"field": "id", "operator": "is like"},
        {"field": "status", "operator": "eq", "value": "done"},
    ):
        reply = await client.post("/tasks/list", {"filters": [condition]})
        assert (reply.status, reply.code) == (400, "invalid_filter")


@pytest.mark.requirement("REQ-TASK-002")
async def test_legacy_numbers_are_everywhere_the_same(client: Client) -> None:
    """9/10/11 for clients up to Python 0.6.0: in results, tasks, status, logs and filters (D2)."""
    await client.configure(status_numbers="legacy")
    task = await client.run()
    await client.advance()
    for path in ("", "/status", "/logs", "/timings"):
        assert (await client.get(f"/tasks/{task['id']}{path}")).data["status"] == 9
    filters = [{"field": "status", "operator": "eq", "value": "completed"}]
    assert (await client.post("/tasks/list", {"filters": filters})).data["total_items"] == 1


@pytest.mark.requirement("REQ-AUTH-004", "REQ-TASK-026")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", path) for path in ("", "/status", "/stream", "/logs", "/timings", "/telemetry", "/files")),
        *(("DELETE", path) for path in ("", "/files")),
        ("POST", "/cancel"),
    ],
)
async def test_another_keys_task_does_not_exist(client: Client, method: str, path: str) -> None:
    """404 on every route, and the task is untouched."""
    task = await client.run()
    reply = await client.other("another-key").request(method, f"/tasks/{task['id']}{path}")
    assert (reply.status, reply.code) == (404, "not_found")
    assert (await client.get(f"/tasks/{task['id']}")).data["status"] == 1


@pytest.mark.requirement("REQ-AUTH-004")
async def test_another_keys_costs_are_nobodys_business(client: Client) -> None:
    """What a task cost is told to its own key alone."""
    task = await client.run()
    await client.advance()
    path = f"/usage/tasks/{task['id']}/cost"
    assert (await client.get(path)).status == 200
    reply = await client.other("another-key").get(path)
    assert (reply.status, reply.code) == (404, "not_found")


def test_the_app_is_the_one_the_emulator_has() -> None:
    """A guard for the constant these tests use."""
    from contracts.apps import table

    assert table.load().reference == APP
