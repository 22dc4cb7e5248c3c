"""Reports of client conformance: what people and machines read of a run."""

import hashlib
import html
import io
import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml
from rich.console import Console

from contracts.clientside import files as case_files
from contracts.clientside import scores
from contracts.clientside.case import checks
from contracts.clientside.report import checks_to_tell, untold
from contracts.clientside.reports import diagram, files, page, reading, terminal

from ... import browsers  # noqa: TID252  # tests are no installed package with a name of its own


def test_the_reference_passes(report: dict[str, Any]) -> None:
    """Everything, with all witnesses heard."""
    assert report["conformance"]["percent"] == report["observed"]["percent"] == 100
    assert report["witnesses"] == ["client", "disk", "server"]
    assert scores.outcome(report) == "partial"
    assert scores.exit_code("partial", allow_partial=True) == 0
    assert scores.outcome(report | {"left_out": 0}) == "pass"


def test_a_warning_counts_where_that_is_wanted(report: dict[str, Any]) -> None:
    """Of a SHOULD; of a MAY never."""
    for level, strictly in (("SHOULD", "fail"), ("MAY", "pass")):
        checks = [
            {"check": "submit.submits-once", "verdict": "pass", "level": "MUST"},
            {"check": "submit.finds-the-task", "verdict": "warn", "level": level},
        ]
        warned = report | {"left_out": 0, "cases": [{"evidence": {}, "checks": checks}]}
        assert (scores.outcome(warned), scores.outcome(warned, strict=True)) == ("pass", strictly)


def test_a_run_that_was_broken_off_blames_no_client(report: dict[str, Any]) -> None:
    """For what was not played; what was, counts as ever."""

    def case(verdict: str, evidence: dict[str, Any] | None, check: str = "submit.submits-once") -> dict[str, Any]:
        return {"evidence": evidence, "checks": [{"check": check, "verdict": verdict, "level": "MUST"}]}

    played, left, blocked, failed = case("pass", {}), case("not-run", None), case("not-run", {}), case("fail", {})
    for user, stopped, cases, word in (
        (True, "Ctrl-C", [played, left], "partial"),
        (True, "Ctrl-C", [left], "partial"),
        (True, "Ctrl-C", [played, blocked, left], "fail"),
        (True, "Ctrl-C", [failed, left], "fail"),
        (False, "it closed its stdout", [played, left], "harness-error"),
        (False, "it closed its stdout", [left], "harness-error"),
        (False, "nothing arrived", [failed, left], "fail"),
        (False, None, [played, left], "fail"),
        (False, None, [case("pass", {}, "wire.contact")], "fail"),
        (False, None, [], "fail"),
    ):
        told = report | {"left_out": 0, "interrupted": user, "stopped": stopped, "cases": cases}
        assert scores.outcome(told) == word


def test_a_report_is_json(report: dict[str, Any], tmp_path: Path) -> None:
    """And comes back as it was."""
    files.write_json(tmp_path / "report.json", report)
    assert json.loads((tmp_path / "report.json").read_text("utf-8")) == json.loads(json.dumps(report))


