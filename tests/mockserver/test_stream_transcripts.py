"""Our own streams before the judge of streams: in both formats, whatever becomes of the task, nothing is found."""

from typing import Any

import pytest

from contracts.serverside.transcripts import judge_resumed, judge_transcript
from contracts.wire.streams import StreamFormat

from .asgi import Client, Reply, emulated

pytestmark = pytest.mark.anyio

both_formats = pytest.mark.parametrize("stream", ["ndjson", "sse"])
ACCEPT = {"ndjson": "application/x-ndjson", "sse": "text/event-stream"}


async def streamed(
    client: Client, task: str, stream: str, *, cancel_after: float | None = None, **headers: str
) -> list[str]:
    """Stream a task to its end; the lines without their breaks."""
    connection = client.open("GET", f"/tasks/{task}/stream", headers={"accept": ACCEPT[stream], **headers})
    await connection.chunk_count(1)
    if cancel_after is not None:
        await client.advance(cancel_after)
        await client.post(f"/tasks/{task}/cancel")
    await client.advance()
    return lines_of(await connection.finished())


def lines_of(reply: Reply) -> list[str]:
    """Lines of a body, each of which has to end."""
    text = reply.body.decode("utf-8")
    assert text.endswith("\n")
    return text.removesuffix("\n").split("\n")


@pytest.mark.requirement(
    "REQ-TASK-001",
    "REQ-TASK-003",
    "REQ-TASK-004",
    "REQ-TASK-006",
    "REQ-TASK-007",
    "REQ-TASK-008",
    "REQ-STREAM-002",
    "REQ-STREAM-003",
    "REQ-STREAM-004",
    "REQ-STREAM-005",
    "REQ-STREAM-008",
    "REQ-STREAM-015",
    "REQ-STREAM-018",
)
@both_formats
@pytest.mark.parametrize("latency", ["instant", "quick", "realistic"])
async def test_a_completed_task(stream: StreamFormat, latency: str) -> None:
    """From submission to completion, heartbeats included, and not behind what a GET showed before."""
    async with emulated(latency=latency) as client:
        task = (await client.run())["id"]
        before = (await client.get(f"/tasks/{task}")).data
        lines = await streamed(client, task, stream)
        assert judge_transcript(lines, stream, before=before) == ()
        again = await streamed(client, task, stream)
        assert judge_transcript(again, stream, before=before) == ()
        assert len(again) == (1 if stream == "ndjson" else 3)


@pytest.mark.requirement("REQ-STREAM-004", "REQ-STREAM-018")
@both_formats
async def test_a_cancelled_task(client: Client, stream: StreamFormat) -> None:
    """Cancelled on its way."""
    task = (await client.run())["id"]
    assert judge_transcript(await streamed(client, task, stream, cancel_after=1), stream) == ()


@pytest.mark.requirement("REQ-TASK-007", "REQ-STREAM-016")
@both_formats
async def test_a_failed_task(stream: StreamFormat) -> None:
    """A late failure of the observed app."""
    async with emulated(enforce="observed") as client:
        task = (await client.run({"prompt": "a", "aspect_ratio": "4:3"}))["id"]
        lines = await streamed(client, task, stream)
        assert judge_transcript(lines, stream) == ()
        assert "[1201]" in lines[-1] or "[1201]" in lines[-2]


@pytest.mark.requirement("REQ-TASK-002", "REQ-STREAM-010")
@both_formats
async def test_other_numbers_and_names(stream: StreamFormat) -> None:
    """The older numbering and named events are judged by what was asked for."""
    async with emulated(status_numbers="legacy", sse_events="named") as client:
        task = (await client.run())["id"]
        lines = await streamed(client, task, stream)
        assert judge_transcript(lines, stream, numbering="legacy", events="named") == ()
        assert judge_transcript(lines, stream) != ()


@pytest.mark.requirement("REQ-STREAM-009")
@pytest.mark.parametrize("at", [0, 3, -2, -1])
async def test_a_resumed_stream(client: Client, at: int) -> None:
    """After the first event, in the middle, and shortly before the end: nothing is lost and nothing comes again."""
    task = (await client.run())["id"]
    whole = await streamed(client, task, "sse")
    blocks = [block for block in "\n".join(whole).split("\n\n") if block]
    seen = blocks[: at + 1 or None]
    number = seen[-1].split("\n")[0].removeprefix("id: ")
    rest: Any = await client.get(f"/tasks/{task}/stream", headers={"accept": ACCEPT["sse"], "last-event-id": number})
    before = [*"\n\n".join(seen).split("\n"), ""]
    assert judge_resumed(before, lines_of(rest) if rest.body else [], whole) == ()
    assert (rest.status == 204) == (at == -1)
