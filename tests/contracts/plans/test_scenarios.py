"""The plans that ship."""

import re

import pytest

from contracts.plans import plan, scenarios
from contracts.plans.scenarios import Scenario, ScenarioError
from mockserver.settings import Behaviour, change


@pytest.mark.parametrize("scenario", scenarios.load().values(), ids=lambda scenario: scenario.name)
def test_a_scenario_is_whole(scenario: Scenario) -> None:
    """A name that a header can carry, a line that fits a terminal, a source, and settings that exist."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", scenario.name)
    assert re.fullmatch(r"[A-Z].{20,139}\.", scenario.summary)
    assert scenario.source
    change(Behaviour(), dict(scenario.settings))
    assert plan.parse(scenario.plan.document()) == scenario.plan


@pytest.mark.parametrize("scenario", scenarios.load().values(), ids=lambda scenario: scenario.name)
def test_a_scenario_that_arms_nothing_says_how_to_meet_it(scenario: Scenario) -> None:
    """Something is armed or set, or the trouble is in the emulator anyway and the client is told what brings it out."""
    assert scenario.plan.steps or scenario.plan.chaos or scenario.settings or scenario.meet


def test_every_pain_point_has_a_scenario() -> None:
    """All 24 of app.md §7, and each scenario that claims one names it as its source."""
    claimed = [row for row in scenarios.load().values() if row.pain_point is not None]
    assert {row.pain_point for row in claimed} == set(range(1, 25))
    for row in claimed:
        assert re.search(rf"§7 no\. (\d+, )*{row.pain_point}\b", row.source), row.name


def test_summaries_differ() -> None:
    """No two scenarios read alike in the list."""
    summaries = [row.summary for row in scenarios.load().values()]
    assert len(set(summaries)) == len(summaries)


def test_a_name_that_is_not_there_gets_the_nearest() -> None:
    """Whoever misspells it is told."""
    with pytest.raises(ScenarioError, match="there is no scenario 'lost-respons'; did you mean lost-response"):
        scenarios.find("lost-respons")
    with pytest.raises(ScenarioError, match="did you mean lost-response"):
        scenarios.find("LOST-RESPONSE")
    with pytest.raises(ScenarioError, match=r"no scenario 'xyzzy'; none .* and GET /_mock/scenarios list all$"):
        scenarios.find("xyzzy")


def test_a_name_like_no_other_is_answered_without_all_the_others() -> None:
    """Where the list is, and not the list."""
    with pytest.raises(ScenarioError) as told:
        scenarios.find("zzz")
    assert str(told.value).endswith(
        "none has a name like that. `inferencesh-mock scenarios` and GET /_mock/scenarios list all"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("summary", "expected TOML"),
        ('summary = "x"\nstep = []', "there is no 'step' in a scenario; it takes chaos"),
        ("steps = []", "`summary` is missing"),
        ('summary = ""', "`summary` is missing"),
        ('summary = "x"\nsettings = 3', "mine: `settings` is 3; expected a table"),
        ('summary = "x"\npain_point = true', "mine: `pain_point` is True; expected a whole number"),
        ('summary = "x"\n[[steps]]\non = "run"\ndo = {fault = "x"}', "/steps/0/do/fault: there is no fault 'x'"),
    ],
)
def test_a_file_that_is_no_scenario(text: str, sentence: str) -> None:
    """It is told with its name and the place."""
    with pytest.raises(ScenarioError, match=re.escape(sentence)):
        scenarios.read("mine", text)
