"""A fresh world under the same key, or none."""

from contracts.wire.ids import parse_timestamp
from contracts.wire.problems import Problem
from mockserver.clock import Mode, Start, within_time
from mockserver.control.command import Command, Reply


async def post(command: Command) -> Reply:
    """Forget everything the key has done; counts of ids begin anew too."""
    given = command.document.get("clock")
    try:
        clock = None if given is None else _start(given["mode"], given.get("scale", 1.0), given.get("now"))
    except ValueError as error:
        raise Problem("invalid_request", f"/clock: {error}") from None
    fresh = command.emulator.worlds.reset(command.world, clock)
    return Reply({"fingerprint": fresh.fingerprint})


async def delete(command: Command) -> Reply:
    """Forget the world; the key opens a fresh one when it is used again."""
    world = command.world
    command.emulator.worlds.forget(world)
    return Reply({"fingerprint": world.fingerprint})


def _start(mode: Mode, scale: float, now: str | None) -> Start:
    """Return how the fresh world's clock begins; unlike a running one it may begin earlier than now."""
    return Start(mode, scale, None if now is None else within_time(max(0.0, parse_timestamp(now))))
