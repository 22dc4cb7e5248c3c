"""A world's export: all that its bytes depend on besides the requests, as one document (D15).

ExportError
    A document that is no export; the message says what is wrong with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import orjson

from contracts.plans import plan
from contracts.plans.plan import Plan, PlanError
from contracts.wire.ids import timestamp
from mockserver import reading, settings, world_token
from mockserver.clock import MOST_SCALE, Mode
from mockserver.reading import ReadingError
from mockserver.settings import MOST_CREDITS, Settings
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
        found = orjson.loads(reading.text_of(file))
    except ReadingError as error:
        raise ExportError(f"cannot read the world export {file}: {error}") from None
    except orjson.JSONDecodeError as error:
        raise ExportError(f"{file} is no world export: {error}; GET /_mock/export answers with one") from None
    try:
        return _parsed(found)
    except (TokenError, PlanError, ExportError) as error:
        raise ExportError(f"{file} is no world export: {error}") from None


def _parsed(found: object) -> Export:
    if not isinstance(found, dict) or set(KEYS) - found.keys():
        raise ExportError(f"expected an object with {', '.join(KEYS)}; GET /_mock/export answers with one")
    behaviour, granted = found["behaviour"], found["credits"]
    if not isinstance(behaviour, dict):
        raise ExportError("behaviour is not an object of settings")
    if type(granted) is not int or not 0 <= granted <= MOST_CREDITS:
        raise ExportError(f"credits is {granted!r:.64}; expected a whole number of microcents up to {MOST_CREDITS}")
    return Export(
        token=world_token.parse(str(found["token"])),
        plan=plan.parse(found["plan"]),
        behaviour=behaviour,
        clock=_clock(found["clock"]),
        credits=granted,
    )


def _clock(found: object) -> Mapping[str, Any]:
    if not isinstance(found, dict) or found.keys() != {"mode", "scale", "start"}:
        raise ExportError("clock is not an object of mode, scale and start")
    mode, scale, start = found["mode"], found["scale"], found["start"]
    if mode not in get_args(Mode):
        raise ExportError(f"clock/mode is {mode!r:.64}; expected one of: {', '.join(get_args(Mode))}")
    if type(scale) not in {int, float} or not 0 < scale <= MOST_SCALE or (mode != "scaled" and scale != 1):
        raise ExportError(f"clock/scale is {scale!r:.64}; expected 1, or with mode scaled a number up to {MOST_SCALE}")
    if not isinstance(start, str):
        raise ExportError(f"clock/start is {start!r:.64}; expected an RFC 3339 time such as 2026-06-01T00:00:00Z")
    return found
