"""Several reports side by side, read back from their files by the published schema."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from contracts.clientside.reports import files, matrix, page, reading
from mockserver.cli import cli


def _told(*words: object) -> Result:
    return CliRunner().invoke(cli, ["report", *map(str, words)])


def test_a_report_keeps_to_the_published_schema(report: dict[str, Any], worse: dict[str, Any], tmp_path: Path) -> None:
    """As `report schema` prints it; what is written comes back."""
    assert json.loads(_told("schema").output) == json.loads(reading.schema_text())
    for number, document in enumerate((report, worse)):
        file = tmp_path / f"{number}.json"
        files.write_json(file, document)
        assert reading.read(file) == json.loads(json.dumps(document))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda report: report["conformance"].update(passed=10**4000), "more than 20 digits"),
        (lambda report: report.update(seconds=float("nan")), "JSON has no NaN"),
        (lambda report: report["cases"][0]["evidence"].update(began="noon"), "is damaged: Invalid isoformat string"),
        (lambda report: report["cases"][0]["evidence"].update(plan=json.loads("[" * 200 + "]" * 200)), "100 levels"),
    ],
    ids=["digits", "nan", "moment", "levels"],
)
def test_a_forged_report_is_refused(
    report: dict[str, Any], tmp_path: Path, change: Callable[[dict[str, Any]], object], told: str
) -> None:
    """In one sentence, with the file."""
    forged, file = copy.deepcopy(report), tmp_path / "forged.json"
    change(forged)
    file.write_text(json.dumps(forged))
    done = _told("merge", file)
    assert (done.exit_code, told in done.output, str(file) in done.output) == (2, True, True)


def test_what_has_no_end_is_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not read to its end, which may be none."""
    monkeypatch.setattr(reading, "MOST_BYTES", 1 << 20)
    done = _told("merge", "/dev/zero")
    assert (done.exit_code, "has more than 1 MiB" in done.output) == (2, True)


def test_a_forged_report_commands_no_terminal(report: dict[str, Any], tmp_path: Path) -> None:
    """What is read back is plain, whoever wrote it."""
    forged, file = copy.deepcopy(report), tmp_path / "forged.json"
    forged["client"]["name"] = "\x1b[2J\ud800"
    file.write_text(json.dumps(forged))
    done = _told("merge", file, "--markdown", tmp_path / "matrix.md", "--html", tmp_path / "matrix.html")
    assert done.exit_code == 0
    for told in (done.output, *((tmp_path / name).read_text("utf-8") for name in ("matrix.md", "matrix.html"))):
        assert "\\x1b[2J" in told.replace("\\\\", "\\")
        assert "\x1b" not in told


def test_the_schema_knows_every_member(report: dict[str, Any]) -> None:
    """At every level: what a report has is described."""
    schema = json.loads(reading.schema_text())
    definitions = schema["$defs"]
    evidence = report["cases"][0]["evidence"]
    for described, found in (
        (schema, report),
        (definitions["case"], report["cases"][0]),
        (definitions["check"], report["cases"][0]["checks"][0]),
        (definitions["evidence"], evidence),
        (definitions["call"], evidence["calls"][0]),
        (definitions["exchange"], evidence["exchanges"][0]),
        (definitions["side"], evidence["exchanges"][0]["request"]),
        (schema["properties"]["client"], report["client"]),
    ):
        assert found.keys() <= described["properties"].keys()