def test_the_terminal_says_what_is_wrong(worse: dict[str, Any]) -> None:
    """Case, check, level, sentence and what was seen; then the table and both numbers."""
    console = Console(width=150, record=True, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123  # closed with it
    with console.file:
        worse["seconds"] = 1.5
        terminal.show(worse, console)
    lines = [line.rstrip() for line in console.export_text().splitlines()]
    assert lines == [
        "submit/plain  A run that nothing disturbs ends with its video.",
        "  fail submit.submits-once  MUST  One run is one submission.",
        "       expected 1 call of run, saw 2: <b>|</b>",
        "       again: inferencesh-mock conform --adaptor --case submit/plain --seed 0 --allow-partial -- ARGV",
        "area    pass  fail  not-observable",
        lines[5],
        f"client      worse {worse['client']['version']} (python)",
        "driven as   adaptor",
        "witnesses   server, client, disk",
        "profile     2026-12",
        "time        1.5 s",
        f"conformance {scores.Share(worse['conformance']['passed'], worse['conformance']['of']).text()}",
        f"observed    {scores.Share(worse['observed']['passed'], worse['observed']['of']).text()}",
        f"left out    {worse['left_out']} cases were not played",
        "fail  The client does not behave.",
    ]
    assert lines[5].startswith("submit")


def test_what_follows_from_a_failure_needs_no_word(worse: dict[str, Any]) -> None:
    """What was not judged is told where nothing in its case tells why, and else with `--verbose` alone."""
    case = worse["cases"][0]
    verdicts = {check["check"]: check for check in case["checks"]}
    verdicts["submit.tells-the-output"]["verdict"] = "not-run"
    assert [check["check"] for check in checks_to_tell(case)] == ["submit.submits-once"]
    verdicts["submit.submits-once"]["verdict"] = "pass"
    assert [check["check"] for check in checks_to_tell(case)] == ["submit.tells-the-output"]


def test_the_page_begins_with_what_is_wrong(worse: dict[str, Any]) -> None:
    """Rule and harm, once, with a link to the first case that shows it."""
    text = page.render([worse])
    assert '<a href="#submit/plain">One run is one submission.</a>' in text
    assert html.escape(checks()["submit.submits-once"].why) in text
    assert 'data-first="fail"' in text


def test_junit_has_a_test_case_for_each_check(worse: dict[str, Any], tmp_path: Path) -> None:
    """One failure, one skipped."""
    files.write_junit(tmp_path / "junit.xml", worse)
    found = JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    assert found.tests == sum(worse["counts"].values())
    assert (found.failures, found.skipped, found.errors) == (1, 1, 0)


def test_junit_is_red_where_it_counts_and_once(worse: dict[str, Any], tmp_path: Path) -> None:
    """What could not be judged for something else is skipped, what is known too; the case's time is told once."""
    (case, *_) = worse["cases"]
    case["seconds"] = 1.25
    checks_of = {check["check"]: check for check in case["checks"]}
    checks_of["submit.tells-the-output"] |= {"verdict": "not-run", "behind": "submit.submits-once"}
    files.write_junit(tmp_path / "junit.xml", worse)
    found = JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    assert (found.failures, found.skipped) == (1, 1)
    assert next(suite for suite in found if suite.name == case["name"]).time == 1.25
    checks_of["submit.submits-once"] |= {"verdict": "pass"}
    del checks_of["submit.tells-the-output"]["behind"]
    files.write_junit(tmp_path / "junit.xml", worse)
    assert JUnitXml.fromfile(str(tmp_path / "junit.xml")).failures == 1, "a MUST that nothing explains"


def test_what_is_known_is_told_so_in_every_report(worse: dict[str, Any], tmp_path: Path) -> None:
    """And what departs from the file is red, with its line."""
    check = next(check for check in worse["cases"][0]["checks"] if check["verdict"] == "fail")
    check["expected"] = "we try | twice"
    departed = "kit.yaml, line 7: submit.tells-the-output does not fail any more; remove it"
    known = worse | {"expectation": {"file": "kit.yaml", "known": 1, "departures": []}}
    stale = worse | {"expectation": {"file": "kit.yaml", "known": 1, "departures": [departed]}}
    assert files.markdown(known).startswith("### 🟡 worse 0.1.0 is as kit.yaml says: 1 known failure, and no other")
    assert "| fail, expected: we try \\| twice |" in files.markdown(known)
    assert files.markdown(stale).startswith("### ❌ worse 0.1.0 is not as kit.yaml says")
    assert f"- not as expected: {departed}" in files.markdown(stale)
    for report, failures in ((known, 0), (stale, 1)):
        files.write_junit(tmp_path / "junit.xml", report)
        assert JUnitXml.fromfile(str(tmp_path / "junit.xml")).failures == failures
    assert "expected: we try | twice · " in page.render([known])
    told = Console(width=120, record=True, file=io.StringIO())
    terminal.show(known, told)
    shown = told.export_text()
    assert "       expected: we try | twice\n" in shown
    assert shown.rstrip().endswith("The client is as kit.yaml says: 1 known failure, and no other.")
    assert f"not as expected: {departed}" in page.render([stale])
    assert "gets wrong" not in page.render([known])
    assert reading.validator().is_valid(json.loads(json.dumps(stale)))


def test_a_run_that_was_stopped_is_told_so_in_every_report(report: dict[str, Any], tmp_path: Path) -> None:
    """One error, and a badge without a colour; what was not played is no failure."""
    left = {"verdict": "not-run", "level": "MUST", "check": "submit.submits-once", "says": "Once.", "told": "Ctrl-C"}
    row = {"name": "submit/later", "area": "submit", "seconds": 0.0, "evidence": None, "checks": [left]}
    told = {"stopped": "it was ended by SIGTERM", "interrupted": True}
    stopped = report | told | {"cases": [*report["cases"], row], "left_out": 0}
    assert "- stopped: it was ended by SIGTERM" in files.markdown(stopped)
    assert "submit/later" not in files.markdown(stopped)
    files.write_junit(tmp_path / "junit.xml", stopped)
    found = JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    assert (found.errors, found.failures) == (1, 0)
    assert (files.badge(stopped)["color"], files.badge(stopped)["message"][-7:]) == ("lightgrey", "stopped")


def test_what_is_not_listed_is_counted(worse: dict[str, Any]) -> None:
    """Consequences of what is; nobody is to look for them in vain."""
    checks_of = {check["check"]: check for check in worse["cases"][0]["checks"]}
    assert untold(worse) == ""
    checks_of["submit.tells-the-output"]["verdict"] = "not-run"
    checks_of["submit.returns-the-result"]["verdict"] = "warn"
    assert untold(worse) == "1 warning and 1 check that could not be judged"
    assert "- besides, in the cases below: 1 warning and 1 check" in files.markdown(worse)


def test_markdown_is_for_a_pull_request(worse: dict[str, Any]) -> None:
    """The word, the numbers, and a row for what is wrong; text stays text."""
    text = files.markdown(worse)
    assert text.startswith("### ❌ worse")
    assert "| `submit/plain` | **submit.submits-once** One run is one submission. | fail |" in text
    assert "&lt;b>\\|&lt;/b>" in text


def test_the_badge_is_red_grey_or_green(report: dict[str, Any], worse: dict[str, Any]) -> None:
    """Grey where not everything could be heard, and never green by rounding."""
    assert files.badge(report)["color"] == "lightgrey"
    assert files.badge(report | {"left_out": 0})["color"] == "brightgreen"
    assert files.badge(worse | {"left_out": 0})["color"] == "red"
    assert files.badge(report | {"left_out": 0, "witnesses": ["server"]})["color"] == "lightgrey"
    assert files.badge(report)["message"].endswith(" MUST · 2026-12")
    assert files.badge(report | {"conformance": {"passed": 0, "of": 0}})["message"] == "no data"


def test_a_must_holds_everywhere_or_not_at_all() -> None:
    """And once: what is made in every case weighs no more than what is made in one."""

    def row(check: str, verdict: str, **more: str) -> dict[str, str]:
        return {"check": check, "level": "MUST", "verdict": verdict, **more}

    rows = [row("wire.contact", "pass") for _ in range(9)]
    assert scores.conformance([*rows, row("submit.a", "fail")], {"wire.contact", "submit.a"}) == scores.Share(1, 2)
    assert scores.conformance([*rows, row("wire.contact", "not-observable")], {"wire.contact"}) == scores.Share(0, 1)
    behind = row("wire.contact", "not-run", behind="submit.a")
    assert scores.conformance([*rows, behind], {"wire.contact"}) == scores.Share(1, 1), "it is counted at submit.a"
    assert scores.conformance([behind], {"wire.contact"}) == scores.Share(0, 1)
    assert scores.conformance([*rows, row("wire.contact", "not-applicable")], {"wire.contact"}) == scores.Share(1, 1)


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(999, 1000, 99.9), (9999, 10000, 99.9), (1, 3, 33.3), (0, 0, None)]
)
def test_shares_are_cut(part: int, whole: int, percent: float | None) -> None:
    """Never rounded up, and no data is no number."""
    assert scores.Share(part, whole).percent == percent


