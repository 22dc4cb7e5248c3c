"""The cases bite and are fair: each broken client fails the check that is about its sin, and no other."""

from collections import Counter

import pytest

from contracts.clientside.case import Mode
from tests.mutants.client_mutant import ClientMutant, load
from tests.mutants.client_trial import nearest, try_mutant

PACED = ("limits", "time")
"""Areas of cases in real time: on a machine that is busy enough, pauses that are the same do not look so."""

MODES: tuple[Mode, ...] = ("command", "observe")


@pytest.mark.parametrize("mutant", load(), ids=lambda row: row.name)
def test_a_broken_client_fails_its_check_and_no_other(mutant: ClientMutant) -> None:
    """What fails is what is broken; `make mutants` plays all cases of the area."""
    trial = try_mutant(mutant, nearest(mutant))
    if mutant.area in PACED and not trial.failed:
        trial = try_mutant(mutant, nearest(mutant))
    assert trial.blunders == []
    assert trial.failed == {mutant.check}, f"{mutant.sentence} {trial.told('fail', 'warn')}"
    for mode in MODES:
        assert "pass" not in trial.heard_less(mutant.check, mode), f"what {mode} cannot see passes"


def test_broken_clients_have_names_and_sentences() -> None:
    """A report of one that got away can be understood."""
    mutants = load()
    assert [name for name, count in Counter(row.name for row in mutants).items() if count > 1] == []
    assert [row.name for row in mutants if not row.sentence.endswith(".")] == []
