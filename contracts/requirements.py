"""Every promise of the API with its label, source and date. The rows are in requirements.toml."""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal, get_args

Label = Literal["documented", "observed", "assumed"]
"""documented: a public page says so; observed: seen in a client, a capture or the app's source; assumed: we chose."""

AREAS = (
    "ENV",
    "ERR",
    "AUTH",
    "RUN",
    "INPUT",
    "MEDIA",
    "TASK",
    "STREAM",
    "CANCEL",
    "FILE",
    "SESSION",
    "APP",
    "ACCOUNT",
    "WEBHOOK",
    "LIMIT",
    "MONEY",
    "HTTP",
)
"""Areas in the order of the file."""

_ID = re.compile(r"REQ-([A-Z]+)-(\d{3})")
_DECISION = re.compile(r"D[1-9]\d?")
_VERSION = re.compile(r"20\d\d-\d\d")
_REQUIRED = frozenset({"id", "text", "label", "source", "date"})
_OPTIONAL = frozenset({"decision", "versions"})


class RequirementError(ValueError):
    """A row of requirements.toml is wrong; the message names the row, what it holds and what it should hold."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One testable promise."""

    id: str
    """REQ-<AREA>-<NNN>, never reused."""
    text: str
    """One sentence."""
    label: Label
    source: str
    date: date
    """Vintage of the source."""
    decision: str | None = None
    """The decision it carries out, such as "D11"."""
    versions: tuple[str, ...] = ()
    """App versions it concerns; empty where the version makes no difference."""

    @property
    def area(self) -> str:
        """The middle part of the id."""
        return self.id.split("-")[1]

    def concerns(self, version: str) -> bool:
        """Tell whether a version of the app has to keep it."""
        return not self.versions or version in self.versions


@functools.cache
def load() -> Mapping[str, Requirement]:
    """Return all rows by their id, in file order. Raises RequirementError when the file is wrong."""
    text = resources.files("contracts").joinpath("requirements.toml").read_text(encoding="utf-8")
    return MappingProxyType(parse(text))


def parse(text: str) -> dict[str, Requirement]:
    """Return the rows of a document in the form of requirements.toml.

    Raises:
        RequirementError: a key is unknown or missing, a value has the wrong form, or an id is given twice.
    """
    found: dict[str, Requirement] = {}
    for number, row in enumerate(tomllib.loads(text).get("requirement", []), start=1):
        requirement = _requirement(row, f"row {number} ({row.get('id', 'no id')})")
        if requirement.id in found:
            raise RequirementError(f"row {number} repeats the id {requirement.id}; ids are unique and never reused")
        found[requirement.id] = requirement
    return found


def _requirement(row: Mapping[str, Any], where: str) -> Requirement:
    if missing := sorted(_REQUIRED - row.keys()):
        raise RequirementError(f"{where} lacks {', '.join(missing)}")
    if unknown := sorted(row.keys() - _REQUIRED - _OPTIONAL):
        known = ", ".join(sorted(_REQUIRED | _OPTIONAL))
        raise RequirementError(f"{where} has the unknown key {unknown[0]!r}; known: {known}")
    _check_id(where, row["id"])
    if row["label"] not in get_args(Label):
        raise RequirementError(f"{where} has label = {row['label']!r}; expected one of {', '.join(get_args(Label))}")
    # A TOML time with a date in it is a subclass of date, but not the day we ask for.
    if type(row["date"]) is not date:
        raise RequirementError(f"{where} has date = {row['date']!r}; expected a bare day such as 2026-10-07, unquoted")
    for key, form, values in (
        ("decision", _DECISION, [row["decision"]] if "decision" in row else []),
        ("versions", _VERSION, row.get("versions", [])),
    ):
        if wrong := [value for value in values if not isinstance(value, str) or not form.fullmatch(value)]:
            raise RequirementError(f"{where} has {key} = {wrong[0]!r}; expected something like {form.pattern}")
    return Requirement(
        id=row["id"],
        text=row["text"],
        label=row["label"],
        source=row["source"],
        date=row["date"],
        decision=row.get("decision"),
        versions=tuple(row.get("versions", ())),
    )


def _check_id(where: str, value: object) -> None:
    match = _ID.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[1] not in AREAS:
        raise RequirementError(f"{where} has id = {value!r}; expected REQ-<AREA>-<NNN>, AREA one of {', '.join(AREAS)}")
