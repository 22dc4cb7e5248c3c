"""Plans: what the catalogue lets one arm, and what it does not, labelled with the place that has to be named."""

import functools
import math
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from contracts.names import ensure_known
from contracts.plans import catalogue

_NUMBERS = st.integers(1, 1_000_000)
_ANYTHING: st.SearchStrategy[Any] = st.sampled_from([None, True, 5, "text", [], {}])
_LETTERS = st.characters(exclude_categories=["Cs"])
_PLAIN = string.ascii_letters + string.digits + "-"
"""Characters that every pattern of the catalogue lets pass."""


@dataclass(frozen=True, slots=True)
class InvalidPlan:
    """A document that is no plan."""

    document: Any
    pointer: str
    """JSON Pointer to what is wrong, which the refusal has to name."""
    wrong: str
    """What is wrong, one of `FLAWS`."""


def plans(*, most: int = 4) -> st.SearchStrategy[dict[str, Any]]:
    """Plans as JSON: faults and outcomes of the catalogue with arguments by their JSON Schema, on calls they go on.

    Args:
        most: steps of one plan, and faults of its chaos.

    Raises:
        ValueError: `most` is negative.
    """
    if most < 0:
        raise ValueError(f"most is {most}; expected 0 or more steps")
    chaos = st.fixed_dictionaries(
        {"faults": st.lists(_chances(), max_size=most)}, optional={"seed": st.integers(0, 2**53)}
    )
    return st.fixed_dictionaries({"steps": st.lists(steps(), max_size=most)}, optional={"chaos": chaos})


@functools.cache
def steps(name: str | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Single steps.

    Args:
        name: of the fault or outcome; any when left out.

    Raises:
        ValueError: there is none of that name.
    """
    if name is not None:
        ensure_known("fault or outcome", name, catalogue.faults())
    among = [name] if name is not None else sorted(catalogue.faults())
    return st.sampled_from(among).flatmap(_step)


@functools.cache
def arguments(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Arguments of a fault or outcome, by their JSON Schema."""
    fault = catalogue.faults()[name]
    values = {key: _value(key, schema) for key, schema in fault.arguments.items()}
    return st.fixed_dictionaries(
        {key: values[key] for key in fault.required},
        optional={key: value for key, value in values.items() if key not in fault.required},
    )


def invalid_plans(wrong: str | None = None) -> st.SearchStrategy[InvalidPlan]:
    """Plans with exactly one thing wrong.

    Args:
        wrong: which, one of `FLAWS`; any when left out.

    Raises:
        ValueError: there is no such flaw.
    """
    if wrong is not None:
        ensure_known("flaw of a plan", wrong, FLAWS)
    names = st.sampled_from(list(FLAWS)) if wrong is None else st.just(wrong)

    def spoilt(name: str) -> st.SearchStrategy[InvalidPlan]:
        flaw = FLAWS[name]
        before = st.lists(steps(), max_size=2)
        return st.builds(
            lambda first, step: _invalid(name, first, *flaw.spoil(step)), before, steps(flaw.of) if flaw.of else steps()
        )

    return names.flatmap(spoilt)


def _invalid(name: str, before: list[dict[str, Any]], step: Any, pointer: str) -> InvalidPlan:  # noqa: ANN401  # JSON
    return InvalidPlan({"steps": [*before, step]}, f"/steps/{len(before)}{pointer}", name)


@functools.cache
@st.composite
def _step(draw: st.DrawFn, name: str) -> dict[str, Any]:
    numbers = draw(_WHEN)
    more = draw(st.fixed_dictionaries({}, optional={"match": _matches(), "at_most": st.booleans()}))
    return {"on": draw(_places(name)), **numbers, **more, "do": draw(_does(name))}


_WHEN: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"nth": _NUMBERS}),
    st.fixed_dictionaries({"from": _NUMBERS}),
    st.fixed_dictionaries({"to": _NUMBERS}),
    st.tuples(_NUMBERS, _NUMBERS).map(lambda two: {"from": min(two), "to": max(two)}),
    st.just({"always": True}),
)
"""Which calls a step is meant for."""


@functools.cache
def _chances() -> st.SearchStrategy[dict[str, Any]]:
    def chance(name: str) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries(
            {"on": _places(name), "probability": st.floats(0, 1), "do": _does(name)}, optional={"match": _matches()}
        )

    return st.sampled_from(sorted(catalogue.faults())).flatmap(chance)


@functools.cache
def _places(name: str) -> st.SearchStrategy[str]:
    fault = catalogue.faults()[name]
    return st.sampled_from([operation for operation in catalogue.names_of_operations() if fault.goes_on(operation)])


@functools.cache
def _does(name: str) -> st.SearchStrategy[dict[str, Any]]:
    form = catalogue.faults()[name].form
    return arguments(name).map(lambda given: {form: name, **given})


@functools.cache
def _matches() -> st.SearchStrategy[dict[str, Any]]:
    words = st.text(_LETTERS, min_size=1, max_size=20)
    fields = st.sampled_from([{"duration": "5"}, {"sound": True}, {"mode": "pro", "sound": False}, {"image": None}])
    return st.fixed_dictionaries(
        {}, optional={"prompt": words, "input": fields, "prompt_bytes": st.integers(1, 10_000)}
    ).filter(bool)


