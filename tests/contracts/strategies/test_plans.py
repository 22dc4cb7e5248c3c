"""Plans, valid and invalid: the parser of plans and the published schema agree with the labels."""

from typing import Any

import jsonschema_rs
import pytest

from contracts.plans import catalogue, plan, schema
from contracts.plans.plan import PlanError
from contracts.strategies import invalid_plans, plans, steps
from contracts.strategies.plans import FLAWS, arguments

from .reaching import drawn, smallest, unreached


def test_plans_are_plans() -> None:
    """They are parsed, shown as they were, and fit the published schema."""
    published = jsonschema_rs.Draft202012Validator(schema.document())
    for document in drawn(plans(), 100):
        shown = plan.parse(document).document()
        # What holds anyway when it is left out is not shown.
        said = [{key: value for key, value in step.items() if value is not False} for step in document["steps"]]
        assert shown["steps"] == said
        assert shown.get("chaos", {}).get("faults", []) == document.get("chaos", {}).get("faults", [])
        assert published.is_valid(document)


@pytest.mark.parametrize("name", sorted(catalogue.faults()))
def test_every_fault_is_armed_with_every_argument(name: str) -> None:
    """Each row of the catalogue comes with each of its arguments, and without those that may be left out."""
    fault = catalogue.faults()[name]
    given = drawn(arguments(name), 40)
    assert {key for row in given for key in row} == fault.arguments.keys()
    assert all(row.keys() >= set(fault.required) for row in given)
    for step in drawn(steps(name), 5):
        parsed = plan.parse([step]).steps[0]
        assert parsed.do.fault.name == name
        assert fault.goes_on(parsed.on)


@pytest.mark.parametrize("wrong", sorted(FLAWS))
def test_an_invalid_plan_is_refused_where_its_label_says(wrong: str) -> None:
    """The error names the JSON Pointer of the one thing that is wrong."""
    for case in drawn(invalid_plans(wrong), 15):
        with pytest.raises(PlanError) as caught:
            plan.parse(case.document)
        assert (caught.value.pointer, case.wrong) == (case.pointer, wrong)


def test_one_run_reaches_every_fault_and_every_flaw() -> None:
    """A few hundred plans arm the whole catalogue, and a few hundred wrong ones are wrong in every way."""

    def armed(document: dict[str, Any]) -> list[str]:
        rows = [*document["steps"], *document.get("chaos", {}).get("faults", [])]
        return [row["do"].get("fault", row["do"].get("outcome")) for row in rows]

    assert unreached(plans(), armed, catalogue.faults().keys(), 2000) == set()
    assert unreached(invalid_plans(), lambda case: [case.wrong], FLAWS.keys(), 2000) == set()


def test_the_simplest_plans() -> None:
    """Nothing at all; one bare step; one bare step with one thing wrong."""
    assert smallest(plans()) == {"steps": []}
    one = smallest(plans(), lambda document: document["steps"])
    assert [sorted(step) for step in one["steps"]] == [["do", "on"]]
    wrong = smallest(invalid_plans("call number 0"))
    assert wrong.pointer == "/steps/0/nth"
    assert sorted(wrong.document["steps"][0]) == ["do", "nth", "on"]
