"""The lines between the kit and an adaptor: one JSON object a line, UTF-8, on the adaptor's stdin and stdout.

    -> {"kit": 1, "op": "hello"}
    <- {"kit": 1, "client": {"name", "version", "language", "homepage"?}, "supports": [...], "max_parallel": 4}
    -> {"op": "call", "seq": 17, "case": NAME, "base_url", "api_key", "call": "run", "with": {...}, "deadline_ms": 8000}
    <- {"seq": 17, "saw": {...}}  |  {"seq": 17, "raised": {...}}  |  {"seq": 17, "cannot": {"needs": "webhook.verify"}}
    -> {"op": "end", "case": NAME}          the case is over: forget what was kept for it; no answer
    -> {"op": "bye"}                        finish and exit; no answer

Answers may come in any order. stderr is free text and is kept with the case.

ProtocolError
    A line that breaks this; the message says what was expected.
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import jsonschema_rs

from contracts.clientside import calls
from contracts.clientside.lines import MOST_LINE, VERSION
from contracts.clientside.unheard import Unheard
from contracts.reporting import plain

Kind = Literal["saw", "raised", "cannot"]

HELLO: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "required": ["kit", "client", "supports"],
        "properties": {
            "kit": {"const": VERSION},
            "client": {
                "type": "object",
                "required": ["name", "version", "language"],
                "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": 80},
                    "version": {"type": "string", "minLength": 1, "maxLength": 80},
                    "language": {"type": "string", "minLength": 1, "maxLength": 40},
                    "homepage": {"type": "string", "maxLength": 200},
                },
            },
            "supports": {"type": "array", "items": {"type": "string"}},
            "max_parallel": {"type": "integer", "minimum": 1, "maximum": 64},
        },
    }
)

CANNOT: Mapping[str, Any] = MappingProxyType(
    {"type": "object", "required": ["needs"], "properties": {"needs": {"type": "string"}}}
)


class ProtocolError(ValueError):
    """A line that an adaptor must not send."""

    def __init__(self, told: str) -> None:
        """Say what is wrong with it; what it quotes is plain."""
        super().__init__(plain.text(told))


@dataclass(frozen=True, slots=True)
class Hello:
    """What an adaptor says of its client."""

    name: str
    version: str
    language: str
    homepage: str
    supports: frozenset[str]
    max_parallel: int

    @classmethod
    def nameless(cls, name: str, max_parallel: int = 1) -> "Hello":
        """Return what is known of a client that says nothing of itself: it is taken to support everything."""
        return cls(name, "", "", "", frozenset(calls.capabilities()), max_parallel)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "name": self.name,
            "version": self.version,
            "language": self.language,
            "homepage": self.homepage,
            "supports": sorted(self.supports),
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one call."""

    kind: Kind
    told: Mapping[str, Any]

    def document(self) -> dict[str, Any]:
        """As JSON."""
        told = self.told.document if isinstance(self.told, Unheard) else self.told
        return {self.kind: dict(told)}


@dataclass(frozen=True, slots=True)
class Order:
    """One call that a client is asked for."""

    case: str
    base_url: str
    api_key: str
    call: str
    arguments: Mapping[str, Any]
    deadline: float
    """Seconds."""

    def line(self, seq: int) -> dict[str, Any]:
        """As JSON, what is sent; the answer repeats the number."""
        return {
            "op": "call",
            "seq": seq,
            "case": self.case,
            "base_url": self.base_url,
            "api_key": self.api_key,
            "call": self.call,
            "with": dict(self.arguments),
            "deadline_ms": round(self.deadline * 1000),
        }


def parse(line: bytes) -> dict[str, Any]:
    """Return a line as a JSON object, its texts plain: it is cleaned here, and nowhere behind.

    Raises:
        ProtocolError: it is none, or not to be written down again.
    """
    if len(line) > MOST_LINE:
        raise ProtocolError(f"a line of more than {MOST_LINE} bytes; keep large things in files")
    try:
        found = plain.parsed(line)
    except ValueError as error:
        shown = line[:80].decode("utf-8", "replace").rstrip()
        if not shown.startswith("{") or isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
            told = f"stdout is for the protocol alone, and this is no JSON: {shown!r}; print to stderr instead"
        else:
            told = f"a line that no report can hold: {error}, in {shown!r}"
        raise ProtocolError(told) from None
    if not isinstance(found, dict):
        raise ProtocolError(f"expected a JSON object, got {str(found)[:80]!r}")
    return found


def hello(line: Mapping[str, Any]) -> Hello:
    """Read the first line of an adaptor.

    Raises:
        ProtocolError: it is no hello, or names a capability that there is not.
    """
    _check(_validator("hello"), line, "hello")
    unknown = sorted(set(line["supports"]) - set(calls.capabilities()))
    if unknown:
        raise ProtocolError(f"there is no capability {unknown[0]!r}; there are {', '.join(calls.capabilities())}")
    client = line["client"]
    return Hello(
        name=client["name"],
        version=client["version"],
        language=client["language"],
        homepage=client.get("homepage", ""),
        supports=frozenset(line["supports"]),
        max_parallel=line.get("max_parallel", 1),
    )


def reply(call: str, line: Mapping[str, Any]) -> Reply:
    """Read the answer to a call.

    Raises:
        ProtocolError: it has not exactly one of `saw`, `raised`, `cannot`, or that is not as its schema says.
    """
    kinds: tuple[Kind, ...] = ("saw", "raised", "cannot")
    given = [kind for kind in kinds if kind in line]
    if len(given) != 1:
        raise ProtocolError(f"the answer to `{call}` has to have one of saw, raised, cannot; got {sorted(line)}")
    kind = given[0]
    _check(_validator(call if kind == "saw" else kind), line[kind], f"`{kind}` of `{call}`")
    return Reply(kind, line[kind])


@functools.cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    schemas: dict[str, Mapping[str, Any]] = {"hello": HELLO, "raised": calls.RAISED, "cannot": CANNOT}
    schemas |= {call.name: call.saw for call in calls.load().values()}
    return jsonschema_rs.Draft202012Validator(dict(schemas[name]))


def _check(validator: jsonschema_rs.Draft202012Validator, value: object, what: str) -> None:
    try:
        error = next(iter(validator.iter_errors(value)), None)
    except ValueError as wrong:
        raise ProtocolError(f"{what}: it cannot be checked: {wrong}") from None
    if error is not None:
        where = "/".join(str(part) for part in error.instance_path)
        raise ProtocolError(f"{what}: {error.message}" + (f" at {where}" if where else ""))
