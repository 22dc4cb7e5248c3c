"""What became of everything armed: consumed, unreached or ambiguous (D22).

A fault that nobody met proves nothing about a client, so each step says by which calls it was met, and if by none,
which call never came.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from contracts.plans.plan import Chance, Step
from contracts.wire.ids import timestamp
from mockserver.rng import Draws

State = Literal["unreached", "underway", "consumed", "ambiguous"]

MOST_MEETINGS = 1000
"""Meetings kept of one step; a step on every call may have far more, which are only counted."""


@dataclass(slots=True)
class Meeting:
    """A call that a step was armed for."""

    by: str
    """Id of the exchange, or of the delivery."""
    at: float
    """Unix seconds on the world's clock."""
    number: int
    """Which of the matching calls it was."""
    state: Literal["underway", "consumed", "ambiguous"] = "underway"
    reason: str | None = None
    """Why it is not certain that the fault was met."""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "by": self.by,
            "at": timestamp(self.at),
            "call": self.number,
            "state": self.state,
            "reason": self.reason,
        }


@dataclass(slots=True)
class Entry:
    """One step of a plan, or one fault of its chaos, and what became of it."""

    step: Step | Chance
    draws: Draws | None = None
    """Of a chance: its own, so that one does not shift the draws of another."""
    meetings: list[Meeting] = field(default_factory=list)
    calls: int = 0
    """Calls that matched so far, whether the step was armed for them or not."""
    met: int = 0
    """Calls that it was armed for."""
    consumed: int = 0
    ambiguous: int = 0

    @property
    def state(self) -> State:
        """How it stands now; what is unreached at the end of a test never came."""
        if self.met > self.consumed + self.ambiguous:
            return "underway"
        expected = max(1, self.step.expected) if isinstance(self.step, Step) else 1
        if self.consumed >= expected:
            return "consumed"
        return "ambiguous" if self.met >= expected else "unreached"

    @property
    def excused(self) -> bool:
        """Whether it is no finding that it was not reached: it was drawn, or allowed to be left over."""
        return isinstance(self.step, Chance) or self.step.at_most

    def told(self) -> str:
        """One sentence on what happened, for a person."""
        what = f"{self.step.do.fault.name} on {self.step.on}"
        if self.state == "consumed":
            return f"{what} was met {_times(self.consumed)}"
        if self.state == "underway":
            return f"{what} was met and is not over yet"
        if self.state == "ambiguous":
            reason = next((row.reason for row in reversed(self.meetings) if row.reason), "it is not certain")
            return f"{what} was met, but {reason}"
        if isinstance(self.step, Chance):
            return f"{what} was not drawn in {self.calls} calls"
        missing = self.step.first + self.met
        came = "no such call came" if self.calls == 0 else f"such calls came {_times(self.calls)}"
        matching = "" if self.step.match is None else " that matches"
        return f"{what}: {came}; call {missing} of {self.step.on}{matching} never did"

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "step": self.step.document(),
            "state": self.state,
            "excused": self.excused,
            "calls": self.calls,
            "met": self.met,
            "expected": self.step.expected if isinstance(self.step, Step) else 0,
            "told": self.told(),
            "by": [meeting.document() for meeting in self.meetings],
        }


class Hit:
    """A step that met a call; whoever plays the fault says how that went."""

    __slots__ = ("_entry", "_meeting")

    def __init__(self, entry: Entry, by: str, at: float) -> None:
        """Book the meeting as under way."""
        self._entry = entry
        self._meeting = Meeting(by, at, entry.calls)
        entry.met += 1
        if len(entry.meetings) < MOST_MEETINGS:
            entry.meetings.append(self._meeting)

    @property
    def name(self) -> str:
        """The fault's name."""
        return self._entry.step.do.fault.name

    def __getitem__(self, argument: str) -> Any:  # noqa: ANN401  # an argument of any type
        """An argument of the fault, its default, or None."""
        return self._entry.step.do[argument]

    def document(self) -> dict[str, Any]:
        """The fault with its arguments, as in the plan."""
        return self._entry.step.do.document()

    @property
    def over(self) -> bool:
        """Whether it is booked how the meeting went."""
        return self._meeting.state != "underway"

    def consume(self) -> None:
        """The client has met the fault; the first word on a meeting counts."""
        if not self.over:
            self._meeting.state = "consumed"
            self._entry.consumed += 1

    def doubt(self, reason: str) -> None:
        """Whether the client has met the fault cannot be told.

        Args:
            reason: follows "it was met, but", such as "the client left before it".
        """
        if not self.over:
            self._meeting.state, self._meeting.reason = "ambiguous", reason
            self._entry.ambiguous += 1


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
