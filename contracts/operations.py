"""Every route of the vendor: what it takes, what it answers, whether we emulate it. The rows are in operations.toml."""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal, get_args

Method = Literal["GET", "POST", "PUT", "DELETE"]
Tag = Literal["tasks", "files", "sessions", "apps", "store", "account", "meta"]
Auth = Literal["key", "none", "signed"]
Rate = Literal["run", "get", "upload"]

_ID = re.compile(r"[a-z]+\.[a-z]+(_[a-z]+)*")
_PATH = re.compile(r"(/([a-z0-9.-]+|\{[a-z_]+\}))+")
_CODE = re.compile(r"[a-z]+(_[a-z]+)*|[A-Z]+(_[A-Z]+)*")
_PARAMETER = re.compile(r"\{([a-z_]+)\}")
_REQUIRED = frozenset(
    {"id", "method", "path", "tag", "summary", "auth", "scope", "emulated", "success", "errors", "source"}
)
_OPTIONAL = frozenset({"rate", "query", "fields", "request", "response", "list", "requirements"})


class OperationError(ValueError):
    """A row of operations.toml is wrong; the message names the row, what it holds and what it should hold."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path."""

    id: str
    """Dotted and stable, such as "tasks.get"; plans, the journal and the conformance cases address calls by it."""
    method: Method
    path: str
    """Path template with `{name}` parameters, without a `/v1` prefix."""
    tag: Tag
    summary: str
    auth: Auth
    """"key": a bearer key; "signed": the URL carries its own permission; "none": open to anybody."""
    scope: str
    """Scopes that open it: "" for none, "a|b" when either does."""
    emulated: bool
    success: int
    """HTTP status of a plain success; 204 has no body."""
    errors: tuple[str, ...]
    """Every problem code it can answer, those that come with its kind of `auth` first."""
    source: str
    rate: Rate | None = None
    """The documented window its calls count in (REQ-LIMIT-001)."""
    query: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    """What a list can be filtered and sorted by."""
    request: str | None = None
    """Schema of the JSON body, by the file's stem in contracts/schemas/."""
    response: str | None = None
    """Schema of the resource, before any envelope; None where there is no JSON resource."""
    is_list: bool = False
    """True when the resource is an array of `response`."""
    requirements: tuple[str, ...] = ()

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes of which one is enough; empty when none is needed."""
        return tuple(self.scope.split("|")) if self.scope else ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the path parameters, from left to right."""
        return tuple(_PARAMETER.findall(self.path))


@functools.cache
def load() -> tuple[Operation, ...]:
    """All rows in file order. Raises OperationError when the file is wrong."""
    text = resources.files("contracts").joinpath("operations.toml").read_text(encoding="utf-8")
    return parse(text)


def by_id() -> dict[str, Operation]:
    """All rows by their id."""
    return {operation.id: operation for operation in load()}


def parse(text: str) -> tuple[Operation, ...]:
    """The rows of a document in the form of operations.toml.

    Raises OperationError for an unknown or missing key, a value outside its set, and an id or a route given twice.
    """
    document = tomllib.loads(text)
    common: Mapping[str, list[str]] = document.get("common", {})
    operations: list[Operation] = []
    ids: dict[str, int] = {}
    routes: dict[tuple[str, str], str] = {}
    for number, row in enumerate(document.get("operation", []), start=1):
        operation = _operation(row, number, common)
        if operation.id in ids:
            raise OperationError(
                f"row {number} repeats the id {operation.id!r} of row {ids[operation.id]}; ids are unique"
            )
        route = (operation.method, _PARAMETER.sub("{}", operation.path))
        if route in routes:
            raise OperationError(
                f"row {number} ({operation.id}) repeats the route of {routes[route]}: {' '.join(route)}"
            )
        ids[operation.id] = number
        routes[route] = operation.id
        operations.append(operation)
    return tuple(operations)


def _operation(row: Mapping[str, Any], number: int, common: Mapping[str, list[str]]) -> Operation:
    where = f"row {number} ({row.get('id', 'no id')})"
    if missing := sorted(_REQUIRED - row.keys()):
        raise OperationError(f"{where} lacks {', '.join(missing)}")
    if unknown := sorted(row.keys() - _REQUIRED - _OPTIONAL):
        raise OperationError(
            f"{where} has the unknown key {unknown[0]!r}; known: {', '.join(sorted(_REQUIRED | _OPTIONAL))}"
        )
    _shape(where, "id", row["id"], _ID)
    _shape(where, "path", row["path"], _PATH)
    _choice(where, "method", row["method"], get_args(Method))
    _choice(where, "tag", row["tag"], get_args(Tag))
    _choice(where, "auth", row["auth"], get_args(Auth))
    if "rate" in row:
        _choice(where, "rate", row["rate"], get_args(Rate))
    _choice(where, "emulated", row["emulated"], (True, False))
    _choice(where, "success", row["success"], (200, 204))
    if row.get("list") and "response" not in row:
        raise OperationError(f"{where} says list = true but names no response schema")
    errors = dict.fromkeys([*common.get(row["auth"], []), *row["errors"]])
    for code in errors:
        _shape(where, "errors", code, _CODE)
    return Operation(
        id=row["id"],
        method=row["method"],
        path=row["path"],
        tag=row["tag"],
        summary=row["summary"],
        auth=row["auth"],
        scope=row["scope"],
        emulated=row["emulated"],
        success=row["success"],
        errors=tuple(errors),
        source=row["source"],
        rate=row.get("rate"),
        query=tuple(row.get("query", ())),
        fields=tuple(row.get("fields", ())),
        request=row.get("request"),
        response=row.get("response"),
        is_list=row.get("list", False),
        requirements=tuple(row.get("requirements", ())),
    )


def _shape(where: str, key: str, value: object, pattern: re.Pattern[str]) -> None:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise OperationError(f"{where} has {key} = {value!r}; expected something like {pattern.pattern}")


def _choice(where: str, key: str, value: object, allowed: tuple[object, ...]) -> None:
    if value not in allowed:
        raise OperationError(f"{where} has {key} = {value!r}; expected one of {', '.join(map(repr, allowed))}")
