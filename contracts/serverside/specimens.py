"""Tasks that several checks look at, the callers that they are asked for with, and what they cost."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from contracts import clock
from contracts.apps import table, video_v2_6
from contracts.apps.files import FileFacts
from contracts.serverside.caller import Caller, Recorder
from contracts.serverside.exchange import Exchange, UnexpectedError, UntriedError
from contracts.serverside.finding import NotRunError, WithheldError
from contracts.serverside.purse import Purse, TooDearError
from contracts.serverside.target import Target
from contracts.wire.money import dollars
from contracts.wire.statuses import TERMINAL, Status

ANSWERED, NUMBERED = "REQ-RUN-002", "REQ-TASK-001"
"""What a plain run that is refused, and a task without a status, break: whatever else a check was to look at."""

POLL_SECONDS = 0.05
"""Between the first two looks at a task; the pause doubles up to MOST_POLL_SECONDS."""

MOST_POLL_SECONDS = 5.0

PROMPT = "A paper boat drifts down a rain-filled gutter"

CHEAP: Mapping[str, Any] = {"prompt": PROMPT, "mode": "std"}
"""An input of the cheapest clip there is in 2026-05."""


class Specimens:
    """Callers, and tasks that several checks look at: each is submitted once, when it is first wanted."""

    def __init__(self, target: Target, recorder: Recorder, purse: Purse) -> None:
        """Make callers."""
        self._target = target
        self._recorder = recorder
        self._purse = purse
        self._callers: dict[tuple[str | None, float], Caller] = {}
        self._tasks: dict[str, str] = {}
        self._prices: dict[str, int] = {}
        self.videos: dict[str, bytes] = {}
        """Of completed tasks, by the name that they were submitted under."""
        self.uploads: dict[str, str] = {}
        """Addresses of files that several inputs name."""
        self.call = self.caller(target.api_key)
        self.patience = target.task_patience
        """Real seconds for the next task to end; whoever has waited in vain waits half as long from then on."""
        self._stuck: dict[str, str] = {}
        self._elsewhere: dict[str, Specimens] = {}

    def caller(self, key: str | None, patience: float | None = None) -> Caller:
        """Return the caller of a key, with the target's patience or another."""
        target = self._target if patience is None else replace(self._target, patience=patience)
        kept = (key, target.patience)
        if kept not in self._callers:
            self._callers[kept] = Caller(target, self._recorder, key)
        return self._callers[kept]

    def elsewhere(self, name: str) -> "Specimens":
        """Return those of another world, whose key is made of the main one; only an emulator has such.

        Args:
            name: what is hung on the main key.
        """
        if name not in self._elsewhere:
            target = replace(self._target, api_key=f"{self._target.api_key}-{name}")
            self._elsewhere[name] = Specimens(target, self._recorder, self._purse)
        return self._elsewhere[name]

    def other(self) -> Caller:
        """Return a caller with another key.

        Raises:
            NotRunError: there is none.
        """
        if self._target.other_key is None:
            raise NotRunError("it needs a second key: give one with --other-key")
        return self.caller(self._target.other_key)

    def submit(self, given: Any, price: int | None, members: Mapping[str, Any]) -> Exchange:  # noqa: ANN401  # JSON
        """Submit a run, see Probe.run.

        Raises:
            NotRunError: neither the purse nor the account holds it.
        """
        if price is None:
            price = price_of(self._target, given)
        try:
            self._purse.reserve(price)
        except TooDearError as error:
            raise WithheldError(f"{error}; allow more with --spend") from None
        headers = members.get("headers", {})
        version = members.get("version", "2")
        path = members.get("path", "/apps/run")
        told = {key: value for key, value in members.items() if key not in {"headers", "version", "path"}}
        body = {"app": reference(self._target), "input": given, **told}
        answer = self.call.in_turn("POST", path, json=body, headers=headers, version=version)
        identifier = id_of(answer)
        if identifier is None:
            self._purse.settle(price, 0)
        else:
            self._prices[identifier] = price
        if answer.status == 402:
            raise NotRunError(f"{answer.line()}: the key's account does not hold what it costs, {dollars(price)}")
        return answer

    def completed(self, name: str = "cheap", given: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return a task that has completed, the same one for everybody who asks for this name.

        Raises:
            NotRunError: the purse does not hold it.
            UnexpectedError: it was refused, or did not complete.
        """
        task = self.started(name, given)
        found = self.ended(task)
        if found.get("status") != Status.COMPLETED:
            told = f"status {found.get('status')}, {found.get('error')!r}"
            raise UnexpectedError(f"task {task} should have completed; it has {told}")
        return found

    def started(self, name: str = "cheap", given: Mapping[str, Any] | None = None) -> str:
        """Return the id of a task that was submitted under this name."""
        if name not in self._tasks:
            answer = self.submit(dict(given or cheap(self._target)), None, {})
            try:
                self._tasks[name] = str(answer.member("id"))
            except UnexpectedError as error:
                if given is None:
                    raise UntriedError(ANSWERED, str(error)) from None
                raise
        return self._tasks[name]

    def ended(self, task_id: str) -> dict[str, Any]:
        """Wait until a task has ended and return it, see Probe.ended.

        Raises:
            NotRunError: it was waited for before, in vain.
            UnexpectedError: it did not in time, or has no status.
        """
        if task_id in self._stuck:
            raise NotRunError(self._stuck[task_id])
        begun, pause, patience = clock.now(), POLL_SECONDS, self.patience
        while clock.now() - begun < patience:
            answer = self.call.send("GET", f"/tasks/{task_id}")
            found = answer.data
            status = found.get("status") if isinstance(found, dict) else None
            if type(status) is not int:
                # Whoever says nothing of it now says nothing in a quarter of an hour.
                wanted = "a task whose `status` is a number"
                told = f"{answer.line()}: expected {wanted}, got {answer.beginning}{answer.bare}"
                raise UntriedError(NUMBERED, told)
            if status in {int(terminal) for terminal in TERMINAL}:
                self._settle(task_id)
                return dict(found)
            self._recorder.waits(f"for task {task_id} to end")
            self._recorder.pause(pause)
            pause = min(MOST_POLL_SECONDS, pause * 2)
        self.patience = patience / 2
        self._stuck[task_id] = f"task {task_id} had not ended after {patience:g} s; --task-patience waits longer"
        raise UnexpectedError(self._stuck[task_id])

    def close(self) -> None:
        """Close all connections."""
        for others in self._elsewhere.values():
            others.close()
        for caller in self._callers.values():
            caller.close()

    def _settle(self, task_id: str) -> None:
        price = self._prices.pop(task_id, None)
        if price is None:
            return
        answer = self.call.send("GET", f"/usage/tasks/{task_id}/cost")
        try:
            charged = answer.member("charged")
        except UnexpectedError:
            charged = price
        self._purse.settle(price, charged if isinstance(charged, int) else price)


def reference(target: Target) -> str:
    """Return the app's reference with the version that is judged."""
    spec = table.load()
    return f"{spec.reference}@{spec.versions[target.app_version].id}"


def cheap(target: Target) -> dict[str, Any]:
    """Return the input of the cheapest clip of the version."""
    if target.app_version == "2026-05":
        return dict(CHEAP)
    return {"prompt": PROMPT, "resolution": "720p", "sound": False}


def price_of(target: Target, given: Any) -> int:  # noqa: ANN401  # JSON
    """Return what an input costs by the price list; the dearest it may be, where pictures are not known."""
    judgement = video_v2_6.judge(
        target.app_version, given, lambda _: FileFacts("uploaded", size=1, format="png", width=640, height=480)
    )
    if not judgement.violations:
        return judgement.price
    # It is to be refused; a server that takes it nevertheless charges for it.
    known = given if isinstance(given, dict) else {}
    spec = table.load()
    app = spec.versions[target.app_version]
    kind = "high-voice" if known.get("voice_id") else "high-sound"
    if known.get(app.quality_field) == app.low:
        kind = "low-silent"
    return spec.prices[kind]["10" if str(known.get("duration")) == "10" else "5"]


def id_of(answer: Exchange) -> str | None:
    """Return the id of what an answer shows, or None."""
    try:
        found = answer.member("id")
    except UnexpectedError:
        return None
    return found if isinstance(found, str) else None
