"""The world's play money."""

from itertools import islice
from typing import Any

from contracts.wire.problems import Problem
from mockserver.control.command import Command, Reply
from mockserver.control.journal import limit_of

MOST_GRANTED = 2**53
"""Microcents in all, some ninety million dollars: beyond it numbers in JSON are not exact any more."""


async def get(command: Command) -> Reply:
    """Show the sums, the tasks that make them, and what may have been paid twice."""
    return Reply(_document(command))


async def post(command: Command) -> Reply:
    """Grant more, or take some away."""
    world = command.world
    change = int(command.document["microcents"])  # JSON Schema takes 1.0 for a whole number
    granted = world.purse.granted + change
    if abs(granted) > MOST_GRANTED:
        raise Problem("invalid_request", f"{granted} microcents in all are more than play money goes: {MOST_GRANTED}")
    free = world.balance() - world.purse.held
    if change < 0 and free + change < 0:
        raise Problem(
            "conflict",
            f"{-change} microcents are more than are left: {max(0, free)}, besides {world.purse.held} "
            "that are held for tasks under way; take at most as much away",
        )
    world.purse.granted = granted
    return Reply(_document(command))


def _document(command: Command) -> dict[str, Any]:
    world = command.world
    world.settle()
    tasks = [row.document() for row in islice(world.purse.rows, limit_of(command))]
    return {**world.purse.document(), "tasks": tasks}
