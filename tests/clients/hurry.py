"""The newest Python client against a world of its own, and both in a hurry.

Nothing of the client is changed but how long it waits: always between two streams, and where a test says so
(`impatient`) in its time limits. What the tests tell in seconds is told in the client's own.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Event, Thread
from typing import Any, Literal

import inferencesh
import pytest
import requests
from inferencesh import client as official

from mockserver.testing import World

from .child import Answer, Driver
from .releases import PYTHON, PythonClient

PACE = 100
"""By how much the world's clock is faster than ours, and the client's limits are shorter."""
APP = "klingai/video-v2-6"

_RECONNECT_MS = 1000
_IDLE_SECONDS = 30.0
_LOOK_SECONDS = 0.01


class Case:
    """One test: a world with a scenario, and clients of it."""

    def __init__(self, world: World, drive: Callable[[PythonClient], Driver], monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self._drive = drive
        for function in (
            official.Inference.run,
            official.Inference.stream_task,
            official.TaskStream.__init__,
            official.AsyncInference.stream_task,
        ):
            _shorten(monkeypatch, function, "reconnect_delay_ms", _RECONNECT_MS)
        self.sync = inferencesh.inference(api_key=world.api_key, base_url=world.base_url)

    def meet(self, scenario: str, **behaviour: Any) -> None:
        """Arm a scenario with its settings, on a clock that runs as fast as the client."""
        self.world.scenario(scenario)
        if behaviour:
            self.world.configure(**behaviour)
        self.clock(mode="scaled", scale=PACE)

    def also(self, outcome: str, **arguments: Any) -> None:
        """Arm an outcome of the next run besides."""
        step = {"on": "run", "do": {"outcome": outcome, **arguments}}
        self.world.control("POST", "/plan", {"steps": [step]})

    def clock(self, **told: Any) -> None:
        """Set the world's clock."""
        self.world.control("PUT", "/clock", told)

    def run(self, prompt: str = "A paper boat", **given: Any) -> dict[str, Any]:
        """Run and wait, as the app's page does."""
        result: dict[str, Any] = self.sync.run(params(prompt, **given))
        return result

    def watch(self, prompt: str = "A paper boat", **given: Any) -> dict[str, Any]:
        """Run and wait, while nothing happens before the client looks on."""
        with self.time_flies(step=0.5, streams=1):
            return self.run(prompt, **given)

    def updates(self) -> list[dict[str, Any]]:
        """Run and return every update of the stream, of a task that begins once the client looks on."""
        with self.time_flies(step=0.5, streams=1):
            return list(self.sync.run(params(), stream=True))

    def asynchronously(self, what: str, prompt: str = "A paper boat") -> Answer:
        """Let the asynchronous client do a case of `driver.py`, in an environment of its own and without any hurry."""
        client = PythonClient(PYTHON[-1], "async")
        with self.time_flies(step=0.5, streams=1):
            return self._drive(client).answer(what, self.world.base_url, self.world.api_key, prompt=prompt)

    def submit(self, prompt: str = "A paper boat", **given: Any) -> str:
        """Run without waiting and return the task's id."""
        return str(self.sync.run(params(prompt, **given), wait=False)["id"])

    def record(self, task: str) -> dict[str, Any]:
        """What the API says of a task."""
        found: dict[str, Any] = self.sync.get_task(task).data
        return found

    def calls(self, operation: str) -> list[dict[str, Any]]:
        """The exchanges of an operation, the oldest first."""
        return self.world.journal(operation=operation)

    def tasks(self) -> list[str]:
        """Ids of all tasks that were made, whether or not the client knows of them."""
        listed = self.sync._request("get", "/tasks").data["items"]
        return [row["id"] for row in reversed(listed)]

    def finish(self) -> dict[str, Any]:
        """Let everything come to its end and return the world's money."""
        self.world.freeze()
        self.world.advance()
        return self.world.control("GET", "/credits")

    def ledger(self) -> set[str]:
        """How the armed steps stand."""
        return {row["state"] for row in self.world.control("GET", "/plan")["ledger"]}

    @contextmanager
    def impatient(self, *, of: Literal["calls", "streams"]) -> Iterator[None]:
        """Divide limits of the client by PACE: 30 s of a call, or 60 s of a stream and 30 s of heartbeats alone."""
        ask = requests.request

        def request(**given: Any) -> requests.Response:
            hurried = given["stream"] == (of == "streams")
            return ask(**{**given, "timeout": given["timeout"] / PACE if hurried else given["timeout"]})

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(requests, "request", request)
            _shorten(patch, official.Inference._iter_ndjson, "idle_timeout", _IDLE_SECONDS)
            yield

    @contextmanager
    def time_flies(
        self, *, step: float = 60, pace: float | None = None, streams: int = 0
    ) -> Iterator[Callable[[float], None]]:
        """Move a manual clock on; what comes out waits until so many seconds have passed.

        Args:
            step: seconds at a time.
            pace: seconds of the world's for one of ours; as fast as it goes unless given.
            streams: not before so many have been opened, so that the last of them has something to tell.
        """
        self.world.freeze()
        moved = 0.0
        news, over = Condition(), Event()

        def move() -> None:
            nonlocal moved
            while len(self.calls("tasks.stream")) < streams and not over.wait(_LOOK_SECONDS):
                pass
            while not over.wait(0 if pace is None else step / pace):
                self.world.advance(step)
                with news:
                    moved += step
                    news.notify_all()

        def passed(seconds: float) -> None:
            with news:
                assert news.wait_for(lambda: moved >= seconds, timeout=20)

        mover = Thread(target=move)
        mover.start()
        try:
            yield passed
        finally:
            over.set()
            mover.join()


def params(prompt: str = "A paper boat", **given: Any) -> dict[str, Any]:
    """What the app's page passes to `run`; a webhook stands beside the input."""
    beside = {name: given.pop(name) for name in ("webhook",) if name in given}
    return {"app": APP, "input": {"prompt": prompt, **given}, **beside}


def _shorten(monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any], name: str, known: float) -> None:
    """Divide a default argument; a release with another default is noticed."""
    parameter = inspect.signature(function).parameters[name]
    assert parameter.default == known, f"{function.__qualname__}: {name} is {parameter.default}"
    if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
        monkeypatch.setattr(function, "__kwdefaults__", {**function.__kwdefaults__, name: known / PACE})
        return
    rows = [row for row in inspect.signature(function).parameters.values() if row.default is not row.empty]
    rows = [row for row in rows if row.kind is not inspect.Parameter.KEYWORD_ONLY]
    changed = tuple(known / PACE if row.name == name else row.default for row in rows)
    monkeypatch.setattr(function, "__defaults__", changed)
