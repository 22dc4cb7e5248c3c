"""What a check found about a requirement, with its evidence.

BrokenError
    A server differs from what was expected of it.
NotRunError
    A check cannot be carried out here; the message says why.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from contracts.reporting import plain

Verdict = Literal["not-applicable", "not-run", "pass", "warn", "fail"]

ORDER: tuple[Verdict, ...] = get_args(Verdict)
"""From the weakest to the one that decides when findings on one requirement differ."""


class BrokenError(AssertionError):
    """A server differs from what was expected of it."""

    def __init__(self, requirement: str, told: str) -> None:
        """Make one."""
        super().__init__(f"{requirement}: {told}")
        self.requirement = requirement
        self.told = told


class NotRunError(Exception):
    """A check cannot be carried out here."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict on one requirement."""

    requirement: str
    verdict: Verdict
    told: str
    """What was seen; for a failure also what was expected, and for not-run the reason."""
    check: str
    """Name of the check that found it."""
    phase: str
    exchanges: tuple[int, ...] = ()
    """Numbers of the exchanges that show it."""
    seed: int | None = None
    """Of a generated case."""

    def __post_init__(self) -> None:
        """Keep `told` one plain line."""
        object.__setattr__(self, "told", plain.line(self.told))

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "requirement": self.requirement,
            "verdict": self.verdict,
            "told": self.told,
            "check": self.check,
            "phase": self.phase,
            "exchanges": list(self.exchanges),
            "seed": self.seed,
        }


def worst(verdicts: list[Verdict]) -> Verdict:
    """Return the verdict that decides."""
    return max(verdicts, key=ORDER.index, default="not-run")
