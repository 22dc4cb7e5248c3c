"""A scripted check: a function with the requirements it will speak of, declared before it runs."""

import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from contracts import requirements
from contracts.serverside import checks

Need = Literal["spend", "other-key", "any-key", "control", "receiver", "loopback"]
"""What a check wants besides a server.

spend: it submits runs. other-key: a second key. any-key: keys of its own making. control: the control plane that the
emulator has under /_mock, whose clock and switches it moves. receiver: the server can reach a receiver on this machine.
loopback: it is only fair on a server of one's own, for it sends what a service might take for an attack.
"""

_NAME = re.compile(r"[a-z]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Check:
    """One check."""

    name: str
    """`area.what-it-says`, stable."""
    requirements: tuple[str, ...]
    """Ids it will give a verdict on; one that it does not is a failure of the check."""
    needs: frozenset[Need]
    summary: str
    run: Callable[..., None]
    """Takes a Probe; its module imports this one."""

    @property
    def area(self) -> str:
        """The first half of the name, as `--area` takes it."""
        return self.name.partition(".")[0]


def check(name: str, *cited: str, needs: tuple[Need, ...] = ()) -> Callable[[Callable[..., None]], Check]:
    """Make a function a check; its docstring is the summary.

    Args:
        name: `area.what-it-says`.
        cited: ids of requirements.
        needs: what it wants besides a server.

    Raises:
        ValueError: the name has another form, a requirement does not exist, or none is cited.
    """
    unknown = [row for row in cited if row not in requirements.load()]
    if not _NAME.fullmatch(name) or not cited or unknown:
        raise ValueError(f"{name}: expected area.what-it-says and ids of requirements.toml, got {unknown or cited}")

    def made(function: Callable[..., None]) -> Check:
        summary = (function.__doc__ or "").strip().splitlines()[0]
        return Check(name, cited, frozenset(needs), summary, function)

    return made


def load() -> tuple[Check, ...]:
    """Return every check, in the order of the files and of the lines in them."""
    found: list[Check] = []
    for module in sorted(pkgutil.iter_modules(checks.__path__), key=lambda row: row.name):
        members = vars(importlib.import_module(f"{checks.__name__}.{module.name}"))
        found += [member for member in members.values() if isinstance(member, Check)]
    names = [row.name for row in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two checks are called {twice[0]}; names are unique")
    return tuple(found)


def areas() -> tuple[str, ...]:
    """Return every area that has checks."""
    return tuple(dict.fromkeys(row.area for row in load()))
