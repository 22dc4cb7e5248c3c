"""A mutant: one small, named fault in the emulator, and the requirement that the suite has to name when it meets it."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from contracts import requirements
from contracts.apps.table import VersionName
from tests.mutants.surgery import Surgery

FOLDER = Path(__file__).parent / "server"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault."""

    name: str
    """`area.what-is-wrong`, made from the module's and the function's name."""
    sentence: str
    """What the emulator does wrongly."""
    requirement: str
    """The one that the suite has to find broken."""
    operate: Callable[[Surgery], None]
    version: VersionName
    """The app's version that it is judged as."""
    checks: tuple[str, ...]
    """Names of the checks that are run; empty for all that cite the requirement."""

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Put the fault into every emulator that is made and used meanwhile in this process."""
        with Surgery() as surgery:
            self.operate(surgery)
            yield


def mutant(
    requirement: str, *, version: VersionName = "2026-05", checks: tuple[str, ...] = ()
) -> Callable[[Callable[[Surgery], None]], Mutant]:
    """Make a function a mutant; its docstring says what the emulator does wrongly.

    Args:
        requirement: the one that the suite has to find broken.
        version: the app's version that the emulator is judged as.
        checks: to be run; needed only where no check cites the requirement because it is looked at in every answer.
    """
    if requirement not in requirements.load():
        raise ValueError(f"{requirement} is no requirement")

    def made(function: Callable[[Surgery], None]) -> Mutant:
        area = function.__module__.rpartition(".")[2]
        name = f"{area}.{function.__name__.replace('_', '-')}"
        return Mutant(name, (function.__doc__ or "").strip(), requirement, function, version, checks)

    return made


def load() -> tuple[Mutant, ...]:
    """Return every mutant, in the order of the files and of the lines in them."""
    found: list[Mutant] = []
    for module in sorted(pkgutil.iter_modules([str(FOLDER)]), key=lambda row: row.name):
        members = vars(importlib.import_module(f"tests.mutants.server.{module.name}"))
        found += [member for member in members.values() if isinstance(member, Mutant)]
    return tuple(found)
