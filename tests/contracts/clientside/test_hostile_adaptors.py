"""Adaptors that misbehave: each ends in verdicts of the harness, within its deadline, and leaves nothing running."""

import contextlib
import dataclasses
import io
import json
import os
import sys
import textwrap
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from contracts.clientside import case, engine, scores
from contracts.clientside.events import CaseEnded
from contracts.clientside.players.adaptor import Adaptor, AdaptorPlayer
from contracts.clientside.players.process import StartError
from contracts.clientside.players.stepping import PlayerError
from contracts.clientside.report import Report
from contracts.clientside.reports import files, page, reading, terminal
from mockserver.settings import Settings
from mockserver.testing import serving

PLAIN = next(row for row in case.cases() if row.name == "submit/plain")

HELLO = '{"kit": 1, "client": {"name": "bad", "version": "1", "language": "python"}, "supports": ["run", "run.wait"]}'

Start = Callable[..., Adaptor]


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds of grace are for clients, not for these."""
    monkeypatch.setattr("contracts.clientside.players.adaptor.GRACE", 0.1)
    monkeypatch.setattr("contracts.clientside.players.process.GRACE", 0.2)


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Start an adaptor that says hello and then runs some lines of Python for each call."""

    def begin(body: str, hello: str = HELLO) -> Adaptor:
        program = tmp_path / "bad.py"
        lines = f"import json, os, sys, time\nsys.stdin.readline()\nprint({hello!r}, flush=True)\n"
        loop = "for line in sys.stdin:\n    asked = json.loads(line)\n"
        program.write_text(lines + loop + textwrap.indent(body, "    "))
        return Adaptor([sys.executable, str(program)], dict(os.environ), tmp_path)

    return begin


def played(adaptor: Adaptor, deadline: float = 0.3) -> dict[str, str]:
    """Play the plain case with little patience and return the verdicts with their words."""
    hurried = dataclasses.replace(PLAIN, deadline=deadline)
    try:
        with serving(Settings(port=0)) as server:
            found = list(engine.run(AdaptorPlayer(adaptor), engine.Emulator(server.base_url), [hurried]))
    finally:
        adaptor.close()
    (ended,) = [event for event in found if isinstance(event, CaseEnded)]
    assert {emitted.verdict for emitted in ended.emitted} == {"harness-error"}
    return {emitted.check: emitted.told for emitted in ended.emitted}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("print('hello?', flush=True)", "stdout is for the protocol alone"),
        ("print('[1]', flush=True)", "expected a JSON object"),
        ("print(json.dumps({'seq': asked['seq']}), flush=True)", "has to have one of saw, raised, cannot"),
        ("print(json.dumps({'seq': asked['seq'], 'saw': {'id': 5}}), flush=True)", "`saw` of `run`"),
        ('print(\'{"seq": 1, "saw": {"id": "x", "status": NaN}}\', flush=True)', "JSON has no NaN"),
        ("print(json.dumps({'seq': asked['seq'], 'saw': 10 ** 4000}), flush=True)", "more than 20 digits"),
        ("print(json.dumps({'seq': True, 'cannot': {'needs': 'x'}}), flush=True)", "with the `seq` of its call"),
        ("print(json.dumps({'seq': 1001, 'cannot': {'needs': 'x'}}), flush=True)", "a `seq` that no call had: 1001"),
        ("sys.exit(3)", "it closed its stdout"),
        ("os.close(1); time.sleep(60)", "it closed its stdout"),
        ("sys.stdout.write('x' * 3_000_000); sys.stdout.flush()", "a line of more than"),
        ("while True: print('{', flush=True)", "no JSON"),
    ],
    ids=[
        *("garbage", "list", "nothing", "schema", "nan", "digits", "no-number", "foreign"),
        *("death", "closed", "endless-line", "endless-garbage"),
    ],
)
def test_what_an_adaptor_says_wrongly_is_told(start: Start, body: str, told: str) -> None:
    """The verdicts are the harness's, and the reason says what was expected."""
    for verdict in played(start(body), deadline=10.0).values():
        assert told in verdict


ODD = "\\ud800\\u001b[2J\\u0000]]></script><script>alert(1)</script>"
"""What no terminal, no XML and no page can hold as it is, as JSON writes it."""


