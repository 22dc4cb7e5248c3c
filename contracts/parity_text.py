"""The parity page as plain text, for terminals."""

import textwrap
from collections.abc import Iterable, Iterator

from contracts import parity
from contracts.parity import Row

WIDTH = 100
"""Columns, where nobody knows how many there are."""


def text(shown: Iterable[Row], width: int = WIDTH) -> str:
    """Return rows as text: a heading at the left margin, and what belongs to it indented.

    Args:
        shown: the rows.
        width: columns; ids of tests are never broken and may be longer.
    """
    return "\n".join(_lines(tuple(shown), max(width, 40))) + "\n"


def _lines(every: tuple[Row, ...], width: int) -> Iterator[str]:
    yield from _indented("", parity.summary(every), width)
    yield ""
    yield from _indented("  ", parity.LEGEND, width)
    for _, found in parity.by_area(every):
        for row in found:
            yield ""
            yield from _row(row, width)
    decided = parity.decided(every)
    for decision in decided:
        yield ""
        yield f"{decision.id}  {decision.title}"
        yield from _indented("  sources  ", decision.differ, width)
        yield from _indented("  here     ", decision.chosen, width)
        if decision.instead:
            yield from _indented("  switch   ", decision.instead, width)


def _row(row: Row, width: int) -> Iterator[str]:
    promise = row.requirement
    only = parity.only(promise)
    decision = [] if row.decision is None else [f"{row.decision.id} {row.decision.title}"]
    yield "  ".join([promise.id, promise.label, *([f"only {only}"] if only else [])])
    yield from _indented("  ", promise.text, width)
    yield from _indented("  source  ", f"{promise.source}, {promise.date.isoformat()}", width)
    for name in decision:
        yield from _indented("  decided ", name, width)
    for number, test in enumerate(row.tests or ("none",)):
        yield ("  tests   " if number == 0 else " " * 10) + test


def _indented(label: str, told: str, width: int) -> list[str]:
    return textwrap.wrap(
        told,
        width,
        initial_indent=label,
        subsequent_indent=" " * len(label),
        break_long_words=False,
        break_on_hyphens=False,
    )
