"""One task as only the emulator knows it."""

from mockserver.control import record
from mockserver.control.command import Command, Reply


async def get(command: Command) -> Reply:
    """Show a task's control-plane record."""
    world = command.world
    found = world.find_task(command.params["id"])
    shown = record.document(found, world.view(command.base_url), world.clock.now())
    return Reply({**shown, "world_token": str(world.token)})
