"""A process of our own whose standard output is read line by line, each with a deadline."""

import json
import os
import queue
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Self

# Longer than any client's own waiting in these tests, shorter than the test run's own limit.
DEADLINE_SECONDS = 60.0
STOP_SECONDS = 5.0


def environment(**extra: str) -> dict[str, str]:
    """The caller's environment without what would steer a client, and with loopback kept off any proxy."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("INFERENCE", "PYTHON", "NODE_"))}
    return {**kept, "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost", **extra}


class ChildError(AssertionError):
    """The process ended, or said nothing in time, before the line that was due; carries what it wrote to stderr."""


class Child:
    """Starts at once; `stop` ends it and nothing else."""

    def __init__(self, argv: Sequence[str], cwd: Path) -> None:
        self._stderr = TemporaryFile()  # noqa: SIM115  lives as long as the process; closed in `stop`
        self._process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
            encoding="utf-8",
        )
        self._name = Path(argv[0]).name
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def line(self) -> str:
        """The next line of standard output. Raises ChildError when there will be none, or none in time."""
        try:
            line = self._lines.get(timeout=DEADLINE_SECONDS)
        except queue.Empty:
            self._process.kill()  # what it says from now on would be taken for the answer to something else
            raise ChildError(f"{self._name} said nothing for {DEADLINE_SECONDS:.0f} s. {self._complaint()}") from None
        if line is None:
            raise ChildError(f"{self._name} ended with code {self._process.wait()}. {self._complaint()}")
        return line

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def _complaint(self) -> str:
        self._stderr.seek(0)
        return "Its stderr ends: " + self._stderr.read()[-2000:].decode(errors="replace")

    def tell(self, order: dict[str, Any]) -> None:
        """One line of JSON to its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def stop(self) -> int:
        """Ask it to end, make it end if it does not, and give its exit code."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout, self._stderr):
            if stream is not None:
                stream.close()
        return self._process.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Answer:
    """What a driver said about one order: lines of one key each, the last of them `returned` or `raised`."""

    def __init__(self, lines: Iterator[dict[str, Any]]) -> None:
        self.lines: list[dict[str, Any]] = []
        for line in lines:
            self.lines.append(line)
            if line.keys() & {"returned", "raised"}:
                break

    def every(self, kind: str) -> list[Any]:
        return [line[kind] for line in self.lines if kind in line]

    @property
    def returned(self) -> Any:
        """The client's return value; an AssertionError showing the whole answer when it raised instead."""
        assert "returned" in self.lines[-1], self.lines
        return self.lines[-1]["returned"]

    @property
    def raised(self) -> dict[str, Any]:
        """Type, message and HTTP status of what the client raised; an AssertionError when it returned instead."""
        assert "raised" in self.lines[-1], self.lines
        raised: dict[str, Any] = self.lines[-1]["raised"]
        return raised


class Driver(Child):
    """A child that takes orders for a client and answers them."""

    def __init__(self, argv: Sequence[str], cwd: Path) -> None:
        super().__init__(argv, cwd)
        self.client: dict[str, Any] = json.loads(self.line())["client"]

    def answer(self, case: str, base_url: str, api_key: str, /, **given: Any) -> Answer:
        self.tell({"case": case, "base_url": base_url, "api_key": api_key, "input": given})
        return Answer(json.loads(self.line()) for _ in iter(int, 1))
