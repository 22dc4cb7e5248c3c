"""What a list may be asked: cursor, filters and order, as schemas for the fields of each operation."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts import schemas
from contracts.openapi.references import REF
from contracts.operations import Operation
from contracts.wire.statuses import Status

CURSOR: Mapping[str, Any] = {"type": "string", "pattern": "^[A-Za-z0-9_-]*$"}
"""A cursor is opaque, but its letters are known; any other text is refused as none of ours."""

_EQUAL = (
    "eq",
    "neq",
    "contains",
    "not_contains",
    "is_null",
    "is_not_null",
    "is_empty",
    "is_not_empty",
    "=",
    "==",
    "equals",
    "!=",
)  # fmt: skip - a list of names
_ORDERED = ("gt", "gte", "lt", "lte", ">", ">=", "<", "<=")
_LIKE = ("like", "ilike")
_AMONG = ("in", "not_in")

_NAMES = tuple(status.text for status in Status if status is not Status.UNKNOWN)
_NUMBER: Mapping[str, Any] = {"type": "number"}
_TEXT: Mapping[str, Any] = {"type": "string"}
_ONE: Mapping[str, Any] = {"type": ["string", "number", "boolean", "null"]}
_NAME: Mapping[str, Any] = {"type": "string", "enum": list(_NAMES)}
_STATUS: Mapping[str, Any] = {"anyOf": [_NAME, {"type": ["number", "boolean", "null"]}]}


def filters(operation: Operation) -> dict[str, Any]:
    """Return the schema of `filters`: which operators and values go with which field (REQ-TASK-016)."""
    numbers = [field for field in operation.fields if _is_number(operation, field) and field != "status"]
    plain = [field for field in operation.fields if field != "status"]
    forms = [
        _form(plain, _EQUAL, _ONE, required=False),
        _form(plain, _AMONG, {"type": "array", "items": dict(_ONE)}),
        _form(plain, _LIKE, _TEXT),
        _form([field for field in plain if field not in numbers], _ORDERED, _TEXT),
    ]
    if numbers:
        forms.append(_form(numbers, _ORDERED, _NUMBER))
    if "status" in operation.fields:
        # A status is named, or meant by its number; a text that is no name is a mistake.
        forms += [
            _form(["status"], _EQUAL, _STATUS, required=False),
            _form(["status"], _AMONG, {"type": "array", "items": dict(_STATUS)}),
            _form(["status"], _LIKE, _NAME),
            _form(["status"], _ORDERED, {"anyOf": [dict(_NAME), dict(_NUMBER)]}),
        ]
    return {"type": ["array", "null"], "items": {"anyOf": forms}, "maxItems": _most("filters")}


def sort(operation: Operation) -> dict[str, Any]:
    """Return the schema of `sort`."""
    return {
        "type": ["array", "null"],
        "items": {
            "type": "object",
            "required": ["field"],
            "properties": {"field": {"enum": list(operation.fields)}, "dir": {"enum": ["asc", "desc"]}},
            "additionalProperties": False,
        },
        "maxItems": _most("sort"),
    }


def request(operation: Operation) -> dict[str, Any]:
    """Return the schema of a list's JSON body; an empty body and `null` ask for the first page."""
    taken = {
        "cursor": {"anyOf": [dict(CURSOR), {"type": "null"}]},
        "filters": filters(operation),
        "sort": sort(operation),
    }
    return {
        "anyOf": [
            {"allOf": [{"$ref": REF + "cursor-request"}, {"type": "object", "properties": taken}]},
            {"type": "null"},
        ]
    }


def _form(
    fields: Sequence[str], operators: Sequence[str], value: Mapping[str, Any], *, required: bool = True
) -> dict[str, Any]:
    """Return the schema of one kind of filter."""
    return {
        "type": "object",
        "required": ["field", "operator", *(["value"] if required else [])],
        "properties": {
            "field": {"enum": list(fields)},
            "operator": {"enum": list(operators)},
            "value": dict(value),
        },
        "additionalProperties": False,
    }


def _most(member: str) -> int:
    most: int = schemas.load("cursor-request")["properties"][member]["maxItems"]
    return most


def _is_number(operation: Operation, field: str) -> bool:
    """Tell whether a field of the list's items is a number."""
    page = schemas.load(operation.response or "")
    item = schemas.load(page["properties"]["items"]["items"]["$ref"].removeprefix(schemas.ID_PREFIX))
    described = item["properties"].get(field, {})
    if "$ref" in described:
        described = schemas.load(described["$ref"].removeprefix(schemas.ID_PREFIX))
    return bool(described.get("type") == "integer")
