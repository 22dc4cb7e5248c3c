"""A fresh world under the same key."""

from mockserver.control.command import Command, Reply


async def post(command: Command) -> Reply:
    """Forget everything the key has done; counts of ids begin anew too."""
    fresh = command.emulator.worlds.reset(command.world)
    return Reply({"fingerprint": fresh.fingerprint})
