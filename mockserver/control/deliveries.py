"""Webhook deliveries with their attempts."""

from collections.abc import Iterator
from itertools import islice
from typing import get_args

from contracts.wire.problems import Problem
from mockserver.control.command import Command, Reply
from mockserver.control.journal import limit_of
from mockserver.control.waiting import held
from mockserver.delivery import Delivery, State
from mockserver.webhooks import MOST_ATTEMPTS


async def list_all(command: Command) -> Reply:
    """List deliveries, the newest first."""
    task, state = command.query.get("task"), command.query.get("state")
    if state and state not in get_args(State):
        raise Problem("invalid_request", f"there is no state {state[:32]!r}; there are {', '.join(get_args(State))}")
    limit = limit_of(command)

    def found() -> Iterator[Delivery]:
        return (
            delivery
            for delivery in command.world.webhooks.newest_first()
            if task in {None, "", delivery.task_id} and state in {None, "", delivery.state}
        )

    waited = await held(command, lambda: sum(delivery.over or bool(state) for delivery in found()))
    return Reply({"deliveries": [delivery.document() for delivery in islice(found(), limit)], **waited})


async def get(command: Command) -> Reply:
    """Show one delivery."""
    return Reply(_find(command).document(full=True))


async def replay(command: Command) -> Reply:
    """Send it once more and show the attempt."""
    delivery = _find(command)
    if not delivery.body:
        raise Problem("conflict", f"delivery {delivery.id} has no body yet: its task has not ended")
    if len(delivery.attempts) >= MOST_ATTEMPTS:
        raise Problem("conflict", f"delivery {delivery.id} has {MOST_ATTEMPTS} attempts, which is all that are kept")
    attempt = await command.world.webhooks.replay(delivery)
    return Reply({"id": delivery.id, "state": delivery.state, "attempt": attempt.document()})


def _find(command: Command) -> Delivery:
    found = command.world.webhooks.find(command.params["id"])
    if found is None:
        raise Problem("not_found", f"there is no delivery {command.params['id'][:64]!r} in this world")
    return found
