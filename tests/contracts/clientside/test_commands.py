"""`conform --command`: a program for each case, judged by the wire, the disk and its exit code."""

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from contracts.clientside import case as cases
from contracts.clientside import engine, examples, judging
from contracts.clientside.case import Case
from contracts.clientside.events import CaseEnded, RunEnded
from contracts.clientside.players import program
from contracts.clientside.players.command import CommandPlayer
from contracts.clientside.players.process import StartError, ensure_startable, tail
from contracts.clientside.protocol import Hello
from contracts.clientside.verdicts import Emitted
from mockserver.settings import Settings
from mockserver.testing import serving
from tests import components

WHOLE = (sys.executable, str(Path(__file__).parent / "programs" / "whole.py"))

NAIVE = """
    def run(again):
        try:
            return api.post("/apps/run", json=call["with"], timeout=20)
        except httpx.TransportError:
            if not again:
                raise
            return run(again - 1)
    run(1)
"""
"""Submits again when the answer does not come."""

MOST_VARIABLE = 128 * 1024
"""Bytes of one variable of the environment, on Linux."""


def named(name: str, **changed: Any) -> Case:
    """Return a case."""
    return dataclasses.replace(next(row for row in cases.cases() if row.name == name), **changed)


@dataclasses.dataclass(frozen=True)
class Run:
    """What came of cases."""

    ended: Mapping[str, CaseEnded]
    stopped: str | None

    def rows(self, name: str) -> Mapping[str, Emitted]:
        """Return the verdicts on a case by check."""
        return {row.check: row for row in self.ended[name].emitted}

    def verdicts(self, name: str) -> Mapping[str, str]:
        """Return their words alone."""
        return {check: row.verdict for check, row in self.rows(name).items()}


def play(argv: tuple[str, ...], *chosen: Case, at_once: int = 2, around: Mapping[str, str] | None = None) -> Run:
    """Play cases by a command; each emits what it has declared."""
    hello = Hello.nameless("a program", at_once)
    player = CommandPlayer(argv, os.environ if around is None else around, Path.cwd(), hello)
    with serving(Settings(port=0, seed=7)) as server:
        events = list(engine.run(player, engine.Emulator(server.base_url, seed=7), chosen))
    ended = {event.case.name: event for event in events if isinstance(event, CaseEnded)}
    for row in chosen:
        assert [one.check for one in ended[row.name].emitted] == [one.check.id for one in judging.declared(row)]
    (last,) = (event for event in events if isinstance(event, RunEnded))
    return Run(ended, last.stopped)


