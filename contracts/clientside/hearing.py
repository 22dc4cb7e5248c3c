"""How judges hear the witnesses: what a step told, which calls came, what was answered. What is not there blocks."""

import json
import re
from collections.abc import Mapping
from typing import Any

from contracts.clientside.play import Play, Row, Said
from contracts.clientside.protocol import Reply
from contracts.clientside.unheard import Unheard
from contracts.clientside.verdicts import BlockedCheck, FailedCheck

MOST_SHOWN = 200
"""Characters of a value in a verdict."""

_RUN = re.compile(r"(\w)\1{29,}")
"""The same character so often that nobody wants to count."""


def replied(play: Play, step: str) -> tuple[Said, Reply]:
    """Return a step with its answer, a result or an error.

    Raises:
        BlockedCheck: it was not reached, nothing came, or the client cannot.
    """
    said = play.said.get(step)
    if said is None:
        raise BlockedCheck(f"{step} was not reached")
    if said.reply is None:
        raise BlockedCheck(f"{step}: {said.failure or 'nothing came'}")
    if said.reply.kind == "cannot":
        raise BlockedCheck(f"{step}: the client cannot")
    return said, said.reply


def saw(play: Play, step: str) -> Mapping[str, Any]:
    """Return what a step told; an error says nothing here."""
    _, reply = replied(play, step)
    if reply.kind != "saw":
        raise BlockedCheck(f"{step} raised an error")
    return reply.told


def raised(play: Play, step: str) -> Mapping[str, Any]:
    """Return the error of a step; a result says nothing here."""
    _, reply = replied(play, step)
    if reply.kind != "raised":
        raise BlockedCheck(f"{step} raised no error")
    return reply.told


def came_back(play: Play, step: str, wanted: str = "have come back with a result") -> Mapping[str, Any]:
    """Return what a step told; an error fails the check.

    Args:
        play: the case.
        step: of the client.
        wanted: what it should have done, for the verdict.
    """
    _, reply = replied(play, step)
    if reply.kind != "saw":
        raise FailedCheck(f"{step} should {wanted}; it raised {error(reply.told)}")
    return reply.told


def end(told: Mapping[str, Any]) -> object:
    """Return the task in what was told: the end of a stream, or the task itself."""
    return told.get("end") if "updates" in told else told


def called(play: Play, on: str) -> list[Row]:
    """Return the calls of an operation, at least one."""
    rows = play.exchanges(on)
    if not rows:
        raise BlockedCheck(f"there was no call of {on}")
    return rows


def header(row: Row, name: str) -> str | None:
    """Return a request's header, or None."""
    return next((value for key, value in row["request"]["headers"] if key.lower() == name.lower()), None)


def sent(row: Row) -> Mapping[str, Any]:
    """Return a request's JSON object, an empty one where it is something else."""
    found = (row["request"]["body"] or {}).get("json")
    return found if isinstance(found, Mapping) else {}


def answered(row: Row) -> object:
    """Return the JSON of an answer, that of a success out of its envelope; None where there is none."""
    found = ((row["response"] or {}).get("body") or {}).get("json")
    if isinstance(found, Mapping) and "data" in found and row["status"] < 400:
        return found["data"]
    return found


def error(told: Mapping[str, Any]) -> str:
    """Return an error as verdicts show it."""
    if isinstance(told, Unheard):
        return str(told)
    return f"{told.get('class')}: {str(told.get('message'))[:MOST_SHOWN]}"


def shown(value: object) -> str:
    """Return a value as verdicts show it."""
    text = _RUN.sub(lambda found: f"{found[1] * 3}...({len(found[0])} times)", json.dumps(value, default=str))
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "..."
