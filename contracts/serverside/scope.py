"""Which requirements a server can be judged on from outside. The rows are in scope.toml."""

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any


@functools.cache
def outside() -> Mapping[str, str]:
    """Return the requirements that no check can give a verdict on, with the reason."""
    rows: Mapping[str, str] = _document()["outside"]
    return rows


@functools.cache
def of_the_emulator() -> frozenset[str]:
    """Return the requirements that only apply to a server with the emulator's control plane."""
    return frozenset(_document()["emulator"]["ids"])


def _document() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("contracts.serverside").joinpath("scope.toml").read_text("utf-8"))
