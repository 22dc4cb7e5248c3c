"""The commands and flags for plans: scenarios, `plan check`, and what every world is armed with."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from contracts import fixtures
from contracts.plans import scenarios
from mockserver import server
from mockserver.cli import cli
from mockserver.settings import Settings

PLAN = '[[steps]]\non = "run"\ndo = { fault = "lost_response" }\n'
SCENARIO = f'summary = "Mine."\nsettings = {{ enforce = "observed", latency = "instant" }}\n{PLAN}'
TOKEN = "w1-7-2bd806c97f0e00af-4430e778-0.1.0"


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder with two plans, with no variable set."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.toml").write_text(PLAN)
    (tmp_path / "mine.toml").write_text(SCENARIO)


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def served(monkeypatch: pytest.MonkeyPatch, *arguments: str, **env: str) -> Settings:
    """The settings that `serve` would serve with."""
    taken: list[Settings] = []
    monkeypatch.setattr(server, "run", taken.append)
    result = CliRunner(env=env).invoke(cli, ["serve", *arguments])
    assert result.exit_code == 0, result.output
    return taken[0]


def test_scenarios_are_listed_one_a_line() -> None:
    """Each with its name and the trouble that it imitates."""
    lines = invoke("scenarios").output.splitlines()
    assert [tuple(line.split(None, 1)) for line in lines] == [
        (row.name, row.summary) for row in scenarios.load().values()
    ]
    assert len({line.index(row.summary) for line, row in zip(lines, scenarios.load().values(), strict=True)}) == 1


def test_a_scenario_is_printed_as_it_is_written(tmp_path: Path) -> None:
    """What is printed is a plan that `--plan` and `plan check` take."""
    text = invoke("scenarios", "lost-response").output
    assert text == fixtures.path("scenarios", "lost-response.toml").read_text("utf-8")
    (tmp_path / "copy.toml").write_text(text)
    checked = invoke("plan", "check", "copy.toml")
    assert checked.exit_code == 0
    assert checked.output == f"copy.toml: 1 step, hash {scenarios.find('lost-response').plan.hash}\n"


def test_a_scenario_that_is_none_is_wrong_usage() -> None:
    """With the nearest name."""
    result = invoke("scenarios", "lost-respons")
    assert (result.exit_code, "did you mean lost-response" in result.output) == (2, True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[steps]]\non = "run"\ndo = { fault = "lost" }\n', "bad.toml: /steps/0/do/fault: there is no fault 'lost'"),
        ("steps = [", "expected TOML"),
        ('summary = "x"\nsettings = { latency = "slow" }\nsteps = []\n', "bad.toml: settings: latency is 'slow'"),
    ],
)
def test_a_wrong_plan_is_a_verdict(tmp_path: Path, text: str, told: str) -> None:
    """Exit code 1, with file and place; a file that is not there is wrong usage."""
    (tmp_path / "bad.toml").write_text(text)
    result = invoke("plan", "check", "bad.toml")
    assert (result.exit_code, told in result.output) == (1, True), result.output
    assert invoke("plan", "check", "missing.toml").exit_code == 2


def test_chaos_is_counted_too(tmp_path: Path) -> None:
    """A plan may have no steps at all."""
    chance = {"on": "get", "probability": 0.5, "do": {"fault": "hang"}}
    (tmp_path / "chaos.json").write_bytes(orjson.dumps({"chaos": {"faults": [chance]}}))
    assert invoke("plan", "check", "chaos.json").output.startswith("chaos.json: 0 steps and 1 of chaos, hash ")


def test_every_world_is_armed_with_the_servers_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a file, by the name of a scenario, by a variable."""
    hashes = {
        served(monkeypatch, "--plan", "plan.toml").plan.hash,
        served(monkeypatch, INFERENCESH_MOCK_PLAN="plan.toml").plan.hash,
        served(monkeypatch, "--plan", "mine.toml").plan.hash,
    }
    assert len(hashes) == 1
    assert served(monkeypatch, "--scenario", "lost-response").plan == scenarios.find("lost-response").plan


def test_a_scenario_brings_its_settings_and_flags_win(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over variables and files it wins itself: it is what somebody asked for now."""
    found = served(monkeypatch, "--plan", "mine.toml", "--latency", "realistic", INFERENCESH_MOCK_ENFORCE="documented")
    assert (found.behaviour.enforce, found.behaviour.latency) == ("observed", "realistic")


def test_what_is_asked_for_now_puts_aside_what_a_file_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A seed and a plan in the settings file do not keep `--replay` and `--scenario` from being used."""
    (tmp_path / "inferencesh-mock.toml").write_text('seed = 3\nplan = "plan.toml"\n')
    assert served(monkeypatch).seed == 3
    plan = served(monkeypatch, "--scenario", "lost-response").plan
    assert plan == scenarios.find("lost-response").plan
    token = TOKEN.replace("4430e778", plan.hash)
    found = served(monkeypatch, "--scenario", "lost-response", "--replay", token)
    assert (found.seed, str(found.replays)) == (7, token)


def test_a_token_of_another_version_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes may differ; it is used all the same."""
    monkeypatch.setattr(server, "run", lambda _: None)
    result = invoke("serve", "--replay", TOKEN.replace("0.1.0", "9.9.9"))
    assert result.exit_code == 0
    assert "warning: the token is of version 9.9.9" in result.output
    assert invoke("serve", "--replay", TOKEN).output == ""


@pytest.mark.parametrize("command", [["scenarios"], ["plan", "check"], ["serve"]])
def test_help_shows_examples(command: list[str]) -> None:
    """What to type."""
    assert "inferencesh-mock " + command[0] in invoke(*command, "--help").output.partition("Examples:")[2]


@pytest.mark.parametrize("flags", [[], ["--port", "0"]])
def test_wrong_settings_of_a_plan_are_told_with_its_file(tmp_path: Path, flags: list[str]) -> None:
    """Whatever flags stand beside it: a flag puts aside what a scenario says, and not what it may say."""
    (tmp_path / "wrong.toml").write_text(f'summary = "Mine."\nsettings = {{ port = 3 }}\n{PLAN}')
    result = invoke("serve", "--plan", "wrong.toml", *flags)
    assert result.exit_code == 2
    assert "--plan wrong.toml: settings: there is no setting 'port'" in result.output
