"""The world's play money."""

from mockserver.control.command import Command, Reply


async def get(command: Command) -> Reply:
    """Show what was granted and what is left."""
    return Reply(_document(command))


async def post(command: Command) -> Reply:
    """Grant more, or take some away."""
    command.world.granted += command.document["microcents"]
    return Reply(_document(command))


def _document(command: Command) -> dict[str, int]:
    world = command.world
    return {"granted": world.granted, "spent": world.granted - world.balance(), "balance": world.balance()}
