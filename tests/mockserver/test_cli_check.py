"""The command that judges servers: what it answers to wrong words, and with which exit code it ends."""

import importlib
import json
import signal
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.serverside.events import PhaseEnded
from contracts.serverside.runner import Wish, run
from contracts.serverside.target import Target
from mockserver.testing import RunningServer, serving
from tests.mutants.trial import SETTINGS

from .commands import told


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """An emulator that answers at once."""
    with serving(SETTINGS) as running:
        yield running


@pytest.mark.timeout(180)
def test_the_whole_suite_passes_on_the_emulator(server: RunningServer, tmp_path: Path) -> None:
    """All phases by the command, with every report; nothing is left out."""
    reports = {name: tmp_path / f"report.{name}" for name in ("save", "junit", "markdown", "html")}
    words = [word for name, file in reports.items() for word in (f"--{name}", file)]
    result = told("check", server.base_url, "--api-key", "whole", "--max-examples", 3, *words)
    assert result.exit_code == 0, result.output
    assert "pass  The server keeps all" in result.output
    assert json.loads(reports["save"].read_text("utf-8"))["counts"]["not-run"] == 0
    assert all(file.stat().st_size > 500 for file in reports.values())
    assert told("drift", reports["save"], reports["save"]).output == "nothing moved\n"


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("https://api.example.com", "--api-key", "k"), "is not on this machine; add --i-mean-it"),
        (("http://127.0.0.1:1", "--api-key", "k"), "nothing answers at http://127.0.0.1:1"),
        (("http://127.0.0.1:1", "--api-key", "k", "--area", "weather"), "there is no area 'weather'; there are"),
        (
            ("http://127.0.0.1:1", "--api-key", "k", "--check", "no.such"),
            "no.such'; `inferencesh-mock check --list` shows them",
        ),
        (
            ("http://127.0.0.1:1", "--api-key", "k", "--check", "env.version-2-bare"),
            "there is no check 'env.version-2-bare'; did you mean env.version-2-is-bare",
        ),
        (("http://127.0.0.1:1", "--api-key", "k", "--spend", "-1"), "-1 is no limit; expected dollars from 0 to 10000"),
        (("http://127.0.0.1:1", "--api-key", "k", "--save", "none/run.json"), "there is no folder none"),
        (("http://127.0.0.1:1", "--api-key", "k", "--spend", "nan"), "nan is no limit"),
        *(
            (("http://127.0.0.1:1", "--api-key", "k", option, number), wrong)
            for option, number, wrong in (
                ("--task-patience", "nan", "nan is no number of seconds; expected 1 to 86400, such as 60"),
                ("--task-patience", "inf", "inf is not in the range 1<=x<=86400"),
                ("--task-patience", "0", "0.0 is not in the range 1<=x<=86400"),
                ("--task-patience", "-3", "-3.0 is not in the range 1<=x<=86400"),
                ("--max-examples", "0", "0 is not in the range 1<=x<=1000000"),
                ("--max-examples", "1000001", "1000001 is not in the range 1<=x<=1000000"),
                ("--seed", str(2**64), f"{2**64} is not in the range 0<=x<={2**64 - 1}"),
            )
        ),
        (("http://127.0.0.1:1", "--api-key", "k", "--save", ""), "cannot write '.': it is a folder"),
        (("http://127.0.0.1:1", "--api-key", "k", "--save", "one", "--html", "one"), "two reports are to go there"),
        (("here", "--api-key", "k"), "'here' is no base URL"),
        (("http://u:secret@127.0.0.1:1", "--api-key", "k"), "holds a user name or password"),
        (("http://127.0.0.1:1", "--api-key", ""), "the key cannot be sent"),
        (("http://127.0.0.1:1", "--api-key", "secret\nkey"), "the key cannot be sent"),
        (("http://127.0.0.1:1", "--api-key", "secrét"), "the key cannot be sent"),
        (("http://127.0.0.1:1", "--api-key", "\n"), "the key cannot be sent"),
        (("http://127.0.0.1:1", "--api-key", "secret" * 20_000), "the key has 120000 characters; expected"),
        (("http://127.0.0.1:1", "--api-key", "secret\n", "--other-key", "secret"), "both keys are the same"),
        (("http://127.0.0.1:1", "--api-key", "k", "--other-key", "se cret"), "the second key cannot be sent"),
        (("http://127.0.0.1:1", "--api-key", "secret", "--other-key", "secret"), "both keys are the same"),
        (("http://127.0.0.1:1",), "Missing option '--api-key'"),
    ],
)
def test_check_is_told_what_to_change(words: tuple[str, ...], wrong: str) -> None:
    """Before anything is asked, and with exit code 2."""
    result = told("check", *words)
    assert (result.exit_code, result.exception.__class__) == (2, SystemExit)
    assert wrong in result.output
    assert "secr" not in result.output


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        (("http://127.0.0.1:1",), 60),
        (("https://api.example.com", "--i-mean-it"), 900),
        (("http://127.0.0.1:1", "--task-patience", "300"), 300),
    ],
)
def test_a_task_has_less_time_on_this_machine(
    words: tuple[str, ...], seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless more is allowed: a stub whose task never ends is told in a minute."""
    from contracts.serverside import runner

    targets: list[Target] = []
    monkeypatch.setattr(runner, "run", lambda target, *_: targets.append(target) or iter(()))
    told("check", *words, "--api-key", "k")
    assert [target.task_patience for target in targets] == [seconds]


def test_the_checks_are_listed_without_a_server() -> None:
    """By name, each with what it looks at; an unknown name is told of no more than three."""
    shown = told("check", "--list")
    assert shown.exit_code == 0
    assert "env.version-2-is-bare" in shown.output
    assert "X-API-Version: 2 gives the resource itself" in shown.output
    wrong = told("check", "http://127.0.0.1:1", "--api-key", "k", "--check", "env.version-2-bare").output
    assert "? `inferencesh-mock check --list` shows them" in wrong
    assert wrong.partition("did you mean")[2].count(".") <= 4


def test_a_report_that_cannot_be_written_is_told_and_costs_no_other(server: RunningServer, tmp_path: Path) -> None:
    """By its name, after the run is shown."""
    page = tmp_path / "page.html"
    words = ("check", server.base_url, "--api-key", "part", "--check", "env.version-2-is-bare", "--html", page)
    result = told(*words, "--save", "/dev/full")
    assert result.exit_code == 2
    assert "cannot write /dev/full: No space left on device" in result.output
    assert page.stat().st_size > 500


def test_a_partial_check_is_green_on_demand_alone(server: RunningServer) -> None:
    """The word for it is partial."""
    words = ("check", server.base_url, "--api-key", "part", "--area", "env")
    for more, code in (((), 1), (("--allow-partial",), 0)):
        result = told(*words, *more)
        assert result.exit_code == code
        assert "partial" in result.output


def test_an_interrupted_phase_is_no_result(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Schemathesis tells of Ctrl-C as of any event; it must not pass for the end."""
    from contracts.serverside.caller import Recorder

    # By name and not as attributes of the package: another test in this process may have imported them twice.
    engine, events = (importlib.import_module(f"schemathesis.engine{part}") for part in ("", ".events"))

    class Engine:
        def execute(self) -> Iterator[Any]:
            yield events.Interrupted(phase=None)

    monkeypatch.setattr(engine, "from_schema", lambda _schema: Engine())
    with pytest.raises(KeyboardInterrupt):
        list(run(Target(server.base_url, "broken-off"), Wish(phases=("schemathesis",)), Recorder()))


def test_what_ends_a_thread_of_schemathesis_is_no_traceback(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSON that is too deep for it, for instance: the phase says that it stopped, and why."""
    from contracts.serverside.caller import Recorder

    engine = importlib.import_module("schemathesis.engine")

    class Engine:
        def execute(self) -> Iterator[Any]:
            thread = threading.Thread(target=lambda: json.loads("[" * 100_000))
            thread.start()
            thread.join()
            yield from ()

    monkeypatch.setattr(engine, "from_schema", lambda _schema: Engine())
    before = threading.excepthook
    events = list(run(Target(server.base_url, "fallen"), Wish(phases=("schemathesis",)), Recorder()))
    stopped = [event.stopped for event in events if isinstance(event, PhaseEnded)]
    assert str(stopped[0]).startswith("Schemathesis could not go on: RecursionError: ")
    assert threading.excepthook is before


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 130, "it was broken off by Ctrl-C"), (signal.SIGTERM, 143, "it was ended by SIGTERM")],
)
def test_a_run_that_is_broken_off_is_reported(
    server: RunningServer,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    number: int,
    code: int,
    said: str,
) -> None:
    """With what was seen until then, and never green."""
    from contracts.serverside import scripted

    # A shell starts what runs in its background deaf to Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))

    carried_out, count = scripted.carried_out, iter(range(3))

    def broken_off(*given: Any) -> Any:
        if next(count) == 2:
            signal.raise_signal(number)
        return carried_out(*given)

    monkeypatch.setattr(scripted, "carried_out", broken_off)
    saved, page, junit, markdown = (tmp_path / f"run.{form}" for form in ("json", "html", "xml", "md"))
    words = ("check", server.base_url, "--api-key", "cut", "--allow-partial", "--save", saved, "--html", page)
    result = told(*words, "--junit", junit, "--markdown", markdown)
    assert result.exit_code == code
    unseen = f"the run ended before anything spoke of it: {said}"
    shown = (result.output, *(file.read_text("utf-8") for file in (saved, page, junit)))
    assert all(unseen in " ".join(text.split()) and "no check of this run speaks of it" not in text for text in shown)
    begun = "scripted; not begun: generated, schemathesis, machine"
    assert all(begun in text for text in (result.output, page.read_text("utf-8"), markdown.read_text("utf-8")))
    assert f"run stopped: {said}" in markdown.read_text("utf-8")
    assert f"run stopped:  {said}" in result.output
    document = json.loads(saved.read_text("utf-8"))
    assert (document["outcome"], document["stopped"]) == ("partial", {"run": said})
    assert document["counts"]["pass"] > 0
    assert (len(document["phases"]), document["phases_begun"]) == (4, ["scripted"])
    whole = tmp_path / "whole.json"
    rows = [{**row, "verdict": "pass"} for row in document["requirements"]]
    whole.write_text(json.dumps({**document, "requirements": rows}), "utf-8")
    assert f"pass -> not-run  {unseen}" in told("drift", whole, saved).output
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert f"stopped: {said}" in page.read_text("utf-8")


def _lost() -> None:
    """Ctrl-C while gc, or whoever else lets no exception through, runs a callback."""
    thing = threading.Event()
    watched = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
    del thing
    assert watched() is None


@pytest.mark.parametrize("asks", [True, False])
def test_ctrl_c_that_gets_lost_ends_the_run(
    server: RunningServer,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    capfd: pytest.CaptureFixture[str],
    *,
    asks: bool,
) -> None:
    """At the next request, or the next step where there is none; without a traceback of whoever has swallowed it."""
    from contracts.serverside import scripted

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    carried_out, steps, broken_off = scripted.carried_out, [0], []

    def losing(*given: Any) -> Any:
        steps.append(steps[-1] + 1)
        if steps[-1] == 3:
            _lost()
        try:
            return carried_out(*given) if asks or steps[-1] < 3 else []
        except KeyboardInterrupt:
            broken_off.append(steps[-1])
            raise

    monkeypatch.setattr(scripted, "carried_out", losing)
    result = told("check", server.base_url, "--api-key", "lost", "--area", "env", "--allow-partial")
    assert (result.exit_code, steps[-1], broken_off) == (130, 3, [3] if asks else [])
    assert "Exception ignored" not in result.output + "".join(capfd.readouterr())


def test_a_signal_while_reports_are_written_costs_none(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The run is over, and its exit code is the run's."""
    from contracts.serverside.reports import files

    write = files.write_json

    def interrupted(*given: Any) -> None:
        signal.raise_signal(signal.SIGTERM)
        write(*given)

    monkeypatch.setattr(files, "write_json", interrupted)
    saved, markdown = tmp_path / "run.json", tmp_path / "m.md"
    words = ("--check", "env.version-2-is-bare", "--allow-partial", "--save", saved, "--markdown", markdown)
    result = told("check", server.base_url, "--api-key", "late", *words)
    assert (result.exit_code, saved.exists(), markdown.exists()) == (0, True, True), result.output


def test_a_suite_that_fails_itself_is_reported(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With its own exit code; neither what was seen until then nor the other reports are lost."""
    from contracts.serverside import scripted
    from contracts.serverside.reports import page

    def broken(*_: Any) -> Any:
        raise RecursionError("too deep")

    monkeypatch.setattr(scripted, "carried_out", broken)
    monkeypatch.setattr(page, "render", broken)
    saved = tmp_path / "run.json"
    words = ("--area", "env", "--allow-partial", "--html", tmp_path / "page.html", "--save", saved)
    result = told("check", server.base_url, "--api-key", "fault", *words)
    assert result.exit_code == 3
    assert "scripted: the suite itself failed here: RecursionError: too deep; please report it" in result.output
    assert (
        f"--html {tmp_path / 'page.html'}: we failed here: RecursionError: too deep; please report it" in result.output
    )
    assert "RecursionError" in json.loads(saved.read_text("utf-8"))["stopped"]["scripted"]


@pytest.mark.parametrize("member", ["requirements", "shapes"])
def test_drift_refuses_a_damaged_run(tmp_path: Path, member: str) -> None:
    """A run that lacks a part is none, and no traceback."""
    file = tmp_path / "run.json"
    whole = {"kind": "inferencesh-mock check", "version": 1, "requirements": [], "shapes": {}}
    file.write_text(json.dumps({**whole, member: None}), "utf-8")
    result = told("drift", file, file)
    assert (result.exit_code, "is damaged: it lacks" in result.output) == (2, True)
