"""The suite over servers: ours, and one that is deliberately different."""

import contextlib
import io
import itertools
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from rich.console import Console

from contracts import openapi
from contracts.serverside import runner
from contracts.serverside.caller import MOST_SILENCE, Caller, GoneError, Recorder
from contracts.serverside.events import Event, Found, PhaseBegan, StepEnded
from contracts.serverside.finding import Finding
from contracts.serverside.reports import files, page, terminal, words
from contracts.serverside.results import Results
from contracts.serverside.runner import Wish
from contracts.serverside.target import Target, TargetError, clean
from mockserver.settings import Settings
from mockserver.testing import serving

from .stub import ANSWERS, stub


def judged(base_url: str, *, spend: int | None = None, **wish: object) -> tuple[Results, Recorder]:
    """Judge a server."""
    results, recorder = Results(), Recorder()
    target = Target(base_url, "test-key", spend=spend, patience=5, task_patience=5)
    for event in runner.run(target, Wish(**wish), recorder):  # type: ignore[arg-type]  # of the test
        results.take(event)
    return results, recorder


def test_a_different_server_is_told_from_ours() -> None:
    """Every failure says what was asked, what came and what was expected; nothing raises."""
    with stub() as base_url:
        results, _ = judged(base_url, areas=("env",))
    assert results.outcome == "fail"
    told = results.rows["REQ-ENV-004"].told
    assert "GET /me" in told
    assert "expected ['data', 'messages', 'status', 'success']" in told
    assert results.rows["REQ-ENV-005"].verdict == "not-applicable"
    assert all(len(row.told) > 10 for row in results.rows.values() if row.verdict == "fail")


def test_a_server_that_is_not_there_is_told() -> None:
    """In one sentence, and not as promises that are broken."""
    with pytest.raises(TargetError, match=r"nothing answers at http://127\.0\.0\.1:9: .* server running"):
        judged("http://127.0.0.1:9", areas=("env",))


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes calls and answers none, until it is told to."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_server_that_never_answers_is_told(silent: str) -> None:
    """After two calls, and not after thousands."""
    target = Target(silent, "test-key", patience=0.05)
    with pytest.raises(TargetError, match=r"takes calls and answers none: GET /me -> no answer \(nothing came in time"):
        next(runner.run(target, Wish(), Recorder()))


def test_a_server_that_falls_silent_ends_the_run(silent: str) -> None:
    """A few calls in a row without an answer are enough; one that comes begins the count anew."""
    recorder = Recorder()
    call = Caller(Target(silent, "test-key", patience=0.05), recorder, None)
    assert not [number for number in range(MOST_SILENCE - 1) if call.send("GET", "/me").status is not None]
    recorder.listen(is_silent=False)
    for _ in range(MOST_SILENCE - 1):
        call.send("GET", "/me")
    with pytest.raises(GoneError, match="left 5 requests in a row without a whole answer"):
        call.send("GET", "/me")
    call.close()


SETTINGS, CREDITS = "/_mock/settings", "/_mock/credits"


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (SETTINGS, (404, {})),
        (SETTINGS, (200, "no object")),
        (SETTINGS, (200, {"x": 1})),
        (SETTINGS, (200, {"world": [1]})),
        (SETTINGS, (200, {"world": {"behaviour": "\x1b[31mhello"}})),
        (SETTINGS, (200, {"world": {"behaviour": [1]}})),
        (CREDITS, (200, {"balance": "x"})),
        (CREDITS, (200, {"balance": {}})),
        (CREDITS, (200, {})),
    ],
)
def test_a_strange_control_plane_is_none(path: str, answer: tuple[int, Any]) -> None:
    """The server is judged as one without it, and a report says so."""
    whole = {
        **ANSWERS,
        "/_mock/health": (200, {"serving": True}),
        SETTINGS: (200, {"world": {"behaviour": {}}}),
        CREDITS: (200, {"balance": 1}),
        path: answer,
    }
    with stub(whole) as base_url:
        results, recorder = judged(base_url, areas=("env",), phases=("scripted", "machine"), max_examples=1)
    assert results.ended is not None
    assert (results.faults, results.rows["REQ-ENV-005"].verdict) == ({}, "not-applicable")
    facts = dict(words.facts(results))
    assert facts["control plane"].startswith(f"not used, for it is not the emulator's: GET {path}")
    assert not [row for row in recorder.exchanges if "/_mock/" in row.url and row.method != "GET"]


