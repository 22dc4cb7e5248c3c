"""The suite that judges servers bites: it finds every fault there is in the catalogue, by the requirement meant."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.mutants.mutant import Mutant, load
from tests.mutants.trial import try_mutant


@pytest.mark.parametrize("mutant", load(), ids=lambda row: row.name)
def test_the_suite_finds_the_fault(mutant: Mutant) -> None:
    """The requirement meant is found broken."""
    trial = try_mutant(mutant)
    assert trial.caught, f"{mutant.sentence} {mutant.requirement}: {trial.verdict}, {trial.told}"


def test_mutants_have_names_and_sentences() -> None:
    """A report of a mutant that got away can be understood."""
    mutants = load()
    assert [name for name, count in Counter(row.name for row in mutants).items() if count > 1] == []
    assert [row.name for row in mutants if not row.sentence.endswith(".")] == []


def test_the_score_in_the_readme_is_that_of_all_mutants() -> None:
    """As many as there are, and all of them found: a run of these tests fails otherwise."""
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    sentence = r"of (\d+) small faults [^.]* it finds (\d+),[^.]*\(`make mutants`, \d{4}-\d\d-\d\d\)"
    (score,) = re.findall(sentence, readme)
    count = len(load())
    assert count >= 60
    assert score == (str(count), str(count))
