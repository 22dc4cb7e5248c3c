"""No report holds what commands a terminal or turns text around, wherever a server has said it."""

import io
import json
import re

import pytest
from rich.console import Console

from contracts.serverside.events import Found, PhaseEnded
from contracts.serverside.finding import Finding
from contracts.serverside.reports import files, page, terminal

from .stub import Handler, listening
from .test_runner import judged

ODD = "a\x1b]0;pwn\x07b\x9b31mc\u202ed\u2066e`f"
"""ESC and BEL, a C1 control, two that change the direction of text; and what ends code in Markdown."""

COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class _Odd(Handler):
    def answer(self) -> None:
        """Say it everywhere."""
        said = ODD.encode()
        whole = dict.fromkeys(("id", "type", "title", "detail", "upload_url", "uri", ODD), ODD)
        problem = {**whole, "status": 7, "error": {"code": ODD, "message": ODD}, "info": {"title": ODD, "version": ODD}}
        # As it is, which no JSON may hold, where it is no control; and where nobody reads it, controls too.
        body = json.dumps(problem, ensure_ascii=False).encode() if self.path != "/files" else b'{"id": "' + said + b'"}'
        reason = b"O" + said
        self.wfile.write(b"HTTP/1.1 200 " + reason + b"\r\nContent-Type: application/json\r\nX-Request-ID: " + said)
        self.wfile.write(b"\r\nX-Odd: " + said + b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n")
        self.wfile.write(b"" if self.command == "HEAD" else body)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """All that is made of one run over it."""
    folder = tmp_path_factory.mktemp("reports")
    with listening(_Odd) as base_url:
        results, recorder = judged(base_url, areas=("env", "err", "file", "http"))
    results.take(Found(Finding("REQ-ENV-001", "fail", ODD, "x.y", "scripted")))
    results.take(PhaseEnded("scripted", ODD))
    console = Console(width=200, record=True, file=io.StringIO(), force_terminal=True)
    terminal.show(results, console, verbose=True)
    files.write_junit(folder / "junit.xml", results)
    files.write_json(folder / "run.json", results, recorder)
    return {
        "terminal": console.export_text(),
        "page": page.render(results, recorder.exchanges),
        "markdown": files.markdown(results),
        "junit": (folder / "junit.xml").read_text("utf-8"),
        "json": (folder / "run.json").read_text("utf-8"),
    }


@pytest.mark.parametrize("name", ["terminal", "page", "markdown", "junit", "json"])
def test_a_report_holds_no_command(name: str, reports: dict[str, str]) -> None:
    """What came is shown as Python or JSON would write it."""
    text = reports[name]
    assert COMMANDS.findall(text) == []
    assert re.search(r"\\(x1b|u001b)\]0;pwn", text)


def test_a_page_shows_odd_headers(reports: dict[str, str]) -> None:
    """As they came, but for what nobody can see."""
    assert "x-odd: a\\x1b]0;pwn" in reports["page"].lower()


def test_a_saved_run_holds_what_came(reports: dict[str, str]) -> None:
    """JSON can write everything down, so that nothing is lost."""
    answers = [exchange["response"] for exchange in json.loads(reports["json"])["exchanges"]]
    headers = [tuple(row) for answer in answers if answer is not None for row in answer["headers"]]
    assert ("x-odd", ODD) in headers


def test_a_server_s_name_stays_code_in_markdown(reports: dict[str, str]) -> None:
    """A backtick in it ends nothing."""
    (line,) = (row for row in reports["markdown"].splitlines() if row.startswith("- server: "))
    assert (line.count("``"), line[:16], line[-3:]) == (2, "- server: `` htt", " ``")
