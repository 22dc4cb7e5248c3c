"""A broken client: the reference client with one sin, and the check that has to find it and nothing else."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from contracts.clientside import case as cases
from tests.mutants.surgery import Surgery

FOLDER = Path(__file__).parent / "clients"


@dataclass(frozen=True, slots=True)
class ClientMutant:
    """One broken client."""

    name: str
    """`area.the-sin`, made from the module's and the function's name."""
    sentence: str
    """What it does wrongly."""
    check: str
    """The one that has to fail."""
    area: str
    """Whose cases it plays."""
    operate: Callable[[Surgery], None]

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Put the sin into every reference client that is made and used meanwhile in this process."""
        with Surgery() as surgery:
            self.operate(surgery)
            yield


def sins(check: str) -> Callable[[Callable[[Surgery], None]], ClientMutant]:
    """Make a function a mutant; its docstring says what the client does wrongly.

    Args:
        check: the one that has to fail.
    """
    if check not in cases.checks():
        raise ValueError(f"{check} is no check")

    def made(function: Callable[[Surgery], None]) -> ClientMutant:
        # stream.py and stream_lines.py are both about streams.
        area = function.__module__.rpartition(".")[2].partition("_")[0]
        name = f"{area}.{function.__name__.replace('_', '-')}"
        return ClientMutant(name, (function.__doc__ or "").strip(), check, area, function)

    return made


def load() -> tuple[ClientMutant, ...]:
    """Return every mutant, in the order of the files and of the lines in them."""
    found: list[ClientMutant] = []
    for module in sorted(pkgutil.iter_modules([str(FOLDER)]), key=lambda row: row.name):
        members = vars(importlib.import_module(f"tests.mutants.clients.{module.name}"))
        found += [member for member in members.values() if isinstance(member, ClientMutant)]
    return tuple(found)
