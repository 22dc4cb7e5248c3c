"""What was decided where sources disagree or are silent. The rows are in decisions.toml."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision."""

    id: str
    """D and a number, as requirements name it."""
    title: str
    differ: str
    """What the sources say, or that they say nothing."""
    chosen: str
    """What is done by default."""
    instead: str = ""
    """The switch that offers something else; empty where there is none."""


@functools.cache
def load() -> Mapping[str, Decision]:
    """Return all decisions by their id, in order.

    Raises:
        TypeError: a row has an unknown key, or lacks one.
    """
    raw = tomllib.loads(resources.files("contracts").joinpath("decisions.toml").read_text("utf-8"))
    return MappingProxyType({name: Decision(id=name, **row) for name, row in raw.items()})
