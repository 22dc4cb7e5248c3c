"""The command as a process of its own, the way users start it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

COMMAND = Path(sys.executable).with_name("inferencesh-mock")
READY = "serving "
PATIENCE = 30.0


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The caller's environment without what would change the command, and with bytecode on disk."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("INFERENCESH_MOCK") and name not in {"PYTHONDONTWRITEBYTECODE", "PYTHONWARNINGS"}
    }
    return kept | dict(extra or {})


def finished(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Served:
    """A serving command."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self.process = process
        self.url = url

    def terminate(self) -> tuple[int, str]:
        """Send SIGTERM; return the exit code and what was said on stderr."""
        self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors


@contextmanager
def serving(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Start `serve` and wait for its line; whatever happens, it does not outlive the test."""
    process = subprocess.Popen(
        [COMMAND, "serve", *arguments],
        cwd=cwd,
        env=environment(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().rstrip("\n")
        assert line.startswith(READY), (line, process.communicate(timeout=PATIENCE))
        yield Served(process, line.removeprefix(READY))
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
