"""Phase 3: a state machine that plays tasks, files, sessions and the clock against a simple model in memory.

Hypothesis draws the steps; what the server answers is compared with what the model says after each of them. A step that
differs ends the play, is shrunk to the fewest steps that still differ, and is told with those.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contracts.serverside import clock
from contracts.serverside.always import Always
from contracts.serverside.caller import Caller
from contracts.serverside.docket import Docket
from contracts.serverside.events import Event, Found, PhaseBegan, PhaseEnded, StepBegan, StepEnded
from contracts.serverside.exchange import Exchange, UnexpectedError
from contracts.serverside.finding import Finding, NotRunError
from contracts.serverside.levers import Levers
from contracts.serverside.probe import cheap, reference
from contracts.wire.statuses import TERMINAL, Status, reachable

PHASE = "machine"

STEPS = 40
"""Steps of one play at the most."""

_ENDS = frozenset(int(status) for status in TERMINAL)


class BrokenError(AssertionError):
    """The server differs from the model."""

    def __init__(self, requirement: str, told: str) -> None:
        """Make one."""
        super().__init__(f"{requirement}: {told}")
        self.requirement = requirement
        self.told = told


@dataclass(slots=True)
class Bench:
    """What all plays of a run share."""

    docket: Docket
    held: Counter[str] = field(default_factory=Counter)

    def expect(self, requirement: str, condition: object, told: str) -> None:
        """Compare; the first difference ends the play.

        Raises:
            BrokenError: the server differs.
        """
        if not condition:
            raise BrokenError(requirement, told)
        self.held[requirement] += 1


@dataclass(slots=True)
class KnownTask:
    """What the model knows of a task."""

    id: str
    prompt: str
    status: int
    progress: int = 0
    cancelled: bool = False


def run(docket: Docket, *, seed: int, max_examples: int) -> Iterator[Event]:
    """Play, and yield what is found.

    Args:
        docket: the server; nothing is played on one that is not on this machine, for plays submit runs.
        seed: of the steps.
        max_examples: plays.
    """
    target, recorder = docket.target, docket.recorder
    yield PhaseBegan(PHASE, None)
    if not target.is_loopback:
        yield PhaseEnded(PHASE, "plays submit runs, which only a server on this machine has for nothing")
        return
    bench = Bench(docket)
    always = Always(target, PHASE)
    yield StepBegan(PHASE, f"{max_examples} plays")
    begun = clock.now()
    recorder.begin()
    stopped = None
    try:
        _play(bench, seed, max_examples)
    except BrokenError as error:
        steps = [note for note in getattr(error, "__notes__", []) if "state" in note or "Falsifying" in note]
        told = f"{error.told}{' | ' + ' '.join(steps) if steps else ''}".replace("\n", " ")
        evidence = tuple(row.number for row in recorder.current)[-STEPS:]
        yield Found(Finding(error.requirement, "fail", told[:4000], "machine.play", PHASE, evidence, seed))
    except (UnexpectedError, NotRunError) as error:
        stopped = str(error)
    yield from map(Found, always.look(recorder.current))
    for requirement, count in sorted(bench.held.items()):
        yield Found(Finding(requirement, "pass", f"held at {count} steps of plays", "machine.play", PHASE, (), seed))
    yield from map(Found, always.sum_up())
    yield StepEnded(PHASE, "plays", clock.now() - begun)
    yield PhaseEnded(PHASE, stopped)


def _play(bench: Bench, seed: int, max_examples: int) -> None:
    settings = hypothesis.settings(
        max_examples=max_examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=False,
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )

    def play() -> "Play":
        return Play(bench)

    seeded: Callable[[Any], Any] = hypothesis.seed(seed)
    run_state_machine_as_test(seeded(_Factory(play)), settings=settings)


class _Factory:
    """What Hypothesis makes plays with, and can hang its seed on."""

    def __init__(self, make: Callable[[], "Play"]) -> None:
        self._make = make
        self.__name__ = "Play"

    def __call__(self) -> "Play":
        return self._make()


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
        self._number = bench.docket.recorder.next_number
        key = (
            f"{bench.docket.target.api_key}-play-{self._number}"
            if bench.docket.target.insecure_key
            else bench.docket.target.api_key
        )
        self._call: Caller = bench.docket.specimens.caller(key)
        self._alone = bench.docket.target.insecure_key
        self._levers = None if bench.docket.levers is None else Levers(self._call)

    @initialize()
    def begin(self) -> None:
        """Stop the clock, where there is one to stop."""
        if self._levers is not None:
            self._levers.freeze()

    # ------------------------------------------------------------------ tasks

    @rule(target=tasks, prompt=st.sampled_from(["A boat", "A kite", "Ein Böötchen", "一艘纸船"]))
    def submit(self, prompt: str) -> KnownTask:
        """Submit a run; it is answered at once and has not ended."""
        body = {
            "app": reference(self._bench.docket.target),
            "input": {**cheap(self._bench.docket.target), "prompt": prompt},
        }
        answer = self._call.send("POST", "/apps/run", json=body)
        status = answer.member("status")
        self._expect("REQ-RUN-002", answer, status not in _ENDS, f"status {status} is terminal")
        task = KnownTask(str(answer.member("id")), prompt, int(status))
        self._expect("REQ-RUN-015", answer, task.id not in self._known, "a second task has the id of the first")
        self._known[task.id] = task
        return task

    @rule(wrong=st.sampled_from([{}, {"prompt": 3}, {"prompt": "x" * 2501}, {"prompt": "x", "duration": "7"}]))
    def submit_what_is_refused(self, wrong: dict[str, Any]) -> None:
        """A refused run makes no task."""
        answer = self._call.send(
            "POST", "/apps/run", json={"app": reference(self._bench.docket.target), "input": wrong}
        )
        self._expect("REQ-RUN-010", answer, answer.status == 422, f"status {answer.status}, expected 422")

    @rule(task=tasks)
    def look(self, task: KnownTask) -> None:
        """The task is what it was or further on, and says what was asked for."""
        answer = self._call.send("GET", f"/tasks/{task.id}")
        if task.id not in self._known:
            self._expect("REQ-TASK-026", answer, answer.status == 404, f"a deleted task is {answer.status}")
            return
        self._learn(task, answer)
        given = answer.member("input")
        self._expect("REQ-TASK-004", answer, given.get("prompt") == task.prompt, f"the input is {given!r:.200}")

    @rule(task=tasks)
    def look_at_the_status(self, task: KnownTask) -> None:
        """Polling tells the same."""
        answer = self._call.send("GET", f"/tasks/{task.id}/status")
        if task.id in self._known:
            self._learn(task, answer)

    @rule(task=tasks)
    def cancel(self, task: KnownTask) -> None:
        """Only what has not ended can be cancelled."""
        before = self._call.send("GET", f"/tasks/{task.id}")
        answer = self._call.send("POST", f"/tasks/{task.id}/cancel")
        if task.id not in self._known:
            self._expect("REQ-TASK-026", answer, answer.status == 404, f"a deleted task is {answer.status}")
        elif before.member("status") in _ENDS:
            self._expect("REQ-CANCEL-003", answer, answer.status == 409, f"an ended task is {answer.status}")
        elif answer.status == 409 and self._levers is None:
            pass  # it ended between the two requests; only a clock that stands still rules that out
        else:
            fine = answer.status == 200 and answer.member("cancelled") is True
            self._expect("REQ-CANCEL-001", answer, fine, f"{answer.body[:200]!r}")
            task.cancelled = True

    @rule(task=tasks)
    def delete(self, task: KnownTask) -> None:
        """Only what has ended can be deleted, and then it is gone."""
        before = self._call.send("GET", f"/tasks/{task.id}")
        answer = self._call.send("DELETE", f"/tasks/{task.id}")
        if task.id not in self._known:
            self._expect("REQ-TASK-026", answer, answer.status == 404, f"a deleted task is {answer.status}")
        elif answer.status == 204:
            del self._known[task.id]
        else:
            over = before.member("status") in _ENDS
            told = f"a DELETE of {'an ended' if over else 'a running'} task was answered {answer.status}"
            self._expect("REQ-TASK-024", answer, answer.status == 409 and not over, told)

    @precondition(lambda self: self._alone)
    @rule()
    def list_all(self) -> None:
        """The list has every task and no other, the newest first."""
        answer = self._call.send("GET", "/tasks?limit=-1")
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
        answer = self._call.send("POST", "/files", json={"files": [{"uri": "", "content_type": "text/plain"}]})
        (record,) = answer.data
        self._files[record["id"]] = None
        self._expect("REQ-FILE-002", answer, record["upload_url"].startswith("http"), f"{record['upload_url']!r}")
        return str(record["id"])

    @rule(file=files, content=st.binary(min_size=1, max_size=40))
    def upload(self, file: str, content: bytes) -> None:
        """PUT bytes, and get the same ones back."""
        record = self._call.send("GET", f"/files/{file}")
        if file not in self._files:
            self._expect("REQ-FILE-013", record, record.status == 404, f"a deleted file is {record.status}")
            return
        if self._files[file] is None:
            put = self._call.send("PUT", record.member("upload_url"), content=content, key=None, version=None)
            self._expect("REQ-FILE-002", put, put.status == 200, f"the PUT was answered {put.status}")
            self._files[file] = content
        got = self._call.send("GET", record.member("uri"), key=None, version=None)
        self._expect("REQ-FILE-009", got, got.body == self._files[file], f"{got.body!r} came back")

    @rule(file=consumes(files))
    def delete_file(self, file: str) -> None:
        """A deleted file is gone."""
        answer = self._call.send("DELETE", f"/files/{file}")
        if file in self._files:
            self._expect("REQ-FILE-013", answer, answer.status == 204, f"the DELETE was answered {answer.status}")
            del self._files[file]
        again = self._call.send("GET", f"/files/{file}")
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
        answer = self._call.send("POST", "/apps/run", json=body)
        session = answer.member("session_id")
        task = KnownTask(
            str(answer.member("id")), str(cheap(self._bench.docket.target)["prompt"]), int(answer.member("status"))
        )
        self._known[task.id] = task
        return str(session)

    @rule(session=sessions)
    def look_at_a_session(self, session: str) -> None:
        """It is one of three things."""
        answer = self._call.send("GET", f"/sessions/{session}")
        status = answer.member("status")
        fine = status in {"active", "ended", "expired"}
        self._expect("REQ-SESSION-002", answer, fine, f"the status is {status!r}")

    @rule(session=consumes(sessions))
    def end_session(self, session: str) -> None:
        """It stays readable as ended, and cannot be used."""
        before = self._call.send("GET", f"/sessions/{session}").member("status")
        answer = self._call.send("DELETE", f"/sessions/{session}")
        if before == "active":
            self._expect("REQ-SESSION-006", answer, answer.status == 204, f"the DELETE was answered {answer.status}")
            after = self._call.send("GET", f"/sessions/{session}")
            self._expect("REQ-SESSION-006", after, after.member("status") == "ended", f"{after.body[:200]!r}")
        kept = self._call.send("POST", f"/sessions/{session}/keepalive")
        self._expect("REQ-SESSION-008", kept, kept.status == 410, f"keepalive was answered {kept.status}")

    # ------------------------------------------------------------------ always

    @invariant()
    def no_step_makes_the_server_fail(self) -> None:
        """Whatever was asked, the server did not break down."""
        if self._bench.docket.recorder.exchanges:
            last = self._bench.docket.recorder.exchanges[-1]
            fine = last.status is not None and last.status < 500
            self._expect("REQ-ERR-015", last, fine, f"{last.status} {last.error or ''}")

    def _learn(self, task: KnownTask, answer: Exchange) -> None:
        status = int(answer.member("status"))
        told = f"task {task.id} went from {task.status} to {status}"
        self._expect(
            "REQ-TASK-003", answer, status == task.status or Status(status) in reachable(Status(task.status)), told
        )
        progress = answer.data.get("progress", task.progress)
        fell = f"the progress of task {task.id} fell from {task.progress} to {progress}"
        self._expect("REQ-TASK-005", answer, progress >= task.progress, fell)
        task.status, task.progress = status, progress

    def _expect(self, requirement: str, answer: Exchange, condition: object, told: str) -> None:
        self._bench.expect(requirement, condition, f"{answer.line()}: {told}")

    def teardown(self) -> None:
        """Let the clock run again where it is not the play's own."""
        if self._levers is not None and not self._alone:
            self._levers.release()
