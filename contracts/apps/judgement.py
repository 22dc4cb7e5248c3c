"""The verdict on an input (D4, D5, D6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.apps.expectation import MediaExpectation


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule; a 422 lists them all, in pointer order (D5)."""

    pointer: str
    """JSON Pointer into the request's `input`."""
    rule: str
    """Requirement id."""
    message: str
    expected: str
    received: str

    def document(self) -> dict[str, str]:
        """Return the item of the 422's `data`."""
        return {
            "pointer": self.pointer,
            "rule": self.rule,
            "message": self.message,
            "expected": self.expected,
            "received": self.received,
        }


@dataclass(frozen=True, slots=True)
class InputWarning:
    """Something was accepted, but not as the caller may have meant it (D6)."""

    pointer: str
    rule: str
    code: str
    message: str

    def document(self) -> dict[str, Any]:
        """Return the item of the envelope's `messages`."""
        return {"level": "warning", "code": self.code, "message": self.message, "meta": {"pointer": self.pointer}}


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything that follows from an input, its files and the enforcement.

    With violations the other fields except `warnings` are empty: nothing was accepted.
    """

    violations: tuple[Violation, ...] = ()
    warnings: tuple[InputWarning, ...] = ()
    accepted: Mapping[str, Any] | None = None
    """The input as the app runs it: known keys only, defaults filled in, adjustments made."""
    failure: str | None = None
    """Error text of a task that is accepted now and fails late (`observed` only)."""
    expectation: MediaExpectation | None = None
    price: int = 0
    """Microcents charged when the task completes; 1 USD = 100,000,000 (D18)."""
