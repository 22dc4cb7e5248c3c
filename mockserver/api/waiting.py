"""Runs whose answer is held: until the task has ended (D9), or until its webhook has come."""

import asyncio
from collections.abc import Callable

from mockserver.api.call import Call
from mockserver.api.dispatch import ClientGoneError
from mockserver.task import Task

MOST_WAIT_SECONDS = 25.0
"""How long a waited run is held on the world's clock (D9)."""

STILL_SECONDS = 10.0
"""Real time after which a wait on a clock that has not moved is worth a word in the log."""


async def for_end(call: Call, made: Task) -> None:
    """Hold the answer until the task has ended, the time is up or the server stops (D9).

    Raises:
        ClientGoneError: nobody is there any more to be answered.
    """
    clock = call.world.clock
    deadline = clock.now() + MOST_WAIT_SECONDS

    def until() -> float:
        ended = made.ended()
        return deadline if ended is None else min(ended, deadline)

    await _hold(call, made, lambda: made.is_over(clock.now()) or clock.now() >= deadline, until)


async def for_webhook(call: Call, made: Task) -> None:
    """Hold the answer until the first attempt of a webhook that is to come before it is over.

    Raises:
        ClientGoneError: nobody is there any more to be answered.
    """
    delivery = call.world.delivery_of(made)
    early = None if delivery is None else delivery.adversary.early
    if delivery is None or early is None:
        return
    if made.ended() is None:
        early.doubt("the task does not end, so that its webhook never comes")
        return
    try:
        await _hold(call, made, lambda: delivery.first is not None, lambda: None)
    except ClientGoneError:
        early.doubt("the client left before its webhook came")
        raise
    if delivery.first in {"reached", "captured"}:
        early.consume()
    else:
        early.doubt("its first attempt reached nobody")


async def _hold(call: Call, made: Task, over: Callable[[], bool], until: Callable[[], float | None]) -> None:
    """Wait until it is over, and for nothing longer than the server lasts and the client stays."""
    clock = call.world.clock
    with clock.member() as member:
        made.watchers.add(member)
        watcher = asyncio.ensure_future(call.left())
        watcher.add_done_callback(lambda _: member.wake())
        try:
            while not over() and not call.ending:
                if watcher.done():
                    raise ClientGoneError
                still = clock.now()
                await member.wait(until(), real_seconds=STILL_SECONDS)
                if clock.now() == still:
                    call.world.hint_at_stillness()
        finally:
            watcher.cancel()
            made.watchers.discard(member)
