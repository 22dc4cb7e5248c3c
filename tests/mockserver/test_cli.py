"""The command: flags, variables, files, and what it says when something is wrong."""

import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from click.testing import CliRunner

from mockserver import server
from mockserver.cli import cli
from mockserver.settings import Settings, SettingsError

from .processes import PATIENCE, environment, finished, serving


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder without settings, with no variable set."""
    monkeypatch.chdir(tmp_path)


def parsed(
    monkeypatch: pytest.MonkeyPatch, *arguments: str, env: Mapping[str, str] | None = None
) -> tuple[int, str, Settings | None]:
    """Run `serve` without serving; return exit code, output and the settings it would have served with."""
    taken: list[Settings] = []
    monkeypatch.setattr(server, "run", taken.append)
    result = CliRunner(env=dict(env or {})).invoke(cli, ["serve", *arguments])
    return result.exit_code, result.output, taken[0] if taken else None


def test_without_anything_the_defaults_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flags and Settings agree on what is the default."""
    assert parsed(monkeypatch) == (0, "", Settings())


FLAGS: list[tuple[str, str, Any]] = [
    ("port", "9000", lambda found: found.port == 9000),
    ("host", "::1", lambda found: found.host == "::1"),
    ("seed", "7", lambda found: found.seed == 7),
    ("latency", "instant", lambda found: found.behaviour.latency == "instant"),
    ("enforce", "observed", lambda found: found.behaviour.enforce == "observed"),
    ("app-version", "2026-08", lambda found: found.behaviour.app_version == "2026-08"),
    ("envelope", "v2", lambda found: found.behaviour.envelope == "v2"),
    ("status-numbers", "legacy", lambda found: found.behaviour.status_numbers == "legacy"),
    ("file-values", "object", lambda found: found.behaviour.file_values == "object"),
    ("sse-events", "named", lambda found: found.behaviour.sse_events == "named"),
    ("rate-limits", "documented", lambda found: found.behaviour.rate_limits == "documented"),
    ("concurrency", "3", lambda found: found.behaviour.concurrency == 3),
    ("concurrency-excess", "fail", lambda found: found.behaviour.concurrency_excess == "fail"),
    ("empty-input", "sample", lambda found: found.behaviour.empty_input == "sample"),
    ("moov", "end", lambda found: found.behaviour.moov == "end"),
    ("sample-rate", "48000", lambda found: found.behaviour.sample_rate == 48000),
    ("webhook-secret", "whsec_MDEyMzQ1Njc4OWFiY2RlZg==", lambda found: bool(found.behaviour.webhook_secret)),
    ("allow-egress", "a.test:80", lambda found: found.allow_egress == ("a.test:80",)),
    ("clock", "manual", lambda found: found.clock == "manual"),
    ("clock-start", "2026-07-01T00:00:00Z", lambda found: found.clock_start == 1782864000.0),
    ("public-url", "http://mock.test", lambda found: found.public_url == "http://mock.test"),
    ("control-token", "t", lambda found: found.control_token == "t"),
    ("credits", "2.5", lambda found: found.credits == 250_000_000),
    ("max-worlds", "3", lambda found: found.max_worlds == 3),
]
NAMES = [row[0] for row in FLAGS]


@pytest.mark.parametrize(("flag", "value", "holds"), FLAGS, ids=NAMES)
@pytest.mark.parametrize("where", ["flag", "variable", "own file", "project file", "--config"])
def test_every_setting_from_every_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str, flag: str, value: str, holds: Any
) -> None:
    """A flag, a variable, a line in either file: the same setting."""
    plain = value.replace(".", "").isdecimal() and flag != "sample-rate"
    line = f"{flag} = {value if plain else orjson.dumps([value] if flag == 'allow-egress' else value).decode()}\n"
    arguments: list[str] = []
    env: dict[str, str] = {}
    if where == "flag":
        arguments = [f"--{flag}", value]
    elif where == "variable":
        env = {f"INFERENCESH_MOCK_{flag.upper().replace('-', '_')}": value}
    elif where == "own file":
        (tmp_path / "inferencesh-mock.toml").write_text(line)
    elif where == "project file":
        (tmp_path / "pyproject.toml").write_text(f"[tool.inferencesh-mock]\n{line.replace('-', '_', flag.count('-'))}")
    else:
        (tmp_path / "other.toml").write_text(line)
        arguments = ["--config", "other.toml"]
    code, output, found = parsed(monkeypatch, *arguments, env=env)
    assert code == 0, output
    assert holds(found)


