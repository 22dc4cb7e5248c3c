"""The closed vocabulary of calls (calls.toml): what a case may ask of a client, and what a client may tell."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any

TASK: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "description": "A task as the client's user sees it.",
        "required": ["id", "status"],
        "properties": {
            "id": {"type": ["string", "null"]},
            "status": {"type": ["integer", "string", "null"], "description": "by its number or its word"},
            "progress": {"type": ["number", "null"]},
            # Whatever the client takes for these, so that one which takes a refusal for a task is told so.
            "output": {"description": "as it came"},
            "error": {"description": "as it came"},
            "session": {"type": ["string", "null"], "description": "id"},
            "messages": {"type": "array"},
        },
    }
)

RAISED: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "description": "An error that the client raised. It is data: whether that is right is for the case to say.",
        "required": ["class", "message"],
        "properties": {
            "class": {"type": "string", "description": "name of the error's type"},
            "message": {"type": "string", "description": "its text"},
            "status": {"type": ["integer", "null"], "description": "HTTP status, if the error has it"},
            "code": {"type": ["string", "null"], "description": "the problem's code"},
            "task": {"type": ["string", "null"], "description": "id of the task, if the error has it"},
            "request_id": {"type": ["string", "null"], "description": "the problem's"},
            "retry_after": {"type": ["number", "null"], "description": "seconds"},
            "timeout": {"type": ["boolean", "null"], "description": "true: the client's own time limit"},
            "violations": {
                "type": ["array", "null"],
                "description": "what a 422 lists, as the error's user sees it",
                "items": {"type": "object"},
            },
        },
    }
)


@dataclass(frozen=True, slots=True)
class CallSpec:
    """One call."""

    name: str
    summary: str
    """What the client is to do."""
    capability: str
    core: bool
    arguments: Mapping[str, Any]
    """JSON Schemas by name."""
    required: tuple[str, ...]
    also: Mapping[str, str]
    """Capabilities that an argument asks for besides; `{}` stands for its value."""
    saw: Mapping[str, Any]
    example: Mapping[str, Any]

    def fits(self, arguments: Mapping[str, Any]) -> str | None:
        """Return what is wrong with the names of a case's arguments, or None."""
        unknown = sorted(arguments.keys() - self.arguments.keys())
        missing = sorted(set(self.required) - arguments.keys())
        if unknown or missing:
            return f"`{self.name}` takes {', '.join(self.arguments)}; unknown are {unknown}, missing {missing}"
        return None

    def needs(self, arguments: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the capabilities that it takes with these arguments."""
        asked = [
            name.format(arguments[key]) for key, name in self.also.items() if arguments.get(key) not in (None, False)
        ]
        return (self.capability, *asked)


@functools.cache
def load() -> Mapping[str, CallSpec]:
    """Return every call by its name."""
    text = resources.files("contracts.clientside").joinpath("calls.toml").read_text("utf-8")
    rows = tomllib.loads(text)["call"]
    return MappingProxyType(
        {
            row["name"]: CallSpec(
                name=row["name"],
                summary=row["summary"],
                capability=row["capability"],
                core=row["core"],
                arguments=row.get("with", {}),
                required=tuple(row["required"]),
                also=row.get("also", {}),
                saw={**row["saw"], "$defs": {"task": dict(TASK)}},
                example=row["example"],
            )
            for row in rows
        }
    )


def capabilities() -> tuple[str, ...]:
    """Return every capability that a client may name in `supports`."""
    found: dict[str, None] = {}
    for call in load().values():
        found.setdefault(call.capability)
        for argument, name in call.also.items():
            for value in call.arguments[argument].get("enum", [""]):
                found.setdefault(name.format(value))
    return tuple(found)


def core() -> frozenset[str]:
    """Return the capabilities that no client may lack unpunished."""
    return frozenset(call.capability for call in load().values() if call.core) | {"run.wait"}
