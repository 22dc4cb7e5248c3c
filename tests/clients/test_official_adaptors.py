"""The kit judges the official clients through their adaptors, to the end."""

import json
import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from .releases import JAVASCRIPT, PYTHON

EXPECTED = Path(__file__).parents[2] / "fixtures" / "conformance"
AREAS = ("upload", "cancel", "session", "money", "limits", "validation")
"""Those that take a second or two each; `make findings` plays all."""

REFUSES = """
import runpy
import importlib
original = importlib.import_module
def without(name, *rest):
    if name == "inferencesh":
        raise ImportError("No module named 'inferencesh'")
    return original(name, *rest)
importlib.import_module = without
runpy.run_module("mockserver.testing.adaptors.python", run_name="__main__")
"""


# Loaded before the adaptor, in the place of a Node that nobody has any more.
OLD_NODE = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.4" } });'


def _conform(
    adaptor: str, tmp_path: Path, *areas: str, expect: str, folder: Path | None = None
) -> dict[str, dict[str, str]]:
    """Return the verdicts of each case on a client, whose adaptor runs in a folder; all is as it is known."""
    report = tmp_path / "report.json"
    chosen = [word for area in areas for word in ("--area", area)]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mockserver",
            "conform",
            "--adaptor",
            *chosen,
            "--allow-partial",
            "--expect",
            str(EXPECTED / f"{expect}.yaml"),
            "--report",
            str(report),
            "--",
            sys.executable,
            "-m",
            f"mockserver.testing.adaptors.{adaptor}",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=folder,
    )
    assert "says: " in done.stdout.splitlines()[-1], done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith(", and no other."), done.stdout + done.stderr
    assert done.returncode == 0, done.stderr
    rows = json.loads(report.read_text("utf-8"))["cases"]
    return {row["name"]: {check["check"]: check["verdict"] for check in row["checks"]} for row in rows}


@pytest.mark.parametrize("adaptor", ["python", "python_async"])
def test_the_official_client_is_judged_to_the_end(adaptor: str, tmp_path: Path) -> None:
    """It fails where it does, passes where it does, and nothing is the kit's or the adaptor's fault."""
    expect = f"{adaptor.replace('_', '-')}-{PYTHON[-1].version}"
    found = _conform(adaptor, tmp_path, *AREAS, "download", expect=expect)
    verdicts = [verdict for checks in found.values() for verdict in checks.values()]
    assert "harness-error" not in verdicts
    assert found["upload/plain"]["upload.sends-the-bytes"] == "pass"
    assert found["upload/plain"]["upload.keeps-the-key"] == "pass"
    assert found["upload/looks-like-a-file"]["upload.uploads-only-files"] == "fail"
    assert found["download/page"]["download.refuses-a-page"] == "fail"


