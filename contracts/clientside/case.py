"""Cases and checks as data: a case is one scripted world and the calls made in it, a check is one verdict.

Cases lie in cases/*.toml, the checks they emit in checks/*.toml. Both are read once, and whatever does not fit
together is a CaseError that names the file and the row.
"""

import functools
import itertools
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal, get_args

from contracts import requirements
from contracts.clientside import calls

Level = Literal["MUST", "SHOULD", "MAY"]
Witness = Literal["server", "client", "disk"]
Mode = Literal["adaptor", "command", "observe"]
"""How a client is driven. adaptor: calls and answers as lines; command: a program for each case, which ends with an
exit code; observe: the project's own tests, of which only the wire is seen."""

WITNESSES: tuple[Witness, ...] = get_args(Witness)
LEVELS: tuple[Level, ...] = get_args(Level)

AREAS = (
    "submit",
    "validation",
    "stream",
    "poll",
    "upload",
    "download",
    "webhook",
    "cancel",
    "session",
    "errors",
    "limits",
    "money",
    "time",
)
"""Of cases. Checks have two more: `wire` and `adaptor`, of which every case emits some."""

_CASE = re.compile(r"[a-z]+/[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)?")
_CHECK = re.compile(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*")

KIT_CALLS = ("advance", "plan", "settle", "join", "deliver", "sign")
"""What the kit itself does between two calls: move the world's clock, arm another plan, wait until the server has seen
what it has to, wait for a step in the background, send a webhook once more, sign one for the client to verify."""


class CaseError(ValueError):
    """Cases or checks that do not fit together; the message names the row."""


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """What a verdict is about."""

    id: str
    level: Level
    says: str
    """What a good client does, as a sentence."""
    why: str
    """What it costs when a client does not."""
    requirements: tuple[str, ...]

    @property
    def area(self) -> str:
        """The first half of the id."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a case."""

    name: str
    """Under which later steps and judges speak of it."""
    call: str
    arguments: Mapping[str, Any]
    kit: bool
    """Whether the kit does it, and not the client."""
    background: bool
    """Whether the next step begins before this one has ended."""
    raises: bool
    """Whether it is to end with an error, after which the case goes on."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One check of a case: the judge that decides it, and what that judge is to look for."""

    check: CheckSpec
    judge: str
    arguments: Mapping[str, Any]
    after: tuple[str, ...] = ()
    """Checks of the same case without whose pass it says nothing."""


@dataclass(frozen=True, slots=True)
class Case:
    """One scripted world."""

    name: str
    """`area/behaviour[/variant]`, with its axes in brackets."""
    stem: str
    """The same without the axes."""
    proves: str
    """The property under test, as a sentence."""
    steps: tuple[Step, ...]
    probes: tuple[Probe, ...]
    plan: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Of the world, beside latency `quick` and media `tiny`."""
    scale: float = 20.0
    """Seconds of the world's clock in a real one."""
    credits: int | None = None
    """Microcents in the purse; None: as many as a world begins with."""
    deadline: float = 20.0
    """Real seconds for the whole case."""
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Local files by name: `$name` in an argument stands for its path; the value says what it is, see files.py."""
    needs: frozenset[str] = frozenset()
    """Capabilities without which nothing of it can be seen."""
    optional_faults: bool = False
    """Whether a good client may get along without meeting what is armed."""
    example: str = ""
    """Strategy that draws inputs: `$input` in an argument stands for one."""

    @property
    def area(self) -> str:
        """The first part of the name."""
        return self.name.partition("/")[0]

    @property
    def capabilities(self) -> frozenset[str]:
        """What a client has to support to be asked for it."""
        asked = {
            need
            for step in self.steps
            if not step.kit
            for need in calls.load()[step.call].needs(step.arguments)
            if need != "webhook"
        }
        return self.needs | asked


@functools.cache
def checks() -> Mapping[str, CheckSpec]:
    """Return every check by its id, in the order of the files.

    Raises:
        CaseError: one is written wrongly.
    """
    found: dict[str, CheckSpec] = {}
    for where, row in _rows("checks", "check"):
        spec = _check_spec(where, row)
        if spec.id in found:
            raise CaseError(f"{where}: there are two checks {spec.id}")
        found[spec.id] = spec
    return MappingProxyType(found)


@functools.cache
def cases() -> tuple[Case, ...]:
    """Return every case, one for each combination of its axes, in the order of the files.

    Raises:
        CaseError: one is written wrongly.
    """
    found = [case for where, row in _rows("cases", "case") for case in _cases_of(where, row)]
    names = [case.name for case in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CaseError(f"two cases are called {twice[0]}")
    return tuple(found)


def _rows(folder: str, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    files = sorted(resources.files("contracts.clientside").joinpath(folder).iterdir(), key=lambda file: file.name)
    for file in files:
        if file.name.endswith(".toml"):
            try:
                table = tomllib.loads(file.read_text("utf-8"))
            except tomllib.TOMLDecodeError as error:
                raise CaseError(f"{folder}/{file.name}: {error}") from None
            for row in table.get(kind, []):
                yield f"{folder}/{file.name}: {row.get('name') or row.get('id')}", row


def _check_spec(where: str, row: dict[str, Any]) -> CheckSpec:
    _only(where, row, {"id", "level", "says", "why", "requirements"})
    if not _CHECK.fullmatch(row["id"]) or row["level"] not in LEVELS:
        raise CaseError(f"{where}: expected an id like stream.reaches-the-end and one of {', '.join(LEVELS)}")
    unknown = [name for name in row.get("requirements", []) if name not in requirements.load()]
    if unknown:
        raise CaseError(f"{where}: {unknown[0]} is no requirement")
    return CheckSpec(row["id"], row["level"], row["says"], row["why"], tuple(row.get("requirements", [])))


_MEMBERS = {
    "name",
    "property",
    "steps",
    "checks",
    "plan",
    "settings",
    "scale",
    "credits",
    "deadline",
    "files",
    "needs",
    "optional_faults",
    "example",
    "axes",
}


def _cases_of(where: str, row: dict[str, Any]) -> Iterator[Case]:
    _only(where, row, _MEMBERS)
    axes: dict[str, list[str]] = row.get("axes", {})
    for chosen in itertools.product(*axes.values()):
        told = dict(zip(axes, chosen, strict=True))
        text = json.dumps(row)
        for axis, value in told.items():
            text = text.replace(f"{{{axis}}}", value)
        yield _case(where, json.loads(text), told)


def _case(where: str, row: dict[str, Any], axes: dict[str, str]) -> Case:
    stem = row["name"]
    if not _CASE.fullmatch(stem) or stem.partition("/")[0] not in AREAS:
        raise CaseError(f"{where}: expected a name like stream/cut, and one of the areas {', '.join(AREAS)}")
    suffix = "".join(f"[{key}={value}]" for key, value in axes.items())
    return Case(
        name=stem + suffix,
        stem=stem,
        proves=row["property"],
        steps=tuple(_step(where, number, step) for number, step in enumerate(row["steps"])),
        probes=tuple(_probe(where, probe) for probe in row["checks"]),
        plan=MappingProxyType(row.get("plan", {})),
        settings=MappingProxyType(row.get("settings", {})),
        scale=float(row.get("scale", 20.0)),
        credits=row.get("credits"),
        deadline=float(row.get("deadline", 20.0)),
        files=MappingProxyType(row.get("files", {})),
        needs=frozenset(row.get("needs", [])),
        optional_faults=row.get("optional_faults", False),
        example=row.get("example", ""),
    )


def _step(where: str, number: int, row: dict[str, Any]) -> Step:
    _only(where, row, {"call", "kit", "as", "with", "background", "raises"})
    kit, call = row.get("kit"), row.get("call")
    if (kit is None) == (call is None) or (kit or "settle") not in KIT_CALLS or (call or "run") not in calls.load():
        raise CaseError(f"{where}: step {number} needs a `call` of calls.toml or a `kit` of {', '.join(KIT_CALLS)}")
    return Step(
        name=row.get("as", f"step-{number}"),
        call=str(kit or call),
        arguments=MappingProxyType(row.get("with", {})),
        kit=kit is not None,
        background=row.get("background", False),
        raises=row.get("raises", False),
    )


def _probe(where: str, row: dict[str, Any]) -> Probe:
    if row.get("id") not in checks():
        raise CaseError(f"{where}: there is no check {row.get('id')!r} in checks/")
    arguments = {key: value for key, value in row.items() if key not in {"id", "judge", "after"}}
    return Probe(checks()[row["id"]], row["judge"], MappingProxyType(arguments), tuple(row.get("after", [])))


def _only(where: str, row: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(row.keys() - known)
    if unknown:
        raise CaseError(f"{where}: there is no {unknown[0]!r}; there are {', '.join(sorted(known))}")
