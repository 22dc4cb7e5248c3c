"""Signals that end a command: heeded once and at once, so that what it has started is ended in peace."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator

AGAIN = 0.05
"""Real seconds after which a signal that was lost is sent once more."""

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def heeding(act: Callable[[int], object]) -> Iterator[None]:
    """Call a function for each signal that would end us; who has us ignore the end of a terminal (nohup) means it."""
    chosen = [number for number in ENDING if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, lambda got, _: act(got)) for number in chosen}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def noticing_lost(act: Callable[[], object]) -> Iterator[None]:
    """Call a function when a KeyboardInterrupt was raised where nothing is heard, such as in a callback of gc.

    Python would print a traceback of it and go on.
    """
    before = sys.unraisablehook

    def tell(unraisable: "sys.UnraisableHookArgs") -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            act()
        else:
            before(unraisable)

    sys.unraisablehook = tell
    try:
        yield
    finally:
        sys.unraisablehook = before


class BrokenOff:
    """Which signal has ended a command, if one has."""

    def __init__(self) -> None:
        """None so far."""
        self.heard: list[int] = []
        self.is_over = False
        """Whether nothing is to be broken off any more: what a run has told is being written, which takes a moment."""

    def ensure_wanted(self) -> None:
        """Look whether to go on: a signal may have come where nothing that is raised is heard, such as in a destructor.

        Raises:
            KeyboardInterrupt: there was one.
        """
        if self.heard:
            raise KeyboardInterrupt

    @property
    def number(self) -> int:
        """Of the first signal; that of Ctrl-C where none was heard by us."""
        return self.heard[0] if self.heard else signal.SIGINT

    @property
    def code(self) -> int:
        """The exit code that shells have for it."""
        return 128 + self.number

    @property
    def told(self) -> str:
        """What reports say."""
        if self.number == signal.SIGINT:
            return "it was broken off by Ctrl-C"
        return f"it was ended by {signal.Signals(self.number).name}"


@contextlib.contextmanager
def breaking_off(broken: BrokenOff) -> Iterator[None]:
    """Break off by the first of these signals as by Ctrl-C, with a KeyboardInterrupt.

    Those after it change nothing: cleaning up takes a few seconds, and broken off it would leave processes behind.

    Args:
        broken: is told of them.
    """

    timers: list[threading.Timer] = []
    lost: list[int] = []

    def once(number: int) -> None:
        broken.heard.append(number)
        if (lost or len(broken.heard) == 1) and not broken.is_over:
            lost.clear()
            raise KeyboardInterrupt

    def again() -> None:
        lost.append(broken.number)
        timers.append(threading.Timer(AGAIN, os.kill, (os.getpid(), broken.number)))
        timers[-1].start()

    with heeding(once), noticing_lost(again):
        try:
            yield
        finally:
            broken.is_over = True
            for timer in timers:
                timer.cancel()
                timer.join()  # a signal that it has sent is heard before others heed signals again
