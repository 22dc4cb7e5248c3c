"""What the server saw is judged fairly, whatever language the client is written in."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from contracts.clientside import case as cases
from mockserver.testing.adaptors.reference import Reference
from tests.mutants.client_trial import try_client

DRAWN = [row for row in cases.cases() if row.stem == "validation/any-input"]


def _numbers(value: Any, change: Callable[[float], Any]) -> Any:
    """Return the value with every double changed."""
    if isinstance(value, Mapping):
        return {key: _numbers(member, change) for key, member in value.items()}
    if isinstance(value, list):
        return [_numbers(member, change) for member in value]
    return change(value) if isinstance(value, float) else value


def _as_javascript_writes_it(number: float) -> Any:
    return int(Decimal(repr(number))) if number.is_integer() and abs(number) < 1e21 else number


class Javascript(Reference):
    """Writes doubles as JavaScript does: without an exponent up to 21 digits."""

    def run(self, order: Mapping[str, Any], app: str, **told: Any) -> dict[str, Any]:
        """Submit the same numbers in other words."""
        return super().run(order, app, **{**told, "input": _numbers(told["input"], _as_javascript_writes_it)})


class Rounding(Reference):
    """Keeps no more of a double than its integer part."""

    def run(self, order: Mapping[str, Any], app: str, **told: Any) -> dict[str, Any]:
        """Submit other numbers."""
        return super().run(order, app, **{**told, "input": _numbers(told["input"], lambda number: int(number) + 1)})


def _delivered(adapted: Reference) -> set[str]:
    ended = try_client(adapted, DRAWN).ended
    return {row.verdict for case in ended for row in case.emitted if row.check == "validation.delivers-the-input"}


def test_a_number_may_be_written_in_another_way() -> None:
    """-4.9e+16 and its seventeen digits are one double."""
    assert _delivered(Javascript()) == {"pass"}


def test_another_number_is_another_input() -> None:
    """A client that changes numbers is found."""
    assert "fail" in _delivered(Rounding())