def test_a_control_plane_that_changes_its_form_ends_no_run() -> None:
    """Whatever its settings are called, and although it takes none."""
    settings = (200, {"world": {"behaviour": {"self": 1, "latency": "quick"}}})
    health = (200, {"serving": True})
    whole = {**ANSWERS, "/_mock/health": health, SETTINGS: settings, CREDITS: (200, {"balance": 1})}
    with stub(whole) as base_url:
        results, _ = judged(base_url, areas=("env",), phases=("scripted", "machine"), max_examples=1)
    assert results.ended is not None
    assert results.faults == {}
    assert "control plane" not in dict(words.facts(results))


def test_a_key_that_is_refused_everywhere_is_told() -> None:
    """In one sentence."""
    with serving(Settings(port=0)) as server:
        events = runner.run(Target(server.base_url, "test_invalid"), Wish(), Recorder())
        with pytest.raises(TargetError, match="the key is refused: GET /me -> 401"):
            next(events)


def begun(events: Iterator[Event], results: Results) -> None:
    """Take the events up to the end of the first step."""
    for event in events:
        results.take(event)
        if isinstance(event, StepEnded):
            return


def test_a_server_that_goes_away_ends_the_run() -> None:
    """What was not looked at by then is not run, and not broken; no later phase begins."""
    results = Results()
    with serving(Settings(port=0)) as server:
        target = Target(server.base_url, "test-key", spend=None, patience=5, task_patience=5)
        events = runner.run(target, Wish(phases=("scripted", "generated"), areas=("env", "err")), Recorder())
        begun(events, results)
    for event in events:
        results.take(event)
        assert not isinstance(event, PhaseBegan)
    assert f"nothing answers at {server.base_url}" in results.stopped["scripted"]
    assert results.counts["fail"] == 0
    assert results.counts["not-run"] > 0
    assert results.outcome == "partial"


