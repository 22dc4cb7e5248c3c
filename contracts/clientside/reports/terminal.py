"""The terminal: live progress, then what is wrong and a table by area."""

from collections.abc import Mapping
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contracts.clientside import scores
from contracts.clientside.case import AREAS
from contracts.clientside.events import CaseBegan, CaseEnded, Event, RunBegan
from contracts.clientside.report import named, to_tell, witnesses
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

SHOWN: tuple[Verdict, ...] = ("harness-error", "fail", "warn", "not-run")
"""Verdicts that need a word."""

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


def show(report: Mapping[str, Any], console: Console, *, verbose: bool = False) -> None:
    """Write a report.

    Args:
        report: the document.
        console: where to.
        verbose: every verdict, and not only those that need a word.
    """
    shown = VERDICTS if verbose else SHOWN
    for row in report["cases"] if verbose else to_tell(report):
        told = [check for check in row["checks"] if check["verdict"] in shown]
        if told:
            console.print(f"[bold]{escape(row['name'])}[/bold]  [dim]{escape(row['property'])}[/dim]", highlight=False)
        for check in told:
            style = STYLE[check["verdict"]]
            line = f"  [{style}]{check['verdict']}[/{style}] {check['check']}  [dim]{check['level']}[/dim]"
            console.print(f"{line}  {escape(check['says'])}", highlight=False)
            console.print(f"       [dim]{escape(check['told'][:MOST_TOLD])}[/dim]", highlight=False)
        if any(check["verdict"] == "fail" for check in told) and row["evidence"] is not None:
            console.print(f"       [dim]replay token {row['evidence']['token']}[/dim]", highlight=False)
    _show_table(report, console)
    client = report["client"]
    language = f" ({client['language']})" if client["language"] else ""
    console.print(f"[dim]client      [/dim]{escape(named(client) + language)}", highlight=False)
    console.print(f"[dim]driven as   [/dim]{report['mode']}")
    console.print(f"[dim]witnesses   [/dim]{witnesses(report)}", highlight=False)
    console.print(f"[dim]profile     [/dim]{report['profile']}", highlight=False)
    console.print(f"[dim]time        [/dim]{report['seconds']} s")
    for name in ("conformance", "observed"):
        share = scores.Share(report[name]["passed"], report[name]["of"])
        console.print(f"[dim]{name:<12}[/dim]{share.text()}", highlight=False)
    if report["left_out"]:
        left_out = counted(report["left_out"], "case was", "cases were")
        console.print(f"[bold yellow]partial     [/bold yellow]{left_out} not played")
    if report["stopped"]:
        console.print(f"[bold magenta]stopped     [/bold magenta]{escape(report['stopped'])}")


def _show_table(report: Mapping[str, Any], console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("area")
    for verdict in VERDICTS:
        table.add_column(verdict, justify="right")
    for area in AREAS:
        checks = [check for row in report["cases"] if row["area"] == area for check in row["checks"]]
        if not checks:
            continue
        counts = scores.counts(checks)
        cells = [
            f"[{STYLE[verdict]}]{counts[verdict]}[/{STYLE[verdict]}]" if counts[verdict] else "[dim]·[/dim]"
            for verdict in VERDICTS
        ]
        table.add_row(area, *cells)
    console.print(table)
