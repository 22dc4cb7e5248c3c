"""The terminal: live progress, then a table of requirements by area and a word on each that is not kept."""

from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contracts.counting import counted
from contracts.reporting import plain
from contracts.reporting.progress import Bar
from contracts.requirements import AREAS
from contracts.serverside.events import Event, Found, PhaseBegan, PhaseEnded, StepBegan, StepEnded
from contracts.serverside.finding import Verdict
from contracts.serverside.reports import words
from contracts.serverside.results import Results, Row

STYLE: dict[Verdict, str] = {
    "pass": "green",
    "warn": "yellow",
    "fail": "bold red",
    "not-run": "dim",
    "not-applicable": "dim",
}

SHOWN: tuple[Verdict, ...] = ("fail", "warn")
"""Verdicts that need a word."""

LOOKED: tuple[Verdict, ...] = ("pass", "warn", "fail")
"""Verdicts of what was looked at."""

MOST_TOLD = 400
"""Characters of one requirement's word."""

MOST_REASONS = 20
"""Reasons that are told, unless all are asked for: those of the most requirements come first."""

MOST_ROWS = 4
"""Requirements told with one reason; of further ones the ids."""

MOST_NAMES = 3
"""Checks named with one reason."""


class Terminal:
    """Shows a run while it goes on."""

    def __init__(self, console: Console) -> None:
        """Write to a console."""
        self._console = console
        self._bar = Bar(console)

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._bar.start()
        self._bar.begin("first calls", None)
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the screen as it was."""
        self._bar.stop()

    def waits(self, what: str) -> None:
        """Show what is being waited for, until the next step begins."""
        self._bar.step(f"waiting {plain.line(what)}")

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
                    _show(self._console, f"{phase} stopped:", escape(stopped), style="yellow")
            case _:
                pass


def show(results: Results, console: Console, *, verbose: bool = False) -> None:
    """Write the table, a word on what is not kept, and the sentence.

    Args:
        results: of the whole run.
        console: where to.
        verbose: every requirement, and not only those that need a word.
    """
    _show_table(results, console)
    verdicts: tuple[Verdict, ...] = ("fail", "warn", "not-run", "pass", "not-applicable") if verbose else SHOWN
    for verdict in verdicts:
        reasons = results.reasons(verdict)
        shown = reasons if verbose else reasons[:MOST_REASONS]
        for told, rows in shown:
            _show_reason(console, verdict, told, rows, most=len(rows) if verbose else MOST_ROWS)
        left = len(reasons) - len(shown)
        if left:
            more = counted(left, "more reason")
            console.print(f"[{STYLE[verdict]}]...[/]   and {more}; --verbose shows all, --html with evidence")
    if not verbose:
        for told, rows in results.reasons("not-run"):
            _show(console, f"not run: {len(rows):>3}", f"[dim]{escape(told[:MOST_TOLD])}[/dim]", style="dim")
    for name, told in results.faults.items():
        _show(console, "suite failed:", escape(f"{name}: {told}"), style="bold red")
    if "run" in results.stopped:
        _show(console, "run stopped:", escape(results.stopped["run"]), style="yellow")
    for name, value in words.facts(results):
        _show(console, f"{name:<12}", escape(value), style="dim")
    colour = {"pass": "bold green", "fail": "bold red"}.get(results.outcome, "bold yellow")
    _show(console, results.outcome, escape(words.sentence(results)), style=colour)


def _show_reason(console: Console, verdict: Verdict, told: str, rows: list[Row], most: int) -> None:
    """Write requirements that share a word, and the word once."""
    for row in rows[:most]:
        _show(console, f"{verdict:<4}", f"{row.requirement.id}  {escape(row.requirement.text)}", style=STYLE[verdict])
    if len(rows) > most:
        left = ", ".join(row.requirement.id for row in rows[most:])
        _show(console, "    ", f"and {len(rows) - most} more: {left}", style=STYLE[verdict])
    names = dict.fromkeys(finding.check for row in rows for finding in row.deciding)
    by = (
        ""
        if verdict not in SHOWN
        else f" (by {', '.join([*names][:MOST_NAMES])}{', ...' if len(names) > MOST_NAMES else ''})"
    )
    _show(console, "    ", f"[dim]{escape(told[:MOST_TOLD] + by)}[/dim]", style="dim")


def _show(console: Console, head: str, text: str, *, style: str) -> None:
    """Write a line that is indented where it goes on."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style=style, no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(head, text)
    console.print(grid)


def _show_table(results: Results, console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("area")
    columns: tuple[Verdict, ...] = ("pass", "warn", "fail", "not-run", "not-applicable")
    for verdict in columns:
        table.add_column(verdict, justify="right")
    unseen = 0
    for area in AREAS:
        rows = [row for row in results.rows.values() if row.requirement.area == area]
        counts = [sum(row.verdict == verdict for row in rows) for verdict in columns]
        if not any(row.verdict in LOOKED for row in rows):
            unseen += 1
            continue
        cells = [
            f"[{STYLE[verdict]}]{count}[/{STYLE[verdict]}]" if count else "[dim]·[/dim]"
            for verdict, count in zip(columns, counts, strict=True)
        ]
        table.add_row(area.lower(), *cells)
    if unseen < len(AREAS):
        console.print(table)
    if unseen:
        told = "of which nothing was looked at"
        console.print(
            f"[dim]{counted(unseen, 'area')} {told} {'is' if unseen == 1 else 'are'} left out of the table[/dim]"
        )
