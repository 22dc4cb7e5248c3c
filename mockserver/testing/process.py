"""An emulator in a process of its own, for tests that must not share one with it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path

import orjson

from contracts.wire.ids import timestamp
from contracts.wire.money import MICROCENTS_PER_USD
from mockserver.settings import Behaviour, Settings
from mockserver.testing.running import RunningServer

READY = "serving "
STOP_SECONDS = 10.0


@contextmanager
def serving_apart(settings: Settings) -> Iterator[RunningServer]:
    """Run an emulator in a process for as long as the context lasts.

    Args:
        settings: as for `serving`; those that the command has no flag for hold their defaults.

    Raises:
        RuntimeError: it did not start; the message is what it said.
    """
    with tempfile.TemporaryDirectory(prefix="inferencesh-mock-") as folder:
        plan = Path(folder, "plan.json")
        plan.write_bytes(orjson.dumps(settings.plan.document()))
        with _running([*flags(settings), f"--plan={plan}"]) as base_url:
            yield RunningServer(base_url, settings)


@contextmanager
def _running(arguments: list[str]) -> Iterator[str]:
    # Neither variables nor settings files count: what a test gets is what it asked for.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INFERENCESH_MOCK_")}
    process = subprocess.Popen(  # noqa: S603  # our own command
        [sys.executable, "-m", "mockserver", "serve", "--config", os.devnull, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None  # noqa: S101  # it is a pipe
        line = process.stdout.readline().rstrip("\n")
        if not line.startswith(READY):
            raise RuntimeError(f"the emulator's process did not start; exit code {process.wait()}, see its stderr")
        yield line.removeprefix(READY)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def flags(settings: Settings) -> list[str]:
    """Return the flags of `serve` that say the same; the port is a free one unless it is another than the default."""
    # A replay arms here what it armed there; the command would check the token against what it is given at the start.
    replays = None if settings.replays is None else replace(settings.replays, plan=settings.plan.hash)
    behaviour = {row.name: getattr(settings.behaviour, row.name) for row in fields(Behaviour)}
    told = {
        "host": settings.host,
        "port": 0 if settings.port == Settings().port else settings.port,
        "clock": settings.clock,
        "clock_scale": settings.clock_scale,
        "clock_start": None if settings.clock_start is None else timestamp(settings.clock_start),
        "public_url": settings.public_url,
        "control_token": settings.control_token,
        "credits": settings.credits / MICROCENTS_PER_USD,
        "max_worlds": settings.max_worlds,
        "media_cache_dir": settings.media_cache_dir,
        "seed": settings.seed if replays is None else None,
        "replay": replays,
        **behaviour,
    }
    given = [f"--{name.replace('_', '-')}={value}" for name, value in told.items() if value is not None]
    given += [f"--allow-egress={target}" for target in settings.allow_egress]
    return given + (["--log-requests"] if settings.log_requests else [])
