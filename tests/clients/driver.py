"""One unmodified Python client, driven from standard input: runs in the client's own environment, not in ours.

    python driver.py sync|async

It prints a line naming the installed release, then takes one order a line, `{"case", "base_url", "api_key", "input"}`,
and answers with JSON lines of what the client returned, yielded or raised; the last line of an answer is `returned` or
`raised`. It never gives up on its own: whoever reads the lines has the deadline and ends the process.
"""

import asyncio
import contextlib
import importlib.metadata
import inspect
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import inferencesh  # type: ignore[import-untyped]  # the release under test ships no types

APP = "klingai/video-v2-6"

# Old releases print what they read; only our own lines may reach the reader.
answers = sys.stdout
sys.stdout = sys.stderr

# 0.4.29 has the classes only; 0.5.6 and later have the factories, which is what the app page calls.
FACTORIES: dict[str, Callable[..., Any]] = {
    "sync": getattr(inferencesh, "inference", None) or inferencesh.Inference,
    "async": getattr(inferencesh, "async_inference", None) or inferencesh.AsyncInference,
}
# The client's own numbers, so that "done" is what this release takes for done.
ENDS = {int(inferencesh.TaskStatus[name]) for name in ("COMPLETED", "FAILED", "CANCELLED")}


def say(kind: str, value: Any) -> None:
    """One answer line."""
    answers.write(json.dumps({kind: value}, default=str) + "\n")
    answers.flush()


async def settled(value: Any) -> Any:
    """What the call comes to, whichever of the two clients made it."""
    return await value if inspect.isawaitable(value) else value


async def each(stream: Any) -> AsyncIterator[Any]:
    """The updates of a stream of either client."""
    if hasattr(stream, "__aiter__"):
        async for update in stream:
            yield update
    else:
        for update in stream:
            yield update


async def record(client: Any, task_id: str) -> dict[str, Any]:
    """The task by id; a dict up to 0.7.20, inside a `Response` since 0.7.22."""
    answer = await settled(client.get_task(task_id))
    found: dict[str, Any] = getattr(answer, "data", answer)
    return found


async def polled(client: Any, task_id: str) -> dict[str, Any]:
    """The task once it has ended, asked for over and over without a pause: the tests' tasks end at once."""
    while True:
        task = await record(client, task_id)
        if task["status"] in ENDS:
            return task


async def run(client: Any, params: dict[str, Any]) -> Any:
    """Submit and wait: also the way `upload`, `failing`, `invalid` and `unauthorized` go, with other orders."""
    return await settled(client.run(params))


async def stream(client: Any, params: dict[str, Any]) -> Any:
    updates = await settled(client.run(params, stream=True))
    async for update in each(updates):
        say("update", update)
    return updates.result


async def poll(client: Any, params: dict[str, Any]) -> Any:
    task = await settled(client.run(params, wait=False))
    say("submitted", task)
    return await polled(client, task["id"])


async def cancel(client: Any, params: dict[str, Any]) -> Any:
    task = await settled(client.run(params, wait=False))
    say("submitted", task)
    await settled(client.cancel(task["id"]))
    return await polled(client, task["id"])


async def wait_cancelled(client: Any, params: dict[str, Any]) -> Any:
    task = await settled(client.run(params, wait=False))
    await settled(client.cancel(task["id"]))
    return await settled(client.wait_for_completion(task["id"]))


CASES: dict[str, Callable[[Any, dict[str, Any]], Awaitable[Any]]] = {
    "run": run,
    "upload": run,
    "failing": run,
    "invalid": run,
    "unauthorized": run,
    "stream": stream,
    "poll": poll,
    "cancel": cancel,
    "wait_cancelled": wait_cancelled,
}


async def carry_out(order: dict[str, Any], factory: Callable[..., Any]) -> None:
    """Run one case with a client of its own and say how it ended."""
    client = factory(api_key=order["api_key"], base_url=order["base_url"])
    try:
        value = await CASES[order["case"]](client, {"app": APP, "input": order["input"]})
    except Exception as error:  # noqa: BLE001  whatever the client raises is the answer
        response = getattr(error, "response", None)
        said = {
            "type": type(error).__name__,
            "message": str(error),
            "status_code": getattr(error, "status_code", None) or getattr(response, "status_code", None),
            "code": getattr(error, "code", None),
        }
        say("raised", said)
    else:
        say("returned", value)


def main() -> None:
    mode = sys.argv[1]
    say("client", {"version": importlib.metadata.version("inferencesh"), "mode": mode})
    with contextlib.suppress(KeyboardInterrupt):
        for line in sys.stdin:
            asyncio.run(carry_out(json.loads(line), FACTORIES[mode]))


main()