@pytest.mark.parametrize("phase", runner.PHASES)
def test_a_server_that_goes_away_is_never_green(phase: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has asked for that, so that nothing excuses it, in whatever phase it was."""
    whole = openapi.document

    def fewer(*args: Any, **options: Any) -> dict[str, Any]:
        document = whole(*args, **options)
        return {**document, "paths": {path: document["paths"][path] for path in ("/me", "/files", "/tasks")}}

    monkeypatch.setattr(openapi, "document", fewer)
    results = Results()
    with serving(Settings(port=0)) as server:
        target = Target(server.base_url, "test-key", spend=None, patience=5, task_patience=5)
        events = runner.run(target, Wish(phases=(phase,), max_examples=200), Recorder())
        begun(events, results)
    for event in events:
        results.take(event)
    assert results.cut_off == [phase]
    assert [results.exit_code(allow_partial=allowed) for allowed in (False, True)] == [1, 1]


def test_what_a_limit_leaves_out_is_excused() -> None:
    """Whoever sets one wants that."""
    with serving(Settings(port=0)) as server:
        results, _ = judged(server.base_url, spend=0, phases=("generated", "machine"), max_examples=2)
    assert (results.outcome, set(results.stopped)) == ("partial", {"generated", "machine"})
    assert results.cut_off == []
    assert [results.exit_code(allow_partial=allowed) for allowed in (False, True)] == [1, 0]


def test_the_key_s_world_is_never_switched() -> None:
    """Not even for a moment: a run that is killed puts nothing back, and another may be judging the same world."""
    areas = ("cancel", "env", "err", "media", "stream", "input")
    wish = Wish(phases=("scripted", "generated", "machine"), areas=areas, max_examples=1)
    with serving(Settings(port=0)) as server:
        world = server.world("test-key")
        world.configure(latency="instant", media="tiny", concurrency_excess="fail")
        before = world.control("GET", "/settings")["world"]["behaviour"]
        results, recorder, kept = Results(), Recorder(), set()
        for event in runner.run(Target(server.base_url, "test-key", spend=None), wish, recorder):
            results.take(event)
            kept |= {(row.method, row.url, row.asked("authorization")) for row in recorder.current}
        behaviours = [server.world(f"test-key-{name}").control("GET", "/settings") for name in ("hurried", "moov-end")]
        after = world.control("GET", "/settings")["world"]["behaviour"]
    assert (results.outcome, results.cut_off, results.counts["fail"]) == ("partial", [], 0)
    assert after == before
    controlled = [(method, url) for method, url, key in kept if "/_mock/" in url and key == "Bearer test-key"]
    assert {url.partition("/_mock")[2] for method, url in controlled if method != "GET"} <= {"/credits"}
    assert [row["world"]["behaviour"]["concurrency_excess"] for row in behaviours] == ["fail", "fail"]


def test_two_runs_at_once_leave_the_key_s_world_as_it_was() -> None:
    """Whichever of them ends first."""
    wish = Wish(phases=("scripted", "generated"), areas=("env",), max_examples=1)
    with serving(Settings(port=0)) as server:
        world = server.world("test-key")
        before = world.control("GET", "/settings")["world"]["behaviour"]
        runs = [runner.run(Target(server.base_url, "test-key", spend=None), wish, Recorder()) for _ in range(2)]
        found = [[*zip(*runs, strict=False)], [*runs[0]], [*runs[1]]]
        after = world.control("GET", "/settings")["world"]["behaviour"]
    assert len(found[0]) > 50
    assert after == before


def test_nothing_is_spent_that_is_not_allowed() -> None:
    """With a purse of nothing no run is submitted."""
    with stub() as base_url:
        results, recorder = judged(base_url, spend=0)
    assert not [row for row in recorder.exchanges if row.url.endswith("/apps/run") and b'"input"' in row.request_body]
    assert results.ended is not None
    assert results.ended.charged == 0


def test_what_asks_no_price_submits_nothing_under_a_limit() -> None:
    """Wherever the server is: what looks like this machine may be a tunnel."""
    with serving(Settings(port=0)) as server:
        results, recorder = judged(server.base_url, spend=10**10, phases=("machine",))
        target = Target(server.base_url, "test-key", spend=10**10)
        begun = runner.run(target, Wish(phases=("schemathesis",), max_examples=1), recorder)
        with contextlib.closing(begun):
            # All operations once: the rest is of the same ones.
            names = [event.name for event in itertools.islice(begun, 100) if isinstance(event, StepEnded)]
        journal = server.world("test-key-hurried").control("GET", "/journal?operation=runs.create")
    assert "no limit allows" in results.stopped["machine"]
    assert len(set(names)) > 20
    assert not {"POST /apps/run", "POST /run"} & set(names)
    assert journal["exchanges"] == []


def test_drawn_runs_end_at_once_where_that_can_be_had() -> None:
    """Thousands of them would take hours; what is scripted meets the key's world as it is."""
    phases = ("scripted", "generated", "machine")
    wish = Wish(phases=phases, names=("env.version-2-is-bare",), max_examples=1)
    with serving(Settings(port=0)) as server:
        list(runner.run(Target(server.base_url, "test-key", spend=None), wish, Recorder()))
        worlds = {key: server.world(key) for key in ("test-key", "test-key-hurried")}
        told = {key: world.control("GET", "/settings")["world"]["behaviour"] for key, world in worlds.items()}
        runs = {key: len(world.journal(operation="runs.create")) for key, world in worlds.items()}
    found = {key: (row["latency"], row["media"]) for key, row in told.items()}
    assert found == {"test-key": ("quick", "full"), "test-key-hurried": ("instant", "tiny")}
    assert runs["test-key"] == 0
    assert runs["test-key-hurried"] > 0


def test_the_reports_say_the_same(tmp_path: Path) -> None:
    """Terminal, JSON, JUnit, Markdown and page are made from one run."""
    with stub() as base_url:
        results, recorder = judged(base_url, areas=("env",))
    console = Console(width=100, record=True, file=io.StringIO())
    terminal.show(results, console)
    broken = results.counts["fail"]
    shown = console.export_text()
    assert f"breaks {broken} of the" in shown
    assert shown.count("fail  REQ-") == broken
    assert files.markdown(results).count("| fail |") == broken + 1
    files.write_junit(tmp_path / "junit.xml", results)
    assert len(ET.parse(tmp_path / "junit.xml").findall(".//failure")) == broken
    files.write_json(tmp_path / "run.json", results, recorder)
    assert "test-key" not in (tmp_path / "run.json").read_text()
    html = page.render(results, recorder.exchanges)
    assert html.count('data-verdict="fail"') == broken
    assert "test-key" not in html
    assert "src=" not in html


ALL_BUT_SCHEMATHESIS = ("scripted", "generated", "machine")

ODD = "\\ud800\\u0000\\u001b[31m]]></script><script>alert(1)</script>"
"""What no terminal, no XML and no page can hold as it is, as JSON writes it."""


def test_what_a_server_says_breaks_no_report(tmp_path: Path) -> None:
    """Half a surrogate pair, controls and markup in every place are a server that differs, and no fault of ours."""
    said = json.loads(f'"{ODD}"')
    whole = {"success": True, "status": said, "id": said, "data": {"id": said, said: []}, "items": [said], "type": said}
    with stub(dict.fromkeys(("/me", "/tasks", "/apps/run", "/files", "/openapi.json"), (200, whole))) as base_url:
        results, recorder = judged(base_url, areas=("env", "file", "task"), phases=ALL_BUT_SCHEMATHESIS, max_examples=2)
    assert results.outcome == "fail"
    results.take(Found(Finding("REQ-ENV-001", "fail", said, "x.y", "scripted")))
    console = Console(width=100, record=True, file=io.StringIO())
    terminal.show(results, console, verbose=True)
    shown = console.export_text()
    assert "\\x1b[31m" in shown
    assert "\x1b" not in shown
    files.write_junit(tmp_path / "junit.xml", results)
    assert ET.parse(tmp_path / "junit.xml").findall(".//failure")
    files.write_json(tmp_path / "run.json", results, recorder)
    (tmp_path / "summary.md").write_text(files.markdown(results), "utf-8")
    html = page.render(results, recorder.exchanges)
    (tmp_path / "page.html").write_text(html, "utf-8")
    assert "<script>alert" not in html


def test_what_a_server_says_cannot_get_out_of_the_page() -> None:
    """Its text is text."""
    with stub() as base_url:
        results, recorder = judged(base_url, areas=("env",))
    results.rows["REQ-ENV-001"].findings.clear()
    results.take(Found(Finding("REQ-ENV-001", "fail", "<script>alert(1)</script>", "x.y", "scripted")))
    html = page.render(results, recorder.exchanges)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


@pytest.mark.parametrize(
    ("url", "cleaned"),
    [
        ("HTTP://LocalHost:8787/", "http://localhost:8787"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("https://Example.com/a/", "https://example.com/a"),
    ],
)
def test_a_base_url_is_as_requests_begin(url: str, cleaned: str) -> None:
    """Else no answer would be known for the server's, and none be looked at."""
    assert clean(url) == cleaned
    assert str(httpx.Request("GET", f"{cleaned}/me").url).startswith(f"{cleaned}/")


@pytest.mark.parametrize("url", ["", "127.0.0.1:8787", "ftp://x", "http://", "http://x?y=1", "http://[::1"])
def test_what_is_no_base_url(url: str) -> None:
    """It is told what one looks like."""
    with pytest.raises(TargetError, match="expected something like http"):
        clean(url)