def test_flags_win_over_variables_and_variables_over_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And the project's own settings file over pyproject.toml."""
    (tmp_path / "pyproject.toml").write_text("[tool.inferencesh-mock]\nport = 1\nseed = 1\n")
    assert parsed(monkeypatch)[2] == Settings(port=1, seed=1)
    (tmp_path / "inferencesh-mock.toml").write_text("port = 2\nmax-worlds = 2\n")
    assert parsed(monkeypatch)[2] == Settings(port=2, max_worlds=2)
    env = {"INFERENCESH_MOCK_PORT": "3"}
    assert parsed(monkeypatch, env=env)[2] == Settings(port=3, max_worlds=2)
    assert parsed(monkeypatch, "--port", "4", env=env)[2] == Settings(port=4, max_worlds=2)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("latncy = 'quick'", "latncy"),
        ("config = 'x'", "config"),
        ("port = 'many'", "many"),
        ("latency = 'slow'", "slow"),
        ("port = ", "inferencesh-mock.toml"),
        ("host = '0.0.0.0'", "--control-token"),
        ("webhook-secret = 'x'", "webhook_secret"),
    ],
)
def test_a_settings_file_that_is_wrong_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str, told: str
) -> None:
    """Exit code 2 and one message that names what is wrong."""
    (tmp_path / "inferencesh-mock.toml").write_text(content)
    code, output, found = parsed(monkeypatch)
    assert (code, found) == (2, None)
    assert told in output


@pytest.mark.parametrize(
    "content",
    [
        "max-worlds = []",
        "port = true",
        "port = 1.5",
        "port = 70000",
        "port = 'x'",
        "seed = false",
        "credits = nan",
        "credits = 'x'",
        "allow-egress = [1, 2]",
        "allow-egress = 'a.test'",
        "host = 1",
        "latency = true",
        "log-requests = 1",
        "clock-scale = inf",
        "public-url = { a = 1 }",
        "control-token = 1",
    ],
)
@pytest.mark.parametrize("name", ["inferencesh-mock.toml", "pyproject.toml", "other.toml"])
def test_a_value_of_another_type_is_told_with_file_and_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, content: str
) -> None:
    """`port = true` is not port 1: one sentence that names the file and the key, exit code 2."""
    head = "[tool.inferencesh-mock]\n" if name == "pyproject.toml" else ""
    (tmp_path / name).write_text(head + content)
    code, output, found = parsed(monkeypatch, *(["--config", name] if name == "other.toml" else []))
    assert (code, found) == (2, None)
    assert f"Error: {name}: {content.partition(' ')[0]} is " in output
    assert "Traceback" not in output


@pytest.mark.parametrize("content", ["tool = 5", "[tool]\ninferencesh-mock = 5", "[[tool.inferencesh-mock]]"])
def test_a_project_file_without_tables_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str) -> None:
    """A table is wanted where something else stands."""
    (tmp_path / "pyproject.toml").write_text(content)
    code, output, found = parsed(monkeypatch)
    assert (code, found) == (2, None)
    assert "Error: pyproject.toml: " in output
    assert "[tool.inferencesh-mock]" in output


