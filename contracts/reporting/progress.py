"""What a suite shows while it runs: a line that a terminal redraws, or one now and then in a log."""

import contextlib

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from contracts import clock

MOST_STEP = 52
"""Characters of the step that is under way."""

LOG_EVERY = 10.0
"""Seconds between two lines of a log."""


class Log:
    """Lines for who reads a file or the output of CI, at most one in ten seconds."""

    def __init__(self, console: Console) -> None:
        """Write to a console; a run that is over soon writes nothing."""
        self._console = console
        self._began = self._written = clock.now()

    def tell(self, task: Task) -> None:
        """Write how far a task is, unless something was written a short while ago."""
        now = clock.now()
        if now - self._written < LOG_EVERY:
            return
        self._written = now
        far = f"{task.completed:.0f}" + (f" of {task.total:.0f}" if task.total else "")
        parts = [
            f"{now - self._began:.0f} s",
            f"{task.description} {far}",
            task.fields["failures"],
            task.fields["step"],
        ]
        with contextlib.suppress(OSError):
            self._console.print("  ".join(filter(None, parts)), highlight=False, soft_wrap=True)


class Bar:
    """One line, which leaves nothing behind; where there is no terminal to draw it on, a log."""

    def __init__(self, console: Console, log: Console | None = None) -> None:
        """Write to a console; nothing is shown before `begin`.

        Args:
            console: of the report.
            log: for lines where that is no terminal; stderr unless given.
        """
        self._log = None if console.is_terminal else Log(log or Console(stderr=True))
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
            self._tell(self._task)

    def advance(self) -> None:
        """One step is over."""
        if self._task is not None:
            self._progress.advance(self._task)
            self._tell(self._task)

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

    def _tell(self, task: TaskID) -> None:
        if self._log is not None:
            self._log.tell(next(row for row in self._progress.tasks if row.id == task))
