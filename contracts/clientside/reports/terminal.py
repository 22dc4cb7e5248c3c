"""The terminal: live progress, then what is wrong and a table by area."""

from collections.abc import Mapping
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contracts.clientside import scores
from contracts.clientside.case import AREAS
from contracts.clientside.events import CaseBegan, CaseEnded, Event, RunBegan
from contracts.clientside.report import again, checks_to_tell, headline, named, to_tell, untold, witnesses
from contracts.clientside.verdicts import VERDICTS, Verdict
from contracts.counting import counted
from contracts.reporting.progress import Bar

STYLE: Mapping[Verdict, str] = {
    "pass": "green",
    "fail": "bold red",
    "warn": "yellow",
    "not-observable": "magenta",
    "not-applicable": "dim",
    "not-run": "dim",
    "harness-error": "bold magenta",
}

MOST_TOLD = 800


class Terminal:
    """Shows a run while it goes on."""

    def __init__(self, console: Console) -> None:
        """Write to a console."""
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
            case RunBegan():
                self._bar.begin("cases", len(event.cases))
            case CaseBegan(case):
                self._bar.step(case.name)
            case CaseEnded():
                self._bar.failed(sum(row.verdict in {"fail", "harness-error"} for row in event.emitted))
                self._bar.advance()
            case _:
                pass


def show(report: Mapping[str, Any], console: Console, *, verbose: bool = False, strict: bool = False) -> None:
    """Write a report.

    Args:
        report: the document.
        console: where to.
        verbose: every verdict, and not only those that need a word.
        strict: whether a SHOULD that does not hold counts.
    """

    def line(text: str) -> None:
        # Lines stay whole, so that they can be searched for in a log.
        console.print(text, highlight=False, soft_wrap=True)

    for row in report["cases"] if verbose else to_tell(report):
        told = row["checks"] if verbose else checks_to_tell(row)
        if told:
            line(f"[bold]{escape(row['name'])}[/bold]  [dim]{escape(row['property'])}[/dim]")
        for check in told:
            known = check.get("expected")
            style = STYLE[check["verdict"]] if known is None else "dim"
            head = f"  [{style}]{check['verdict']}[/{style}] {check['check']}  [dim]{check['level']}[/dim]"
            line(f"{head}  {escape(check['says'])}")
            line(f"       [dim]{escape(check['told'][:MOST_TOLD])}[/dim]")
            if known is not None:
                line(f"       [dim]expected: {escape(known)}[/dim]")
        if any(check["verdict"] == "fail" for check in told) and row["evidence"] is not None:
            line(f"       [dim]again: {escape(again(report, row))}[/dim]")
    rest = "" if verbose else untold(report)
    if rest:
        line(f"[dim]in these cases, besides: {rest}; --verbose shows all[/dim]")
    _show_table(report, console)
    client = report["client"]
    language = f" ({client['language']})" if client["language"] else ""
    line(f"[dim]client      [/dim]{escape(named(client) + language)}")
    line(f"[dim]driven as   [/dim]{report['mode']}")
    line(f"[dim]witnesses   [/dim]{witnesses(report)}")
    line(f"[dim]profile     [/dim]{report['profile']}")
    line(f"[dim]time        [/dim]{report['seconds']} s")
    for name in ("conformance", "observed"):
        line(f"[dim]{name:<12}[/dim]{scores.Share(report[name]['passed'], report[name]['of']).text()}")
    if report["left_out"]:
        line(f"[yellow]left out    [/yellow]{counted(report['left_out'], 'case was', 'cases were')} not played")
    if report["stopped"]:
        line(f"[bold magenta]stopped     [/bold magenta]{escape(report['stopped'])}")
    outcome, word = headline(report, strict=strict)
    line(f"[{_OUTCOME[outcome]}]{outcome}[/{_OUTCOME[outcome]}]  The client {word}.")


_OUTCOME: Mapping[scores.Outcome, str] = {
    "pass": "bold green",
    "fail": "bold red",
    "partial": "bold yellow",
    "harness-error": "bold magenta",
}


def _show_table(report: Mapping[str, Any], console: Console) -> None:
    """What nobody got has no column, so that the others have room."""
    shown = [verdict for verdict in VERDICTS if verdict in {"pass", "fail"} or report["counts"].get(verdict)]
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("area")
    for verdict in shown:
        table.add_column(verdict, justify="right")
    for area in AREAS:
        checks = [check for row in report["cases"] if row["area"] == area for check in row["checks"]]
        if not checks:
            continue
        counts = scores.counts(checks)
        cells = [
            f"[{STYLE[verdict]}]{counts[verdict]}[/{STYLE[verdict]}]" if counts[verdict] else "[dim]·[/dim]"
            for verdict in shown
        ]
        table.add_row(area, *cells)
    console.print(table)
