"""Is it there yet?"""

from mockserver import __version__
from mockserver.control.command import Command, Reply


async def get(command: Command) -> Reply:
    """Answer 200 while serving, 503 before and after."""
    serving = command.emulator.serving and not command.emulator.closing
    return Reply(
        {"serving": serving, "version": __version__, "worlds": len(command.emulator.worlds)}, 200 if serving else 503
    )
