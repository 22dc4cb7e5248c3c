"""The world's clock: read it, set it, move it."""

from contracts.wire.ids import parse_timestamp, timestamp
from contracts.wire.problems import Problem
from mockserver.clock import ClockError
from mockserver.control.command import Command, Reply


async def get(command: Command) -> Reply:
    """Show time, mode and scale."""
    return Reply(_document(command))


async def put(command: Command) -> Reply:
    """Set the mode, and the time if it is given."""
    document = command.document
    try:
        start = parse_timestamp(document["now"]) if "now" in document else None
        command.world.clock.set(document["mode"], scale=document.get("scale", 1.0), start=start)
    except ValueError as error:
        raise Problem("invalid_request", str(error)) from None
    return Reply(_document(command))


async def advance(command: Command) -> Reply:
    """Move a manual clock and list what fired."""
    document = command.document
    try:
        fired = await command.world.advance(seconds=document.get("seconds"), until_idle=document.get("until") == "idle")
    except ClockError as error:
        raise Problem("conflict", str(error)) from None
    return Reply({**_document(command), "fired": [{**entry, "at": timestamp(entry["at"])} for entry in fired]})


def _document(command: Command) -> dict[str, object]:
    clock = command.world.clock
    return {"now": timestamp(clock.now()), "mode": clock.mode, "scale": clock.scale}
