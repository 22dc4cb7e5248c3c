"""The rules of an app's input as JSON Schema, derived from the decision table: what is refused with a 422 (D4).

The vendor's own schema of a version says less: it knows no length and no rule across fields. Where the table has a
violation, this adds its negation, with the requirement beside it.
"""

from collections.abc import Mapping
from typing import Any

from contracts.apps import table
from contracts.apps.table import AppVersion, Enforcement, Rule
from contracts.apps.video_v2_6 import FILE_FIELDS
from contracts.openapi.references import REF

URL_PATTERN = (
    r"^https?://[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]+)*(:[1-9][0-9]{0,3})?(/[A-Za-z0-9._~/-]*)?$"
)

_GIVEN: Mapping[str, Any] = {"type": "string", "minLength": 1}


def schema(app: AppVersion, enforcement: Enforcement) -> dict[str, Any]:
    """Return the schema of the inputs that a version takes.

    Args:
        app: which generation.
        enforcement: with `observed` only the vendor's own schema is checked.
    """
    taken: dict[str, Any] = {"$ref": REF + app.schema}
    if enforcement == "observed":
        return taken
    rules = [
        rule
        for rule in table.load().rules
        if rule.outcome == "violation" and rule.enforce == "documented" and app.name in rule.versions
    ]
    lengths = {rule.pointer.removeprefix("/"): rule for rule in rules if _is_length(rule)}
    limit = table.load().limits["prompt_characters"]
    return {
        "allOf": [
            taken,
            {
                "type": "object",
                "properties": {
                    **{field: {"maxLength": limit, "x-rule": rule.requirement} for field, rule in lengths.items()},
                    **{field: _file() for field in FILE_FIELDS},
                },
            },
            *(_forbidden(rule, app) for rule in rules if not _is_length(rule)),
        ]
    }


def _is_length(rule: Rule) -> bool:
    return any(fact.endswith("_long") for fact in rule.when)


def _file() -> dict[str, Any]:
    """Return what a file may be named by without having been uploaded before."""
    return {
        "description": "The uri of a file record, or an address elsewhere, which is taken unseen. The id of a record, "
        "inf://files/ID and a data: URI of a picture are understood too; whether they are any good, no schema can say.",
        "anyOf": [
            {"type": "null"},
            {"type": "string", "const": ""},
            {"type": "string", "pattern": URL_PATTERN, "examples": ["https://example.com/boat.png"]},
        ],
    }


def _forbidden(rule: Rule, app: AppVersion) -> dict[str, Any]:
    """Return the schema that refuses exactly what a rule refuses."""
    return {
        "not": {"allOf": [_holds(fact, value, app) for fact, value in rule.when.items()]},
        "x-rule": rule.requirement,
    }


def _holds(fact: str, value: Any, app: AppVersion) -> dict[str, Any]:  # noqa: ANN401  # a fact's value
    """Return the schema of the inputs of which a fact is true; `_facts` of the app's module says what each means."""
    match fact:
        case "image" | "end_image":
            meant = _has(fact, _GIVEN)
        case "end_frame":
            meant = {"allOf": [_has(field, _GIVEN) for field in FILE_FIELDS]}
        case "voice":
            meant = _has("voice_id", _GIVEN if app.name == "2026-05" else {"type": "string"})
        case "voice_empty":
            meant = _has("voice_id", {"const": ""})
        case "quality":
            return _has(app.quality_field, {"const": app.low if value == "low" else app.high})
        case "sound":
            # On unless said otherwise.
            meant = {"not": _has("sound", {"const": False})}
        case _:
            raise ValueError(f"the fact {fact!r} has no JSON Schema yet; add it here")
    return meant if value else {"not": meant}


def _has(field: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return {"required": [field], "properties": {field: dict(value)}}
