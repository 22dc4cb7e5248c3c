"""docs/faults.md lists every fault, outcome, failure and scenario as the contract has them."""

import json
from pathlib import Path

from contracts.plans import catalogue, scenarios
from contracts.plans.catalogue import Fault

PAGE = (Path(__file__).parents[1] / "docs" / "faults.md").read_text("utf-8")


def _argument(row: Fault, name: str) -> str:
    schema = row.arguments[name]
    default = f" = {json.dumps(schema['default'])}" if "default" in schema else "" if name in row.required else "?"
    return f"`{name}{default}`".replace("|", "\\|")


def _row(row: Fault) -> str:
    on = ", ".join("any call" if place == catalogue.EXCHANGE else f"`{place}`" for place in row.on)
    arguments = ", ".join(_argument(row, name) for name in row.arguments)
    return f"| `{row.name}` | {row.slot} | {on} | {arguments} | {row.summary} |"


def _table(heads: str, rows: list[str]) -> str:
    columns = heads.count("|") - 1
    return "\n".join([heads, "|" + "---|" * columns, *rows]) + "\n"


def test_every_fault_and_outcome_is_listed() -> None:
    """Name, slot, place, arguments with their defaults (a question mark: may be left out), and what it does."""
    for form, head in (
        ("fault", "| fault | slot | on | arguments | what the client meets |"),
        ("outcome", "| outcome | slot | on | arguments | what becomes of the task |"),
    ):
        table = _table(head, [_row(row) for row in catalogue.faults().values() if row.form == form])
        assert table in PAGE, f"docs/faults.md should have:\n{table}"


def test_every_failure_is_listed() -> None:
    """Name and text."""
    rows = [f"| `{name}` | {row.error} |" for name, row in catalogue.failures().items()]
    table = _table("| failure | the task's error |", rows)
    assert table in PAGE, f"docs/faults.md should have:\n{table}"


def test_every_scenario_is_listed() -> None:
    """Name and summary."""
    rows = [f"| `{row.name}` | {row.summary} |" for row in scenarios.load().values()]
    table = _table("| scenario | the trouble that it imitates |", rows)
    assert table in PAGE, f"docs/faults.md should have:\n{table}"
