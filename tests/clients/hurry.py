"""The newest Python client in a hurry: a minute of it is a second of ours, and so is a minute of its world.

Nothing of the client is changed but how long it waits: each of its own limits is divided by `PACE`, and the clock of
the world it talks to runs `PACE` times as fast. What the tests tell in seconds is told in the client's own.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Event, Thread
from typing import Any

import inferencesh
import pytest
import requests
from inferencesh import client as official

from mockserver.testing import World

from .child import Answer, Driver
from .releases import PYTHON, PythonClient

PACE = 60
APP = "klingai/video-v2-6"

_RECONNECT_MS = 1000
_IDLE_SECONDS = 30.0


class Case:
    """One test: a world with a scenario, and clients of it."""

    def __init__(self, world: World, drive: Callable[[PythonClient], Driver]) -> None:
        self.world = world
        self._drive = drive
        self.sync = inferencesh.inference(api_key=world.api_key, base_url=world.base_url)

    def meet(self, scenario: str, **behaviour: Any) -> None:
        """Arm a scenario with its settings, on a clock that runs as fast as the client."""
        self.world.control("PUT", "/plan", {"scenario": scenario})
        if behaviour:
            self.world.configure(**behaviour)
        self.clock(mode="scaled", scale=PACE)

    def clock(self, **told: Any) -> None:
        """Set the world's clock."""
        self.world.control("PUT", "/clock", told)

    def run(self, prompt: str = "A paper boat", **given: Any) -> dict[str, Any]:
        """Run and wait, as the app's page does."""
        result: dict[str, Any] = self.sync.run(params(prompt, **given))
        return result

    def asynchronously(self, what: str, prompt: str = "A paper boat") -> Answer:
        """Let the asynchronous client do a case of `driver.py`, in an environment of its own and without any hurry."""
        client = PythonClient(PYTHON[-1], "async")
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
    def time_flies(self) -> Iterator[Callable[[float], None]]:
        """Move a manual clock on by minutes, as fast as it goes; what comes out waits until so many seconds have passed."""
        self.world.freeze()
        moved = 0.0
        news, over = Condition(), Event()

        def move() -> None:
            nonlocal moved
            while not over.is_set():
                self.world.advance(60)
                with news:
                    moved += 60
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


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Divide every limit of the newest client by PACE, for one test."""
    for function in (
        official.Inference.stream_task,
        official.TaskStream.__init__,
        official.Inference.run,
    ):
        _shorten(monkeypatch, function, "reconnect_delay_ms", _RECONNECT_MS)
    _shorten(monkeypatch, official.Inference._iter_ndjson, "idle_timeout", _IDLE_SECONDS)
    ask = requests.request

    def request(**given: Any) -> requests.Response:
        return ask(**{**given, "timeout": given["timeout"] / PACE})

    monkeypatch.setattr(requests, "request", request)


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
