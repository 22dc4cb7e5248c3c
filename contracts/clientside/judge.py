"""A judge decides one check of a case from what the witnesses say; cases name judges and give them arguments."""

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from contracts.clientside import judges
from contracts.clientside.case import Witness


@dataclass(frozen=True, slots=True)
class Judge:
    """One judge."""

    name: str
    witnesses: tuple[Witness, ...]
    """Those without whom it can say nothing."""
    run: Callable[..., str | None]
    """Takes a Play and keywords; raises FailedCheck or BlockedCheck, and otherwise may say what it saw."""
    by_exit: bool = False
    """Whether an exit code may be enough where the client cannot be heard: it tells an error from a result."""

    def fits(self, arguments: Mapping[str, object]) -> str | None:
        """Return what is wrong with arguments of a case, or None."""
        try:
            inspect.signature(self.run).bind(None, **arguments)
        except TypeError as error:
            return str(error)
        return None


def judge(*witnesses: Witness, by_exit: bool = False) -> Callable[[Callable[..., str | None]], Judge]:
    """Make a function a judge; its name is the judge's, its docstring says what it decides.

    Args:
        witnesses: those without whom it can say nothing.
        by_exit: whether an exit code may be enough in the place of the client's words; where it asks for a word all
            the same, nothing is observed.
    """

    def made(function: Callable[..., str | None]) -> Judge:
        return Judge(function.__name__.replace("_", "-"), witnesses, function, by_exit)

    return made


@functools.cache
def load() -> Mapping[str, Judge]:
    """Return every judge by its name.

    Raises:
        ValueError: two have one name.
    """
    found: dict[str, Judge] = {}
    for module in sorted(pkgutil.iter_modules(judges.__path__), key=lambda row: row.name):
        for member in vars(importlib.import_module(f"{judges.__name__}.{module.name}")).values():
            if isinstance(member, Judge) and found.setdefault(member.name, member) is not member:
                raise ValueError(f"two judges are called {member.name}")
    return MappingProxyType(found)
