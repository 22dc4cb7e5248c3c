"""What makes a Python object an adaptor: reads calls from stdin, answers on stdout, several at once.

class Mine:
    client = {"name": "mine", "version": "1.0", "language": "python"}
    supports = ("run", "run.wait", "get")

    def run(self, order, app, input, wait=False, **_): ...      # returns what was seen
    def get(self, order, task): ...
    def told(self, error): ...                                  # what an exception tells, see calls.RAISED

serve(Mine())
"""

import contextlib
import json
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Protocol

from contracts.clientside.lines import MOST_LINE, VERSION

MAX_PARALLEL = 8


class CannotError(Exception):
    """The client has no such thing; the message names the capability."""


class Adapted(Protocol):
    """A client, adapted; each call of calls.toml is a method of that name with an Order's line and the arguments."""

    client: Mapping[str, str]

    @property
    def supports(self) -> tuple[str, ...]:
        """Capabilities, as `supports` of the hello names them."""

    def told(self, error: Exception) -> dict[str, Any]:
        """Return what an error tells a user: `class`, `message`, and what else it has."""

    def forget(self, case: str) -> None:
        """Close what was kept for a case."""


def answer(adapted: Adapted, order: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out one call and return the answer's line."""
    call = getattr(adapted, order["call"], None)
    if call is None:
        return {"seq": order["seq"], "cannot": {"needs": order["call"]}}
    try:
        return {"seq": order["seq"], "saw": call(order, **order["with"])}
    except CannotError as error:
        return {"seq": order["seq"], "cannot": {"needs": str(error)}}
    except Exception as error:  # noqa: BLE001  # whatever a client raises is what the case wants to know
        return {"seq": order["seq"], "raised": adapted.told(error)}


def serve(adapted: Adapted, lines: BinaryIO | None = None, out: BinaryIO | None = None) -> None:
    """Answer calls until stdin ends or says bye; what prints goes to stderr, for stdout is the protocol's."""
    source, sink = lines or sys.stdin.buffer, out or sys.stdout.buffer
    writing = threading.Lock()

    def write(document: Mapping[str, Any]) -> None:
        line = json.dumps(document, default=str).encode("ascii")
        if len(line) > MOST_LINE:
            told = {"class": "AdaptorError", "message": f"an answer of {len(line)} bytes does not fit into a line"}
            line = json.dumps({"seq": document["seq"], "raised": told}).encode("ascii")
        with writing:
            sink.write(line + b"\n")
            sink.flush()

    with contextlib.redirect_stdout(sys.stderr):
        _loop(adapted, source, write)


def _loop(adapted: Adapted, source: BinaryIO, write: Callable[[Mapping[str, Any]], None]) -> None:
    pending: list[threading.Event] = []
    for line in source:
        asked = json.loads(line)
        if asked["op"] == "hello":
            supports = list(adapted.supports)
            hello = {"kit": VERSION, "client": dict(adapted.client), "supports": supports}
            write({**hello, "max_parallel": MAX_PARALLEL})
        elif asked["op"] == "call":
            pending = [event for event in pending if not event.is_set()]
            pending.append(_carry_out(adapted, asked, write))
        elif asked["op"] == "end":
            adapted.forget(asked["case"])
        else:
            break
    for event in pending:
        event.wait()


def _carry_out(
    adapted: Adapted, order: Mapping[str, Any], write: Callable[[Mapping[str, Any]], None]
) -> threading.Event:
    """Answer a call from a thread of its own; a client that does not come back in time is answered for.

    A thread cannot be stopped. One whose client hangs is left behind, and holds up neither other calls nor the exit.
    """
    answered, first = threading.Event(), threading.Lock()

    def tell(document: Mapping[str, Any]) -> None:
        if first.acquire(blocking=False):
            timer.cancel()
            write(document)
            answered.set()

    limit = order["deadline_ms"] / 1000
    late = {"class": "NoReturn", "message": f"the client had not come back from `{order['call']}` after {limit:.1f} s"}
    timer = threading.Timer(limit, tell, ({"seq": order["seq"], "raised": late},))
    timer.daemon = True
    timer.start()
    threading.Thread(target=lambda: tell(answer(adapted, order)), name="adaptor", daemon=True).start()
    return answered
