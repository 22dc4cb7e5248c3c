"""The documents that show a task: they fit the contract's schemas at every step of every life."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import schemas

from .asgi import Client, emulated

pytestmark = pytest.mark.anyio

VIEWS = {"": "task", "/status": "task-status", "/logs": "task-logs", "/timings": "task-timings"}


def check(schema: str, document: Any) -> None:
    found = [error.message for error in schemas.validator(schema).iter_errors(document)]
    assert not found, (schema, found)


@pytest.mark.requirement("REQ-TASK-004")
@given(
    st.sampled_from(
        [
            {"prompt": "a cat"},
            {"prompt": "a cat", "mode": "std", "duration": "10"},
            {"prompt": "a cat", "image": "http://192.0.2.1/a.png", "voice_id": "v"},
            {"prompt": "a cat", "aspect_ratio": "21:9"},
        ]
    ),
    st.fixed_dictionaries(
        {
            "latency": st.sampled_from(["instant", "quick", "realistic"]),
            "status_numbers": st.sampled_from(["current", "legacy"]),
            "file_values": st.sampled_from(["string", "object"]),
            "enforce": st.sampled_from(["documented", "observed"]),
        }
    ),
    st.none() | st.floats(0, 3),
)
@settings(max_examples=40, deadline=None)
async def test_every_view_fits_its_schema_at_every_step(
    given_input: dict[str, Any], behaviour: dict[str, Any], cancel: float | None
) -> None:
    """Whole, status, logs, timings, slim result and list, from the first moment to the last."""
    async with emulated(**behaviour) as client:
        started = await client.run(given_input, session="new")
        check("task-result", started)
        record = client.world.tasks[started["id"]]
        if cancel is not None:
            await client.advance(cancel)
            await client.post(f"/tasks/{started['id']}/cancel")
        for step in record.life:
            await client.advance(max(0.0, record.at(step.offset) - client.world.clock.now()))
            for path, schema in VIEWS.items():
                check(schema, (await client.get(f"/tasks/{started['id']}{path}")).data)
        check("task-page", (await client.get("/tasks")).data)
        (session,) = (await client.get("/sessions")).data
        check("session", session)


@pytest.mark.requirement("REQ-MEDIA-015", "REQ-MEDIA-016", "REQ-TASK-006")
async def test_the_output_appears_with_completion_and_not_before(client: Client) -> None:
    """Null until then; a bare URL by default, an object by setting, with the size of the real file (D7)."""
    task = await client.run()
    await client.advance(2.999)
    assert (await client.get(f"/tasks/{task['id']}")).data["output"] is None
    await client.advance()
    url = (await client.get(f"/tasks/{task['id']}")).data["output"]["video"]
    assert url.startswith("http://127.0.0.1:8787/app/files/t/")
    assert url.endswith(".mp4")
    await client.configure(file_values="object")
    shown = (await client.get(f"/tasks/{task['id']}")).data["output"]["video"]
    assert (shown["uri"], shown["content_type"]) == (url, "video/mp4")


async def test_ids_of_events_and_logs_do_not_change_with_time(client: Client) -> None:
    """A client that merges updates by id sees each event once."""
    task = await client.run()
    seen: dict[str, Any] = {}
    for _ in range(40):
        shown = (await client.get(f"/tasks/{task['id']}")).data
        for event in shown["events"]:
            assert seen.setdefault(event["id"], event) == event
        await client.advance(0.1)
    assert [event["status"] for event in seen.values()] == sorted(event["status"] for event in seen.values())