def test_the_matrix_has_a_column_for_each_client(report: dict[str, Any], worse: dict[str, Any]) -> None:
    """Conformance by area, both numbers, and what they were made with."""
    left, right = report["conformance"]["of"], worse["conformance"]
    text = matrix.markdown([report, worse])
    first, _, area, wire, adaptor, conformance, *rest = text.splitlines()
    name, version = report["client"]["name"], report["client"]["version"]
    assert first == f"| MUST of | {name} {version} | worse {version} |"
    # The areas of `worse` are those of the report.
    shares = [report["areas"][name]["of"] for name in ("submit", "wire", "adaptor")]
    assert [area, wire, adaptor] == [
        f"| {name} | {of}/{of} | {of}/{of} |" for name, of in zip(("submit", "wire", "adaptor"), shares, strict=True)
    ]
    assert sum(shares) == left
    assert conformance.startswith(f"| conformance | 100 % ({left} of {left}) of a part | {right['percent']:g} % ")
    assert [line.split(" | ")[0] for line in rest] == [
        "| observed",
        "| warnings",
        "| witnesses",
        "| profile",
        "| cases left out",
    ]
    console = Console(width=100)
    with console.capture() as captured:
        console.print(matrix.table([report, worse]))
    assert f"{shares[0]}/{shares[0]}" in captured.get()


def test_clients_of_one_name_are_told_apart(report: dict[str, Any]) -> None:
    """By how they were driven, and else by a number."""
    other = report | {"mode": "command"}
    name = f"{report['client']['name']} {report['client']['version']}"
    assert matrix.names([report]) == [name]
    assert matrix.names([report, other]) == [f"{name} (adaptor)", f"{name} (command)"]
    assert matrix.names([report, copy.deepcopy(report)]) == [f"{name} (adaptor) #1", f"{name} (adaptor) #2"]
    assert f"{name} (command)" in page.render([report, other])


def test_the_page_of_several_begins_with_the_matrix(report: dict[str, Any], worse: dict[str, Any]) -> None:
    """Areas by clients, each leading to its cases; of one client alone there is none."""
    text = page.render([report, worse | {"left_out": 0}])
    assert text.count('<table class="matrix">') == 1
    assert '<a href="#area-submit">submit</a>' in text
    assert '<section id="area-submit">' in text
    passed, of = worse["conformance"]["passed"], worse["conformance"]["of"]
    assert f'<td class="fail">{worse["conformance"]["percent"]:g} % ({passed} of {of})</td>' in text
    assert f"<td>100 % ({of} of {of}) of a part</td>" in text
    assert '<table class="matrix">' not in page.render([report])


def test_merge_writes_what_it_is_asked_for(report: dict[str, Any], worse: dict[str, Any], tmp_path: Path) -> None:
    """The page, Markdown, and the matrix on the terminal."""
    for name, document in (("a", report), ("b", worse)):
        files.write_json(tmp_path / f"{name}.json", document)
    html, markdown = tmp_path / "matrix.html", tmp_path / "matrix.md"
    found = _told("merge", tmp_path / "a.json", tmp_path / "b.json", "--html", html, "--markdown", markdown)
    assert found.exit_code == 0, found.output
    assert "conformance" in found.output
    assert markdown.read_text("utf-8") == matrix.markdown([report, worse])
    assert html.read_text("utf-8") == page.render([reading.read(tmp_path / f"{name}.json") for name in "ab"])


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (None, "cannot be read: No such file"),
        (b"\xff{", "is no JSON; expected a file that `inferencesh-mock conform --report` wrote"),
        (b"[" * 100_000, "is no JSON"),
        (b"[]", "is no report of `inferencesh-mock conform --report`: at its top"),
        (b'{"kind": "inferencesh-mock check"}', "is no report"),
    ],
)
def test_a_file_that_is_no_report_is_told(content: bytes | None, wrong: str, tmp_path: Path) -> None:
    """With exit code 2 and without anything being written."""
    file, html = tmp_path / "report.json", tmp_path / "matrix.html"
    if content is not None:
        file.write_bytes(content)
    found = _told("merge", file, "--html", html)
    assert (found.exit_code, html.exists()) == (2, False)
    assert wrong in " ".join(found.output.split())


def test_a_damaged_report_is_told_where(report: dict[str, Any], tmp_path: Path) -> None:
    """The place and what was expected there."""
    file = tmp_path / "report.json"
    damaged = copy.deepcopy(report)
    damaged["cases"][1]["checks"][0]["verdict"] = "perhaps"
    files.write_json(file, damaged)
    found = _told("merge", file)
    assert found.exit_code == 2
    assert "at cases/1/checks/0/verdict" in " ".join(found.output.split())
