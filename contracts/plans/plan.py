"""A plan: steps that each say on which call, by whose number and input, what is to happen.

PlanError
    A document that is no plan. Carries a JSON Pointer to the place, what is wrong there and what would be right.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from contracts import names
from contracts.plans import catalogue, schema
from contracts.plans.catalogue import Fault

_NUMBERS = frozenset({"nth", "from", "to"})

_FRAMING = frozenset({"content-length", "transfer-encoding"})
"""Headers that say where an answer ends: another value would be no answer at all."""

_DEEPEST = 64
"""Levels of a document in which the place of a wrong value is looked for."""


class PlanError(ValueError):
    """A document that is no plan."""

    def __init__(self, pointer: str, told: str) -> None:
        """Make one.

        Args:
            pointer: JSON Pointer into the plan.
            told: what is wrong there, and what was expected.
        """
        super().__init__(f"{pointer or 'the plan'}: {told}")
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class Do:
    """What is to happen: a fault or outcome with all its arguments."""

    fault: Fault
    arguments: Mapping[str, Any]
    """As given."""

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  # an argument of any type
        """An argument, or its default; None when it has neither."""
        schema_of_it = self.fault.arguments[name]
        return self.arguments.get(name, schema_of_it.get("default"))

    def document(self) -> dict[str, Any]:
        """As JSON, as it was given."""
        return {self.fault.form: self.fault.name, **self.arguments}


@dataclass(frozen=True, slots=True)
class Match:
    """Which of the calls count: those about a task with this in its input."""

    prompt: str | None = None
    """Text that the prompt contains."""
    input: Mapping[str, Any] | None = None
    """Fields with their exact values."""
    prompt_bytes: int | None = None
    """Bytes of UTF-8 that the prompt has at least."""

    def fits(self, given: object) -> bool:
        """Whether an input is meant."""
        if not isinstance(given, Mapping):
            return False
        prompt = given.get("prompt")
        if self.prompt is not None and (not isinstance(prompt, str) or self.prompt not in prompt):
            return False
        if self.prompt_bytes is not None and (not isinstance(prompt, str) or _bytes(prompt) < self.prompt_bytes):
            return False
        return all(name in given and _same(given[name], value) for name, value in (self.input or {}).items())

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            **({} if self.prompt is None else {"prompt": self.prompt}),
            **({} if self.input is None else {"input": dict(self.input)}),
            **({} if self.prompt_bytes is None else {"prompt_bytes": self.prompt_bytes}),
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One thing armed."""

    on: str
    do: Do
    first: int
    """Number of the first call that it meets, from 1, among the calls that match."""
    last: int | None
    """Number of the last; None without end."""
    match: Match | None = None
    at_most: bool = False
    """Whether it is no fault of the client when the calls do not come."""
    form: tuple[str, ...] = ()
    """Which of nth, from, to and always the document has, for showing it again."""

    def covers(self, number: int) -> bool:
        """Whether the call of this number is met."""
        return self.first <= number and (self.last is None or number <= self.last)

    @property
    def expected(self) -> int:
        """How many calls have to come for it to be consumed."""
        return 0 if self.at_most else 1 if self.last is None else self.last - self.first + 1

    def document(self) -> dict[str, Any]:
        """As JSON."""
        told = {"nth": self.first, "from": self.first, "to": self.last, "always": True}
        return {
            "on": self.on,
            **{name: told[name] for name in self.form},
            **({} if self.match is None else {"match": self.match.document()}),
            **({"at_most": True} if self.at_most else {}),
            "do": self.do.document(),
        }


