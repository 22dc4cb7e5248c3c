"""A child that is run once: without a shell, in a group of its own, for so long, and with an end to what it writes."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from contracts import clock
from contracts.clientside import files
from contracts.clientside.files import MOST_FILES, MOST_WRITTEN
from contracts.clientside.players.process import MOST_STDERR, StartError, end_all
from contracts.clientside.players.strays import marked
from contracts.reporting import plain

TICK = 0.2
"""Real seconds between two looks at what it has written."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended."""

    code: int
    """Its exit code; the number of a signal as a negative one."""
    stopped: str | None
    """Why it was not left to end by itself, or None."""
    output: str
    """The end of what it wrote to stdout and stderr."""
    seconds: float

    @property
    def how(self) -> str:
        """The same in words."""
        if self.stopped is not None:
            return f"it {self.stopped}, and was ended with all that it had started"
        return f"it was ended by {_signal(-self.code)}" if self.code < 0 else f"it ended with exit code {self.code}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What it is allowed; whatever goes beyond ends it, with everything that it has started."""

    seconds: float
    grace: float
    """Real seconds between the request to end and the end by force."""
    out: Path
    """The folder that it may write to, of which a limited amount is taken."""
    broken_off: threading.Event
    """Once it is set, nobody waits any more."""


def run(argv: Sequence[str], environment: Mapping[str, str], folder: Path, limits: Limits) -> Ended:
    """Run a program to its end.

    Args:
        argv: program and arguments; no shell reads them.
        environment: all that it sees.
        folder: where it runs.
        limits: of time and space.

    Raises:
        StartError: there is no such program, or it may not be run.
    """
    begun, place = clock.now(), files.identity(limits.out)
    around = marked(environment)
    try:
        process = subprocess.Popen(  # noqa: S603  # what the user wants to have started; no shell reads it
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=around,
            cwd=folder,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise StartError(f"{argv[0]!r} cannot be started: {getattr(error, 'strerror', None) or error}") from None

    def flooded() -> bool:
        # What stands in the place of the folder is none of ours.
        return files.identity(limits.out) == place and _flooded(limits.out)

    kept: deque[bytes] = deque()
    reader = threading.Thread(target=_read, args=(process.stdout, kept), name="command-output", daemon=True)
    reader.start()
    stopped, code = None, None
    while stopped is None and code is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(TICK)
        code = process.poll()
        if code is None and clock.now() - begun > limits.seconds:
            stopped = f"had not ended after {limits.seconds:.1f} s"
        elif flooded() or limits.broken_off.is_set():
            stopped = "was of no more use"
    took = clock.now() - begun
    end_all(process, limits.grace, around)
    if flooded():
        stopped = f"wrote more than {MOST_WRITTEN >> 20} MiB or {MOST_FILES} files into KIT_OUT"
        # Nobody is to read it, or to take its hash.
        _empty(limits.out)
    # Somebody who has left the group may hold the pipe open; nobody waits for that.
    reader.join(1.0)
    return Ended(process.returncode if code is None else code, stopped, _text(kept), took)


def _read(pipe: IO[bytes] | None, kept: deque[bytes]) -> None:
    """Keep the end of what comes, whatever comes."""
    if pipe is None:
        return
    size = 0
    with pipe, contextlib.suppress(OSError, ValueError):
        while chunk := os.read(pipe.fileno(), 65536):
            kept.append(chunk)
            size += len(chunk)
            while size > MOST_STDERR and len(kept) > 1:
                size -= len(kept.popleft())


def _text(kept: deque[bytes]) -> str:
    return plain.text(b"".join(list(kept)).decode("utf-8", "replace")[-MOST_STDERR:])


def _flooded(folder: Path) -> bool:
    """Tell whether there is too much in a folder. What links lead to counts, for it would be read."""
    written, count = 0, 0
    try:
        for where, folders, names in os.walk(folder):
            for name in (*folders, *names):
                count += 1
                with contextlib.suppress(OSError):
                    written += (Path(where) / name).stat().st_size
                if written > MOST_WRITTEN or count > MOST_FILES:
                    return True
    except RecursionError:
        return True  # folders in folders, a thousand of them
    return False


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            with contextlib.suppress(RecursionError):
                shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
