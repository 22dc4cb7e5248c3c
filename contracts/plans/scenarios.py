"""The plans that ship: TOML files in fixtures/scenarios, each imitating one kind of real trouble.

ScenarioError
    There is no scenario of that name, or its file is wrong; the message names what there is, or what is wrong.
"""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from contracts import fixtures, names
from contracts.plans import plan
from contracts.plans.plan import Plan, PlanError

_KEYS: Mapping[str, type] = MappingProxyType(
    {"summary": str, "source": str, "pain_point": int, "meet": str, "settings": dict, "steps": list, "chaos": dict}
)
_WORDS: Mapping[type, str] = MappingProxyType({str: "text", int: "a whole number", dict: "a table", list: "a list"})


class ScenarioError(LookupError):
    """A scenario that is not there, or is wrong."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One reusable plan."""

    name: str
    """As in `X-Mock-Scenario` and `[[mock:NAME]]`: lower-case words joined by hyphens."""
    summary: str
    """One line: the real trouble that it imitates."""
    source: str
    """Where that trouble was seen."""
    plan: Plan
    settings: Mapping[str, Any]
    """Behaviour settings that the scenario needs, for whoever arms it as a world's plan."""
    pain_point: int | None = None
    """Its number in app.md §7."""
    meet: str | None = None
    """What the client has to do to meet the trouble, where an ordinary run does not."""


@functools.cache
def load() -> Mapping[str, Scenario]:
    """All scenarios by their name.

    Raises:
        ScenarioError: a file is wrong.
    """
    files = sorted(
        (file for file in fixtures.path("scenarios").iterdir() if file.name.endswith(".toml")),
        key=lambda file: file.name,
    )
    found = {}
    for file in files:
        name = file.name.removesuffix(".toml")
        found[name] = read(name, file.read_text("utf-8"))
    return MappingProxyType(found)


def find(name: str) -> Scenario:
    """Return a scenario by its name.

    Raises:
        ScenarioError: there is none; the message has the nearest names.
    """
    known = load()
    if name not in known:
        told = names.hint(name, known, "none has a name like that.")
        listed = "`inferencesh-mock scenarios` and GET /_mock/scenarios list all"
        raise ScenarioError(f"there is no scenario {name[:64]!r}; {told} {listed}")
    return known[name]


def read(name: str, text: str) -> Scenario:
    """Read a scenario's file.

    Raises:
        ScenarioError: it is no TOML, or no scenario; the message says where and what.
    """
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ScenarioError(f"{name}: {error}; expected TOML in UTF-8") from None
    for key, value in document.items():
        if key not in _KEYS:
            raise ScenarioError(f"{name}: there is no {key!r} in a scenario; it takes {', '.join(sorted(_KEYS))}")
        if type(value) is not _KEYS[key]:
            raise ScenarioError(f"{name}: `{key}` is {value!r:.64}; expected {_WORDS[_KEYS[key]]}")
    if not document.get("summary"):
        raise ScenarioError(f"{name}: `summary` is missing; expected one line on the trouble that it imitates")
    try:
        parsed = plan.parse({key: document[key] for key in ("steps", "chaos") if key in document})
    except PlanError as error:
        raise ScenarioError(f"{name}: {error}") from None
    return Scenario(
        name=name,
        summary=document["summary"],
        source=document.get("source", ""),
        plan=parsed,
        settings=MappingProxyType(document.get("settings", {})),
        pain_point=document.get("pain_point"),
        meet=document.get("meet"),
    )
