"""Several clients side by side: areas by clients, as a table for the terminal and as Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from contracts.clientside import scores
from contracts.clientside.case import AREAS
from contracts.clientside.report import named, witnesses
from contracts.reporting.markdown import cell

Report = Mapping[str, Any]

NOTHING = "·"
"""Where a client was asked for nothing of an area."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: an area, or what holds of the whole run."""

    title: str
    cells: tuple[str, ...]
    """One for each client."""
    shares: tuple[scores.Share | None, ...] = ()
    """What the cells tell of, where they tell a share."""

    def whole(self, number: int) -> bool | None:
        """Return whether a client has all of a row; None where there is nothing to have."""
        share = self.shares[number] if self.shares else None
        return share.part == share.whole if share and share.whole else None


def names(reports: Sequence[Report]) -> list[str]:
    """Return what the clients are called, told apart where two are called the same.

    Args:
        reports: documents of `conform --report`, one for each client.
    """
    found = [named(report["client"]) for report in reports]
    found = [
        f"{name} ({report['mode']})" if found.count(name) > 1 else name
        for name, report in zip(found, reports, strict=True)
    ]
    return [
        f"{name} #{found[: at + 1].count(name)}" if found.count(name) > 1 else name for at, name in enumerate(found)
    ]


def lines(reports: Sequence[Report]) -> list[Line]:
    """Return conformance by area, then what holds of each client's whole run."""
    return [*_areas(reports), *_wholes(reports)]


def table(reports: Sequence[Report]) -> Table:
    """Return the matrix for the terminal."""
    drawn = Table(box=None, pad_edge=False, header_style="dim")
    drawn.add_column("MUST of")
    for name in names(reports):
        drawn.add_column(name, justify="right", overflow="fold")
    for line in lines(reports):
        drawn.add_row(line.title, *line.cells)
    return drawn


def markdown(reports: Sequence[Report]) -> str:
    """Return the matrix for a pull request or a page of docs."""
    rows = [["MUST of", *map(cell, names(reports))], ["---", *["---:"] * len(reports)]]
    rows += [[line.title, *map(cell, line.cells)] for line in lines(reports)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _areas(reports: Sequence[Report]) -> Iterator[Line]:
    for area in (*AREAS, *scores.EVERYWHERE):
        shares = tuple(_share(report["areas"].get(area)) for report in reports)
        if any(shares):
            told = tuple(f"{share.part}/{share.whole}" if share and share.whole else NOTHING for share in shares)
            yield Line(area, told, shares)


def _share(told: Mapping[str, Any] | None) -> scores.Share | None:
    return None if told is None else scores.Share(told["passed"], told["of"])


def _wholes(reports: Sequence[Report]) -> Iterator[Line]:
    for name in ("conformance", "observed"):
        shares = tuple(scores.Share(report[name]["passed"], report[name]["of"]) for report in reports)
        part = [" of a part" if report["left_out"] else "" for report in reports]
        told = tuple(f"{share.text()}{end}" for share, end in zip(shares, part, strict=True))
        yield Line(name, told, tuple(None if end else share for share, end in zip(shares, part, strict=True)))
    yield Line("warnings", tuple(str(report["counts"].get("warn", 0)) for report in reports))
    yield Line("witnesses", tuple(witnesses(report) for report in reports))
    yield Line("profile", tuple(report["profile"] for report in reports))
    if any(report["left_out"] for report in reports):
        yield Line("cases left out", tuple(str(report["left_out"]) for report in reports))
    if any(report["stopped"] for report in reports):
        yield Line("stopped", tuple(report["stopped"] or NOTHING for report in reports))
