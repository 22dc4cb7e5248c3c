"""The runtime of Python adaptors."""

import io
import json
import threading
from collections.abc import Mapping
from typing import Any

from contracts.clientside.adapting import CannotError, serve


class Slow:
    """A client that hangs when it gets a task, has no cancel, and raises when it lists."""

    client: Mapping[str, str] = {"name": "slow", "version": "1", "language": "python"}
    supports = ("get",)

    def __init__(self) -> None:
        self.released = threading.Event()

    def get(self, _order: Mapping[str, Any], task: str) -> dict[str, Any]:
        self.released.wait(30)
        return {"id": task, "status": 10}

    def cancel(self, _order: Mapping[str, Any], task: str) -> dict[str, Any]:
        raise CannotError(f"cancel of {task}")

    def list(self, _order: Mapping[str, Any]) -> dict[str, Any]:
        raise ValueError("nothing there")

    def told(self, error: Exception) -> dict[str, Any]:
        return {"class": type(error).__name__, "message": str(error)}

    def forget(self, case: str) -> None:
        """Keep nothing."""


def _answers(adapted: Slow, *orders: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    lines = [{"op": "call", "case": "a/b", "with": {}, "deadline_ms": 5000, **order} for order in orders]
    out = io.BytesIO()
    serve(adapted, io.BytesIO(b"".join(json.dumps(line).encode() + b"\n" for line in lines)), out)
    return {row.pop("seq"): row for row in map(json.loads, out.getvalue().splitlines())}


def test_a_client_that_does_not_come_back_is_answered_for() -> None:
    """A call that hangs becomes an error of the case, and the adaptor ends all the same."""
    adapted = Slow()
    try:
        found = _answers(adapted, {"seq": 1, "call": "get", "with": {"task": "x"}, "deadline_ms": 20})
    finally:
        adapted.released.set()
    assert found == {
        1: {"raised": {"class": "NoReturn", "message": "the client had not come back from `get` after 0.0 s"}}
    }


def test_errors_and_lacks_are_answers() -> None:
    """What a client raises, cannot do, or has no method for is told as such."""
    found = _answers(
        Slow(),
        {"seq": 1, "call": "list"},
        {"seq": 2, "call": "cancel", "with": {"task": "x"}},
        {"seq": 3, "call": "wait", "with": {"task": "x"}},
    )
    assert found == {
        1: {"raised": {"class": "ValueError", "message": "nothing there"}},
        2: {"cannot": {"needs": "cancel of x"}},
        3: {"cannot": {"needs": "wait"}},
    }
