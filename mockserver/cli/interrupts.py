"""Signals that end a command: heeded once and at once, so that what it has started is ended in peace."""

import contextlib
import signal
from collections.abc import Callable, Iterator

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
def breaking_off() -> Iterator[None]:
    """Break off by the first of these signals as by Ctrl-C.

    Those after it change nothing: cleaning up takes a few seconds, and broken off it would leave processes behind.
    """
    heard: list[int] = []

    def once(number: int) -> None:
        heard.append(number)
        if len(heard) == 1:
            raise KeyboardInterrupt

    with heeding(once):
        yield
