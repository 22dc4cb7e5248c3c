"""A play: steps over tasks, files, sessions, the clock and another key's world, compared with a model in memory."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule

from contracts.serverside import clips
from contracts.serverside.always import Always
from contracts.serverside.caller import Caller
from contracts.serverside.docket import Docket
from contracts.serverside.exchange import Exchange
from contracts.serverside.finding import BrokenError, Finding
from contracts.serverside.levers import Levers
from contracts.serverside.specimens import cheap, reference
from contracts.wire.statuses import TERMINAL, Status, reachable

STEPS = 40
"""Steps of one play at the most."""

_ENDS = frozenset(int(status) for status in TERMINAL)


class EnoughError(BaseException):
    """No further play makes sense; not an Exception, for Hypothesis takes those for what it looks for."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A server that differs from the model."""

    requirement: str
    told: str
    steps: tuple[Exchange, ...]
    """All exchanges of the play; the last one shows it."""


@dataclass(slots=True)
class Bench:
    """What all plays of a run share."""

    docket: Docket
    always: Always
    most: int
    """Requests that all plays send at the most: finding the least one that differs takes many."""
    held: Counter[str] = field(default_factory=Counter)
    found: list[Finding] = field(default_factory=list)
    """What does not hold of answers by themselves."""
    least: Difference | None = None
    """The play of the fewest requests that differs."""
    sent: tuple[Exchange, ...] = ()
    """All exchanges of the last play that ended."""
    _count: int = 0

    def count(self, answer: Exchange) -> None:
        """Note that a request was sent.

        Raises:
            EnoughError: the server does not answer, or there were too many.
        """
        self._count += 1
        if answer.status is None:
            raise EnoughError(answer.line())
        if self._count > self.most:
            raise EnoughError(f"after {self.most} requests")

    def expect(self, requirement: str, condition: object, told: str) -> None:
        """Compare; the first difference ends the play.

        Raises:
            BrokenError: the server differs.
        """
        if condition:
            self.held[requirement] += 1
            return
        steps = self.docket.recorder.current
        if self.least is None or len(steps) < len(self.least.steps):
            self.least = Difference(requirement, told, steps)
        raise BrokenError(requirement, told)

    def end_play(self) -> None:
        """Judge what came in a play by what holds of every answer, and forget what nobody needs."""
        self.sent = self.docket.recorder.current
        self.found += self.always.look(self.sent)
        cited = {number for row in self.found for number in row.exchanges}
        if self.least is not None:
            cited |= {row.number for row in self.least.steps}
        self.docket.recorder.forget(cited)


@dataclass(slots=True)
class KnownTask:
    """What the model knows of a task."""

    id: str
    prompt: str
    status: int
    progress: int = 0
    cancelled: bool = False