def test_the_timeline_follows_the_world_s_clock(report: dict[str, Any]) -> None:
    """From the call to its result, what was sent and answered between them."""
    found = diagram.arrows(report["cases"][1]["evidence"])
    assert found[0].kind == "call"
    assert {arrow.kind for arrow in found} == {"call", "request", "answer", "broken", "result"}
    assert [arrow.at for arrow in found] == sorted(arrow.at for arrow in found)


def test_a_report_shows_what_was_sent_as_json(report: dict[str, Any]) -> None:
    """Bodies as they were, and the files that lay on the disk."""
    evidence = report["cases"][0]["evidence"]
    sent = next(row for row in evidence["exchanges"] if row["operation"] == "runs.create")
    assert json.loads(sent["request"]["body"])["input"]["prompt"]
    assert json.loads(sent["response"]["body"])["data"]["status"] in {1, 2}  # received, or queued already
    assert evidence["files"] == []


def test_what_lies_on_the_disk_is_listed(tmp_path: Path) -> None:
    """Each file with its size and hash, by name; a link is none."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "out.mp4").write_bytes(b"video")
    case_files.write(tmp_path / "a.txt", "text")
    (tmp_path / "link").symlink_to(tmp_path / "a.txt")
    found = list(case_files.listed(tmp_path))
    assert [(row["name"], row["bytes"]) for row in found] == [("a.txt", len(case_files.TEXT)), ("b/out.mp4", 5)]
    assert found[1]["sha256"] == hashlib.sha256(b"video").hexdigest()


def test_the_page_says_how_to_repeat_a_case(report: dict[str, Any]) -> None:
    """A command for the case, one that replays its world, and a curl line for each exchange, without the key."""
    text = html.unescape(page.render([report]))
    token = report["cases"][0]["evidence"]["token"]
    assert "inferencesh-mock conform --adaptor --case submit/plain --seed 0 --allow-partial -- ARGV" in text
    assert f"inferencesh-mock serve --replay {token}" in text
    line = next(row for row in text.splitlines() if "curl -i -X POST" in row and "/apps/run" in row)
    words = shlex.split(line.removeprefix("<pre>").removesuffix("</pre>"))
    assert words[-1] == "http://127.0.0.1:8787/apps/run"
    assert "authorization: Bearer $KEY" in words
    assert json.loads(words[words.index("--data-binary") + 1])["app"] == "klingai/video-v2-6"


def test_the_world_of_a_case_is_replayed_with_its_plan(report: dict[str, Any], tmp_path: Path) -> None:
    """The token has the hash of the plan; the command writes the plan down, or names the scenario."""
    steps = {"steps": [{"on": "run", "nth": 1, "do": {"fault": "status", "status": 503, "detail": "it's \\ busy"}}]}
    row = report["cases"][0]
    token = row["evidence"]["token"]

    def replayed(plan: dict[str, Any]) -> list[str]:
        text = html.unescape(
            page.render([{**report, "cases": [{**row, "evidence": {**row["evidence"], "plan": plan}}]}])
        )
        return text.partition("--allow-partial -- ARGV\n")[2].partition("</pre>")[0].splitlines()

    written, serve = replayed(steps)
    subprocess.run(["sh", "-c", written], cwd=tmp_path, check=True)
    assert json.loads((tmp_path / "plan.json").read_text("utf-8")) == steps
    assert serve == f"inferencesh-mock serve --plan plan.json --replay {token}"
    assert replayed({"scenario": "error-in-200"}) == [
        f"inferencesh-mock serve --scenario error-in-200 --replay {token}"
    ]


def test_the_page_opens_filters_and_expands(report: dict[str, Any], worse: dict[str, Any], tmp_path: Path) -> None:
    """In a real browser, without a word in its console; nothing is fetched from anywhere."""
    text = page.render([report, worse])
    assert "http://" not in text.replace("http://127.0.0.1", "")
    assert "https://" not in text.replace("https://api.inference.sh/errors", "")
    script = """<script>addEventListener("load", () => {
      const seen = [];
      const visible = () => [...document.querySelectorAll("details.row:not([hidden])")].map((row) => row.id);
      seen.push(visible().length);
      document.querySelector('button[data-show=""]').click();
      seen.push(visible().length);
      document.querySelector('button[data-show="fail"]').click();
      seen.push(visible().join());
      document.querySelector('button[data-show=""]').click();
      document.querySelector("nav input").value = "lost-response";
      document.querySelector("nav input").dispatchEvent(new Event("input"));
      seen.push(visible().join());
      document.querySelector("details.row:not([hidden]) summary").click();
      seen.push(document.querySelectorAll("details.row[open] svg .arrow").length > 5);
      seen.push(document.documentElement.scrollWidth <= innerWidth);
      document.querySelector('button[data-show="harness-error"]').click();
      location.hash = document.querySelector(".sins a").hash;
      follow();
      seen.push(visible().join());
      document.title = "seen " + JSON.stringify(seen);
    });</script></body>"""
    file = tmp_path / "page.html"
    file.write_text(text.replace("</body>", script), "utf-8")
    flags = [*browsers.FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr", "--dump-dom"]
    flags += ["--window-size=420,900", "--host-resolver-rules=MAP * ~NOTFOUND"]
    done = subprocess.run(
        [browsers.chromium(), *flags, file.as_uri()], capture_output=True, text=True, timeout=90, check=True
    )
    told = done.stdout.partition("<title>seen ")[2].partition("</title>")[0]
    assert json.loads(told) == [1, 2, "submit/plain", "submit/lost-response", True, True, "submit/plain"]
    assert "CONSOLE" not in done.stderr
