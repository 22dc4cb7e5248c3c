"""A run folded into two numbers and a verdict: what is required and passed, and how much of it could be seen.

Neither number is ever rounded up, and neither is made up where nothing was looked at.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.clientside.verdicts import VERDICTS

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """Cut, not rounded, to one decimal; None when there is nothing to have a share of."""
        return self.part * 1000 // self.whole / 10 if self.whole else None

    def text(self) -> str:
        """As people read it."""
        return "no data" if self.percent is None else f"{self.percent:g} % ({self.part} of {self.whole})"

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {"passed": self.part, "of": self.whole, "percent": self.percent}


def counts(checks: Iterable[Row]) -> dict[str, int]:
    """Return how many checks have each verdict."""
    found = Counter(row["verdict"] for row in checks)
    return {verdict: found[verdict] for verdict in VERDICTS}


def conformance(checks: Iterable[Row], scored: Container[str]) -> Share:
    """Return the MUSTs that passed of all that apply; what could not be observed counts against.

    Args:
        checks: of a report.
        scored: ids of the checks that a profile scores.
    """
    rows = [row for row in checks if row["level"] == "MUST" and row["verdict"] != "not-applicable"]
    rows = [row for row in rows if row["check"] in scored]
    return Share(sum(row["verdict"] == "pass" for row in rows), len(rows))


def observed(checks: Iterable[Row]) -> Share:
    """Return the checks that were decided of all that apply."""
    rows = [row for row in checks if row["verdict"] != "not-applicable"]
    return Share(sum(row["verdict"] in {"pass", "fail", "warn"} for row in rows), len(rows))


def exit_code(checks: Iterable[Row], *, strict: bool = False) -> int:
    """Return 0 when the client is right, 1 when it is not or nothing was played, 3 when the kit failed."""
    rows = list(checks)
    verdicts = {row["verdict"] for row in rows}
    if "harness-error" in verdicts:
        return 3
    wrong = {"fail", "not-run"} | ({"warn"} if strict else set())
    return 1 if verdicts & wrong or not verdicts & {"pass", "warn"} else 0
