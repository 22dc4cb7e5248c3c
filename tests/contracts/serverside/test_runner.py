"""The suite over servers: ours, and one that is deliberately different."""

import io
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from contracts.serverside import runner
from contracts.serverside.caller import Recorder
from contracts.serverside.events import Found
from contracts.serverside.finding import Finding
from contracts.serverside.reports import files, page, terminal
from contracts.serverside.results import Results
from contracts.serverside.runner import Wish
from contracts.serverside.target import Target, TargetError, clean

from .stub import stub


def judged(base_url: str, *, spend: int = 10**10, **wish: object) -> tuple[Results, Recorder]:
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


def test_nothing_is_spent_that_is_not_allowed() -> None:
    """With a purse of nothing no run is submitted."""
    with stub() as base_url:
        results, recorder = judged(base_url, spend=0)
    assert not [row for row in recorder.exchanges if row.url.endswith("/apps/run") and b'"input"' in row.request_body]
    assert results.ended is not None
    assert results.ended.charged == 0


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


def test_what_a_server_says_cannot_get_out_of_the_page() -> None:
    """Its text is text."""
    with stub() as base_url:
        results, recorder = judged(base_url, areas=("env",))
    results.rows["REQ-ENV-001"].findings.clear()
    results.take(Found(Finding("REQ-ENV-001", "fail", "<script>alert(1)</script>", "x.y", "scripted")))
    html = page.render(results, recorder.exchanges)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


@pytest.mark.parametrize("url", ["", "127.0.0.1:8787", "ftp://x", "http://", "http://x?y=1", "http://[::1"])
def test_what_is_no_base_url(url: str) -> None:
    """It is told what one looks like."""
    with pytest.raises(TargetError, match="expected something like http"):
        clean(url)
