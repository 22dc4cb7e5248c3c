"""What a generated input comes with: what is wrong with it, and what it will be warned about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from contracts.apps.expectation import Branch
from contracts.apps.table import VersionName


class Broken(NamedTuple):
    """One violation, as far as it is promised: its words are nobody's business."""

    pointer: str
    """JSON Pointer into the input."""
    rule: str
    """Requirement id."""


class Warned(NamedTuple):
    """One warning, as far as it is promised."""

    pointer: str
    """JSON Pointer into the input."""
    code: str


@dataclass(frozen=True, slots=True)
class LabelledInput:
    """An input of the app under `--enforce documented`, with what has to come of it (D4)."""

    version: VersionName
    document: Any
    """The request's `input`; an object, save where REQ-INPUT-001 is broken."""
    violations: tuple[Broken, ...] = ()
    """Every broken rule, in the order in which a 422 lists them: by pointer, then by rule."""
    warnings: tuple[Warned, ...] = ()
    """Every warning, in the order in which `messages` lists them; empty for an input that is refused."""
    branch: Branch | None = None
    """The way the app works it out; None for an input that is refused."""
    sound: bool = False
    """Whether the video has sound."""
    high: bool = False
    """Whether it is pro (1080p)."""

    @property
    def accepted(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.violations

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules it breaks, in the order of `violations`."""
        return tuple(broken.rule for broken in self.violations)

    def with_files(self, names: Mapping[str, str]) -> "LabelledInput":
        """Return the input with placeholders for files replaced by what an upload has made of them.

        Args:
            names: what stands in `image` and `end_image` of the document, each with what is to stand there.
        """
        if not isinstance(self.document, dict):
            return self
        document = {
            key: names.get(value, value) if key in {"image", "end_image"} and isinstance(value, str) else value
            for key, value in self.document.items()
        }
        return LabelledInput(self.version, document, self.violations, self.warnings, self.branch, self.sound, self.high)
