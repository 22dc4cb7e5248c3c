"""Every command and snippet of the README and the docs is run here."""

import datetime as dt
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from contracts.clientside import expectations
from mockserver.cli import cli, serve
from mockserver.testing import RunningServer, serving
from tests import components
from tools import fuzz

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
ADDRESS = "http://127.0.0.1:8787"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SNIPPETS = [
    pytest.param(language, text, id=f"{page.stem}-{number}-{language}")
    for page in PAGES
    for number, (language, text) in enumerate(BLOCK.findall(page.read_text("utf-8")))
]
LANGUAGES = {"bash", "python", "javascript", "yaml", "text"}


def of(language: str) -> list[object]:
    """Return the snippets in one language."""
    return [snippet for snippet in SNIPPETS if snippet.values[0] == language]


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """The emulator that the snippets talk to."""
    with serving() as running:
        yield running


@pytest.fixture
def environment() -> dict[str, str]:
    """What a reader's shell has: our command on the path, and no proxy."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("INFERENCESH_MOCK_")},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "NO_PROXY": "127.0.0.1,localhost",
    }


def run(argv: list[str], environment: dict[str, str], folder: Path) -> str:
    """Run a command and return what it printed; a failure shows everything."""
    done = subprocess.run(argv, env=environment, cwd=folder, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, f"{argv}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_every_snippet_is_of_a_language_that_is_run() -> None:
    """No snippet escapes the tests below by its language."""
    assert {snippet.values[0] for snippet in SNIPPETS} <= LANGUAGES


@pytest.mark.parametrize(("_language", "text"), of("bash"))
def test_shell_snippets_run(
    _language: str, text: str, server: RunningServer, environment: dict[str, str], tmp_path: Path
) -> None:
    """Every shell snippet works as printed, against the port of the test's own server."""
    script = text.replace(ADDRESS, server.base_url)
    if "make " in script:
        for target in re.findall(r"^make (\w+)", script, re.MULTILINE):
            run(["make", "--dry-run", "--directory", str(ROOT), target], environment, tmp_path)
        return
    if "curl" in script:
        components.program("curl", package="curl")
    assert run(["bash", "-euo", "pipefail", "-c", script], environment, tmp_path)


def test_what_takes_long_or_needs_more_is_understood_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that stand as text are not run; but each option, and each file that is named, is there."""
    monkeypatch.chdir(ROOT)
    said = [line for snippet in of("text") for line in str(snippet.values[1]).splitlines()]
    lines = [line for line in said if line.startswith("inferencesh-mock ")]
    assert lines
    for line in lines:
        _, name, *rest = shlex.split(line)
        command = cli.commands[name]
        command.make_context(name, rest).close()
    served = [shlex.split(line)[2:] for line in lines if line.startswith("inferencesh-mock serve")]
    assert served == [[*fuzz.SERVE[2:]]], "docs/openapi.md starts another server than make fuzz"


@pytest.mark.parametrize(("_language", "text"), of("python"))
def test_python_snippets_run(
    _language: str, text: str, server: RunningServer, environment: dict[str, str], tmp_path: Path
) -> None:
    """Every Python snippet works as printed; one that names a test file is run by pytest."""
    script = text.replace(ADDRESS, server.base_url)
    named = re.match(r"# (test_\w+\.py|conftest\.py)\n", script)
    file = tmp_path / (named[1] if named else "snippet.py")
    file.write_text(script, "utf-8")
    if named and named[1] == "conftest.py":
        file = tmp_path / "test_with_it.py"
        file.write_text(
            "def test_a_world_is_there(inference_mock):\n    assert inference_mock.journal() == []\n", "utf-8"
        )
    if named:
        run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(file)], environment, tmp_path)
    else:
        assert run([sys.executable, str(file)], environment, tmp_path)


@pytest.mark.parametrize(("_language", "text"), of("yaml"))
def test_files_for_other_tools_work(_language: str, text: str, environment: dict[str, str], tmp_path: Path) -> None:
    """A list of what is known to fail is read; the steps and hooks of CI run, over one case and in their order."""
    found = yaml.safe_load(text)
    if "kit" in found:
        (tmp_path / "conformance.yaml").write_text(text, "utf-8")
        assert expectations.read(tmp_path / "conformance.yaml", dt.date(2026, 12, 1))
        return
    (tmp_path / "conformance.yaml").write_text("kit: 1\nexpect: []\n", "utf-8")
    adaptor = tmp_path / "my-adaptor"
    adaptor.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mockserver.testing.adaptors.reference\n', "utf-8")
    adaptor.chmod(0o755)
    environment["GITHUB_STEP_SUMMARY"] = str(tmp_path / "step-summary.md")
    ours = [line for line in _commands(found) if not line.startswith("pip install")]
    assert any(line.startswith("inferencesh-mock") for line in ours)
    for line in ours:
        script = re.sub(r"(conform --adaptor)( --area \w+)*", r"\1 --case submit/plain --allow-partial", line)
        run(["bash", "-euo", "pipefail", "-c", script], environment, tmp_path)


def _commands(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, member in value.items():
            if key in {"run", "entry"} and isinstance(member, str):
                yield member
            else:
                yield from _commands(member)
    elif isinstance(value, list):
        for member in value:
            yield from _commands(member)


def test_the_settings_page_lists_every_setting() -> None:
    """Each option of `serve` stands on the settings page with its variable, default, help and choices."""
    lines = (ROOT / "docs" / "settings.md").read_text("utf-8").splitlines()
    rows = {line.split("`")[1]: line for line in lines if line.startswith("| `--")}
    options = {option.opts[0]: option for option in serve.params if isinstance(option, click.Option)}
    assert rows.keys() == options.keys()
    for flag, option in options.items():
        assert option.name == "config" or f"`INFERENCESH_MOCK_{(option.name or '').upper()}`" in rows[flag]
        assert str(option.help) in rows[flag]
        if isinstance(option.type, click.Choice):
            assert all(f"`{choice}`" in rows[flag] for choice in option.type.choices)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_we_are_installed_by_a_path(page: Path) -> None:
    """We are on no index, and whoever took the name there would be run by everybody who copied the line."""
    assert re.findall(r"pip install[^`\n]*[ '\"]inferencesh-mock\b[^`\n]*", page.read_text("utf-8")) == []


def test_links_between_pages_lead_somewhere() -> None:
    """Every relative link of a page points to a file of the project."""
    for page in PAGES:
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
