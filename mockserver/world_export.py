"""A world's export: all that its bytes depend on besides the requests, as one document (D15).

ExportError
    A document that is no export; the message says what is wrong with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from contracts.plans import plan
from contracts.plans.plan import Plan, PlanError
from contracts.wire.ids import timestamp
from mockserver import settings, world_token
from mockserver.settings import Settings
from mockserver.world import World
from mockserver.world_token import TokenError, WorldToken

KEYS = ("token", "behaviour", "clock", "credits", "plan")


class ExportError(ValueError):
    """A document that is no export."""


@dataclass(frozen=True, slots=True)
class Export:
    """What an export says."""

    token: WorldToken
    plan: Plan
    behaviour: Mapping[str, Any]
    """Setting by name; the webhook secret only as being set."""
    clock: Mapping[str, Any]
    """`mode`, `scale` and `start`, an RFC 3339 time."""
    credits: int
    """Microcents that the world had at first."""


def document(world: World, server: Settings) -> dict[str, Any]:
    """Return the export of a world as JSON.

    Args:
        world: the one.
        server: settings of its server.
    """
    clock = world.clock
    return {
        "token": str(world.token),
        "behaviour": settings.document(world.behaviour),
        "clock": {"mode": clock.mode, "scale": clock.scale, "start": timestamp(clock.began)},
        "credits": server.credits,
        "plan": world.armoury.current.plan.document(),
    }


def read(file: Path) -> Export:
    """Read an export.

    Raises:
        ExportError: the file cannot be read, or is none.
    """
    try:
        found = orjson.loads(file.read_bytes())
    except OSError as error:
        raise ExportError(f"cannot read the world export {file}: {error.strerror}") from None
    except orjson.JSONDecodeError as error:
        raise ExportError(f"{file} is no world export: {error}; GET /_mock/export answers with one") from None
    try:
        return _parsed(found)
    except (TokenError, PlanError, ExportError) as error:
        raise ExportError(f"{file} is no world export: {error}") from None


def _parsed(found: object) -> Export:
    if not isinstance(found, dict) or set(KEYS) - found.keys():
        raise ExportError(f"expected an object with {', '.join(KEYS)}; GET /_mock/export answers with one")
    clock, behaviour, granted = found["clock"], found["behaviour"], found["credits"]
    if not isinstance(clock, dict) or clock.keys() != {"mode", "scale", "start"}:
        raise ExportError("clock is not an object of mode, scale and start")
    if not isinstance(behaviour, dict) or type(granted) is not int:
        raise ExportError("behaviour is not an object of settings, or credits is no number of microcents")
    return Export(
        token=world_token.parse(str(found["token"])),
        plan=plan.parse(found["plan"]),
        behaviour=behaviour,
        clock=clock,
        credits=granted,
    )
