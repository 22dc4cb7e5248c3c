"""The JSON Schema of a plan, made from the catalogue (draft 2020-12)."""

import functools
from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from contracts import names
from contracts.plans import catalogue
from contracts.schemas import ID_PREFIX

MOST_STEPS = 1000
"""Steps of one plan."""

MOST_CHANCES = 100
"""Faults of its chaos."""

_LONGEST = 200
"""Characters of a message that tells of a value."""

_MATCH: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": {
        "prompt": {"type": "string", "minLength": 1, "maxLength": 2500, "description": "text the prompt contains"},
        "input": {"type": "object", "minProperties": 1, "description": "fields of the input with their exact values"},
        "prompt_bytes": {
            "type": "integer",
            "minimum": 1,
            "maximum": 10_000,
            "description": "bytes of UTF-8 that the prompt has at least",
        },
    },
    "description": "only calls about a task with such an input count; the run itself, and everything that names it",
}
_NUMBER: Mapping[str, Any] = {"type": "integer", "minimum": 1, "maximum": 1_000_000}


class Checker:
    """A schema with its validator, that tells the first thing wrong in words of ours where the validator's are poor."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Make one."""
        self._schema = schema
        self._validator = jsonschema_rs.Draft202012Validator(dict(schema))

    def first_error(self, document: object) -> tuple[str, str] | None:
        """Return JSON Pointer and message of the first thing wrong, or None.

        Raises:
            ValueError: the document cannot be written as JSON.
        """
        error = next(self._validator.iter_errors(document), None)
        if error is None:
            return None
        pointer = "".join(f"/{part}" for part in error.instance_path)
        keyword = str(error.schema_path[-1]) if error.schema_path else ""
        parent: Any = self._schema
        for part in error.schema_path[:-1]:
            parent = parent[part]
        wrong = error.instance
        if keyword == "additionalProperties":
            return pointer, f"{error.message[:200]}; it takes {', '.join(parent['properties']) or 'none'}"
        if keyword == "enum" and isinstance(wrong, str):
            known = [value for value in parent["enum"] if isinstance(value, str)]
            return pointer, f"{wrong[:64]!r} is not known; {names.hint(wrong, known)}"
        if len(error.message) > _LONGEST:  # it begins with the whole value
            limit = parent.get(keyword, "") if isinstance(parent, Mapping) else ""
            return pointer, f"{error.message[:64]}...; expected {keyword} {limit}"
        return pointer, error.message


@functools.cache
def frame() -> Checker:
    """Return the check of a plan's frame; what each fault takes is checked by `arguments`."""
    name = {"type": "string", "minLength": 1, "maxLength": 64}
    return Checker(_frame({"type": "object", "properties": {"fault": name, "outcome": name}}))


@functools.cache
def arguments(name: str) -> Checker:
    """Return the check of a fault's arguments."""
    return Checker(_arguments(name, {}))


def document() -> dict[str, Any]:
    """Return the whole schema: every fault with its arguments."""
    rows = catalogue.faults().values()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID_PREFIX + "plan",
        "title": "Plan",
        "description": "Outcomes and faults armed in a world.",
        **_frame({"oneOf": [{"$ref": f"#/$defs/{row.name}"} for row in rows]}),
        "$defs": {row.name: {"description": row.summary, **_with_form(row)} for row in rows},
    }


def _frame(do: Mapping[str, Any]) -> dict[str, Any]:
    on = {"enum": list(catalogue.names_of_operations()), "description": "the call"}
    step = {
        "type": "object",
        "additionalProperties": False,
        "required": ["on", "do"],
        "properties": {
            "on": on,
            "nth": {**_NUMBER, "description": "the nth matching call; 1 when nothing is said"},
            "from": {**_NUMBER, "description": "this call and, without `to`, all after it"},
            "to": {**_NUMBER, "description": "the last call"},
            "always": {"const": True, "description": "every call"},
            "match": _MATCH,
            "at_most": {"type": "boolean", "description": "true: calls that never come are no finding"},
            "do": do,
        },
    }
    chance = {
        "type": "object",
        "additionalProperties": False,
        "required": ["on", "probability", "do"],
        "properties": {
            "on": on,
            "probability": {"type": "number", "minimum": 0, "maximum": 1},
            "match": _MATCH,
            "do": do,
        },
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "steps": {"type": "array", "maxItems": MOST_STEPS, "items": step},
            "chaos": {
                "type": "object",
                "additionalProperties": False,
                "required": ["faults"],
                "properties": {
                    "seed": {"type": "integer", "minimum": 0, "maximum": 2**53},
                    "faults": {"type": "array", "maxItems": MOST_CHANCES, "items": chance},
                },
            },
        },
    }


def _arguments(name: str, form: Mapping[str, Any]) -> dict[str, Any]:
    fault = catalogue.faults()[name]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [*form, *fault.required],
        "properties": {**form, **{key: dict(value) for key, value in fault.arguments.items()}},
    }


def _with_form(fault: catalogue.Fault) -> dict[str, Any]:
    return _arguments(fault.name, {fault.form: {"const": fault.name}})
