"""The plans that ship."""

import re

import pytest

from contracts.plans import plan, scenarios
from contracts.plans.scenarios import Scenario, ScenarioError
from mockserver.settings import Behaviour, change


@pytest.mark.parametrize("scenario", scenarios.load().values(), ids=lambda scenario: scenario.name)
def test_a_scenario_is_whole(scenario: Scenario) -> None:
    """A name that a header can carry, one line of summary, something armed, and settings that exist."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", scenario.name)
    assert "\n" not in scenario.summary
    assert scenario.summary.endswith(".")
    assert scenario.plan.steps or scenario.plan.chaos
    assert scenario.source
    change(Behaviour(), dict(scenario.settings))
    assert plan.parse(scenario.plan.document()) == scenario.plan


def test_a_name_that_is_not_there_gets_the_nearest() -> None:
    """Whoever misspells it is told."""
    with pytest.raises(ScenarioError, match="there is no scenario 'lost-respons'; did you mean lost-response"):
        scenarios.find("lost-respons")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("summary", "expected TOML"),
        ('summary = "x"\nstep = []', "there is no 'step' in a scenario; it takes chaos"),
        ("steps = []", "`summary` is missing"),
        ('summary = "x"\n[[steps]]\non = "run"\ndo = {fault = "x"}', "/steps/0/do/fault: there is no fault 'x'"),
    ],
)
def test_a_file_that_is_no_scenario(text: str, sentence: str) -> None:
    """It is told with its name and the place."""
    with pytest.raises(ScenarioError, match=re.escape(sentence)):
        scenarios.read("mine", text)
