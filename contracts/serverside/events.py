"""What a run tells while it goes on; terminal, files and the exit code are all made from these."""

from dataclasses import dataclass

from contracts.reporting import plain
from contracts.serverside.finding import Finding
from contracts.serverside.target import Target


@dataclass(frozen=True, slots=True)
class RunBegan:
    """The first event."""

    target: Target
    phases: tuple[str, ...]
    seed: int
    server: str
    """What the server says of itself, or nothing."""
    max_examples: int
    """Generated cases of each kind."""
    about: frozenset[str] | None = None
    """Requirements that the chosen checks are about; None where whatever is sent may concern any."""
    areas: tuple[str, ...] = ()
    """Those that were chosen; empty for all."""
    names: tuple[str, ...] = ()
    """Checks that were chosen; empty for all of the areas."""
    remark: str = ""
    """Why the server's control plane is not used although it says that it has one; else nothing."""


@dataclass(frozen=True, slots=True)
class PhaseBegan:
    """A phase begins."""

    phase: str
    steps: int | None
    """How many there will be, if that is known."""


@dataclass(frozen=True, slots=True)
class StepBegan:
    """A check, an operation or a scenario begins."""

    phase: str
    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """A finding."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class StepEnded:
    """It has ended."""

    phase: str
    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class PhaseEnded:
    """A phase has ended."""

    phase: str
    stopped: str | None = None
    """Why it could not be carried out, or not to its end."""
    is_fault: bool = False
    """Whether the phase itself failed, by no doing of the server's."""
    is_last: bool = False
    """Whether the run ends with it, before its time."""
    is_meant: bool = False
    """Whether what was left out is what the user's limit on the cost leaves out."""

    def __post_init__(self) -> None:
        """Keep the reason one plain line."""
        if self.stopped is not None:
            object.__setattr__(self, "stopped", plain.line(self.stopped))


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The last event."""

    seconds: float
    charged: int
    """Microcents that the run has cost."""


Event = RunBegan | PhaseBegan | StepBegan | Found | StepEnded | PhaseEnded | RunEnded
