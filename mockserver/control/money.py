"""The world's play money."""

from contracts.wire.problems import Problem
from mockserver.control.command import Command, Reply

MOST_GRANTED = 2**53
"""Microcents in all, some ninety million dollars: beyond it numbers in JSON are not exact any more."""


async def get(command: Command) -> Reply:
    """Show what was granted and what is left."""
    return Reply(_document(command))


async def post(command: Command) -> Reply:
    """Grant more, or take some away."""
    granted = command.world.granted + command.document["microcents"]
    if abs(granted) > MOST_GRANTED:
        raise Problem("invalid_request", f"{granted} microcents in all are more than play money goes: {MOST_GRANTED}")
    left = command.world.balance() + command.document["microcents"]
    if command.document["microcents"] < 0 and left < 0:
        raise Problem("conflict", f"that would leave {left} microcents; at most what is left can be taken away")
    command.world.granted = granted
    return Reply(_document(command))


def _document(command: Command) -> dict[str, int]:
    world = command.world
    return {"granted": world.granted, "spent": world.granted - world.balance(), "balance": world.balance()}