def python(body: str, *, asks: bool = True) -> tuple[str, ...]:
    """Return a program: some lines of Python, after a run that shows that it is there unless they make one."""
    head = """
    import httpx, json, os, sys, time
    context = json.loads(os.environ["KIT_CONTEXT"])
    call = context["calls"][0]
    headers = {"Authorization": "Bearer " + os.environ["KIT_API_KEY"]}
    api = httpx.Client(base_url=os.environ["KIT_BASE_URL"], headers=headers)
    """
    greeting = 'api.post("/apps/run", json=call["with"])' if asks else ""
    return (sys.executable, "-c", "\n".join(map(textwrap.dedent, (head, greeting, body))))


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds of grace are for clients, not for these."""
    monkeypatch.setattr("contracts.clientside.players.command.GRACE", 0.2)


def gone(pid: int) -> bool:
    """Whether a process has ended; whose parent has gone may stay as a zombie where nobody collects them."""
    with contextlib.suppress(psutil.NoSuchProcess):
        child = psutil.Process(pid)
        with contextlib.suppress(psutil.TimeoutExpired):
            child.wait(1)
        return child.status() == psutil.STATUS_ZOMBIE
    return True


@pytest.mark.timeout(120)
@pytest.mark.parametrize("area", ["cancel", "download", "money", "session", "submit", "time", "upload"])
def test_the_reference_client_passes_what_can_be_observed(area: str) -> None:
    """Nothing else is said of it, and nothing is hidden: what an exit code does not tell is not observable."""
    found = play(WHOLE, *(row for row in cases.cases() if row.area == area), at_once=4)
    told = [row for event in found.ended.values() for row in event.emitted]
    assert [row for row in told if row.verdict not in {"pass", "not-observable"}] == []
    assert all("client" not in row.witnesses for row in told if row.verdict == "pass")
    assert any(row.verdict == "pass" for row in told)


def test_a_second_payment_is_seen_on_the_wire() -> None:
    """A program that submits again when the answer is lost pays twice, whatever it says."""
    found = play(python(NAIVE, asks=False), named("submit/lost-response"))
    assert found.verdicts("submit/lost-response") == {
        "wire.harness-valid": "pass",
        "wire.contact": "pass",
        "wire.valid-requests": "pass",
        "wire.faults-reached": "pass",
        "adaptor.claims-are-true": "pass",
        "submit.pays-once-after-a-closed-connection": "fail",
        "submit.finds-the-task": "not-run",
        "adaptor.report-is-true": "not-observable",
    }


def test_a_line_of_bash_is_enough() -> None:
    """With the address in its arguments and the call from its environment."""
    for name in ("bash", "curl", "jq"):
        components.program(name, package=name)
    line = """
        jq -c '.calls[0].with' <<<"$KIT_CONTEXT" |
            curl -fsS "$0/apps/run" -H "Authorization: Bearer $KIT_API_KEY" -d @- || exit 1
    """
    found = play(("bash", "-c", line, "{base_url}"), named("submit/plain"), named("money/empty-purse"))
    assert found.rows("submit/plain")["submit.sends-the-input-unchanged"].verdict == "pass"
    assert found.rows("submit/plain")["submit.submits-once"].verdict == "pass"
    assert found.rows("money/empty-purse")["money.does-not-insist"].verdict == "pass"


def test_an_error_where_a_result_was_needed_fails() -> None:
    """Exit code 1 says so much; 0 says that there was a result, and not which."""
    found = play(python("sys.exit('no luck')"), named("submit/plain"))
    row = found.rows("submit/plain")["submit.returns-the-result"]
    assert (row.verdict, row.witnesses) == ("fail", ("server", "disk"))
    assert "an error: it ended with exit code 1; its output ends with: no luck" in row.told
    found = play(python("api.post('/apps/run', json=call['with'], timeout=20)", asks=False), named("submit/plain"))
    row = found.rows("submit/plain")["submit.returns-the-result"]
    assert (row.verdict, row.told) == ("not-observable", "an exit code does not tell updates")


def test_an_error_that_was_not_raised_fails() -> None:
    """Exit code 0 says that there was none."""
    found = play(python("api.post('/apps/run', json=call['with'])", asks=False), named("submit/error-in-200"))
    assert found.rows("submit/error-in-200")["submit.takes-no-refusal-for-a-task"].verdict == "fail"


def test_an_error_before_the_call_in_question_is_not_taken_for_its_own() -> None:
    """The last call that the server has seen anything of has raised it."""
    body = "api.post('/apps/run', json=call['with'], timeout=20); sys.exit(1)"
    row = play(python(body, asks=False), named("download/nothing-kept", plan={})).rows("download/nothing-kept")
    assert row["download.keeps-no-broken-file"].verdict == "not-run"
    assert row["download.keeps-no-broken-file"].told == "fetch: not made, for an earlier call raised an error"


def test_what_a_program_fills_in_itself_is_not_held_against_it() -> None:
    """It has got the id of the session from an earlier call, and nobody else knows it."""
    row = play(WHOLE, named("session/whole")).rows("session/whole")
    assert row["session.asks-for-one"].verdict == "pass"
    assert row["session.stays-in-it"].verdict == "not-observable"
    assert row["session.ends-it"].told == "says nothing, for session.tells-its-id cannot be observed"


def test_a_program_is_told_what_to_do(tmp_path: Path) -> None:
    """By its environment and its arguments."""
    file = tmp_path / "told.json"
    body = f"json.dump([sys.argv[1:], dict(os.environ), os.listdir(os.environ['KIT_OUT'])], open({str(file)!r}, 'w'))"
    argv = (*python(body), "--url={base_url}", "{api_key}", "{out}/x", '{"a": 1}')
    play(argv, named("upload/plain"), around={"PATH": os.environ["PATH"]})
    arguments, told, there = json.loads(file.read_text("utf-8"))
    base, key, out = told["KIT_BASE_URL"], told["KIT_API_KEY"], told["KIT_OUT"]
    assert arguments == [f"--url={base}", "kit-upload-plain", f"{out}/x", '{"a": 1}']
    assert there == []
    assert (told["INFERENCE_BASE_URL"], told["INFERENCE_API_KEY"]) == (base, key)
    assert (told["KIT_CASE"], told["KIT_DEADLINE_MS"]) == ("upload/plain", "20000")
    context = json.loads(told["KIT_CONTEXT"])
    boat = context["files"]["boat.png"]
    assert context["calls"] == [
        {"as": "upload", "call": "upload", "with": {"path": boat, "media_type": "image/png"}},
    ]
    assert not boat.startswith(out)


def test_every_context_fits_into_a_variable() -> None:
    """Also with inputs that were drawn."""
    for drawn in examples.drawn(cases.cases(), 0).values():
        assert len(json.dumps(drawn)) < MOST_VARIABLE - 8192


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("sys.exit(3)", "it ended with exit code 3; expected 0, 1 or 77; it wrote nothing"),
        (
            "print('bad\\x1b[2J'); sys.exit(127)",
            "exit code 127; expected 0, 1 or 77; its output ends with: bad\\x1b[2J",
        ),
        ("os.kill(os.getpid(), 11)", "it was ended by SIGSEGV"),
        ("sys.exit(77)", "it ended with exit code 77, after a request; what cannot be is to be said before"),
    ],
    ids=["code", "output", "signal", "cannot-after-all"],
)
def test_an_end_that_is_none_fails(body: str, told: str) -> None:
    """One check tells of it; whatever the case is about is not judged."""
    rows = play(python(body), named("submit/plain")).rows("submit/plain")
    assert rows["adaptor.claims-are-true"].verdict == "fail"
    assert told in rows["adaptor.claims-are-true"].told
    about = {rows[probe.check.id].verdict for probe in named("submit/plain").probes}
    assert about == {"not-run"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("one\ntwo\n\nthree\nfour\n", "two | three | four"),
        ('Traceback:\n  File "x"\nmy.pack.BoatError: it sank\n', "my.pack.BoatError: it sank"),
        ("x.js:1\n  throw\n\nTypeError: fetch failed\n    at x.js:1 {\n}\n\nNode.js v20\n", "TypeError: fetch failed"),
        ("", ""),
    ],
    ids=["lines", "python", "node", "nothing"],
)
def test_the_end_of_what_was_written_is_told_in_short(written: str, shown: str) -> None:
    """All of it is in the report."""
    assert tail(written) == shown


@pytest.mark.usefixtures("impatience")
@pytest.mark.parametrize("asks", [True, False], ids=["asked", "silent"])
def test_a_program_that_never_ends_is_ended(asks: bool) -> None:
    """At the deadline and a little more; if nothing of it arrived, what to do is told too."""
    rows = play(python("time.sleep(600)", asks=asks), named("submit/plain", deadline=4)).rows("submit/plain")
    row = rows["adaptor.claims-are-true" if asks else "wire.contact"]
    assert row.verdict == "fail"
    assert "it had not ended after 4.2 s, and was ended with all that it had started; it wrote nothing" in row.told
    assert ("inference(base_url=...)" in row.told) == (not asks)


@pytest.mark.usefixtures("impatience")
@pytest.mark.parametrize("end", ["time.sleep(600)", "os._exit(0)"], ids=["with-it", "without-it"])
def test_what_a_program_started_ends_with_it(tmp_path: Path, end: str) -> None:
    """Also what hears no SIGTERM, and also where the program itself has long gone."""
    mark = tmp_path / "child"
    body = f"""
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        open({str(mark)!r}, 'w').write(str(os.getpid()))
        time.sleep(600)
    while not os.path.exists({str(mark)!r}) or not open({str(mark)!r}).read():
        time.sleep(0.01)
    {end}
    """
    play(python(body), named("submit/plain", deadline=5))
    assert gone(int(mark.read_text()))


@pytest.mark.parametrize("keeps", [True, False], ids=["marked", "unmarked"])
def test_who_leaves_the_group_is_not_waited_for(tmp_path: Path, keeps: bool) -> None:
    """A daemon that keeps the pipe open holds nothing up, and ends with the case unless it has thrown off its mark."""
    mark = tmp_path / "daemon"
    body = f"""
    import subprocess
    code = 'import os, time; open("{mark}", "w").write(str(os.getpid())); time.sleep(600)'
    subprocess.Popen([sys.executable, '-c', code], start_new_session=True, env=os.environ if {keeps} else {{}})
    while not os.path.exists({str(mark)!r}) or not open({str(mark)!r}).read():
        time.sleep(0.01)
    os._exit(0)
    """
    try:
        found = play(python(body), named("submit/plain"))
        assert found.ended["submit/plain"].seconds < 10
        assert gone(int(mark.read_text())) == keeps
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(mark.read_text()), signal.SIGKILL)
    assert found.rows("submit/plain")["adaptor.claims-are-true"].verdict == "pass"


def test_what_a_program_prints_is_bounded() -> None:
    """Of a hundred megabytes the end is kept."""
    body = "[sys.stdout.write('x' * 1_000_000) for _ in range(100)]; print('the end')"
    found = play(python(body), named("submit/plain"))
    played = found.ended["submit/plain"].play
    assert played is not None
    assert played.stderr.endswith("xxx" + "the end\n")
    assert len(played.stderr) <= 65536
    assert found.rows("submit/plain")["adaptor.claims-are-true"].verdict == "pass"


@pytest.mark.parametrize(
    "body",
    [
        "open(os.environ['KIT_OUT'] + '/out.mp4', 'wb').truncate(1 << 30)",
        "file = open(os.environ['KIT_OUT'] + '/out.mp4', 'wb')\nwhile True: file.write(bytes(1 << 20)); file.flush()",
        "[open(f\"{os.environ['KIT_OUT']}/{n}\", 'w').close() for n in range(60)]",
        "open('BIG', 'wb').truncate(1 << 30); os.symlink('BIG', os.environ['KIT_OUT'] + '/out.mp4')",
    ],
    ids=["sparse", "endless", "many", "linked"],
)
def test_what_a_program_leaves_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str) -> None:
    """No judge reads it, and a program that goes on writing is ended."""
    monkeypatch.setattr(program, "MOST_WRITTEN", 8 << 20)
    monkeypatch.setattr(program, "MOST_FILES", 50)
    body = body.replace("BIG", str(tmp_path / "big"))
    rows = play(python(body), named("download/plain")).rows("download/plain")
    assert rows["adaptor.claims-are-true"].verdict == "fail"
    assert "it wrote more than 8 MiB or 50 files into KIT_OUT" in rows["adaptor.claims-are-true"].told
    assert rows["download.writes-the-video"].verdict == "not-run"


def test_what_a_client_cannot_is_its_own_word() -> None:
    """By exit code 77; what every client needs excuses nobody."""
    found = play(python("sys.exit(77)", asks=False), named("poll/plain"), named("submit/plain"))
    assert set(found.verdicts("poll/plain").values()) == {"not-applicable"}
    assert found.rows("poll/plain")["poll.opens-no-stream"].told == (
        "exit code 77 says that the client cannot: wait, wait.poll"
    )
    about = {found.rows("submit/plain")[probe.check.id].verdict for probe in named("submit/plain").probes}
    assert about == {"fail"}
    assert found.stopped is None


def test_who_talks_to_nobody_is_stopped_at_once() -> None:
    """It may be talking to the real service; what to do is told, and nothing more is played."""
    found = play(python("pass", asks=False), named("submit/plain"), named("submit/twice"), named("money/silent"))
    row = found.rows("submit/plain")["wire.contact"]
    assert row.verdict == "fail"
    for fix in ("{base_url}", "KIT_BASE_URL", "inference(base_url=...)", "new Inference({ baseUrl })"):
        assert fix in row.told
    assert set(found.verdicts("money/silent").values()) == {"not-run"}
    assert found.stopped == "nothing arrived in submit/plain; the client may be talking to somebody else"


def test_one_case_without_contact_stops_nothing() -> None:
    """Once the client has been heard of, it is known to have the address."""
    body = "if call['with'].get('wait'): api.post('/apps/run', json=call['with'], timeout=20)"
    found = play(python(body, asks=False), named("submit/plain"), named("money/empty-purse"), named("money/silent"))
    assert found.stopped is None
    assert found.verdicts("money/empty-purse")["wire.contact"] == "fail"
    assert found.verdicts("money/silent")["money.adds-no-sound"] == "pass"


def test_a_program_that_is_not_there_is_told() -> None:
    """Before anything is played."""
    with pytest.raises(StartError, match="'no-such-program' cannot be started: there is no such program"):
        ensure_startable("no-such-program", os.environ)


@pytest.mark.parametrize(
    ("number", "said"),
    [(signal.SIGINT, "it was broken off by Ctrl-C"), (signal.SIGTERM, "it was ended by SIGTERM")],
)
def test_a_run_that_is_broken_off_takes_its_programs_along(tmp_path: Path, number: int, said: str) -> None:
    """It does not wait for the deadline, plays nothing more, and says how it ended."""
    mark = tmp_path / "child"
    os.mkfifo(mark)
    body = f"open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    conform = [sys.executable, "-m", "mockserver", "conform", "--command", "--", *python(body)]
    with subprocess.Popen(conform, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        child = int(mark.read_text())
        run.send_signal(number)
        told, complained = run.communicate(timeout=30)
    assert run.returncode == 128 + number
    assert f"stopped     {said}" in told
    assert complained == ""
    assert gone(child)
