"""Ctrl-C and its kin, whenever they come: heeded at once, and nothing that a command has started is left."""

import json
import signal
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner

from contracts import clock
from contracts.clientside.reports import files
from mockserver.cli import cli, driving, interrupts

STUBBORN = """
import json, os, signal, sys, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
open({mark!r}, "w").write(str(os.getpid()))
if {hello}:
    sys.stdin.readline()
    client = {{"name": "stubborn", "version": "1", "language": "python"}}
    print(json.dumps({{"kit": 1, "client": client, "supports": ["run", "run.wait"]}}), flush=True)
    sys.stdin.readline()
for _ in range({times}):
    os.kill(os.getppid(), {number})
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _hearing() -> Iterator[None]:
    """A shell starts what runs in its background deaf to Ctrl-C, and nohup to the end of a terminal."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def _left(words: list[str], tmp_path: Path, number: int, *, hello: bool = False, times: int = 1) -> bool:
    """Whether a program that ignores signals, and sends them to us, is still there after a command."""
    mark = tmp_path / "pid"
    program = STUBBORN.format(mark=str(mark), hello=hello, times=times, number=int(number))
    CliRunner().invoke(cli, [*words, "--", sys.executable, "-c", program])
    return psutil.pid_exists(int(mark.read_text()))


