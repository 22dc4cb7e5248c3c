"""References inside the document: our schemas are its components."""

from typing import Any

from contracts import schemas

REF = "#/components/schemas/"
"""Where a schema of contracts/schemas lies in the document, before its name."""


def components() -> dict[str, Any]:
    """Return all our schemas, each reference in them pointing to another component."""
    return {name: _rebased(schemas.load(name), REF + name) for name in schemas.names()}


def _rebased(value: Any, own: str) -> Any:  # noqa: ANN401  # JSON
    """Point references at the components of this document, and drop what only our validators need.

    `own` is the reference to the schema itself, under which its local definitions now lie.
    """
    if isinstance(value, dict):
        return {
            key: _reference(inner, own) if key == "$ref" else _rebased(inner, own)
            for key, inner in value.items()
            if key not in {"$schema", "$id"}
        }
    if isinstance(value, list):
        return [_rebased(inner, own) for inner in value]
    return value


def _reference(reference: str, own: str) -> str:
    if reference.startswith("#"):
        return own + reference.removeprefix("#")
    return REF + reference.removeprefix(schemas.ID_PREFIX)
