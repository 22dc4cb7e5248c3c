"""What tests of the webhook adversary share: arming in process, and what the ledger and the deliveries say."""

from typing import Any

from contracts.plans import plan
from contracts.wire.ids import parse_timestamp
from mockserver.faults.ledger import State

from .asgi import Client


def step(fault: str, *, nth: int | None = None, **arguments: Any) -> dict[str, Any]:
    """A step on one webhook, or on all of them."""
    which = {"always": True} if nth is None else {"nth": nth}
    return {"on": "webhook", **which, "do": {"fault": fault, **arguments}}


def arm(client: Client, *steps: dict[str, Any]) -> None:
    """Arm steps in the client's world."""
    client.world.armoury.arm(plan.parse(list(steps)))


def ledger(client: Client) -> list[dict[str, Any]]:
    """What became of each step."""
    entries: list[dict[str, Any]] = client.world.armoury.current.document()["ledger"]
    return entries


def states(client: Client) -> list[State]:
    """How each step stands."""
    return [entry["state"] for entry in ledger(client)]


def told(client: Client) -> str:
    """What the ledger says of the one step."""
    (entry,) = ledger(client)
    return str(entry["told"])


async def deliveries(client: Client) -> list[dict[str, Any]]:
    """Every delivery with everything, the oldest first."""
    rows = (await client.get("/_mock/deliveries")).json()["deliveries"]
    return [(await client.get(f"/_mock/deliveries/{row['id']}")).json() for row in reversed(rows)]


async def delivery(client: Client) -> dict[str, Any]:
    """The only delivery."""
    (found,) = await deliveries(client)
    return found


def seconds_after_the_end(row: dict[str, object]) -> list[float]:
    """When each attempt of a delivery was made."""
    due = parse_timestamp(str(row["due_at"]))
    attempts = row["attempts"]
    assert isinstance(attempts, list)
    return [round(parse_timestamp(attempt["at"]) - due, 3) for attempt in attempts]
