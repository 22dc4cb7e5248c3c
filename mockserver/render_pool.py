"""Rendering beside the event loop: processes that write videos, started when they are needed.

Processes and not threads, because the writer is Python: while a thread writes, the loop waits for the interpreter lock
again and again (50 videos of 1080p: p99 of the loop's lag 12 ms, with a process 1.4 ms). Plain pipes and not
`multiprocessing`, because that would run the user's main module once more.
"""

import contextlib
import os
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor

from contracts.apps.expectation import MediaExpectation
from mockserver.media import Rendition, render, worker

MOST_PROCESSES = 4


class RenderPool:
    """Renders videos in a few processes, each with a thread here that waits for it."""

    def __init__(self, most: int | None = None) -> None:
        """Start nothing yet.

        Args:
            most: processes; None leaves one processor to the event loop.
        """
        if most is None:
            most = max(1, min(MOST_PROCESSES, (os.cpu_count() or 2) - 1))
        self._threads = ThreadPoolExecutor(max_workers=most, thread_name_prefix="render")
        self._lock = threading.Lock()
        self._idle: list[subprocess.Popen[bytes]] = []
        self._all: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    @property
    def processes(self) -> int:
        """How many are running."""
        return len(self._all)

    def submit(self, expectation: MediaExpectation, rendition: Rendition) -> "Future[bytes]":
        """Have a video rendered."""
        return self._threads.submit(self.render, expectation, rendition)

    def render(self, expectation: MediaExpectation, rendition: Rendition) -> bytes:
        """Render in a process and wait for it.

        Raises:
            ValueError: as `mockserver.media.render`.
            RuntimeError: the pool was closed.
        """
        process = self._take()
        if process is not None:
            assert process.stdin is not None  # noqa: S101  # it was started with both pipes
            assert process.stdout is not None  # noqa: S101
            try:
                content = worker.render_in(process.stdin, process.stdout, expectation, rendition)
            except (OSError, EOFError):
                self._end(process)
            except Exception:
                self._give_back(process)
                raise
            else:
                self._give_back(process)
                return content
        if self._closed:
            raise RuntimeError("the emulator is closing; no video is rendered any more")
        # No process can be had, or it died: a video that disturbs the loop a little is better than none.
        return render(expectation, rendition)

    def close(self) -> None:
        """End every process at once; what they are writing nobody waits for any more."""
        with self._lock:
            self._closed = True
            running = list(self._all)
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in running:
            self._end(process)

    def _take(self) -> "subprocess.Popen[bytes] | None":
        with self._lock:
            if self._closed:
                return None
            if self._idle:
                return self._idle.pop()
            with contextlib.suppress(OSError):
                # A session of its own, so that Ctrl-C reaches the server alone; no folder of the user's on the path.
                process = subprocess.Popen(  # noqa: S603  # our own module
                    [sys.executable, "-P", "-m", worker.__name__],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    start_new_session=True,
                )
                self._all.add(process)
                return process
        return None

    def _give_back(self, process: "subprocess.Popen[bytes]") -> None:
        with self._lock:
            self._idle.append(process)

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        with self._lock:
            self._all.discard(process)
            if process in self._idle:
                self._idle.remove(process)
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was not yet sent cannot be sent any more
                    pipe.close()