ADAPTOR = ["conform", "--adaptor", "--case", "submit/plain"]
CHECK = ["adaptor", "check"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("words", [ADAPTOR, CHECK], ids=["conform", "check"])
def test_who_is_to_say_hello_is_not_left(words: list[str], number: int, tmp_path: Path) -> None:
    """A signal before the hello ends the adaptor."""
    assert not _left(words, tmp_path, number)


@pytest.mark.parametrize("words", [ADAPTOR, CHECK], ids=["conform", "check"])
def test_a_call_is_not_waited_for(words: list[str], tmp_path: Path) -> None:
    """Not to its deadline, and impatience changes nothing."""
    begun = clock.now()
    assert not _left(words, tmp_path, signal.SIGINT, hello=True, times=3)
    assert clock.now() - begun < driving.PATIENCE + 5, "the deadline is 20 s, that of a check 15 s"


def test_own_tests_that_ignore_it_are_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They have some seconds, and then no more."""
    monkeypatch.setattr(driving, "PATIENCE", 0.2)
    assert not _left(["conform", "--observe", "--case", "submit/plain"], tmp_path, signal.SIGTERM)


IN_THE_MIDDLE = """
import os, threading
from contracts.clientside.adapting import serve
from mockserver.testing.adaptors.reference import Reference

class Ending(Reference):
    ended = 0

    def forget(self, case):
        super().forget(case)
        Ending.ended += 1
        if Ending.ended == 3:
            os.kill(os.getppid(), {number})
            threading.Event().wait()

serve(Ending())
"""


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 130, "it was broken off by Ctrl-C"), (signal.SIGTERM, 143, "it was ended by SIGTERM")],
)
def test_what_was_played_until_then_is_reported(tmp_path: Path, number: int, code: int, said: str) -> None:
    """Cases that were not are not run, and the client is not said to be wrong; no baseline is made of it."""
    report, junit, page, baseline = (tmp_path / name for name in ("r.json", "j.xml", "p.html", "conformance.yaml"))
    expect = tmp_path / "expect.yaml"
    expect.write_text("kit: 1\nexpect: []\n", "utf-8")
    words = ["conform", "--adaptor", "--area", "submit", "--parallel", "1", "--allow-partial", "--expect", str(expect)]
    files = ["--report", str(report), "--junit", str(junit), "--html", str(page), "--write-baseline", str(baseline)]
    program = IN_THE_MIDDLE.format(number=int(number))
    result = CliRunner().invoke(cli, [*words, *files, "--", sys.executable, "-c", program])
    assert result.exit_code == code, result.output
    document = json.loads(report.read_text("utf-8"))
    assert document["stopped"] == said
    assert document["seconds"] > 0
    played = [row for row in document["cases"] if row["evidence"] is not None]
    left = [row for row in document["cases"] if row["evidence"] is None]
    assert 2 <= len(played) <= 3
    assert {check["verdict"] for row in played for check in row["checks"]} <= {"pass", "not-applicable"}
    assert {(check["verdict"], check["told"]) for row in left for check in row["checks"]} == {("not-run", said)}
    assert f"stopped     {said}" in result.output
    assert "partial  The client behaves in the cases that were played." in result.output
    assert f"not compared with {expect}: {said}" in result.output
    assert said in page.read_text("utf-8")
    assert said in junit.read_text("utf-8")
    assert not baseline.exists()
    assert "no baseline is written" in result.output


def test_before_anything_was_played_there_is_nothing_to_report(tmp_path: Path) -> None:
    """One sentence, the code of the signal, and no file."""
    report = tmp_path / "r.json"
    program = f"import os, sys; os.kill(os.getppid(), {int(signal.SIGTERM)}); sys.stdin.read()"
    words = ["conform", "--adaptor", "--case", "submit/plain", "--report", str(report)]
    result = CliRunner().invoke(cli, [*words, "--", sys.executable, "-c", program])
    assert (result.exit_code, report.exists()) == (143, False)
    assert result.stderr == "it was ended by SIGTERM: nothing was played, and no report is written\n"


def test_a_signal_while_reports_are_written_costs_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run is over, and what it has told is kept; the exit code is the run's."""
    write = files.write_junit

    def interrupted(path: Path, report: dict[str, Any]) -> None:
        signal.raise_signal(signal.SIGTERM)
        write(path, report)

    monkeypatch.setattr(files, "write_junit", interrupted)
    junit, markdown = tmp_path / "j.xml", tmp_path / "m.md"
    words = ["--junit", str(junit), "--markdown", str(markdown), "--allow-partial", "--", sys.executable, "-m"]
    result = CliRunner().invoke(cli, [*ADAPTOR, *words, "mockserver.testing.adaptors.reference"])
    assert (result.exit_code, junit.exists(), markdown.exists()) == (0, True, True), result.output
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("ends", ["sys.exit(0)", "os._exit(3)"], ids=["quietly", "with-its-own-code"])
def test_own_tests_that_were_broken_off_are_told_so(tmp_path: Path, ends: str) -> None:
    """Whatever they make of the signal, the run is not whole, and its code is the signal's."""
    report = tmp_path / "r.json"
    program = f"""
import os, signal, sys, threading
import httpx
told = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: told.set())
key = {{"Authorization": "Bearer kit-submit-plain"}}
body = {{"app": "klingai/video-v2-6", "input": {{"prompt": "x"}}}}
httpx.post(os.environ["KIT_BASE_URL"] + "/apps/run", headers=key, json=body)
os.kill(os.getppid(), signal.SIGTERM)
told.wait()
{ends}
"""
    words = ["conform", "--observe", "--case", "submit/plain", "--allow-partial", "--report", str(report)]
    result = CliRunner().invoke(cli, [*words, "--", sys.executable, "-c", program])
    document = json.loads(report.read_text("utf-8"))
    assert (result.exit_code, document["stopped"]) == (143, "it was ended by SIGTERM"), result.output
    assert document["interrupted"]


@pytest.mark.parametrize("times", [1, 3])
def test_a_signal_that_gets_lost_is_heard_all_the_same(capfd: pytest.CaptureFixture[str], times: int) -> None:
    """Where it is raised in a callback that lets nothing through, however often; and no traceback is printed."""
    broken, reached = interrupts.BrokenOff(), []

    def lose(number: int) -> None:
        thing = threading.Event()
        watched = weakref.ref(thing, lambda _: signal.raise_signal(number))
        del thing
        assert watched() is None

    with interrupts.breaking_off(broken):
        try:
            for _ in range(times):
                lose(signal.SIGTERM)
            reached.append("lost")
            threading.Event().wait(10)
            reached.append("waited in vain")
        except KeyboardInterrupt:
            reached.append("heard")
    assert reached == ["lost", "heard"]
    assert (broken.number, broken.is_over) == (signal.SIGTERM, True)
    assert capfd.readouterr() == ("", "")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
