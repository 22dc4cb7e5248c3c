"""Checks request bodies against the contract's schemas; all findings at once, as a 422 (D5), or 400."""

from itertools import islice
from typing import Any

import orjson

from contracts import schemas
from contracts.wire.problems import Problem
from mockserver.api.call import kind

MOST_VIOLATIONS = 100
"""Findings of one body: a list of half a million wrong items would make an answer of a hundred megabytes.

One item more says that there are more.
"""

_WORDS = {"string": "a string", "boolean": "true or false", "integer": "an integer", "number": "a number"}


MOST_ITEMS = 10_000
"""Items of a list in a body; nothing in the contract comes near."""


def check(document: Any, schema: str, rule: str) -> None:  # noqa: ANN401  # any JSON value
    """Pass if a body fits its schema.

    Args:
        document: the parsed body.
        schema: name in contracts/schemas.
        rule: requirement id that each violation cites.

    Raises:
        Problem: 422 validation_error with every violation, pointers into the body.
    """
    found = _found(document, schema, rule)
    if found:
        raise invalid(found)


def check_form(document: Any, schema: str) -> None:  # noqa: ANN401  # any JSON value
    """Pass if a body that is no input fits its schema: lists and cancels know no 422 (operations.toml).

    Args:
        document: the parsed body, or the query.
        schema: name in contracts/schemas.

    Raises:
        Problem: 400 invalid_request that names the first thing wrong.
    """
    found = sorted(_found(document, schema, ""), key=lambda item: item["pointer"])
    if found:
        first = found[0]
        raise Problem(
            "invalid_request", f"{first['message']} at {first['pointer'] or '/'}; expected {first['expected']}"
        )


def _found(document: Any, schema: str, rule: str) -> list[dict[str, str]]:  # noqa: ANN401  # any JSON value
    if isinstance(document, dict):
        # The validator finds every error before it tells the first: a long list of wrong items would take seconds.
        for name, value in document.items():
            if isinstance(value, list) and len(value) > MOST_ITEMS:
                told = f"{name} has {len(value)} items"
                return [violation(f"/{name}", rule, told, f"at most {MOST_ITEMS} items", f"{len(value)} items")]
    found = []
    for error in islice(schemas.validator(schema).iter_errors(document), MOST_VIOLATIONS + 1):
        pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in error.instance_path)
        missing = list(error.schema_path)[-1:] == ["required"]
        received = "nothing" if missing else _received(error.instance)
        found.append(violation(pointer, rule, error.message, _expected(schema, error.schema_path), received))
    return found


def violation(pointer: str, rule: str, message: str, expected: str, received: str = "") -> dict[str, str]:
    """Return one item of a 422's `data`."""
    return {
        "pointer": pointer,
        "rule": rule,
        "message": message[:300],
        "expected": expected,
        "received": received[:120],
    }


def invalid(violations: list[dict[str, str]]) -> Problem:
    """Return the 422 that lists violations in pointer order; its detail names the first."""
    ordered = sorted(violations[:MOST_VIOLATIONS], key=lambda item: (item["pointer"], item["rule"]))
    first = ordered[0]
    more = f" (and {len(ordered) - 1} more)" if len(ordered) > 1 else ""
    if len(violations) > MOST_VIOLATIONS:
        more = f" (and at least {MOST_VIOLATIONS} more)"
        told = f"these are the first {MOST_VIOLATIONS} violations; more were not looked at"
        ordered.append(violation("", first["rule"], told, "a body that breaks no rule"))
    received = f", got {first['received']}" if first["received"] else ""
    detail = f"{first['message']}: expected {first['expected']}{received} at {first['pointer'] or '/'}{more}"
    return Problem("validation_error", detail, data=ordered)


def _received(value: Any) -> str:  # noqa: ANN401  # any JSON value
    """Write a simple value as JSON, and name the kind of any other."""
    return kind(value) if isinstance(value, dict | list) else orjson.dumps(value).decode("utf-8")


def _expected(schema: str, path: Any) -> str:  # noqa: ANN401  # what the validator gives
    """Say what the keyword at a schema path wants."""
    node: Any = schemas.load(schema)
    keys = list(path)
    for key in keys:
        try:
            node = node[key]
        except (KeyError, IndexError, TypeError):
            return "a value that fits the schema"
    keyword = str(keys[-1]) if keys else ""
    match keyword, node:
        case "type", str():
            return _WORDS.get(node, node)
        case "type", list():
            return " or ".join(_WORDS.get(str(name), str(name)) for name in node)
        case "enum", list():
            return "one of " + ", ".join(str(value) for value in node)
        case "required", list():
            return "an object with " + ", ".join(node)
        case "minItems", int():
            return f"a list of at least {node}"
        case "maxItems", int():
            return f"a list of at most {node}"
        case "additionalProperties", False:
            return "no other members"
        case "minLength", int():
            return f"at least {node} characters"
        case "maxLength", int():
            return f"at most {node} characters"
        case "minimum", int():
            return f"at least {node}"
        case "maximum", int():
            return f"at most {node}"
        case _:
            return f"{keyword} {node}"
