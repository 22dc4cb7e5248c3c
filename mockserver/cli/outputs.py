"""Files that a command writes at its end, looked at before its beginning: a long run is not to be lost over one."""

import os
from collections.abc import Iterable
from pathlib import Path

import click


def ensure_writable(files: Iterable[Path | None]) -> None:
    """Refuse to begin where a file could not be written at the end; None is one that nobody wants.

    Raises:
        click.UsageError: its folder is not there, or nothing may be written.
    """
    seen: set[Path] = set()
    for file in files:
        if file is None:
            continue
        if file.is_dir():
            raise click.UsageError(f"cannot write {str(file)!r}: it is a folder")
        if file in seen:
            raise click.UsageError(f"cannot write {file}: two reports are to go there")
        seen.add(file)
        if not file.parent.is_dir():
            raise click.UsageError(f"cannot write {file}: there is no folder {file.parent}")
        if not os.access(file if file.exists() else file.parent, os.W_OK):
            raise click.UsageError(f"cannot write {file}: it is not allowed")