def test_what_an_adaptor_says_breaks_no_report(start: Start, tmp_path: Path) -> None:
    """In its name, its answers, its stderr and its requests."""
    body = f"""
import urllib.request
if asked["op"] != "call": continue
headers = {{"Authorization": "Bearer " + asked["api_key"], "Content-Type": "application/json"}}
for sent in (r'{{"app": "{ODD}"}}', '{{"app": ' + "[" * 990 + "]" * 990 + "}}", '{{"app": "\\x7f\\x9b"}}'):
    try: urllib.request.urlopen(urllib.request.Request(asked["base_url"] + "/apps/run", sent.encode(), headers))
    except OSError: pass
sys.stderr.write("\\x1b[31m"); sys.stderr.flush()
print(r'{{"seq": %d, "raised": {{"class": "{ODD}", "message": "{ODD}", "{ODD}": 1}}}}' % asked["seq"], flush=True)
"""
    adaptor, report = start(body, HELLO.replace("bad", ODD)), Report()
    try:
        with serving(Settings(port=0)) as server:
            for event in engine.run(AdaptorPlayer(adaptor), engine.Emulator(server.base_url), [PLAIN]):
                report.take(event)
    finally:
        adaptor.close()
    document = report.document()
    assert document["cases"][0]["evidence"]["exchanges"]
    assert scores.outcome(document) == "fail", document["cases"][0]["checks"][0]["told"]
    written = tmp_path / "report.json"
    files.write_json(written, document)
    assert reading.read(written) == json.loads(json.dumps(document))
    files.write_junit(tmp_path / "junit.xml", document)
    assert ET.parse(tmp_path / "junit.xml").findall(".//failure")
    console = Console(width=150, record=True, file=io.StringIO())
    terminal.show(document, console, verbose=True)
    html = page.render([document])
    assert "<script>alert" not in html
    for told in (written.read_text("utf-8"), files.markdown(document), html, console.export_text()):
        assert "\\x1b[2J" in told
        assert not set(told) & set("\x1b\x00\ud800")
    assert files.badge(document)["label"].isprintable()


def test_silence_ends_with_the_deadline(start: Start) -> None:
    """Who answers nothing is waited for until the deadline and a little more."""
    assert "no answer to `run` within 0.4 s" in next(iter(played(start("pass")).values()))


@pytest.mark.parametrize(
    ("body", "verdicts"),
    [
        ("pass", ["harness-error"] * 3 + ["not-run"] * 2),
        (
            "asked.get('seq') == 3 and print(json.dumps({'seq': 1, 'cannot': {'needs': 'late'}}), flush=True)",
            ["harness-error"] * 5,
        ),
    ],
    ids=["silent", "late"],
)
def test_lasting_silence_ends_the_run(start: Start, body: str, verdicts: list[str]) -> None:
    """After three calls without any answer the rest is not played, and the first is named; a late answer is one."""
    adaptor, hurried = start(body), [dataclasses.replace(PLAIN, name=f"submit/{n}", deadline=0.2) for n in range(5)]
    try:
        with serving(Settings(port=0)) as server:
            found = list(engine.run(AdaptorPlayer(adaptor), engine.Emulator(server.base_url), hurried))
    finally:
        adaptor.close()
    ended = [event for event in found if isinstance(event, CaseEnded)]
    assert [event.emitted[0].verdict for event in ended] == verdicts
    if "not-run" in verdicts:
        assert "answered nothing any more since `run` of submit/0" in ended[-1].emitted[0].told


@pytest.mark.parametrize("leaves", ["pass", "os.setsid()"], ids=["in-its-group", "out-of-its-group"])
def test_what_an_adaptor_started_ends_with_it(start: Start, tmp_path: Path, leaves: str) -> None:
    """Children that would live on are in its group, or bear its mark."""
    mark = str(tmp_path / "child")
    body = f"""
if os.fork() == 0:
    {leaves}
    open({mark!r}, 'w').write(str(os.getpid()))
    os.close(1); os.close(2)
    time.sleep(600)
os._exit(0)
"""
    played(start(body), deadline=1.0)
    with contextlib.suppress(psutil.NoSuchProcess):
        child = psutil.Process(int(Path(mark).read_text()))
        # Whose parent has gone may stay as a zombie where nobody collects them.
        with contextlib.suppress(psutil.TimeoutExpired):
            child.wait(1)
        assert child.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize(
    ("hello", "told"),
    [
        ("nonsense", "stdout is for the protocol alone"),
        ('{"kit": 2}', "hello"),
        (HELLO.replace('"run.wait"', '"fly"'), "there is no capability 'fly'"),
    ],
    ids=["garbage", "version", "capability"],
)
def test_a_hello_that_is_none_is_told(start: Start, hello: str, told: str) -> None:
    """Before anything is played."""
    with pytest.raises(PlayerError, match="said no proper hello") as caught:
        start("pass", hello)
    assert told in str(caught.value)


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(StartError, match="no-such-program' cannot be started: No such file"):
        Adaptor(["no-such-program"], dict(os.environ), tmp_path)
