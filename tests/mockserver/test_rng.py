"""Ids and draws depend on seed, world and count, and on nothing else (D15)."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.wire.ids import ID
from mockserver.rng import Rng, fresh_seed


@given(st.integers(0, 2**63), st.text(max_size=10))
def test_the_same_seed_and_world_repeat(seed: int, world: str) -> None:
    """Ids, digests and draws come out the same, in the same order."""
    first, second = Rng(seed, world), Rng(seed, world)
    for kind in ("task", "file", "task"):
        assert first.identifier(kind) == second.identifier(kind)
    assert first.digest("presign") == second.digest("presign")
    assert first.draws("life", "x").random() == second.draws("life", "x").random()


def test_ids_never_repeat_within_a_world_nor_between_worlds() -> None:
    """Kinds, counts, worlds and seeds each lead to other ids."""
    found = [
        rng.identifier(kind)
        for rng in (Rng(7, "a"), Rng(7, "b"), Rng(8, "a"), Rng(78, "a"))
        for kind in ("task", "file")
        for _ in range(500)
    ]
    assert len(set(found)) == len(found)
    assert all(ID.fullmatch(identifier) for identifier in found)


def test_one_kind_does_not_disturb_another() -> None:
    """More uploads before a run do not change the run's id."""
    quiet, busy = Rng(7, "a"), Rng(7, "a")
    for _ in range(3):
        busy.identifier("file")
    assert quiet.identifier("task") == busy.identifier("task")


def test_parts_are_kept_apart() -> None:
    """`a` and `bc` are not `ab` and `c`."""
    rng = Rng(7, "a")
    assert rng.derived("a", "bc") != rng.derived("ab", "c")


def test_without_a_seed_nothing_repeats() -> None:
    """Each server that is given none draws its own."""
    assert len({fresh_seed() for _ in range(100)}) == 100
