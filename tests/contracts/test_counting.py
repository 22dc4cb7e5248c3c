"""Numbers with what they count."""

import pytest

from contracts.counting import counted


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((0, "answer"), "0 answers"),
        ((1, "answer"), "1 answer"),
        ((2, "answer"), "2 answers"),
        ((1, "case was", "cases were"), "1 case was"),
        ((3, "case was", "cases were"), "3 cases were"),
    ],
)
def test_one_is_one(words: tuple[int, str], told: str) -> None:
    """And everything else is several."""
    assert counted(*words) == told