def _value(name: str, schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values of a JSON Schema of the kind that the catalogue has: no type is a list, nothing refers to anything."""
    if name == "failure":
        return st.sampled_from(sorted(catalogue.failures()))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(schema.get("minimum", 0), schema.get("maximum", 2**31))
        case "number":
            low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
            above = "exclusiveMinimum" in schema
            whole = st.integers(math.floor(low) + above, math.floor(schema["maximum"]))
            return whole | st.floats(low, schema["maximum"], exclude_min=above, allow_nan=False)
        case "string":
            return _text(schema)
        case "object":
            taken = schema["propertyNames"].get("not", {}).get("enum", ())
            keys = st.text(_PLAIN, min_size=1, max_size=20).filter(lambda key: key not in taken)
            inner = schema.get("additionalProperties")
            values = _ANYTHING if inner is None else _text(inner)
            return st.dictionaries(keys, values, min_size=schema.get("minProperties", 0), max_size=3)
    raise NotImplementedError(f"the catalogue has got an argument of a new kind: {name}, {dict(schema)}")


def _text(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    alphabet = st.sampled_from(_PLAIN) if "pattern" in schema else _LETTERS
    found = st.text(alphabet, min_size=schema.get("minLength", 0), max_size=min(schema["maxLength"], 30))
    return found.filter(lambda text: re.search(schema.get("pattern", ""), text) is not None)


@dataclass(frozen=True, slots=True)
class Flaw:
    """One way in which a step can be wrong."""

    spoil: Callable[[dict[str, Any]], tuple[Any, str]]
    """Makes it of a good step, and says where it is wrong, from the step on."""
    of: str | None = None
    """The one fault or outcome whose step it takes."""


def _with(pointer: str, **fields: object) -> Callable[[dict[str, Any]], tuple[Any, str]]:
    """Set members of the step; `...` takes one away."""
    return lambda step: ({key: value for key, value in {**step, **fields}.items() if value is not ...}, pointer)


def _numbered(pointer: str, **numbers: object) -> Callable[[dict[str, Any]], tuple[Any, str]]:
    """Set the numbers of the step and no others."""
    return _with(pointer, **{"nth": ..., "from": ..., "to": ..., "always": ..., **numbers})


def _do(pointer: str, **fields: object) -> Callable[[dict[str, Any]], tuple[Any, str]]:
    """Set members of what the step does."""

    def spoilt(step: dict[str, Any]) -> tuple[Any, str]:
        done, where = _with(pointer, **fields)(step["do"])
        return {**step, "do": done}, f"/do{where}"

    return spoilt


FLAWS: Mapping[str, Flaw] = MappingProxyType(
    {
        "no object": Flaw(lambda _: ("a step", "")),
        "unknown member": Flaw(_with("", when="later")),
        "no call": Flaw(_with("", on=...)),
        "nothing to do": Flaw(_with("", do=...)),
        "unknown call": Flaw(_with("/on", on="runn")),
        "a call it does not go on": Flaw(_with("/on", on="get"), of="failed"),
        "a webhook it does not go on": Flaw(_with("/on", on="webhook"), of="status"),
        "call number 0": Flaw(_numbered("/nth", nth=0)),
        "a number that is a text": Flaw(_numbered("/from", **{"from": "2"})),
        "two kinds of numbers": Flaw(_numbered("", nth=1, always=True)),
        "an end before the start": Flaw(_numbered("/to", **{"from": 3, "to": 2})),
        "always, but false": Flaw(_numbered("/always", always=False)),
        "an empty match": Flaw(_with("/match", match={})),
        "an empty text to match": Flaw(_with("/match/prompt", match={"prompt": ""})),
        "at_most, but a number": Flaw(_with("/at_most", at_most=1)),
        "neither fault nor outcome": Flaw(lambda step: ({**step, "do": {}}, "/do")),
        "fault and outcome": Flaw(lambda step: ({**step, "do": {"fault": "reset", "outcome": "failed"}}, "/do")),
        "unknown fault": Flaw(lambda step: ({**step, "do": {"fault": "resett"}}, "/do/fault")),
        "unknown outcome": Flaw(lambda step: ({**step, "do": {"outcome": "reset"}}, "/do/outcome")),
        "unknown argument": Flaw(_do("", colour="red")),
        "required argument missing": Flaw(_do("", seconds=...), of="delay"),
        "argument of a wrong type": Flaw(_do("/seconds", seconds="5"), of="delay"),
        "argument too small": Flaw(_do("/status", status=200), of="status"),
        "argument too large": Flaw(_do("/times", times=51), of="webhook_duplicate"),
        "argument outside its list": Flaw(_do("/how", how="explode"), of="lost_response"),
        "unknown failure": Flaw(_do("/failure", failure="riskcontrol"), of="failed"),
    }
)
"""Every way in which `invalid_plans` are wrong."""
