"""The JSON Schema documents of everything on the wire, and validators for them (draft 2020-12)."""

import functools
from importlib import resources
from typing import Any

import jsonschema_rs
import orjson

ID_PREFIX = "urn:inferencesh-mock:schema:"
"""A document's `$id` is this and its name."""


class UnknownSchemaError(LookupError):
    """There is no document of that name; the message lists the ones there are."""


def names() -> tuple[str, ...]:
    """Return the names of all documents, sorted."""
    return tuple(_documents())


def load(name: str) -> dict[str, Any]:
    """Return one document, parsed anew so that the caller may change it.

    Raises:
        UnknownSchemaError: there is no such document.
    """
    document: dict[str, Any] = orjson.loads(_source(name))
    return document


@functools.cache
def validator(name: str) -> jsonschema_rs.Validator:
    """Return the validator of one document; references to the others resolve, nothing is ever retrieved.

    Raises:
        UnknownSchemaError: there is no such document.
    """
    return jsonschema_rs.Draft202012Validator(load(name), registry=registry(), offline=True)


@functools.cache
def registry() -> jsonschema_rs.Registry:
    """Return all documents by their `$id`, for validators of schemas that refer to them."""
    return jsonschema_rs.Registry([(ID_PREFIX + name, load(name)) for name in names()])


def _source(name: str) -> bytes:
    try:
        return _documents()[name]
    except KeyError:
        raise UnknownSchemaError(f"there is no schema {name!r}; there are {', '.join(names())}") from None


@functools.cache
def _documents() -> dict[str, bytes]:
    found = [file for file in resources.files(__name__).iterdir() if file.name.endswith(".json")]
    return {file.name.removesuffix(".json"): file.read_bytes() for file in sorted(found, key=lambda file: file.name)}
