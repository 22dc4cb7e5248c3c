"""What `conform` and `report merge` write: each file by itself, none over another, whatever the terminal does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from contracts.clientside.reports import page
from mockserver.cli import cli

PLAIN = ("conform", "--adaptor", "--case", "submit/plain", "--allow-partial")
REFERENCE = ("--", sys.executable, "-m", "mockserver.testing.adaptors.reference")


@pytest.mark.parametrize(
    ("html", "stdout", "wrong"),
    [
        ("/dev/full", os.devnull, "cannot write /dev/full: No space"),
        (os.devnull, "/dev/full", "cannot print: No space"),
    ],
    ids=["report", "terminal"],
)
def test_what_cannot_be_written_costs_nothing_else(tmp_path: Path, html: str, stdout: str, wrong: str) -> None:
    """It is named, and the other reports are there."""
    if not Path("/dev/full").exists():
        pytest.skip("/dev/full is missing")
    report, words = tmp_path / "report.json", ("--html", html, "--markdown", os.devnull)
    command = [sys.executable, "-m", "mockserver", *PLAIN, *words, "--report", str(report), *REFERENCE]
    with Path(stdout).open("w", encoding="utf-8") as out:
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.count(wrong), "Traceback" in done.stderr) == (2, 1, False), done.stderr
    assert json.loads(report.read_text("utf-8"))["cases"]


def test_a_report_that_we_cannot_make_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is our fault, which is told, and neither the client's nor the user's."""

    def broken(*_: object) -> str:
        raise RecursionError("too deep")

    report, html, markdown = (tmp_path / name for name in ("r.json", "p.html", "m.md"))
    monkeypatch.setattr(page, "render", broken)
    words = ["--html", str(html), "--report", str(report), "--markdown", str(markdown)]
    done = CliRunner().invoke(cli, [*PLAIN, *words, *REFERENCE])
    assert (done.exit_code, html.exists(), markdown.exists()) == (3, False, True)
    told = f"--html {html}: we failed here: RecursionError: too deep; please report it"
    assert told in done.output
    merged = CliRunner().invoke(cli, ["report", "merge", str(report), "--html", str(html)])
    assert (merged.exit_code, told in merged.output) == (3, True)


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ((*PLAIN, "--expect", "a.json", "--html", "b/../a.json", *REFERENCE), "it is read too"),
        ((*PLAIN, "--report", "a.json", "--html", "b/../a.json", *REFERENCE), "two reports are to go there"),
        (("report", "merge", "a.json", "--markdown", "b/../a.json"), "it is read too"),
        (("report", "merge", "c.json", "--markdown", "a.json", "--html", "link"), "two reports are to go there"),
    ],
    ids=["expect", "conform", "merge", "link"],
)
def test_nothing_is_written_over(
    words: tuple[str, ...], wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By whatever way a file is named."""
    monkeypatch.chdir(tmp_path)
    Path("b").mkdir()
    Path("a.json").write_text("{}", "utf-8")
    Path("link").symlink_to("a.json")
    done = CliRunner().invoke(cli, list(words))
    assert (done.exit_code, wrong in done.output) == (2, True), done.output
    assert Path("a.json").read_text("utf-8") == "{}"