def test_a_secret_of_a_file_is_not_repeated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is wrong with it is said without it."""
    (tmp_path / "inferencesh-mock.toml").write_text("control-token = 12345678")
    assert "12345678" not in parsed(monkeypatch)[1]


def test_several_hosts_are_a_list_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A single string is refused: taken letter by letter it would allow what nobody meant."""
    (tmp_path / "inferencesh-mock.toml").write_text('allow-egress = ["a.test", "b.test:80"]')
    found = parsed(monkeypatch)[2]
    assert found is not None
    assert found.allow_egress == ("a.test", "b.test:80")
    (tmp_path / "inferencesh-mock.toml").write_text('allow-egress = "a.test"')
    code, _, found = parsed(monkeypatch)
    assert (code, found) == (2, None)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "70000"],
        ["--port", "x"],
        ["--nothing"],
        ["--latency", "slow"],
        ["--seed", "x"],
        ["--seed", "9223372036854775808"],
        ["--seed", "-9223372036854775808"],
        ["--control-token", ""],
        ["--control-token", " x"],
        ["--control-token", "\u00e9"],
        ["--host", "example.test"],
        ["--host", "0.0.0.0"],
        ["--clock-scale", "2"],
        ["--clock", "scaled", "--clock-scale", "0"],
        ["--clock-start", "tomorrow"],
        ["--clock-start", "2101-01-01T00:00:00Z"],
        ["--clock-start", "1969-12-31T23:59:59Z"],
        ["--clock", "scaled", "--clock-scale", "nan"],
        ["--clock", "scaled", "--clock-scale", "inf"],
        ["--clock", "scaled", "--clock-scale", "1000001"],
        ["--credits", "nan"],
        ["--public-url", "mock.test"],
        ["--public-url", "http://mock.test/?a=b"],
        ["--public-url", "http://mock.test/#a"],
        ["--public-url", "http://mock.test?"],
        ["--public-url", "http://["],
        ["--public-url", "http://mock.test:99999"],
        ["--public-url", "http://user:pass@mock.test"],
        ["--public-url", "http://mock.test/a\nb"],
        ["--webhook-secret", "whsec_x"],
        ["--webhook-secret", "whsec_\u00e9"],
        ["--config", "missing.toml"],
        ["--credits", "-1"],
        ["extra"],
    ],
)
def test_wrong_usage_is_exit_code_2(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """With a message and no traceback, and nothing is served."""
    code, output, found = parsed(monkeypatch, *arguments)
    assert (code, found) == (2, None)
    assert "Traceback" not in output
    assert "Error" in output


def test_beyond_loopback_there_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other machines can reach it: that is said, and a token is needed."""
    code, output, found = parsed(monkeypatch, "--host", "0.0.0.0", "--control-token", "t")
    assert code == 0
    assert "other machines" in output
    assert found is not None
    assert not found.is_loopback


def test_help_names_every_flag_and_shows_examples() -> None:
    """What `serve --help` does not name, nobody finds."""
    output = CliRunner().invoke(cli, ["serve", "--help"]).output
    assert all(f"--{name}" in output for name in NAMES)
    assert "inferencesh-mock serve --clock manual --seed 7" in output


def test_the_documents_can_be_printed() -> None:
    """Both OpenAPI documents, as JSON."""
    vendor = orjson.loads(CliRunner().invoke(cli, ["openapi"]).stdout)
    control = orjson.loads(CliRunner().invoke(cli, ["openapi", "--control"]).stdout)
    assert "/apps/run" in vendor["paths"]
    assert "/_mock/clock/advance" in control["paths"]


# ---------------------------------------------------------------------------------------------------- as a process


def test_port_0_picks_a_port_and_says_which(tmp_path: Path) -> None:
    """One line on stdout, and the address in it answers."""
    with serving("--port", "0", cwd=tmp_path) as served:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", served.url)
        assert httpx.get(f"{served.url}/_mock/health").json()["serving"] is True


def test_a_taken_port_is_one_clear_sentence(tmp_path: Path) -> None:
    """What, why, and what to do; no traceback; an exit code that is not 0."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = finished("serve", "--port", str(port), cwd=tmp_path)
    assert result.returncode == 3
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert f"127.0.0.1:{port}" in line
    assert "--port 0" in line


def test_variables_and_usage_errors_as_a_process(tmp_path: Path) -> None:
    """The installed script behaves as the function does."""
    with serving("--port", "0", cwd=tmp_path, env={"INFERENCESH_MOCK_SEED": "7"}) as served:
        assert httpx.get(f"{served.url}/_mock/settings").json()["server"]["seed"] == 7
    result = finished("serve", "--latency", "slow", cwd=tmp_path)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_an_interrupt_while_modules_are_read_is_no_traceback(tmp_path: Path) -> None:
    """Ctrl-C in the first tenths of a second: exit code 130, and silence."""
    # A shell that starts this in the background ignores SIGINT for it, and that is inherited.
    interrupt = "signal.signal(signal.SIGINT, signal.default_int_handler)\nsignal.raise_signal(signal.SIGINT)\n"
    (tmp_path / "click.py").write_text("import signal\n" + interrupt)
    result = subprocess.run(
        [sys.executable, "-m", "mockserver", "serve"],
        cwd=tmp_path,
        env=environment({"PYTHONPATH": str(tmp_path)}),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "")


def test_a_settings_error_is_a_value_error() -> None:
    """Whoever embeds the emulator catches one kind."""
    assert issubclass(SettingsError, ValueError)
