"""What a run tells while it goes on; the terminal and the report are made from these alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.clientside.case import Case, Mode, Witness
from contracts.clientside.play import Play
from contracts.clientside.protocol import Hello
from contracts.clientside.verdicts import Emitted


@dataclass(frozen=True, slots=True)
class RunBegan:
    """The first event."""

    client: Hello
    mode: Mode
    """How the client is driven."""
    witnesses: tuple[Witness, ...]
    cases: tuple[str, ...]
    """Names of all that will be played or excused."""
    seed: int
    server: Mapping[str, Any]
    """What the emulator says of itself."""


@dataclass(frozen=True, slots=True)
class CaseBegan:
    """A case begins."""

    case: Case


@dataclass(frozen=True, slots=True)
class CaseEnded:
    """A case is over."""

    case: Case
    emitted: tuple[Emitted, ...]
    play: Play | None
    """None: it was not played."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The last event."""

    seconds: float
    stopped: str | None = None
    """Why the run did not come to its end."""
    interrupted: bool = False
    """Whether it was its user who did not want it to."""


Event = RunBegan | CaseBegan | CaseEnded | RunEnded
