"""The terminal: live progress, then a table of requirements by area and a word on each that is not kept."""

from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contracts.reporting.progress import Bar
from contracts.requirements import AREAS
from contracts.serverside.events import Event, Found, PhaseBegan, PhaseEnded, StepBegan, StepEnded
from contracts.serverside.finding import Verdict
from contracts.serverside.reports import words
from contracts.serverside.results import Results

STYLE: dict[Verdict, str] = {
    "pass": "green",
    "warn": "yellow",
    "fail": "bold red",
    "not-run": "dim",
    "not-applicable": "dim",
}

MOST_TOLD = 400
"""Characters of one requirement's word."""


class Terminal:
    """Shows a run while it goes on."""

    def __init__(self, console: Console) -> None:
        """Write to a console."""
        self._console = console
        self._bar = Bar(console)

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the screen as it was."""
        self._bar.stop()

    def take(self, event: Event) -> None:
        """Show an event."""
        match event:
            case PhaseBegan(phase, steps):
                self._bar.begin(phase, steps)
            case StepBegan(_, name):
                self._bar.step(name)
            case StepEnded():
                self._bar.advance()
            case Found(finding) if finding.verdict == "fail":
                self._bar.failed()
            case PhaseEnded(phase, stopped):
                self._bar.end()
                if stopped:
                    self._console.print(f"[yellow]{phase} stopped: {escape(stopped)}[/yellow]")
            case _:
                pass


def show(results: Results, console: Console, *, verbose: bool = False) -> None:
    """Write the table and the sentence.

    Args:
        results: of the whole run.
        console: where to.
        verbose: every requirement, and not only those that need a word.
    """
    _show_table(results, console)
    shown: tuple[Verdict, ...] = ("fail", "warn", "not-run", "pass", "not-applicable") if verbose else ("fail", "warn")
    for verdict in shown:
        for row in results.rows.values():
            if row.verdict != verdict:
                continue
            style = STYLE[verdict]
            console.print(f"[{style}]{verdict:<5}[/{style}] {row.requirement.id}  {escape(row.requirement.text)}")
            console.print(f"      [dim]{escape(row.told[:MOST_TOLD])}[/dim]")
            if verdict == "fail":
                names = ", ".join(dict.fromkeys(finding.check for finding in row.deciding))
                console.print(f"      [dim]by {escape(names)}[/dim]")
    reasons: dict[str, int] = {}
    for row in results.rows.values():
        if row.verdict == "not-run":
            reasons[row.told] = reasons.get(row.told, 0) + 1
    for reason, count in sorted(reasons.items(), key=lambda item: -item[1]):
        console.print(f"[dim]not run: {count:>3}  {escape(reason[:MOST_TOLD])}[/dim]")
    for name, value in words.facts(results):
        console.print(f"[dim]{name:<12}[/dim] {escape(value)}")
    colour = {"pass": "bold green", "fail": "bold red"}.get(results.outcome, "bold yellow")
    console.print(f"[{colour}]{results.outcome}[/{colour}]  {words.sentence(results)}")


def _show_table(results: Results, console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("area")
    columns: tuple[Verdict, ...] = ("pass", "warn", "fail", "not-run", "not-applicable")
    for verdict in columns:
        table.add_column(verdict, justify="right")
    for area in AREAS:
        rows = [row for row in results.rows.values() if row.requirement.area == area]
        counts = [sum(row.verdict == verdict for row in rows) for verdict in columns]
        cells = [
            f"[{STYLE[verdict]}]{count}[/{STYLE[verdict]}]" if count else "[dim]·[/dim]"
            for verdict, count in zip(columns, counts, strict=True)
        ]
        table.add_row(area.lower(), *cells)
    console.print(table)
