"""The world as one document, from which `serve --world` makes it again."""

from mockserver import world_export
from mockserver.control.command import Command, Reply


async def get(command: Command) -> Reply:
    """Show token, behaviour, clock, first credits and plan."""
    return Reply(world_export.document(command.world, command.emulator.settings))
