"""The line that a terminal shows while a suite runs: what is under way, how far it is, and what has failed so far."""

import contextlib

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

MOST_STEP = 48
"""Characters of the step that is under way."""


class Bar:
    """One line, which leaves nothing behind."""

    def __init__(self, console: Console) -> None:
        """Write to a console; nothing is shown before `begin`."""
        self._failures = 0
        self._task: TaskID | None = None
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<14}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[step]}", style="dim"),
            TextColumn("[red]{task.fields[failures]}[/red]"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )

    def start(self) -> None:
        """Draw from now on."""
        with contextlib.suppress(OSError):
            self._progress.start()

    def stop(self) -> None:
        """Leave the screen as it was; where nothing can be written, the run is not lost over that."""
        with contextlib.suppress(OSError):
            self._progress.stop()

    def begin(self, what: str, steps: int | None) -> None:
        """Begin anew.

        Args:
            what: is under way.
            steps: that it has, if that is known.
        """
        self.end()
        self._failures = 0
        self._task = self._progress.add_task(what, total=steps, step="", failures="")

    def step(self, name: str) -> None:
        """Show what is under way."""
        if self._task is not None:
            self._progress.update(self._task, step=escape(name[:MOST_STEP]))

    def advance(self) -> None:
        """One step is over."""
        if self._task is not None:
            self._progress.advance(self._task)

    def failed(self, count: int = 1) -> None:
        """Show that so many more have failed."""
        self._failures += count
        if self._task is not None and self._failures:
            self._progress.update(self._task, failures=f"{self._failures} failed")

    def end(self) -> None:
        """It is over."""
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None
