"""The suite finds nothing where nothing is wrong."""

import pytest

from tests.mutants.trial import try_unmutated


@pytest.mark.parametrize("seed", [101, 102])
def test_the_emulator_as_it_is_passes(seed: int) -> None:
    """One version each; `make seeds` does it with twenty seeds, more examples, and Schemathesis too."""
    results = try_unmutated(seed, ("scripted", "generated", "machine"), max_examples=3)
    assert {row.requirement.id: row.told for row in results.rows.values() if row.verdict in {"fail", "not-run"}} == {}
    assert results.stopped == {}
    assert results.outcome == "pass"
