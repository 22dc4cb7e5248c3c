"""What a check found about a requirement, with its evidence.

BrokenError
    A server differs from what was expected of it.
NotRunError
    A check cannot be carried out here; the message says why.
    WithheldError
        It cannot by the user's own limits, or on a server of this kind.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from contracts.reporting import plain

Verdict = Literal["not-applicable", "not-run", "pass", "warn", "fail"]

ORDER: tuple[Verdict, ...] = get_args(Verdict)
"""From the weakest to the one that decides when findings on one requirement differ."""


WORDLESS = "the check ended without a word on it"
"""Of a requirement that a check has declared and not spoken of; any other finding tells more."""


class BrokenError(AssertionError):
    """A server differs from what was expected of it."""

    def __init__(self, requirement: str, told: str) -> None:
        """Make one."""
        super().__init__(f"{requirement}: {told}")
        self.requirement = requirement
        self.told = told


def fault(error: Exception) -> str:
    """Tell of what nobody has foreseen; it is no word on the server."""
    return f"the suite itself failed here: {type(error).__name__}: {error}; please report it"


class NotRunError(Exception):
    """A check cannot be carried out here."""


class WithheldError(NotRunError):
    """It cannot by the user's own limits, or on a server of this kind: no accident."""


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
    is_fault: bool = False
    """Whether it says nothing of the server: the check itself failed."""

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
