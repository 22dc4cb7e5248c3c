"""What a suite shows where there is no terminal."""

import io
import itertools

import pytest
from rich.console import Console

from contracts import clock
from contracts.reporting.progress import Bar


def _played(monkeypatch: pytest.MonkeyPatch, console: Console, seconds: float) -> str:
    """Let a bar go over eight steps of so many seconds each; return what the log has."""
    ticks = itertools.count(0.0, seconds)
    monkeypatch.setattr(clock, "now", lambda: next(ticks))
    log = io.StringIO()
    bar = Bar(console, Console(file=log, width=80))
    bar.start()
    bar.begin("scripted", 8)
    for number in range(8):
        bar.step(f"stream.[red]check-{number}")
        if number == 5:
            bar.failed()
        bar.advance()
    bar.stop()
    return log.getvalue()


def test_a_log_tells_now_and_then_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told = _played(monkeypatch, Console(file=io.StringIO()), 4.0)
    assert told.splitlines() == [
        "12 s  scripted 1 of 8  stream.[red]check-1",
        "24 s  scripted 3 of 8  stream.[red]check-2",
        "36 s  scripted 4 of 8  stream.[red]check-4",
        "48 s  scripted 6 of 8  1 failed  stream.[red]check-5",
        "60 s  scripted 7 of 8  1 failed  stream.[red]check-7",
    ]


def test_a_short_run_logs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _played(monkeypatch, Console(file=io.StringIO()), 0.5) == ""


def test_a_terminal_has_its_line_and_no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    assert _played(monkeypatch, Console(file=shown, force_terminal=True, width=80), 4.0) == ""
    assert "8/8" in shown.getvalue()
