"""Ctrl-C and its kin, whenever they come: heeded at once, and nothing that a command has started is left."""

import signal
import sys
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from contracts import clock
from mockserver.cli import cli, driving

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
