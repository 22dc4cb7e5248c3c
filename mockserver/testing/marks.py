"""The mark `@pytest.mark.inference(...)`: what a test wants of its world.

MarkError
    A mark that says what no world takes; the message names what is wrong and what there is.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_args

import pytest

from mockserver import settings
from mockserver.clock import Mode
from mockserver.settings import Behaviour, SettingsError

OWN = ("scenario", "plan", "clock", "allow_unreached")
"""What a mark takes besides the behaviour settings."""


class MarkError(ValueError):
    """A mark that is wrong."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the marks of a test say together."""

    scenario: str | None = None
    plan: Any = None
    """As `World.plan` takes it."""
    clock: Mode | None = None
    allow_unreached: bool = False
    """Whether steps that no call has reached are no failure."""
    behaviour: Mapping[str, Any] = field(default_factory=dict)


def read(marks: Iterable[pytest.Mark], folder: Path) -> Wish:
    """Read the marks of a test.

    Args:
        marks: the nearest first; what a nearer one says counts.
        folder: of the test's file, from which relative paths of plans lead.

    Raises:
        MarkError: one of them is wrong.
    """
    told: dict[str, Any] = {}
    for mark in reversed(list(marks)):
        if mark.args:
            raise MarkError(f"it takes names only, such as inference(enforce='observed'), and has {mark.args[0]!r}")
        _check(mark.kwargs)
        if mark.kwargs.keys() & {"plan", "scenario"}:
            told = {name: value for name, value in told.items() if name not in {"plan", "scenario"}}
        told |= mark.kwargs
    behaviour = {name: value for name, value in told.items() if name not in OWN}
    try:
        settings.change(Behaviour(), behaviour)
    except SettingsError as error:
        raise MarkError(str(error)) from None
    plan = told.get("plan")
    if isinstance(plan, str | Path):
        plan = folder / plan
    return Wish(
        scenario=told.get("scenario"),
        plan=plan,
        clock=told.get("clock"),
        allow_unreached=told.get("allow_unreached", False),
        behaviour=behaviour,
    )


def _check(given: Mapping[str, Any]) -> None:
    known = (*OWN, *(row.name for row in fields(Behaviour)))
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            like = f"did you mean {near[0]}? It" if near else "it"
            raise MarkError(f"there is no {name!r}; {like} takes {', '.join(known)}")
    if {"plan", "scenario"} <= given.keys():
        raise MarkError("plan and scenario do not go together; a world has one plan")
    if "clock" in given and given["clock"] not in get_args(Mode):
        raise MarkError(f"clock is {given['clock']!r}; it takes one of: {', '.join(get_args(Mode))}")
    if not isinstance(given.get("allow_unreached", False), bool):
        raise MarkError(f"allow_unreached is {given['allow_unreached']!r}; it takes True or False")
    if not isinstance(given.get("scenario", ""), str):
        raise MarkError(f"scenario is {given['scenario']!r}; it takes the name of one")
