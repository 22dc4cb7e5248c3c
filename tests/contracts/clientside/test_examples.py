"""What Hypothesis draws for the cases of suite 2."""

import json

from contracts.clientside import case as cases
from contracts.clientside import examples

NAMED = [row for row in cases.cases() if row.example]


def test_a_seed_always_draws_the_same() -> None:
    """A verdict on a drawn input can be had again."""
    assert examples.drawn(NAMED[:2], 5) == examples.drawn(NAMED[:2], 5)
    assert examples.draw("accepted", 5) != examples.draw("accepted", 6)


def test_each_case_has_an_input_of_its_own() -> None:
    """Cases that differ in nothing but their number try different inputs."""
    drawn = examples.drawn(NAMED, 0)
    assert len({json.dumps(document) for document in drawn.values()}) >= len(NAMED) - 1


def test_a_case_names_a_strategy_that_there_is() -> None:
    """No case is played with an input that nobody can draw."""
    assert {row.example for row in NAMED} == set(examples.STRATEGIES)


def test_the_inputs_of_seed_0_are_kept() -> None:
    """Each case has its own in the file, and none is there for nobody; another seed draws anew."""
    assert examples.kept().keys() == {row.name for row in NAMED}
    assert examples.drawn(NAMED, 0) == examples.kept()
    assert examples.drawn(NAMED[:1], 5)[NAMED[0].name] != examples.kept()[NAMED[0].name]
    accepted = [examples.kept()[row.name] for row in NAMED if row.example == "accepted"]
    assert all({"prompt", "unknown"} <= document.keys() for document in accepted)
