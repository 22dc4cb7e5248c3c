"""Drawing from a strategy under a fixed seed, and the smallest value that it finds."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis import strategies as st

T = TypeVar("T")

# What is told of a slow or repetitive strategy is no concern here; nothing is kept between two runs.
QUIET = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


def drawn(strategy: st.SearchStrategy[T], count: int, number: int = 1) -> list[T]:
    """Return so many values, the same ones for the same seed."""
    found: list[T] = []

    @seed(number)
    @settings(QUIET, max_examples=count, phases=[Phase.generate])
    @given(strategy)
    def take(value: T) -> None:
        found.append(value)

    take()
    return found


def unreached(
    strategy: st.SearchStrategy[T], told: Callable[[T], Iterable[Any]], wanted: AbstractSet[Any], within: int
) -> set[Any]:
    """Return what of the wanted does not come up within so many examples, drawn a hundred a seed."""
    missing = set(wanted)
    for number in range(within // 100):
        missing -= {one for value in drawn(strategy, 100, number) for one in told(value)}
        if not missing:
            break
    return missing


def smallest(strategy: st.SearchStrategy[T], condition: Callable[[T], Any] = lambda _: True) -> T:
    """Return the simplest value that fits."""
    return find(
        strategy, lambda value: bool(condition(value)), settings=settings(QUIET, max_examples=1000, derandomize=True)
    )
