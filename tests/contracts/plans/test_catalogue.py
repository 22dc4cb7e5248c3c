"""The catalogue of faults and outcomes."""

import jsonschema_rs
import pytest

from contracts import operations
from contracts.apps import table
from contracts.plans import catalogue, schema
from contracts.plans.catalogue import Fault
from contracts.wire.statuses import TERMINAL


@pytest.mark.parametrize("row", catalogue.faults().values(), ids=lambda row: row.name)
def test_a_row_is_complete(row: Fault) -> None:
    """A sentence, a place, arguments with a description, and a default wherever one is not required."""
    assert row.summary.endswith(".")
    assert set(row.on) <= {catalogue.EXCHANGE, *catalogue.names_of_operations()}
    assert set(row.required) <= row.arguments.keys()
    for name, argument in row.arguments.items():
        assert argument["description"], name
        jsonschema_rs.validator_for(dict(argument))
        if "default" in argument:
            assert name not in row.required
            jsonschema_rs.validator_for(dict(argument)).validate(argument["default"])


def test_outcomes_go_on_runs_and_nowhere_else() -> None:
    """A task gets its outcome when it is made."""
    assert {row.on for row in catalogue.faults().values() if row.form == "outcome"} == {("run",)}


def test_every_emulated_operation_can_be_named() -> None:
    """By its short name or by its id, and each once."""
    named = catalogue.names_of_operations()
    assert len(set(named)) == len(named)
    for row in operations.load():
        if row.emulated:
            assert catalogue.operation_name(row.id) in named


def test_failures_have_a_text_a_source_and_a_moment() -> None:
    """The moment is before any end."""
    for name, row in catalogue.failures().items():
        assert row.error, name
        assert row.source, name
        assert 0 <= row.at <= 1, name
        assert row.status not in TERMINAL, name


def test_late_failures_of_the_app_are_among_them() -> None:
    """A plan can bring about what `--enforce observed` finds in a picture, word for word."""
    known = {row.error for row in catalogue.failures().values()}
    own = {rule.message for rule in table.load().file_rules if rule.message.startswith("[-1]")}
    assert own
    assert own <= known


def test_the_schema_has_a_place_for_every_row() -> None:
    """One definition each, with the row's own sentence."""
    definitions = schema.document()["$defs"]
    assert {name: row.summary for name, row in catalogue.faults().items()} == {
        name: definition["description"] for name, definition in definitions.items()
    }
    jsonschema_rs.meta.validate(schema.document())
