"""The filters of a list: conditions on fields, checked before any row is looked at (REQ-TASK-016)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any

from contracts.wire.ids import parse_timestamp, timestamp
from contracts.wire.problems import Problem

Test = Callable[[Any, Any], bool]
"""Takes what a row has and what the filter wants."""


def _known(test: Test) -> Test:
    """Return a comparison that an unknown value never passes, as in SQL."""
    return lambda have, want: have is not None and test(have, want)


def _like(have: Any, want: Any) -> bool:  # noqa: ANN401  # JSON
    """Compare with a pattern whose `%` stands for anything; one without `%` may stand anywhere."""
    # Not a regular expression: a pattern of many `%` would keep one busy for years.
    text, want = str(have), str(want)
    first, *middle, last = (want if "%" in want else f"%{want}%").split("%")
    position = len(first)
    for part in middle:
        found = text.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return text.startswith(first) and text.endswith(last) and position + len(last) <= len(text)


OPERATORS: Mapping[str, Test] = {
    "eq": lambda have, want: have == want,
    "neq": lambda have, want: have != want,
    "in": lambda have, want: have in want,
    "not_in": lambda have, want: have not in want,
    "gt": _known(lambda have, want: have > want),
    "gte": _known(lambda have, want: have >= want),
    "lt": _known(lambda have, want: have < want),
    "lte": _known(lambda have, want: have <= want),
    "like": _known(_like),
    "ilike": _known(lambda have, want: _like(str(have).lower(), str(want).lower())),
    "contains": _known(lambda have, want: str(want).lower() in str(have).lower()),
    "not_contains": lambda have, want: have is None or str(want).lower() not in str(have).lower(),
    "is_null": lambda have, want: (have is None) == (want is not False),
    "is_not_null": lambda have, want: (have is not None) == (want is not False),
    "is_empty": lambda have, _: have in (None, "", [], {}),
    "is_not_empty": lambda have, _: have not in (None, "", [], {}),
}
"""The operators of the clients' FilterOperator; what each does exactly is documented nowhere (inferencesh 0.36.0)."""

_ALIASES = {"=": "eq", "==": "eq", "equals": "eq", "!=": "neq", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}

_ORDERED = frozenset({"gt", "gte", "lt", "lte"})

_WANTS: Mapping[str, tuple[type | UnionType, str]] = {
    "in": (list, "a list"),
    "not_in": (list, "a list"),
    "like": (str, "a string"),
    "ilike": (str, "a string"),
}
"""What the value of an operator has to be; those of `_ORDERED` take what the field holds."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition, ready to be asked of rows."""

    want: Any
    read: Callable[[Any], Any]
    test: Test

    def passes(self, row: Any) -> bool:  # noqa: ANN401  # rows of any kind
        """Tell whether a row fulfils the condition."""
        return self.test(self.read(row), self.want)


def moment(seconds: float) -> str:
    """Return a time as text that sorts as the times do; on the wire `...00.6Z` would sort after `...00.65Z`."""
    whole, _, fraction = timestamp(seconds).rstrip("Z").partition(".")
    return f"{whole}.{fraction:0<6}Z"


def read_moment(value: Any) -> Any:  # noqa: ANN401  # JSON
    """Return what a filter on a time means: a time in whatever form, or a part of one for `like` and `contains`."""
    try:
        return moment(parse_timestamp(value)) if isinstance(value, str) else value
    except (ValueError, OverflowError):
        return value


def prepare(
    conditions: Sequence[Mapping[str, Any]],
    fields: Mapping[str, Callable[[Any], Any]],
    value: Callable[[str, Any], Any],
    numbers: Collection[str] = (),
) -> list[Filter]:
    """Return the filters of a request.

    Args:
        conditions: `{field, operator, value}` each.
        fields: how to read each field that can be filtered by.
        value: turns a filter's value into what the field holds; raises ValueError for one it cannot hold.
        numbers: the fields that hold numbers; all others hold text.

    Raises:
        Problem: 400 invalid_filter for a field, operator or value that makes no sense, whatever rows there are.
    """
    return [_prepare(condition, fields, value, numbers) for condition in conditions]


def _prepare(
    condition: Mapping[str, Any],
    fields: Mapping[str, Callable[[Any], Any]],
    value: Callable[[str, Any], Any],
    numbers: Collection[str],
) -> Filter:
    field, want = condition["field"], condition.get("value")
    if field not in fields:
        raise Problem("invalid_filter", f"cannot filter by {field[:64]!r}; fields are {', '.join(fields)}")
    operator = _ALIASES.get(condition["operator"], condition["operator"])
    test = OPERATORS.get(operator)
    if test is None:
        raise Problem("invalid_filter", f"unknown operator {operator[:64]!r}; operators are {', '.join(OPERATORS)}")
    kind, told = _WANTS.get(operator, (str | int | float | None, "a single value"))
    if not isinstance(want, kind):
        raise Problem("invalid_filter", f"filter on {field}: operator {operator!r} takes {told} as its value")
    try:
        want = [value(field, item) for item in want] if isinstance(want, list) else value(field, want)
    except ValueError as error:
        raise Problem("invalid_filter", f"filter on {field}: {error}") from None
    number = isinstance(want, int | float) and not isinstance(want, bool)
    if operator in _ORDERED and not (number if field in numbers else isinstance(want, str)):
        told = f"operator {operator!r} cannot be used with {str(want)[:64]!r}"
        raise Problem("invalid_filter", f"filter on {field}: {told}")
    return Filter(want, fields[field], test)