@dataclass(frozen=True, slots=True)
class Chance:
    """A fault that is drawn, call by call."""

    on: str
    probability: float
    do: Do
    match: Match | None = None

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "on": self.on,
            "probability": self.probability,
            **({} if self.match is None else {"match": self.match.document()}),
            "do": self.do.document(),
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything armed."""

    steps: tuple[Step, ...] = ()
    chaos: tuple[Chance, ...] = ()
    seed: int = 0
    """Of the draws of `chaos`."""

    def document(self) -> dict[str, Any]:
        """As JSON; `parse` reads it again."""
        shown: dict[str, Any] = {"steps": [step.document() for step in self.steps]}
        if self.chaos:
            shown["chaos"] = {"seed": self.seed, "faults": [chance.document() for chance in self.chaos]}
        return shown

    @property
    def hash(self) -> str:
        """Eight hex digits that stand for the plan in a replay token."""
        return hashlib.sha256(orjson.dumps(self.document(), option=orjson.OPT_SORT_KEYS)).hexdigest()[:8]


def parse(document: object) -> Plan:
    """Read a plan.

    Args:
        document: parsed JSON or TOML; a list counts as its steps.

    Raises:
        PlanError: it is none; nothing else is ever raised.
    """
    if isinstance(document, list):
        document = {"steps": document}
    _check(schema.frame(), document, "")
    assert isinstance(document, dict)  # noqa: S101  # the schema says so
    chaos = document.get("chaos", {})
    return Plan(
        steps=tuple(_step(row, f"/steps/{number}") for number, row in enumerate(document.get("steps", []))),
        chaos=tuple(_chance(row, f"/chaos/faults/{number}") for number, row in enumerate(chaos.get("faults", []))),
        seed=_whole(chaos.get("seed", 0)),
    )


def _step(given: Mapping[str, Any], pointer: str) -> Step:
    row = {name: _whole(value) if name in _NUMBERS else value for name, value in given.items()}
    form = tuple(name for name in ("nth", "from", "to", "always") if name in row)
    if len(form) > 1 and form != ("from", "to"):
        raise PlanError(pointer, f"{' and '.join(form)} do not go together; use nth, or from and to, or always")
    first = row.get("nth", row.get("from", 1))
    last = None if "always" in row or form == ("from",) else row.get("to", first)
    if last is not None and last < first:
        raise PlanError(f"{pointer}/to", f"{last} comes before from, {first}; expected a number from {first} up")
    return Step(
        on=row["on"],
        do=_do(row, pointer),
        first=first,
        last=last,
        match=_match(row),
        at_most=row.get("at_most", False),
        form=form,
    )


def _chance(row: Mapping[str, Any], pointer: str) -> Chance:
    return Chance(on=row["on"], probability=row["probability"], do=_do(row, pointer), match=_match(row))


def _match(row: Mapping[str, Any]) -> Match | None:
    found = row.get("match")
    return None if found is None else Match(found.get("prompt"), found.get("input"), _whole(found.get("prompt_bytes")))


def _do(row: Mapping[str, Any], pointer: str) -> Do:
    given = row["do"]
    where = f"{pointer}/do"
    form = "outcome" if "outcome" in given else "fault"
    if ("fault" in given) == ("outcome" in given):
        raise PlanError(where, 'expected {"fault": NAME, ...} or {"outcome": NAME, ...}')
    name = given[form]
    fault = catalogue.faults().get(name)
    if fault is None or fault.form != form:
        known = sorted(row.name for row in catalogue.faults().values() if row.form == form)
        other = names.hint(name, known) if fault is None else f'it goes as {{"{fault.form}": "{name}", ...}}'
        raise PlanError(f"{where}/{form}", f"there is no {form} {name[:64]!r}; {other}")
    if not fault.goes_on(row["on"]):
        takes = ", ".join("any call" if place == catalogue.EXCHANGE else place for place in fault.on)
        raise PlanError(f"{pointer}/on", f"{name} cannot be armed on {row['on']!r}; it goes on {takes}")
    arguments = {key: value for key, value in given.items() if key != form}
    _check(schema.arguments(name), arguments, where)
    told = arguments.get("failure")
    if told is not None and told not in catalogue.failures():
        near = names.hint(told, sorted(catalogue.failures()))
        raise PlanError(f"{where}/failure", f"there is no failure {told[:64]!r}; {near}")
    framing = next((name for name in arguments.get("headers", ()) if name.lower() in _FRAMING), None)
    if framing is not None:
        told = "the server writes this header itself; truncated_body and stream_cut break what it promises"
        raise PlanError(f"{where}/headers/{framing}", told)
    whole = {name for name, takes in fault.arguments.items() if takes.get("type") == "integer"}
    return Do(fault, {key: _whole(value) if key in whole else value for key, value in arguments.items()})


def _whole(value: Any) -> Any:  # noqa: ANN401  # a number, or nothing
    """Return a whole number as one: 2.0 is an integer to JSON Schema, and nothing that can be counted to for us."""
    return int(value) if isinstance(value, float) else value


def _check(checker: schema.Checker, document: object, pointer: str) -> None:
    try:
        error = checker.first_error(document)
        json.dumps(document, allow_nan=False)  # orjson would write null for what is no number, and dates
        orjson.dumps(document)
    except (ValueError, TypeError, RecursionError) as unreadable:  # TOML has all of these, and long numbers
        where, told = _unwritable(document) or ("", str(unreadable))
        raise PlanError(pointer + where, f"{told}; expected what JSON can write") from None
    if error is not None:
        raise PlanError(pointer + error[0], error[1])


def _unwritable(document: object, pointer: str = "", depth: int = 0) -> tuple[str, str] | None:
    """Return place and value of the first thing that JSON cannot write; None where it is not one value."""
    if depth > _DEEPEST:
        return None
    if isinstance(document, dict | list):
        rows = document.items() if isinstance(document, dict) else enumerate(document)
        found = (_unwritable(value, f"{pointer}/{name}", depth + 1) for name, value in rows)
        return next((place for place in found if place is not None), None)
    try:
        orjson.dumps(document, option=orjson.OPT_PASSTHROUGH_DATETIME)
        json.dumps(document, allow_nan=False)
    except (ValueError, TypeError):
        return pointer, f"{str(document)[:64]} is no JSON value"
    return None


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _same(value: object, wanted: object) -> bool:
    """Equal as JSON: true is not 1."""
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)
