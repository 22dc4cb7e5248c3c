"""Plays the faults that a call meets: before it, in its place, or on its answer's way."""

from collections.abc import Awaitable, Callable

from contracts.wire.problems import Problem
from mockserver.api.call import Call
from mockserver.faults import bending, exchange
from mockserver.faults.exchange import Page, Silence
from mockserver.faults.ledger import Hit

Answering = Callable[[], Awaitable[None]]
"""Carries the call out and sends its answer through the call's wire, problems included."""


async def play(call: Call, answer: Answering) -> None:
    """Answer a call, with whatever it meets.

    Raises:
        Problem: a fault answers with it.
        SeveredError: a fault has ended the connection.
    """
    delay, fault = call.hits.get("delay"), call.hits.get("answer")
    if delay is not None:
        await _wait(call, delay)
    if fault is None:
        await answer()
    elif _replaces(fault):
        await _replace(call, fault, answer)
    else:
        await _bend(call, fault, answer)


async def _wait(call: Call, delay: Hit) -> None:
    call.world.hint_at_stillness()
    await call.wire.pause(call.world.clock, delay["seconds"])
    delay.consume()


def _replaces(fault: Hit) -> bool:
    inside = fault.name == "reset" and fault["when"] != "before"
    return fault.name in exchange.FAULTS and not inside


async def _replace(call: Call, fault: Hit, answer: Answering) -> None:
    told = exchange.FAULTS[fault.name](fault, call.now)
    # A stream changes nothing, so there is no work to be done; carried out, it would hold the call to the task's end.
    if exchange.works_first(fault) and call.operation.id != "tasks.stream":
        with call.wire.muted():
            await answer()
    call.wire.genuine = False
    fault.consume()
    match told:
        case Problem():
            raise told
        case Page():
            await _send_page(call, told)
        case Silence("hang"):
            await call.wire.hang()
        case Silence("reset"):
            await call.wire.reset()
        case _:
            await call.wire.close()


async def _bend(call: Call, fault: Hit, answer: Answering) -> None:
    bend = bending.FAULTS[fault.name](call.wire, fault, call.world.clock)
    call.wire.bend(bend.send)
    await answer()
    bend.end()


async def _send_page(call: Call, page: Page) -> None:
    length = str(len(page.body)).encode("ascii")
    headers = [
        (b"content-type", page.content_type.encode("ascii")),
        (b"content-length", length),
        (b"x-request-id", call.exchange.id.encode("ascii")),
    ]
    await call.wire.transmit({"type": "http.response.start", "status": page.status, "headers": headers})
    await call.wire.transmit({"type": "http.response.body", "body": b"" if call.is_head else page.body})
