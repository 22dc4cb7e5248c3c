"""What `conform` and `report merge` write: each file by itself, none over another, whatever the terminal does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from contracts.clientside.reports import page
from mockserver.cli import cli, outputs

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


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    """Who reads it meanwhile, or after a full disk, has the old one; links stay links, and nothing is left beside."""
    kept, link = tmp_path / "kept.txt", tmp_path / "link.txt"
    kept.write_text("old", "utf-8")
    link.symlink_to(kept)

    def half(file: Path) -> None:
        file.write_text("ne", "utf-8")
        raise OSError(28, "No space left on device")

    assert outputs.write_all({"report": (link, half)}).lost == [f"cannot write {link}: No space left on device"]
    assert kept.read_text("utf-8") == "old"
    outputs.write_all({"report": (link, lambda file: file.write_text("new", "utf-8"))}).ensure()
    assert (kept.read_text("utf-8"), link.is_symlink()) == ("new", True)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["kept.txt", "link.txt"]


def test_a_file_in_a_folder_that_takes_no_other_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it always was; `ensure_writable` has promised it."""
    kept = tmp_path / "kept.txt"
    kept.write_text("old", "utf-8")
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path and access(path, mode))
    written: list[Path] = []
    outputs.write_all({"report": (kept, written.append)}).ensure()
    assert written == [kept]


@pytest.mark.parametrize("words", [("conform", "--list"), ("check", "--list"), ("report", "schema"), ("scenarios",)])
@pytest.mark.parametrize(("stdout", "code"), [("full", 2), ("closed", 1)])
def test_a_list_that_nobody_takes_ends_quietly(words: tuple[str, ...], stdout: str, code: int) -> None:
    """A full disk is told in a sentence, and whoever has seen enough is not bothered."""
    if stdout == "full":
        if not Path("/dev/full").exists():
            pytest.skip("/dev/full is missing")
        out = os.open("/dev/full", os.O_WRONLY)
    else:
        read, out = os.pipe()
        os.close(read)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "mockserver", *words], stdout=out, stderr=subprocess.PIPE, text=True, check=False
        )
    finally:
        os.close(out)
    assert (done.returncode, done.stderr.count("\n")) == (code, 1 if stdout == "full" else 0), done.stderr


@pytest.mark.parametrize("name", ["loop", "x" * 300], ids=["loop", "long"])
@pytest.mark.parametrize("option", ["--report", "--expect"])
def test_a_name_that_leads_nowhere_is_told(
    option: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is played."""
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    done = CliRunner().invoke(cli, [*PLAIN, option, name, *REFERENCE])
    assert (done.exit_code, "Error: " in done.output) == (2, True), done.output
    assert "cases" not in done.output


@pytest.mark.parametrize("headers", [[["a"]], None, [[1, "b"]]], ids=["one", "none", "number"])
def test_a_report_with_damaged_headers_is_refused(headers: object, tmp_path: Path) -> None:
    """As everything else that no report has."""
    report = tmp_path / "report.json"
    assert CliRunner().invoke(cli, [*PLAIN, "--report", str(report), *REFERENCE]).exit_code == 0
    document = json.loads(report.read_text("utf-8"))
    document["cases"][0]["evidence"]["exchanges"][0]["request"]["headers"] = headers
    report.write_text(json.dumps(document), "utf-8")
    done = CliRunner().invoke(cli, ["report", "merge", str(report), "--html", str(tmp_path / "m.html")])
    assert (done.exit_code, "is no report" in done.output) == (2, True), done.output
