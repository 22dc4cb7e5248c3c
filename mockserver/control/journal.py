"""Every exchange of a world."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from contracts import names, operations
from contracts.plans import catalogue
from contracts.wire.problems import Problem
from mockserver.control.command import Command, Reply
from mockserver.control.waiting import held
from mockserver.journal import Exchange

DEFAULT_LIMIT = 100


async def list_all(command: Command) -> Reply:
    """List exchanges, the newest first."""
    journal = command.world.journal
    operation = command.query.get("operation")
    known = {*operations.by_id(), *catalogue.ALIASES, "options"}
    if operation and operation not in known:
        # A misspelt name would give an empty list, and a test that wants none would pass.
        told = names.hint(operation, sorted(known))
        raise Problem("invalid_request", f"there is no operation {operation[:64]!r}; {told}")
    wanted = {name: value for name, value in command.query.items() if name in _FILTERS and value}
    limit, full = limit_of(command), _full(command)

    def found() -> Iterator[Exchange]:
        return (exchange for exchange in journal.newest_first() if _matches(exchange, wanted))

    waited = await held(command, lambda: sum(exchange.ended is not None for exchange in found()))
    shown = [exchange.document() if full else exchange.summary() for exchange in islice(found(), limit)]
    return Reply({"exchanges": shown, "kept": len(journal), "dropped": journal.dropped, **waited})


async def get(command: Command) -> Reply:
    """Show one exchange."""
    found = command.world.journal.find(command.params["id"])
    if found is None:
        raise Problem("not_found", f"there is no exchange {command.params['id'][:64]!r} in this world's journal")
    return Reply(found.document())


async def clear(command: Command) -> Reply:
    """Forget the exchanges."""
    forgotten = len(command.world.journal)
    command.world.journal.clear()
    return Reply({"forgotten": forgotten})


def limit_of(command: Command) -> int:
    """Return how many rows a list command wants.

    Raises:
        Problem: 400, `limit` is not no such number.
    """
    text = command.query.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 8 and int(text) > 0):
        raise Problem("invalid_request", f"limit is {text[:32]!r}; expected a whole number from 1 to 9999999")
    return int(text)


def _full(command: Command) -> bool:
    text = command.query.get("full", "false")
    if text not in {"true", "false"}:
        raise Problem("invalid_request", f"full is {text[:32]!r}; expected true or false")
    return text == "true"


def _matches(exchange: Exchange, wanted: dict[str, str]) -> bool:
    return all(_FILTERS[name](exchange, value) for name, value in wanted.items())


def _is_of(exchange: Exchange, operation: str) -> bool:
    return exchange.operation == operation or exchange.operation in catalogue.ALIASES.get(operation, ())


_FILTERS: Mapping[str, Callable[[Exchange, str], bool]] = {
    "operation": _is_of,
    "method": lambda exchange, value: exchange.method == value.upper(),
    "status": lambda exchange, value: str(exchange.status) == value,
    "task": lambda exchange, value: exchange.task_id == value or f"/tasks/{value}" in exchange.path,
}
