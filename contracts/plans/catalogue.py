"""Every fault and outcome that a plan can arm, and the texts tasks fail with. The rows are in two TOML files."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

from contracts import operations
from contracts.wire.statuses import Status, parse

Form = Literal["fault", "outcome"]
Slot = Literal[
    "delay", "answer", "stream", "timing", "copies", "signature", "body", "sending", "end", "pace", "cancel", "output"
]

EXCHANGE = "exchange"
"""In a row's `on`: every call that a client makes."""

ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "run": ("runs.create", "runs.create_legacy"),
        "get": ("tasks.get",),
        "status": ("tasks.status",),
        "list": ("tasks.list", "tasks.search"),
        "stream": ("tasks.stream",),
        "cancel": ("tasks.cancel",),
        "delete": ("tasks.delete",),
        "upload": ("objects.put",),
        "download": ("objects.get",),
    }
)
"""Short names of operations in plans; every other emulated operation goes by its id, such as `files.create`."""

WEBHOOK, ANY = "webhook", "any"
"""What else `on` may say: the webhooks of a world, and any call that a client makes."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault or outcome."""

    name: str
    form: Form
    slot: Slot
    """Of the steps that meet one call, one acts per slot."""
    on: tuple[str, ...]
    """Operations it may be armed on, or EXCHANGE."""
    summary: str
    arguments: Mapping[str, Mapping[str, Any]]
    """JSON Schema by name."""
    required: tuple[str, ...]
    example: Mapping[str, Any]
    source: str
    """Where such trouble was seen; empty when it is our own idea."""

    def goes_on(self, operation: str) -> bool:
        """Whether it may be armed on an operation, named as in a plan."""
        return operation in self.on or (EXCHANGE in self.on and operation != WEBHOOK)

    def filled(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments with the defaults of those left out; what has neither is absent."""
        defaults = {name: schema["default"] for name, schema in self.arguments.items() if "default" in schema}
        return {**defaults, **given}


@dataclass(frozen=True, slots=True)
class Failure:
    """A text that a failed task's `error` is known to have."""

    error: str
    source: str
    at: float = 0.0
    """Part of the render that has passed, when it fails while running."""
    status: Status = Status.RUNNING
    """Where it fails."""


@functools.cache
def faults() -> Mapping[str, Fault]:
    """Every fault and outcome by its name."""
    rows = _document("faults.toml")["fault"]
    return MappingProxyType(
        {
            row["name"]: Fault(
                name=row["name"],
                form=row["form"],
                slot=row["slot"],
                on=tuple(row["on"]),
                summary=row["summary"],
                arguments=row["arguments"],
                required=tuple(row.get("required", ())),
                example=row["example"],
                source=row.get("source", ""),
            )
            for row in rows
        }
    )


@functools.cache
def failures() -> Mapping[str, Failure]:
    """Every known text by its name."""
    return MappingProxyType(
        {
            name: Failure(row["error"], row["source"], row.get("at", 0.0), parse(row.get("status", "running")))
            for name, row in _document("failures.toml").items()
        }
    )


@functools.cache
def names_of_operations() -> tuple[str, ...]:
    """Everything that a step's `on` may say: short names first, then ids, `webhook` and `any`."""
    short = {identifier for ids in ALIASES.values() for identifier in ids}
    others = [row.id for row in operations.load() if row.emulated and row.id not in short]
    return (*ALIASES, *others, WEBHOOK, ANY)


@functools.cache
def operation_name(identifier: str) -> str:
    """Return the name that plans have for an operation id."""
    return next((name for name, ids in ALIASES.items() if identifier in ids), identifier)


def _document(name: str) -> Mapping[str, Any]:
    return tomllib.loads(resources.files("contracts.plans").joinpath(name).read_text("utf-8"))
