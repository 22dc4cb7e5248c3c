"""A run folded into two numbers and a verdict: what is required and passed, and how much of it could be seen.

Neither number is ever rounded up, and neither is made up where nothing was looked at.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from contracts.clientside.verdicts import VERDICTS

Row = Mapping[str, Any]

OURS = frozenset({"wire.harness-valid"})
"""Checks of the emulator and not of the client: they are told, and no number is made of them."""

EVERYWHERE = ("wire", "adaptor")
"""Areas of the checks that every case makes; who is right in these alone has shown nothing."""


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
    """Return the MUSTs that hold of all that apply: each once, wherever it was looked at.

    One that fails or could not be observed in one case does not hold. Counted case by case, those that every case looks
    at would outweigh what a client loses money by.

    Args:
        checks: of a report.
        scored: ids of the checks that a profile scores.
    """
    holds: dict[str, bool] = {}
    rows = [row for row in _counting(checks) if row["level"] == "MUST" and row["check"] in scored]
    for row in rows:
        # What could not be judged behind something else is counted there.
        if row.get("behind") is None:
            holds[row["check"]] = holds.get(row["check"], True) and row["verdict"] == "pass"
    for row in rows:
        holds.setdefault(row["check"], False)
    return Share(sum(holds.values()), len(holds))


def area(check: str) -> str:
    """Return the area of a check: one of those of cases, or one of those that every case looks at."""
    return check.partition(".")[0]


def observed(checks: Iterable[Row]) -> Share:
    """Return the checks that were decided of all that apply."""
    rows = _counting(checks)
    return Share(sum(row["verdict"] in {"pass", "fail", "warn"} for row in rows), len(rows))


def _counting(checks: Iterable[Row]) -> list[Row]:
    return [row for row in checks if row["verdict"] != "not-applicable" and row["check"] not in OURS]


Outcome = Literal["pass", "fail", "partial", "harness-error"]
"""Of a whole run. partial: nothing is wrong, and some cases were not played: not chosen, or the run was broken off."""


def counts_against(check: Row, *, strict: bool = False) -> bool:
    """Tell whether a verdict makes a run red: what is wrong, and a MUST that could not be judged though it applies.

    Args:
        check: of a report.
        strict: whether a SHOULD that does not hold, or could not be judged, counts.
    """
    if check["verdict"] in {"fail", "harness-error"}:
        return True
    if check.get("behind") is not None:
        return False
    binding = {"MUST", "SHOULD"} if strict else {"MUST"}
    return check["verdict"] in {"warn", "not-run"} and check["level"] in binding


def was_played(report: Row, case: Row) -> bool:
    """Tell whether a case was judged; a run that its user broke off says nothing of those that were still to come."""
    judged = case["evidence"] is not None or any(row["verdict"] != "not-run" for row in case["checks"])
    return judged or not report.get("interrupted")


def was_shown(rows: Iterable[Row]) -> bool:
    """Tell whether something was seen of a client, beside what holds of one that does nothing."""
    return any(row["verdict"] in {"pass", "warn", "fail"} and area(row["check"]) not in EVERYWHERE for row in rows)


def outcome(report: Row, *, strict: bool = False) -> Outcome:
    """Return the word on a whole run.

    Args:
        report: the document.
        strict: whether a SHOULD that does not hold counts.
    """
    rows = [row for case in report["cases"] if was_played(report, case) for row in case["checks"]]
    interrupted = bool(report.get("interrupted"))
    verdicts = {row["verdict"] for row in rows}
    if "harness-error" in verdicts or (report["stopped"] and not interrupted and "fail" not in verdicts):
        return "harness-error"
    if any(counts_against(row, strict=strict) for row in rows):
        return "fail"
    if interrupted:
        return "partial"
    if not was_shown(rows):
        return "fail"
    return "partial" if report["left_out"] else "pass"


def exit_code(found: Outcome, *, allow_partial: bool = False) -> int:
    """Return 0 when the client is right, 1 when it is not or not all was played, 3 when the kit failed."""
    if found == "harness-error":
        return 3
    return 0 if found == "pass" or (found == "partial" and allow_partial) else 1