class Play(RuleBasedStateMachine):
    """One play, in a world of its own where the server has such."""

    tasks: "Bundle[KnownTask]" = Bundle("tasks")
    files: "Bundle[str]" = Bundle("files")
    sessions: "Bundle[str]" = Bundle("sessions")

    def __init__(self, bench: Bench) -> None:
        """Begin with nothing known."""
        super().__init__()
        self._bench = bench
        self._known: dict[str, KnownTask] = {}
        self._files: dict[str, bytes | None] = {}
        target = bench.docket.target
        # In a world of its own, where the server has such.
        alone = bench.docket.levers is not None
        self._call: Caller = bench.docket.specimens.caller(f"{target.api_key}-play" if alone else target.api_key)
        self._levers = Levers(self._call) if alone else None

    @initialize()
    def begin(self) -> None:
        """Begin with an empty world and a clock that stands still, where there are such."""
        if self._levers is not None:
            self._levers.reset()
            self._levers.freeze()

    # ------------------------------------------------------------------ tasks

    @rule(target=tasks, prompt=st.sampled_from(["A boat", "A kite", "Ein Böötchen", "一艘纸船"]))
    def submit(self, prompt: str) -> KnownTask:
        """Submit a run; it is answered at once and has not ended."""
        body = {
            "app": reference(self._bench.docket.target),
            "input": {**cheap(self._bench.docket.target), "prompt": prompt},
        }
        answer = self._ask("POST", "/apps/run", json=body)
        status = answer.member("status")
        self._expect("REQ-RUN-002", answer, status not in _ENDS, f"status {status} is terminal")
        task = KnownTask(str(answer.member("id")), prompt, int(status))
        self._expect("REQ-RUN-015", answer, task.id not in self._known, "a second task has the id of the first")
        self._known[task.id] = task
        return task

    @rule(wrong=st.sampled_from([{}, {"prompt": 3}, {"prompt": "x" * 2501}, {"prompt": "x", "duration": "7"}]))
    def submit_what_is_refused(self, wrong: dict[str, Any]) -> None:
        """A refused run makes no task."""
        answer = self._ask("POST", "/apps/run", json={"app": reference(self._bench.docket.target), "input": wrong})
        self._refused("REQ-RUN-010", answer, 422, "the status")

    @rule(task=tasks)
    def look(self, task: KnownTask) -> None:
        """The task is what it was or further on, and says what was asked for."""
        answer = self._ask("GET", f"/tasks/{task.id}")
        if task.id not in self._known:
            self._refused("REQ-TASK-026", answer, 404, "a deleted task")
            return
        self._learn(task, answer)
        given = answer.member("input")
        self._expect("REQ-TASK-004", answer, given.get("prompt") == task.prompt, f"the input is {given!r:.200}")

    @rule(task=tasks)
    def look_at_the_status(self, task: KnownTask) -> None:
        """Polling tells the same."""
        answer = self._ask("GET", f"/tasks/{task.id}/status")
        if task.id in self._known:
            self._learn(task, answer)

    @precondition(lambda self: self._bench.docket.target.other_key is not None)
    @rule(task=tasks, method=st.sampled_from(["GET", "DELETE"]))
    def look_from_another_world(self, task: KnownTask, method: str) -> None:
        """To another key there is no such task, and what it does to it does nothing."""
        answer = self._bench.docket.specimens.other().send(method, f"/tasks/{task.id}")
        self._refused("REQ-AUTH-004", answer, 404, "to another key it")

    @rule(task=tasks)
    def cancel(self, task: KnownTask) -> None:
        """Only what has not ended can be cancelled."""
        before = self._ask("GET", f"/tasks/{task.id}")
        answer = self._ask("POST", f"/tasks/{task.id}/cancel")
        if task.id not in self._known:
            self._refused("REQ-TASK-026", answer, 404, "a deleted task")
        elif before.member("status") in _ENDS:
            self._refused("REQ-CANCEL-003", answer, 409, "an ended task")
        elif answer.status == 409 and self._levers is None:
            pass  # it ended between the two requests; only a clock that stands still rules that out
        else:
            fine = answer.status == 200 and answer.member("cancelled") is True
            self._expect("REQ-CANCEL-001", answer, fine, answer.beginning)
            task.cancelled = True

    @rule(task=tasks)
    def delete(self, task: KnownTask) -> None:
        """Only what has ended can be deleted, and then it is gone."""
        before = self._ask("GET", f"/tasks/{task.id}")
        answer = self._ask("DELETE", f"/tasks/{task.id}")
        if task.id not in self._known:
            self._refused("REQ-TASK-026", answer, 404, "a deleted task")
        elif answer.status == 204:
            del self._known[task.id]
        else:
            over = before.member("status") in _ENDS
            told = f"a DELETE of {'an ended' if over else 'a running'} task was answered {answer.status}"
            self._expect("REQ-TASK-024", answer, answer.status == 409 and not over, told)

    @precondition(lambda self: self._levers is not None)
    @rule()
    def list_all(self) -> None:
        """The list has every task and no other, the newest first."""
        answer = self._ask("GET", "/tasks?limit=-1")
        ids = [row["id"] for row in answer.member("items")]
        wanted = list(reversed(self._known))
        self._expect("REQ-TASK-015", answer, ids == wanted, f"the list has {ids}; expected {wanted}")

    @precondition(lambda self: self._levers is not None)
    @rule(seconds=st.sampled_from([0.05, 0.5, 1.0, 5.0]))
    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        assert self._levers is not None  # noqa: S101  # the precondition says so
        self._levers.advance(seconds)

    # ------------------------------------------------------------------ files

    @rule(target=files)
    def announce(self) -> str:
        """Announce a file."""
        answer = self._ask("POST", "/files", json={"files": [{"uri": "", "content_type": "text/plain"}]})
        record = clips.record_of(answer)
        self._files[record["id"]] = None
        self._expect("REQ-FILE-002", answer, record["upload_url"].startswith("http"), f"{record['upload_url']!r}")
        return str(record["id"])

    @rule(file=files, content=st.binary(min_size=1, max_size=40))
    def upload(self, file: str, content: bytes) -> None:
        """PUT bytes, and get the same ones back."""
        record = self._ask("GET", f"/files/{file}")
        if file not in self._files:
            self._expect("REQ-FILE-013", record, record.status == 404, f"a deleted file is {record.status}")
            return
        if self._files[file] is None:
            put = self._ask("PUT", record.member("upload_url"), content=content, key=None, version=None)
            self._expect("REQ-FILE-002", put, put.status == 200, f"the PUT was answered {put.status}")
            self._files[file] = content
        got = self._ask("GET", record.member("uri"), key=None, version=None)
        self._expect("REQ-FILE-009", got, got.body == self._files[file], f"{got.body!r} came back")

    @rule(file=consumes(files))
    def delete_file(self, file: str) -> None:
        """A deleted file is gone."""
        answer = self._ask("DELETE", f"/files/{file}")
        if file in self._files:
            self._expect("REQ-FILE-013", answer, answer.status == 204, f"the DELETE was answered {answer.status}")
            del self._files[file]
        again = self._ask("GET", f"/files/{file}")
        self._expect("REQ-FILE-013", again, again.status == 404, f"a deleted file is {again.status}")

    # ------------------------------------------------------------------ sessions

    @rule(target=sessions)
    def open_session(self) -> str:
        """Open a session with a run."""
        body = {
            "app": reference(self._bench.docket.target),
            "input": cheap(self._bench.docket.target),
            "session": "new",
        }
        answer = self._ask("POST", "/apps/run", json=body)
        session = answer.member("session_id")
        task = KnownTask(
            str(answer.member("id")), str(cheap(self._bench.docket.target)["prompt"]), int(answer.member("status"))
        )
        self._known[task.id] = task
        return str(session)

    @rule(session=sessions)
    def look_at_a_session(self, session: str) -> None:
        """It is one of three things."""
        answer = self._ask("GET", f"/sessions/{session}")
        status = answer.member("status")
        fine = status in {"active", "ended", "expired"}
        self._expect("REQ-SESSION-002", answer, fine, f"the status is {status!r}")

    @rule(session=consumes(sessions))
    def end_session(self, session: str) -> None:
        """It stays readable as ended, and cannot be used."""
        before = self._ask("GET", f"/sessions/{session}").member("status")
        answer = self._ask("DELETE", f"/sessions/{session}")
        if before == "active":
            self._expect("REQ-SESSION-006", answer, answer.status == 204, f"the DELETE was answered {answer.status}")
            after = self._ask("GET", f"/sessions/{session}")
            self._expect("REQ-SESSION-006", after, after.member("status") == "ended", after.beginning)
        kept = self._ask("POST", f"/sessions/{session}/keepalive")
        self._expect("REQ-SESSION-008", kept, kept.status == 410, f"keepalive was answered {kept.status}")

    # ------------------------------------------------------------------ always

    @invariant()
    def no_step_makes_the_server_fail(self) -> None:
        """Whatever was asked, the server did not break down."""
        for last in self._bench.docket.recorder.current[-1:]:
            fine = last.status is not None and last.status < 500
            self._expect("REQ-ERR-015", last, fine, "expected no answer of 500 and above")

    def _learn(self, task: KnownTask, answer: Exchange) -> None:
        status = int(answer.member("status"))
        told = f"task {task.id} went from {task.status} to {status}"
        self._expect(
            "REQ-TASK-003", answer, status == task.status or Status(status) in reachable(Status(task.status)), told
        )
        progress = answer.resource.get("progress", task.progress)
        fell = f"the progress of task {task.id} fell from {task.progress} to {progress}"
        self._expect("REQ-TASK-005", answer, progress >= task.progress, fell)
        task.status, task.progress = status, progress

    def _refused(self, requirement: str, answer: Exchange, status: int, what: str) -> None:
        self._expect(requirement, answer, answer.status == status, f"{what} is {answer.status}; expected {status}")

    def _expect(self, requirement: str, answer: Exchange, condition: object, told: str) -> None:
        self._bench.expect(requirement, condition, f"{answer.line()}: {told}")

    def _ask(self, method: str, path: str, **request: Any) -> Exchange:  # noqa: ANN401  # as Caller.send takes them
        answer = self._call.send(method, path, **request)
        self._bench.count(answer)
        return answer

    def teardown(self) -> None:
        """Look at what came, and forget it."""
        self._bench.end_play()
