"""The suite that judges servers bites: it finds every fault there is in the catalogue, by the requirement meant."""

from collections import Counter

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