def test_without_the_client_the_adaptor_says_what_to_install() -> None:
    """It is no dependency of the product."""
    done = subprocess.run([sys.executable, "-c", REFUSES], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "pip install inferencesh" in done.stderr


def test_the_official_javascript_client_is_judged_to_the_end(javascript_folder: Path, tmp_path: Path) -> None:
    """Through Node, as installed: no bundler, and nothing is the kit's or the adaptor's fault."""
    expect = f"javascript-{JAVASCRIPT.version}"
    found = _conform("javascript", tmp_path, *AREAS, "poll", expect=expect, folder=javascript_folder)
    verdicts = [verdict for checks in found.values() for verdict in checks.values()]
    assert "harness-error" not in verdicts
    assert found["upload/plain"]["upload.sends-the-bytes"] == "pass"
    assert found["upload/plain"]["upload.keeps-the-key"] == "pass"
    assert found["upload/looks-like-a-file"]["upload.uploads-only-files"] == "fail"
    assert found["poll/plain"]["poll.pauses-between-looks"] == "pass"
    assert found["poll/refused"]["poll.survives-a-refusal"] == "fail"
    assert found["cancel/too-late"]["cancel.says-why-it-is-too-late"] == "pass"


@pytest.mark.parametrize("transport", ["ndjson", "sse"])
def test_the_javascript_client_streams_in_both_forms(transport: str, javascript_folder: Path) -> None:
    """Updates, their progress and the end come through; a stream that was cut is an error of the client's own."""
    names = (f"stream/plain[transport={transport}]", f"stream/cut[transport={transport}][where=utf8]")
    argv = ["-m", "mockserver", "conform", "--adaptor", "--verbose", *(f"--case={name}" for name in names)]
    done = subprocess.run(
        [sys.executable, *argv, "--", sys.executable, "-m", "mockserver.testing.adaptors.javascript"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=javascript_folder,
    )
    told = {words[1]: words[0] for line in done.stdout.splitlines() if len(words := line.split()) > 1}
    assert told["stream.tells-progress"] == told["stream.tells-the-output"] == "pass", done.stdout + done.stderr
    assert told["stream.survives-a-cut"] == ("fail" if transport == "ndjson" else "pass")


def _javascript(folder: Path, lines: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mockserver.testing.adaptors.javascript"],
        input=lines,
        env={**os.environ, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_the_javascript_adaptor_answers_whatever_comes(javascript_folder: Path) -> None:
    """A line that it cannot read is passed over, a call that there is not is told, and so is a client that hangs."""
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes connections, and nobody answers
        base_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        call = {"op": "call", "case": "none", "base_url": base_url, "api_key": "key", "deadline_ms": 300}
        run = {**call, "seq": 1, "call": "run", "with": {"app": "a", "input": {}}}
        odd = {**call, "seq": 2, "call": "constructor", "with": {}}
        lines = ['{"op": "hello"}', "rubbish", "[]", json.dumps(run), json.dumps(odd), '{"op": "bye"}', ""]
        done = _javascript(javascript_folder, "\n".join(lines))
    assert done.returncode == 0, done.stderr
    hello, cannot, raised = map(json.loads, done.stdout.splitlines())
    assert (hello["kit"], hello["client"]["version"]) == (1, JAVASCRIPT.version)
    assert cannot == {"seq": 2, "cannot": {"needs": "constructor"}}
    assert (raised["seq"], raised["raised"]["class"]) == (1, "NoReturn")


def test_a_promise_that_nobody_waits_for_does_not_end_the_javascript_adaptor(javascript_folder: Path) -> None:
    """Polling, the client stumbles over a status that is no JSON, in a promise that it has left behind."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html></html>")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.handle_request).start()
        call = {"op": "call", "seq": 1, "case": "none", "api_key": "key", "call": "wait", "deadline_ms": 500}
        order = {**call, "base_url": f"http://127.0.0.1:{server.server_port}", "with": {"task": "t", "by": "poll"}}
        done = _javascript(javascript_folder, f'{json.dumps(order)}\n{{"op": "bye"}}\n')
    assert "TypeError" in done.stderr
    assert json.loads(done.stdout)["raised"]["class"] == "NoReturn"


def test_without_its_package_the_javascript_adaptor_says_what_to_install(
    javascript_folder: Path, tmp_path: Path
) -> None:
    """In one sentence: the package, a newer Node, or Node itself."""
    (tmp_path / "old.cjs").write_text(OLD_NODE, "utf-8")
    bare = _javascript(tmp_path)
    old = _javascript(javascript_folder, NODE_OPTIONS=f"--require={tmp_path / 'old.cjs'}")
    none = _javascript(javascript_folder, PATH=str(tmp_path))
    assert {done.returncode for done in (bare, old, none)} == {1}
    assert bare.stderr == (
        f"this adaptor needs the official client, and {tmp_path} has none: npm install @inferencesh/sdk\n"
    )
    assert old.stderr == "this adaptor needs Node.js 20.6 or newer, and this is 18.20.4: install a newer one\n"
    assert none.stderr.startswith("this adaptor needs Node.js 20.6 or newer, and there is no command `node`")
