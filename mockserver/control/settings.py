"""The server's settings and the world's behaviour."""

from contracts.wire.problems import Problem
from mockserver import settings
from mockserver.control.command import Command, Reply
from mockserver.settings import SettingsError


async def get(command: Command) -> Reply:
    """Show both."""
    server = command.emulator.settings
    shown = {
        "server": {
            "host": server.host,
            "port": server.port,
            "seed": command.emulator.seed,
            "clock": server.clock,
            "clock_scale": server.clock_scale,
            "public_url": server.public_url,
            "allow_egress": list(server.allow_egress),
            "credits": server.credits,
            "max_worlds": server.max_worlds,
            "max_upload": server.max_upload,
            "behaviour": settings.document(server.behaviour),
        }
    }
    if command.key is not None:
        shown["world"] = {
            "fingerprint": command.world.fingerprint,
            "behaviour": settings.document(command.world.behaviour),
        }
    return Reply(shown)


async def patch(command: Command) -> Reply:
    """Change the world's behaviour; all of it or nothing."""
    world = command.world
    try:
        world.behave(command.document)
    except SettingsError as error:
        raise Problem("invalid_request", str(error)) from None
    return Reply({"fingerprint": world.fingerprint, "behaviour": settings.document(world.behaviour)})
