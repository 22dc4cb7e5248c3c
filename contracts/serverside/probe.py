"""What a check holds in its hands: callers, ready-made tasks, and the words for its verdicts."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from contracts import requirements
from contracts.serverside.caller import Caller, Recorder
from contracts.serverside.exchange import Exchange, UnexpectedError, UntriedError
from contracts.serverside.finding import Finding, NotRunError, Verdict
from contracts.serverside.levers import Levers
from contracts.serverside.purse import Purse
from contracts.serverside.specimens import ANSWERED, POLL_SECONDS, Specimens, cheap, id_of, reference
from contracts.serverside.target import Target

NDJSON, SSE = "application/x-ndjson", "text/event-stream"

NOBODY = "00000000000000000000000000"
"""An id of the right form that nothing has."""


class Probe:
    """The means of one check."""

    def __init__(
        self,
        target: Target,
        recorder: Recorder,
        purse: Purse,
        levers: Levers | None,
        specimens: Specimens,
        emit: Callable[[Finding], None],
        name: str,
    ) -> None:
        """Make one.

        Args:
            target: the server.
            recorder: where exchanges are kept.
            purse: what may be spent.
            levers: the server's control plane, if it has one.
            specimens: tasks that several checks look at.
            emit: takes every finding.
            name: of the check.
        """
        self.target = target
        self.call = specimens.call
        self.levers = levers
        self.specimens = specimens
        self.emitted: set[str] = set()
        self._recorder = recorder
        self._purse = purse
        self._emit = emit
        self._name = name

    # ------------------------------------------------------------------ verdicts

    def holds(self, requirement: str, condition: object, told: str) -> bool:
        """Give a verdict on a requirement.

        Args:
            requirement: its id.
            condition: whether it is kept here.
            told: what was seen, and for the case of a failure what was expected.
        """
        self._say(requirement, "pass" if condition else "fail", told)
        return bool(condition)

    def equal(self, requirement: str, got: Any, wanted: Any, what: str) -> bool:  # noqa: ANN401  # any two values
        """Give a verdict on two values that have to be the same; `what` names the first."""
        told = f"{what}: {_short(wanted)}" if got == wanted else f"{what}: {_short(got)}; expected {_short(wanted)}"
        return self.holds(requirement, got == wanted, told)

    def warn(self, requirement: str, told: str) -> None:
        """Say that something is odd without being forbidden."""
        self._say(requirement, "warn", told)

    def skip(self, requirement: str, reason: str) -> None:
        """Say that this requirement could not be looked at, while others could."""
        self._say(requirement, "not-run", reason)

    def problem(self, requirement: str, answer: Exchange, status: int, code: str) -> bool:
        """Give a verdict on a refusal: its HTTP status and code."""
        fine = (answer.status, answer.code) == (status, code)
        told = f"{answer.line()} {answer.code or 'without a code'}"
        return self.holds(requirement, fine, told if fine else f"{told}; expected {status} {code}")

    def _say(self, requirement: str, verdict: Verdict, told: str) -> None:
        self.emitted.add(requirement)
        evidence = tuple(row.number for row in self._recorder.current)
        self._emit(Finding(requirement, verdict, told[:2000], self._name, "scripted", evidence[-40:]))

    # ------------------------------------------------------------------ means

    def other(self) -> Caller:
        """Return a caller with another key.

        Raises:
            NotRunError: there is none.
        """
        return self.specimens.other()

    def keyed(self, key: str | None) -> Caller:
        """Return a caller with a key of the check's own, or without one."""
        return self.specimens.caller(key)

    def impatient(self, call: Caller, seconds: float) -> Caller:
        """Return a caller with the same key that gives up when nothing has come for so many real seconds."""
        return self.specimens.caller(call.key, patience=seconds)

    def run(self, given: Any = None, *, price: int | None = None, **members: Any) -> Exchange:  # noqa: ANN401  # JSON
        """Submit a run of the app, if the run may cost that much.

        Args:
            given: the input; the cheapest one when left out.
            price: microcents it costs when it is accepted; reckoned from the input when left out.
            members: of the request besides app and input; `headers`, `version` and `path` go with the request itself.

        Raises:
            NotRunError: the purse does not hold it.
        """
        return self.specimens.submit(cheap(self.target) if given is None else given, price, members)

    def task(self, given: Any = None, **members: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
        """Submit a run and return its slim result.

        Raises:
            NotRunError: the purse does not hold it.
            UnexpectedError: it was refused.
        """
        answer = self.run(given, **members)
        try:
            return task_of(answer)
        except UnexpectedError as error:
            if given is None and not members:
                # There is nothing about this run but that it has to be taken.
                raise UntriedError(ANSWERED, str(error)) from None
            raise

    def ended(self, task_id: str) -> dict[str, Any]:
        """Wait until a task has ended and return it.

        Raises:
            UnexpectedError: it did not in time.
        """
        return self.specimens.ended(task_id)

    def dismiss(self, answer: Exchange) -> None:
        """Cancel the task that a run was answered with, if there is one: nobody waits for it, and it may cost less."""
        identifier = id_of(answer)
        if identifier is not None:
            self.call.send("POST", f"/tasks/{identifier}/cancel", json={})
            self.specimens.ended(identifier)

    def concerns(self, requirement: str) -> bool:
        """Tell whether a requirement concerns the version that is judged."""
        return requirements.load()[requirement].concerns(self.target.app_version)

    def pause(self) -> None:
        """Wait a moment before the next look."""
        self._recorder.pause(POLL_SECONDS)

    def lines(self, path: str, accept: str = NDJSON, **headers: str) -> tuple[list[str], bool]:
        """Read a stream to its end.

        Args:
            path: of the stream, with its query.
            accept: the format that is asked for.
            headers: further ones; underscores stand for hyphens.

        Returns:
            Its lines without their breaks, and whether it came to a proper end.

        Raises:
            UnexpectedError: it is no stream.
        """
        told = {"Accept": accept, **{name.replace("_", "-"): value for name, value in headers.items()}}
        with self.call.opened(path, headers=told) as stream:
            for _ in stream.pieces(self.specimens.patience):
                self._recorder.waits("for a stream to end")
        if stream.status != 200:
            raise UnexpectedError(f"GET {path}: expected a stream, got {stream.status} {bytes(stream.body[:200])!r}")
        text = bytes(stream.body).decode("utf-8", "replace")
        return text.split("\n")[:-1] if text.endswith("\n") else text.split("\n"), stream.ended

    def stream(self, task_id: str) -> list[dict[str, Any]]:
        """Return the events of a task's stream, heartbeats left out."""
        lines, _ = self.lines(f"/tasks/{task_id}/stream")
        events = [json.loads(line) for line in lines if line.strip()]
        return [event for event in events if event.get("type") != "heartbeat"]

    def control(self) -> Levers:
        """Return the server's control plane, in the name of the main key.

        Raises:
            NotRunError: it has none; a check that declares the need `control` is not run then.
        """
        if self.levers is None:
            raise NotRunError("this server has no control plane under /_mock")
        return self.levers

    def world(self, name: str, **behaviour: Any) -> tuple[Caller, Levers]:  # noqa: ANN401  # settings of several types
        """Return a caller with a key of its own, and the control plane of that key's world.

        The world is a fresh one whose clock stands still, whatever the key was used for in an earlier run.

        Args:
            name: what is hung on the main key.
            behaviour: settings that differ from the server's.

        Raises:
            NotRunError: the server has no control plane.
        """
        self.control()
        call = self.keyed(f"{self.target.api_key}-{name}")
        levers = Levers(call)
        levers.reset()
        levers.freeze()
        if behaviour:
            levers.configure(**behaviour)
        return call, levers

    @contextmanager
    def elsewhere(self, **behaviour: Any) -> Iterator[None]:  # noqa: ANN401  # settings of several types
        """Be in another world for as long as this lasts, with callers and tasks of its own.

        It behaves as that of the main key but for what is told, and is the same one whenever that is told. The main
        key's world is left as it is, for nobody would put it back if the run were killed.

        Args:
            behaviour: settings that differ.

        Raises:
            NotRunError: the server has no control plane.
        """
        main = self.control()
        name = "-".join(f"{setting}-{value}" for setting, value in behaviour.items())
        kept = self.call, self.specimens, self.levers
        self.specimens = self.specimens.elsewhere(name)
        self.call = self.specimens.call
        self.levers = Levers(self.call)
        try:
            self.levers.fund(self.target.spend)
            self.levers.configure(**{**main.behaviour(), **behaviour})
            yield
        finally:
            self.call, self.specimens, self.levers = kept

    @contextmanager
    def switched(self, **behaviour: Any) -> Iterator[None]:  # noqa: ANN401  # settings of several types
        """Be in a world that answers otherwise, see `elsewhere`.

        What is answered meanwhile is not held against what holds of every answer by default.

        Raises:
            NotRunError: the server has no control plane.
        """
        with self.elsewhere(**behaviour), self._recorder.apart():
            yield

    @staticmethod
    def log_of(task: Mapping[str, Any]) -> str:
        """Return the whole text of a task's logs."""
        parts = (row.get("content") or "" for row in task.get("logs") or [])
        return "\n".join(base64.b64decode(part).decode("utf-8", "replace") for part in parts)

    @property
    def cheap(self) -> dict[str, Any]:
        """The input of the cheapest clip."""
        return cheap(self.target)

    @property
    def app(self) -> str:
        """Reference of the app in the version that is judged."""
        return reference(self.target)


def task_of(answer: Exchange) -> dict[str, Any]:
    """Return the task that a run was answered with.

    Raises:
        UnexpectedError: there is none.
    """
    found = answer.data
    if not isinstance(found, dict) or not isinstance(found.get("id"), str):
        raise UnexpectedError(f"{answer.line()}: expected a task with an id, got {_short(found)}{answer.bare}")
    return found


def _short(value: Any) -> str:  # noqa: ANN401  # any value
    text = repr(value)
    return text if len(text) < 300 else text[:300] + "..."
