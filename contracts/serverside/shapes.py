"""The shape of JSON: which members there are, of which types. Servers are compared by it, not by their values."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Self

from contracts.serverside.exchange import Exchange, UnexpectedError
from contracts.wire.envelopes import VERSION_HEADER

Shape = Mapping[str, Sequence[str]]
"""JSON pointer, `*` for every item of a list, and the types seen there, sorted."""

MOST_ITEMS = 50
"""Items of a list that are looked at."""

_ASKED = {None: "no version", "1": "version 1", "2": "version 2", "3": "version 3"}
"""What an answer's envelope goes by; a request may ask for anything."""

_FREE = frozenset({"input", "metadata", "setup", "input_schema", "output_schema", "properties", "paths", "components"})
"""Members whose inside is the caller's, or a document of its own."""


class Shapes:
    """The shapes of JSON answers, by operation, status and the version that was asked for: each has its envelope."""

    def __init__(self) -> None:
        """Start without any."""
        self._found: dict[str, dict[str, set[str]]] = {}

    def take(self, exchange: Exchange) -> None:
        """Add what an answer shows."""
        if exchange.operation is None or exchange.status is None or not exchange.media_type.endswith("json"):
            return
        try:
            document = exchange.json()
        except UnexpectedError:
            return
        asked = _ASKED.get(exchange.asked(VERSION_HEADER), "another version")
        _walk(document, "", self._found.setdefault(f"{exchange.operation} {exchange.status}, {asked}", {}))

    def copy(self) -> Self:
        """Return one that can be added to by itself."""
        other = type(self)()
        other._found = copy.deepcopy(self._found)  # noqa: SLF001  # of the same class
        return other

    def document(self) -> dict[str, Shape]:
        """As JSON."""
        return {
            key: {at: sorted(types) for at, types in sorted(shape.items())}
            for key, shape in sorted(self._found.items())
        }


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
