"""The command that judges clients: what it answers to wrong words, and with which exit code it ends."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.clientside.case import cases
from contracts.clientside.reports import reading
from mockserver.cli.driving import environment
from mockserver.testing import RunningServer, serving
from tests.mutants.trial import SETTINGS

from .commands import REFERENCE, told


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """An emulator that has a port."""
    with serving(SETTINGS) as running:
        yield running


def test_a_partial_conform_is_green_on_demand_alone(tmp_path: Path) -> None:
    """As with `check`; the page says so too."""
    others = len(cases()) - 1
    words = ("conform", "--adaptor", "--case", "submit/plain", "--html", tmp_path / "page.html")
    for more, code in (((), 1), (("--allow-partial",), 0)):
        result = told(*words, *more, "--", *REFERENCE)
        assert result.exit_code == code, result.output
        assert (
            f"left out    {others} cases were not played\npartial  The client behaves in the cases that"
            in result.output
        )
    assert f"{others} cases were not played" in (tmp_path / "page.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ((), "say how the client is driven"),
        (("--adaptor",), "name the adaptor's command after"),
        (("--adaptor", "--", "no-such-program"), "'no-such-program' cannot be started"),
        (("--adaptor", "--area", "weather", "--", "x"), "there is no area 'weather'"),
        (("--adaptor", "--case", "submit/plane", "--", "x"), "no case is called 'submit/plane'"),
        (("--adaptor", "--profile", "1999-01", "--", "x"), "there is no profile '1999-01'; there are 2026-12"),
        (("--adaptor", "--report", "none/report.json", "--", "x"), "there is no folder none"),
        (("--adaptor", "--expect", "none.yaml", "--", "x"), "none.yaml cannot be read"),
        (("--adaptor", "--command", "--", "x"), "--adaptor and --command do not go together"),
        (("--command", "--observe", "--", "x"), "--command and --observe do not go together"),
        (("--command",), "name the client's command after `--`, such as: conform --command -- python my_app.py"),
        (("--command", "--", "no-such-program"), "'no-such-program' cannot be started"),
        (("--observe", "--", "no-such-program"), "'no-such-program' cannot be started"),
        (("--command", "--port", "9000", "--", "x"), "--port does not go with --command, only with --observe"),
        (("--observe", "--parallel", "2"), "--parallel does not go with --observe, only with --adaptor or --command"),
        (("--adaptor", "--seed", str(2**63), "--", "x"), "expected a whole number up to"),
        (("--adaptor", "--client", "me", "--", "x"), "--client does not go with --adaptor, only with --command or"),
    ],
)
def test_conform_is_told_what_to_change(words: tuple[str, ...], wrong: str) -> None:
    """Before a case is played, and with exit code 2."""
    result = told("conform", *words)
    assert (result.exit_code, result.exception.__class__) == (2, SystemExit)
    assert wrong in result.output


def test_a_port_that_is_taken_is_told(server: RunningServer) -> None:
    """Before a case is armed."""
    port = server.base_url.rpartition(":")[2]
    result = told("conform", "--observe", "--port", port)
    assert (result.exit_code, f"cannot listen on 127.0.0.1:{port}" in result.output) == (2, True)


def test_a_command_is_run_for_each_case(tmp_path: Path) -> None:
    """And the reports say what could be heard."""
    reports = {name: tmp_path / f"report.{name}" for name in ("report", "markdown", "html", "badge", "junit")}
    words = [word for name, file in reports.items() for word in (f"--{name}", file)]
    program = Path(__file__).parents[1] / "contracts" / "clientside" / "programs" / "whole.py"
    result = told(
        "conform", "--command", "--case", "submit/plain", "--allow-partial", *words, "--", sys.executable, program
    )
    assert result.exit_code == 0, result.output
    assert "driven as   command" in result.output
    assert "witnesses   server, disk (not client)" in result.output
    assert "conformance 66.6 % (6 of 9)" in result.output
    summary = reports["markdown"].read_text("utf-8")
    assert " behaves in the cases that were played, as far as it could be observed\n" in summary
    assert "witnesses: server, disk (not client)" in summary
    assert "driven as command · heard: server, disk (not client)" in reports["html"].read_text("utf-8")
    assert reading.read(reports["report"])["mode"] == "command"
    badge = json.loads(reports["badge"].read_text("utf-8"))
    assert (badge["color"], badge["message"]) == ("lightgrey", "6/9 MUST · 2026-12 · 2 of 3 witnesses")


def test_a_run_without_contact_is_short(tmp_path: Path) -> None:
    """What to do is told once, and nothing of the cases that were not played for it."""
    summary = tmp_path / "summary.md"
    words = ("--markdown", summary, "--write-baseline", tmp_path / "none.yaml")
    result = told("conform", "--command", *words, "--", sys.executable, "-c", "")
    assert (result.exit_code, (tmp_path / "none.yaml").exists()) == (1, False)
    assert " ".join(result.output.split()).count("new Inference({ baseUrl })") == 1
    assert "stopped     nothing arrived in cancel/running; " in result.output
    assert max(len(text.splitlines()) for text in (result.output, summary.read_text("utf-8"))) < 45


def test_the_client_s_side_sees_no_proxy_and_no_real_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would lead its calls elsewhere, or pay for them, is not passed on."""
    for name in ("HTTPS_PROXY", "http_proxy", "ALL_PROXY", "INFERENCE_API_KEY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    found = environment("http://127.0.0.1:2")
    assert "http://127.0.0.1:1" not in found.values()
    assert (found["INFERENCE_BASE_URL"], found["NO_PROXY"]) == ("http://127.0.0.1:2", "127.0.0.1,localhost")


def test_an_adaptor_that_says_no_hello_is_its_own_fault() -> None:
    """Exit code 3: the client was not judged."""
    result = told("conform", "--adaptor", "--case", "submit/plain", "--", sys.executable, "-c", "print('hi')")
    assert (result.exit_code, "said no proper hello" in result.output) == (3, True)


def test_a_baseline_is_what_is_expected(tmp_path: Path) -> None:
    """Written from a run and held against the same run, nothing departs."""
    adaptor = ("--", sys.executable, "-m", "mockserver.testing.adaptors.python")
    words = ("conform", "--adaptor", "--area", "upload", "--allow-partial")
    file = tmp_path / "conformance.yaml"
    assert told(*words, "--write-baseline", file, *adaptor).exit_code == 1
    result = told(*words, "--expect", file, *adaptor)
    assert (result.exit_code, f"is as {file} says: 3 known failures, and no other" in result.output) == (0, True), (
        result.output
    )


def test_the_cases_are_listed() -> None:
    """Each with what it proves."""
    lines = told("conform", "--list", "--area", "submit").output.splitlines()
    assert any(line.startswith("submit/lost-response ") for line in lines)
    assert all(line.startswith("submit/") and line.endswith(".") for line in lines)


def test_what_waits_for_tests_is_listed() -> None:
    """Under its key, with the calls."""
    lines = told("conform", "--list", "--observe", "--case", "submit/lost-response").output.splitlines()
    assert lines[2:] == [
        "kit-submit-lost-response",
        "    The connection closes after the run was accepted.",
        '    run {"input": {"prompt": "A paper boat", "duration": "5"}, "wait": true}',
    ]
