"""A child that speaks lines: started without a shell, in a group of its own, ended with everything it started."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from contracts.clientside.lines import MOST_LINE
from contracts.clientside.players.strays import end_strays, marked
from contracts.reporting import plain

GRACE = 2.0
"""Real seconds between the request to end and the end by force."""

CERTAIN = 5.0
"""Real seconds for the end by force, which comes at once but on the busiest of machines."""

MOST_STDERR = 64 * 1024
"""Bytes of stderr that are kept, the last ones."""


MOST_TAIL = 300
"""Characters of it in a verdict."""


_ERROR = re.compile(r"[\w.]*(Error|Exception)\b.*: .")
"""How Python, JavaScript and the languages of the JVM write an error that nobody caught."""


class StartError(Exception):
    """The command cannot be started; the message says why."""


def ensure_startable(program: str, environment: Mapping[str, str]) -> None:
    """Tell before anything is played that there is no such program.

    Raises:
        StartError: there is none, or it may not be run.
    """
    if shutil.which(program, path=environment.get("PATH")) is None:
        raise StartError(f"{program!r} cannot be started: there is no such program, or it may not be run")


def end_group(process: subprocess.Popen[bytes], grace: float) -> None:
    """Ask a child and everything in its group to end, and force what has not ended after the grace.

    The group also where the child itself has gone: what it started may still be there.
    """
    for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, CERTAIN)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)


def end_all(process: subprocess.Popen[bytes], grace: float, environment: Mapping[str, str]) -> None:
    """End a child with its group, and then what has left the group.

    Args:
        process: the child.
        grace: real seconds between the request to end and the end by force.
        environment: the marked one that it was started with.
    """
    end_group(process, grace)
    end_strays(environment)


def tail(text: str) -> str:
    """Return the end of what a child wrote as a verdict shows it, on one line and without control characters.

    The last line that names an error is enough, where there is one: what some languages write after it says little.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if _ERROR.match(line)]
    shown = " | ".join(errors[-1:] or lines[-3:])[-MOST_TAIL:]
    return "".join(letter if letter.isprintable() else " " for letter in shown)


def _drop(process: subprocess.Popen[bytes], environment: Mapping[str, str]) -> None:
    """End a child that nobody has spoken to yet."""
    end_all(process, 0.2, environment)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _started(argv: Sequence[str], environment: Mapping[str, str], folder: Path) -> subprocess.Popen[bytes]:
    """Start a child from a thread of its own: Ctrl-C before we know of it would leave it behind."""

    made: list[subprocess.Popen[bytes] | Exception] = []
    done = threading.Event()

    def start() -> None:
        try:
            made.append(
                subprocess.Popen(  # noqa: S603  # what the user wants to have started; no shell reads it
                    list(argv),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=dict(environment),
                    cwd=folder,
                    start_new_session=True,
                )
            )
        except (OSError, ValueError) as error:
            made.append(error)
        done.set()

    try:
        threading.Thread(target=start, name="adaptor-start", daemon=True).start()
        done.wait()
        (found,) = made
        if isinstance(found, subprocess.Popen):
            return found
    except KeyboardInterrupt:
        done.wait(CERTAIN)
        for one in made:
            if isinstance(one, subprocess.Popen):
                _drop(one, environment)
        raise
    raise StartError(f"{argv[0]!r} cannot be started: {getattr(found, 'strerror', None) or found}")


class LineProcess:
    """One child; its lines are handed to a function in a thread of their own."""

    def __init__(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        take: Callable[[bytes], None],
        over: Callable[[str], None],
    ) -> None:
        """Start it.

        Args:
            argv: program and arguments; no shell reads them.
            environment: all that it sees.
            folder: where it runs.
            take: gets each line of stdout, without its end; a line that is too long comes cut, one byte over the limit.
            over: gets the reason once stdout is at its end.

        Raises:
            StartError: there is no such program, or it may not be run.
        """
        self._environment = marked(environment)
        self._process = _started(argv, self._environment, folder)
        try:
            self._take, self._over = take, over
            self._stderr: deque[bytes] = deque()
            self._kept = 0
            self._writing = threading.Lock()
            self._threads = [
                threading.Thread(target=self._read_lines, name="adaptor-stdout", daemon=True),
                threading.Thread(target=self._read_stderr, name="adaptor-stderr", daemon=True),
            ]
            for thread in self._threads:
                thread.start()
        except KeyboardInterrupt:
            _drop(self._process, self._environment)
            raise

    @property
    def stderr(self) -> str:
        """The end of what it wrote there."""
        return plain.text(b"".join(list(self._stderr)).decode("utf-8", "replace")[-MOST_STDERR:])

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def send(self, line: bytes, seconds: float) -> bool:
        """Write a line; tell whether it was taken in time. A child that never reads fills the pipe."""
        done = threading.Event()

        def write() -> None:
            with self._writing, contextlib.suppress(OSError, ValueError):
                if self._process.stdin is not None:
                    self._process.stdin.write(line + b"\n")
                    self._process.stdin.flush()
                    done.set()

        thread = threading.Thread(target=write, name="adaptor-stdin", daemon=True)
        thread.start()
        thread.join(seconds)
        return done.is_set()

    def end(self, grace: float | None = None) -> None:
        """Close its stdin, wait, ask it and at last force it to end, with everything that it has started."""
        with contextlib.suppress(OSError, ValueError):
            if self._process.stdin is not None and self._writing.acquire(timeout=0.1):
                try:
                    self._process.stdin.close()
                finally:
                    self._writing.release()
        grace = GRACE if grace is None else grace
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(grace)
        end_all(self._process, grace, self._environment)
        for thread in self._threads:
            thread.join(1.0)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _read_lines(self) -> None:
        pipe = self._process.stdout
        if pipe is None:
            return
        reason = "it closed its stdout"
        with contextlib.suppress(OSError, ValueError):
            while line := pipe.readline(MOST_LINE + 1):
                self._take(line.rstrip(b"\r\n") if line.endswith(b"\n") else line)
                if len(line) > MOST_LINE:
                    reason = f"it sent a line of more than {MOST_LINE} bytes"
                    break
        self._over(reason)

    def _read_stderr(self) -> None:
        pipe = self._process.stderr
        if pipe is None:
            return
        with contextlib.suppress(OSError, ValueError):
            while chunk := os.read(pipe.fileno(), 65536):
                self._stderr.append(chunk)
                self._kept += len(chunk)
                while self._kept > MOST_STDERR and len(self._stderr) > 1:
                    self._kept -= len(self._stderr.popleft())
