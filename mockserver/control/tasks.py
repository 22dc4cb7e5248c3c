"""One task as only the emulator knows it."""

from mockserver import task
from mockserver.control.command import Command, Reply


async def get(command: Command) -> Reply:
    """Show a task's control-plane record."""
    world = command.world
    found = world.find_task(command.params["id"])
    return Reply(task.control_document(found, world.view(command.base_url), world.clock.now()))
