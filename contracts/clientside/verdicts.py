"""Verdicts: one for each check of each case, and the words a judge ends with.

FailedCheck     the client does not do what the check says
BlockedCheck    nothing can be said, for something before it went another way
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from contracts.clientside.case import Level, Witness

Verdict = Literal["pass", "fail", "warn", "not-observable", "not-applicable", "not-run", "harness-error"]

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


class FailedCheck(Exception):  # noqa: N818  # a verdict, not an error
    """The client does not do what the check says; the message tells what was expected and what was seen."""


class BlockedCheck(Exception):  # noqa: N818  # a verdict, not an error
    """Nothing can be said; the message tells why."""


@dataclass(frozen=True, slots=True)
class Emitted:
    """One verdict."""

    check: str
    level: Level
    verdict: Verdict
    told: str
    """What was seen, and for a failure also what was expected; why, where nothing can be said."""
    says: str
    requirements: tuple[str, ...]
    witnesses: tuple[Witness, ...]
    """Those it was decided by."""
    behind: str | None = None
    """The check that did not pass and without which nothing could be said; the verdict is its doing."""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "check": self.check,
            "level": self.level,
            "verdict": self.verdict,
            "told": self.told,
            "says": self.says,
            "requirements": list(self.requirements),
            "witnesses": list(self.witnesses),
            **({} if self.behind is None else {"behind": self.behind}),
        }
