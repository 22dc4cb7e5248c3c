"""What a child has started and sent out of its group: known by a mark in the environment that it has inherited."""

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping

import psutil

from contracts import clock

NAME = "KIT_PROCESS"
"""The variable."""

MOST_ROUNDS = 5
"""Looks at all processes: who forks meanwhile has one that was not seen."""


def marked(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment with a mark that no other child has."""
    return {**environment, NAME: f"{os.getpid()}-{threading.get_native_id()}-{clock.now():.9f}"}


def end_strays(environment: Mapping[str, str]) -> None:
    """End by force whatever has the mark of an environment; who has taken it off is not found."""
    for _ in range(MOST_ROUNDS):
        found = list(_bearing(environment[NAME]))
        for process in found:
            with contextlib.suppress(psutil.Error):
                process.kill()
        if not found:
            return


def _bearing(mark: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        # That of somebody else's process is not to be read, and one that has just ended has none.
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(NAME) == mark:
                yield process
