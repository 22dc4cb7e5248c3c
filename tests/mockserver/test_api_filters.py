"""The filters of lists: every operator of the clients, and what cannot be asked."""

from typing import Any

import pytest

from contracts.wire.problems import Problem
from mockserver.api import filters

FIELDS = {"x": lambda row: row}


def passes(have: Any, operator: str, want: Any) -> bool:
    """Tell whether a row passes one condition."""
    numbers = ("x",) if isinstance(want, int) else ()
    (condition,) = filters.prepare(
        [{"field": "x", "operator": operator, "value": want}], FIELDS, lambda _, value: value, numbers
    )
    return condition.passes(have)


@pytest.mark.parametrize(
    ("operator", "want", "yes", "no"),
    [
        ("eq", 3, [3], [4, None]),
        ("neq", 3, [4, None], [3]),
        ("in", [1, 2], [1, 2], [3, None]),
        ("not_in", [1, 2], [3, None], [1]),
        ("gt", 2, [3], [2, 1, None]),
        ("gte", 2, [2, 3], [1, None]),
        ("lt", 2, [1], [2, None]),
        ("lte", 2, [1, 2], [3, None]),
        ("like", "boat", ["a boat!"], ["a Boat", None]),
        ("like", "a%t", ["a boat"], ["a boat!"]),
        ("ilike", "A%T", ["a boat"], ["boat"]),
        ("contains", "BOAT", ["a boat"], ["a ship", None]),
        ("not_contains", "boat", ["a ship", None], ["a Boat"]),
        ("is_null", None, [None], ["", 0]),
        ("is_not_null", None, ["", 0], [None]),
        ("is_empty", None, [None, "", []], ["x", 0]),
        ("is_not_empty", None, ["x", 0], [None, "", []]),
    ],
)
def test_an_operator_lets_some_pass(operator: str, want: Any, yes: list[Any], no: list[Any]) -> None:
    """Some values pass, the others do not."""
    assert [passes(have, operator, want) for have in yes + no] == [True] * len(yes) + [False] * len(no)


def test_there_are_the_sixteen_operators_of_the_clients() -> None:
    """As many as FilterOperator has; all of them are tried above."""
    assert len(filters.OPERATORS) == 16


@pytest.mark.requirement("REQ-TASK-016")
@pytest.mark.parametrize(
    ("field", "operator", "want"), [("y", "eq", 1), ("x", "about", 1), ("x", "in", 1), ("x", "like", 1)]
)
def test_nonsense_is_refused_without_a_row(field: str, operator: str, want: Any) -> None:
    """A field, operator or value that cannot be is 400 invalid_filter, even when the list is empty."""
    with pytest.raises(Problem) as refused:
        filters.prepare([{"field": field, "operator": operator, "value": want}], FIELDS, lambda _, value: value)
    assert refused.value.code == "invalid_filter"


@pytest.mark.parametrize(("numbers", "want"), [(("x",), "soon"), (("x",), True), ((), 3), ((), None)])
@pytest.mark.parametrize("operator", ["gt", "gte", "lt", "lte"])
def test_values_that_cannot_be_compared_are_refused(numbers: tuple[str, ...], operator: str, want: Any) -> None:
    """A number and a text have no order, and what a field holds is known without any row."""
    asked = [{"field": "x", "operator": operator, "value": want}]
    with pytest.raises(Problem, match=f"cannot be used with '{want}'"):
        filters.prepare(asked, FIELDS, lambda _, value: value, numbers)
