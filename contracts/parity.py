"""How far the emulator goes: every promise with its label, source, the tests that exercise it, and the decision.

Which tests cite a promise is told by parity.json, which `make parity` writes from the marks in tests/.
"""

import functools
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any

from contracts import decisions, requirements
from contracts.apps.table import VERSIONS
from contracts.decisions import Decision
from contracts.requirements import AREAS, Requirement


@dataclass(frozen=True, slots=True)
class Row:
    """One promise."""

    requirement: Requirement
    decision: Decision | None
    """Where sources differ."""
    tests: tuple[str, ...]
    """Ids of the tests that fail when it is broken: `file::function`."""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        promise, decided = self.requirement, self.decision
        return {
            "id": promise.id,
            "area": promise.area,
            "text": promise.text,
            "label": promise.label,
            "source": promise.source,
            "date": promise.date.isoformat(),
            "versions": list(promise.versions),
            "decision": None
            if decided is None
            else {
                "id": decided.id,
                "title": decided.title,
                "differ": decided.differ,
                "chosen": decided.chosen,
                "instead": decided.instead or None,
            },
            "tests": list(self.tests),
        }


@functools.cache
def tests() -> Mapping[str, tuple[str, ...]]:
    """Return the tests that cite a requirement, by its id."""
    text = resources.files("contracts").joinpath("parity.json").read_text("utf-8")
    return MappingProxyType({name: tuple(cited) for name, cited in json.loads(text).items()})


def rows(area: str | None = None) -> tuple[Row, ...]:
    """Return all promises in the order of the register.

    Args:
        area: only those of this area, such as STREAM.

    Raises:
        ValueError: there is no such area; the message lists them.
    """
    if area is not None and area.upper() not in AREAS:
        raise ValueError(f"there is no area {area[:32]!r}; there are {', '.join(AREAS)}")
    cited = tests()
    return tuple(
        Row(row, decisions.load().get(row.decision or ""), cited.get(row.id, ()))
        for row in requirements.load().values()
        if area is None or row.area == area.upper()
    )


def counted(shown: Iterable[Row]) -> dict[str, int]:
    """Return how many promises there are, by label, and how many of them no test cites."""
    every = list(shown)
    labels = {label: sum(row.requirement.label == label for row in every) for label in _LABELS}
    return {"requirements": len(every), **labels, "untested": sum(not row.tests for row in every)}


_LABELS = ("documented", "observed", "assumed")

LEGEND = (
    "Documented: a public page says so. Observed: seen in a client, a capture or the app's public source. "
    "Assumed: we had to choose. Sources are the app's public page (app-page.txt), fact sheets made of public material "
    "(rest.md, wire.md, app.md; [P] is seen in a run) and our own design; the date is the source's."
)
"""What the words of the page mean."""


def document(shown: Iterable[Row]) -> dict[str, Any]:
    """Return rows as one JSON document."""
    every = tuple(shown)
    return {"summary": counted(every), "requirements": [row.document() for row in every]}


def markdown(shown: Iterable[Row]) -> str:
    """Return rows as Markdown, a table for each area."""
    every = tuple(shown)
    return "\n".join(_markdown(every)) + "\n"


def summary(shown: Iterable[Row]) -> str:
    """Return the counts as a sentence."""
    told = counted(shown)
    labels = ", ".join(f"{told[label]} {label}" for label in _LABELS)
    return f"{told['requirements']} promises: {labels}. Without a test: {told['untested']}."


def by_area(shown: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Yield each area with its rows."""
    for area, found in itertools.groupby(shown, key=lambda row: row.requirement.area):
        yield area, list(found)


def decided(shown: Iterable[Row]) -> list[Decision]:
    """Return the decisions that rows carry out, in order."""
    named = {row.decision.id for row in shown if row.decision is not None}
    return [row for row in decisions.load().values() if row.id in named]


def only(requirement: Requirement) -> str:
    """Return the one version that a promise is about; empty where it is about all."""
    return "" if set(requirement.versions) in (set(), set(VERSIONS)) else ", ".join(requirement.versions)


def _markdown(every: tuple[Row, ...]) -> Iterator[str]:
    yield "# Parity"
    yield ""
    yield summary(every)
    yield ""
    yield LEGEND
    for area, found in by_area(every):
        yield ""
        yield f"## {area}"
        yield ""
        yield "| id | promise | label | source | date | decision | tests |"
        yield "|---|---|---|---|---|---|---|"
        for row in found:
            promise = row.requirement
            cells = (
                promise.id,
                promise.text + (f" (only {only(promise)})" if only(promise) else ""),
                promise.label,
                promise.source,
                promise.date.isoformat(),
                promise.decision or "",
                "<br>".join(row.tests) or "none",
            )
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    carried_out = decided(every)
    if carried_out:
        yield ""
        yield "## Decisions"
    for decision in carried_out:
        yield ""
        yield f"**{decision.id} {decision.title}.** Sources: {decision.differ} Here: {decision.chosen}" + (
            f" Switch: `{decision.instead}`." if decision.instead else ""
        )
