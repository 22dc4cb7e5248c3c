"""The page under /_mock/docs in a browser: every operation is shown, nothing goes wrong, nothing leaves the machine."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contracts import operations

from .. import browsers  # noqa: TID252  # tests are no installed package with a name of its own
from .processes import serving

PATIENCE = 90.0
"""Real seconds for one start of the browser, on a busy machine."""

FLAGS = (*browsers.FLAGS, "--enable-logging=stderr", "--virtual-time-budget=20000", "--dump-dom")
SCHEMES = {"dark": "0", "light": "1"}


@dataclass(frozen=True)
class Seen:
    """What became of the page."""

    url: str
    dom: str
    console: list[str]
    requests: list[str]
    """Addresses that the page asked for."""


@pytest.fixture(scope="module", params=SCHEMES)
def scheme(request: pytest.FixtureRequest) -> str:
    """How the reader's screen is set."""
    return str(request.param)


@pytest.fixture(scope="module")
def seen(scheme: str, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """The page, once loaded and drawn."""
    folder = tmp_path_factory.mktemp("docs")
    log = folder / "net.json"
    more = [f"user-data-dir={folder / 'profile'}", f"log-net-log={log}"]
    # What the browser itself would like to ask its maker is not found.
    more.append("host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
    more.append(f"blink-settings=preferredColorScheme={SCHEMES[scheme]}")
    with serving("--port", "0", cwd=folder) as server:
        done = subprocess.run(
            [browsers.chromium(), *FLAGS, *(f"--{flag}" for flag in more), f"{server.url}/_mock/docs"],
            env=os.environ | {"TMPDIR": str(folder)},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    console = [line for line in done.stderr.splitlines() if ":CONSOLE:" in line or ":CONSOLE(" in line]
    return Seen(server.url, done.stdout, console, _requests(log, server.url))


def _requests(log: Path, origin: str) -> list[str]:
    """The addresses in Chromium's own log of its network that the page is behind; the browser wants others too."""
    events: list[dict[str, Any]] = json.loads(log.read_text())["events"]
    jobs = [event["params"] for event in events if event.get("params", {}).get("initiator") == origin]
    return list(dict.fromkeys(job["url"] for job in jobs if "url" in job))


def test_every_operation_is_shown(seen: Seen) -> None:
    """By its id, and the webhook beside them."""
    shown = set(re.findall(r'class="opblock-summary-operation-id">([^<]+)<', seen.dom))
    assert shown == {row.id for row in operations.load() if row.emulated} | {"taskEnded"}


def test_nothing_goes_wrong(seen: Seen) -> None:
    """No error, no warning, no breach of the policy: the console is empty."""
    assert seen.console == []


def test_nothing_leaves_the_machine(seen: Seen) -> None:
    """The page's four parts and the document are all that it asks for."""
    parts = [f"_mock/docs/{name}" for name in ("swagger-ui.css", "style.css", "swagger-ui-bundle.js", "start.js")]
    wanted = {url for url in seen.requests if not url.startswith("data:")}
    assert wanted == {f"{seen.url}/{path}" for path in [*parts, "openapi.json"]}


def test_it_is_as_dark_as_the_screen(seen: Seen, scheme: str) -> None:
    """The reader's setting decides."""
    found = re.search(r"<html[^>]*>", seen.dom)
    assert found is not None
    assert ("dark-mode" in found[0]) == (scheme == "dark")
