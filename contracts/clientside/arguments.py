"""What the arguments of steps stand for: local files, drawn inputs, and what earlier steps told.

UnknownError
    A step refers to what an earlier one did not tell.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.clientside.case import Case, Step
from contracts.clientside.play import Said

REFERENCE = re.compile(r"@([a-z0-9-]+)\.([a-z0-9_.]+)")
"""`@run.output.video`: a member of what the step `run` told."""

_LOCAL = re.compile(r"\$([a-z0-9.-]+)")


class UnknownError(LookupError):
    """There is no such thing; the message says why."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """What is known while a case goes on."""

    case: Case
    given: Path
    """Where the case's files are."""
    out: Path
    """Where the client writes its own."""
    said: Mapping[str, Said]
    drawn: Mapping[str, Any] | None = None
    """The input that stands for `$input`."""

    def of(self, step: Step, *, keep: bool = False) -> dict[str, Any]:
        """Return a step's arguments with everything in its place.

        Args:
            step: of the case.
            keep: leave what refers to earlier steps as it is.

        Raises:
            UnknownError: an earlier step did not tell what this one needs.
        """

        def word(text: str) -> object:
            if text == "$input":
                return self.drawn
            local = _LOCAL.fullmatch(text)
            if local and local[1] in self.case.files:
                return str(self.given / local[1])
            if local and local[1].startswith("out"):
                return str(self.out / local[1])
            reference = REFERENCE.fullmatch(text)
            return text if reference is None or keep else self._told(*reference.groups())

        return {key: _replaced(member, word) for key, member in step.arguments.items()}

    def _told(self, name: str, path: str) -> object:
        said = self.said.get(name)
        if said is None or said.reply is None or said.reply.kind != "saw":
            raise UnknownError(f"not made, for {name} told no {path}")
        found: Any = said.reply.told
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        if isinstance(found, Mapping) and "uri" in found:
            found = found["uri"]
        if found is None:
            raise UnknownError(f"not made, for {name} told no {path}")
        return found


def refers(case: Case, name: str) -> bool:
    """Whether a step has arguments that an earlier one has to tell."""
    steps = (step for step in case.steps if step.name == name)
    return any(REFERENCE.fullmatch(text) for step in steps for text in _words(step.arguments))


def _replaced(value: object, word: Callable[[str], object]) -> object:
    if isinstance(value, str):
        return word(value)
    if isinstance(value, Mapping):
        return {key: _replaced(member, word) for key, member in value.items()}
    return [_replaced(member, word) for member in value] if isinstance(value, list) else value


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for member in value.values() if isinstance(value, Mapping) else value:
            yield from _words(member)
