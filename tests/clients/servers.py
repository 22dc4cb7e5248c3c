"""The emulators of one test session: one process for each set of flags, started when first asked for."""

import sys
from pathlib import Path

from .child import Child

COMMAND = Path(sys.executable).with_name("inferencesh-mock")
READY = "serving "

# The kinds of server the tests ask for: sets of flags, to be joined.
INSTANT = ("--latency", "instant")
# Long enough to be cancelled while it runs; at twenty times the speed the cancelling itself is soon over.
LONG = ("--latency", "realistic", "--clock", "scaled", "--clock-scale", "20")
OBSERVED = ("--enforce", "observed")
LEGACY = ("--status-numbers", "legacy")
SAMPLE = ("--empty-input", "sample")


class Servers:
    """`url(*flags)` gives the address of the emulator with these flags."""

    def __init__(self, cwd: Path) -> None:
        self._cwd = cwd
        self._running: dict[tuple[str, ...], tuple[Child, str]] = {}

    def url(self, *flags: str) -> str:
        if flags not in self._running:
            child = Child([str(COMMAND), "serve", "--port", "0", *flags], self._cwd)
            line = child.line()
            assert line.startswith(READY), f"the emulator's first line should begin {READY!r}, not {line!r}"
            self._running[flags] = (child, line.removeprefix(READY))
        return self._running[flags][1]

    def stop(self) -> None:
        for child, _ in self._running.values():
            child.stop()
