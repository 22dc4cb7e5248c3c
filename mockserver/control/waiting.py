"""Lists that are answered once enough is in them: a test waits for what its client does, and nobody polls."""

import asyncio
from collections.abc import Callable, Mapping

from contracts.wire.problems import Problem
from mockserver.control.command import Command

MOST_SECONDS = 60.0
"""Real time that one request may be held; who wants to wait longer asks again."""

QUERY: Mapping[str, str] = {
    "wait": f"hold the answer until `count` of them have ended, at most so many real seconds ({MOST_SECONDS:g})",
    "count": "with wait: so many, 1 unless given",
}


async def held(command: Command, ended: Callable[[], int]) -> Mapping[str, bool]:
    """Wait as the query says; return what the answer says about that.

    Args:
        command: with `wait` and `count` in its query, or without.
        ended: counts what matches and is over.

    Raises:
        Problem: 400, a number is none; 409, the world was reset meanwhile.
    """
    if "wait" not in command.query:
        if "count" in command.query:
            raise Problem("invalid_request", "count goes with wait, such as wait=10&count=2")
        return {}
    patience, count = _seconds(command.query["wait"]), _count(command.query.get("count", "1"))
    world = command.world
    try:
        async with asyncio.timeout(patience):
            while ended() < count:
                await world.news.heard()
                world.check_open()
    except TimeoutError:
        pass
    return {"enough": ended() >= count}


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= MOST_SECONDS:
        raise Problem("invalid_request", f"wait is {text[:32]!r}; expected seconds from 0 to {MOST_SECONDS:g}")
    return seconds


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 8 and int(text) > 0):
        raise Problem("invalid_request", f"count is {text[:32]!r}; expected a whole number from 1 to 9999999")
    return int(text)
