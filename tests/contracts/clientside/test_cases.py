"""The cases of client conformance fit together, and a good client passes them all."""

import pytest

from contracts.clientside import case as cases
from contracts.clientside import judging
from mockserver.testing.adaptors.reference import Reference
from tests.mutants import client_mutant
from tests.mutants.client_trial import of_areas, try_client

AREAS = sorted({row.area for row in cases.cases()})


def test_cases_name_judges_that_there_are_with_arguments_that_they_take() -> None:
    """Every check of every case can be judged."""
    assert judging.problems(cases.cases()) == []


def test_each_check_is_emitted_by_some_case() -> None:
    """The catalogue has no check that nothing emits."""
    emitted = {probe.check.id for row in cases.cases() for probe in judging.declared(row)}
    assert set(cases.checks()) - emitted == set()


def test_a_case_emits_checks_of_its_own_area() -> None:
    """What a case is about is told by its name."""
    strange = [
        (row.name, probe.check.id) for row in cases.cases() for probe in row.probes if probe.check.area != row.area
    ]
    assert strange == []


def test_each_must_has_a_client_that_breaks_it() -> None:
    """A check that has never failed proves nothing; those of `wire` and `adaptor` are broken in test_always.py."""
    broken = {row.check for row in client_mutant.load()}
    wanted = {spec.id for spec in cases.checks().values() if spec.level == "MUST"}
    assert {name for name in wanted - broken if name.partition(".")[0] not in {"wire", "adaptor"}} == set()


@pytest.mark.parametrize("area", AREAS)
def test_the_reference_client_passes(area: str) -> None:
    """All verdicts on the reference client are passes."""
    trial = try_client(Reference(), of_areas(area))
    assert trial.told("fail", "warn", "not-run", "not-applicable", "not-observable", "harness-error") == []
