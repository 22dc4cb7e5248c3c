"""The shape of JSON: which members there are, of which types. Servers are compared by it, not by their values."""

from collections.abc import Iterable, Mapping
from typing import Any

from contracts.serverside.exchange import Exchange, UnexpectedError

Shape = Mapping[str, tuple[str, ...]]
"""JSON pointer, `*` for every item of a list, and the types seen there, sorted."""

MOST_ITEMS = 50
"""Items of a list that are looked at."""

_FREE = frozenset({"input", "metadata", "setup", "input_schema", "output_schema", "properties", "paths", "components"})
"""Members whose inside is the caller's, or a document of its own."""


def of_answers(exchanges: Iterable[Exchange]) -> dict[str, dict[str, list[str]]]:
    """Return the shapes of all JSON answers, by operation and status."""
    found: dict[str, dict[str, set[str]]] = {}
    for exchange in exchanges:
        if exchange.operation is None or exchange.status is None or not exchange.media_type.endswith("json"):
            continue
        try:
            document = exchange.json()
        except UnexpectedError:
            continue
        shape = found.setdefault(f"{exchange.operation} {exchange.status}", {})
        _walk(document, "", shape)
    return {key: {at: sorted(types) for at, types in sorted(shape.items())} for key, shape in sorted(found.items())}


def _walk(value: Any, at: str, shape: dict[str, set[str]]) -> None:  # noqa: ANN401  # JSON
    shape.setdefault(at or "/", set()).add(kind(value))
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _FREE:
                shape.setdefault(f"{at}/{name}", set()).add(kind(inner))
            else:
                _walk(inner, f"{at}/{name}", shape)
    elif isinstance(value, list):
        for inner in value[:MOST_ITEMS]:
            _walk(inner, f"{at}/*", shape)


def kind(value: Any) -> str:  # noqa: ANN401  # JSON
    """Name the JSON type of a value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
