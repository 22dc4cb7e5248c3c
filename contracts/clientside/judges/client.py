"""Judges of what the client said: results, updates, errors."""

import itertools
import json
import re
from collections.abc import Mapping
from typing import Any

from contracts.clientside.judge import judge
from contracts.clientside.play import Play, Said
from contracts.clientside.verdicts import BlockedCheck, FailedCheck
from contracts.wire.statuses import Status


@judge("client")
def returned(play: Play, *, step: str) -> None:
    """The call came back with a result, and not with an error."""
    said = _answered(play, step)
    if said.reply is not None and said.reply.kind == "raised":
        raise FailedCheck(f"{step} should have come back with a result; it raised {_error(said.reply.told)}")


@judge("client")
def ended(play: Play, *, step: str, status: str) -> None:
    """The call told that the task has ended so, by its number or its word; an error tells no end."""
    said = _answered(play, step)
    if said.reply is not None and said.reply.kind == "raised":
        raise FailedCheck(f"{step} should have ended {status}; it raised {_error(said.reply.told)}")
    end = _end(play, step)
    told = play.status(end.get("status")) if isinstance(end, Mapping) else None
    if told != Status[status.upper()]:
        raise FailedCheck(f"{step} should have ended {status}; the client says {_json(end)}")


@judge("client")
def saw(
    play: Play,
    *,
    step: str,
    path: str,
    equals: object = None,
    matches: str | None = None,
    present: bool | None = None,
) -> None:
    """What the call told has such a member: equal to something, like a pattern, or there at all."""
    told = _told(play, step, "saw")
    found = _at(told, path)
    if present is not None:
        if (found is not None) != present:
            raise FailedCheck(f"{step}: expected {path} to be {'there' if present else 'absent'}, got {_json(told)}")
        return
    if matches is not None:
        if not isinstance(found, str) or not re.search(matches, found):
            raise FailedCheck(f"{step}: expected {path} like {matches}, got {_json(found)}")
        return
    if found != equals:
        raise FailedCheck(f"{step}: expected {path} to be {_json(equals)}, got {_json(found)}")


@judge("client")
def output_told(play: Play, *, step: str) -> None:
    """The result has the address of the video, in whatever form the server gave it; an error has none."""
    said = _answered(play, step)
    if said.reply is not None and said.reply.kind == "raised":
        raise FailedCheck(f"{step} should have told the video's address; it raised {_error(said.reply.told)}")
    end = _end(play, step)
    output = end.get("output") if isinstance(end, Mapping) else None
    video = output.get("video") if isinstance(output, Mapping) else None
    url = video.get("uri") if isinstance(video, Mapping) else video
    known = {row["output_url"] for row in play.seen.tasks.values()}
    if url not in known:
        raise FailedCheck(f"{step}: expected output.video to be the video's address, got {_json(output)}")


@judge("client")
def progress_never_falls(play: Play, *, step: str) -> str:
    """The progress that the updates tell never falls."""
    told = _told(play, step, "saw")
    values = [row["progress"] for row in told.get("updates", []) if isinstance(row.get("progress"), int | float)]
    if not values:
        raise BlockedCheck("no update tells a progress")
    for earlier, later in itertools.pairwise(values):
        if later < earlier:
            raise FailedCheck(f"{step}: the progress falls from {earlier} to {later}")
    return f"{len(values)} values, {values[0]} to {values[-1]}"


@judge("client")
def raised(play: Play, *, step: str) -> str:
    """The call ended with an error."""
    said = _answered(play, step)
    if said.reply is None or said.reply.kind != "raised":
        raise FailedCheck(f"{step} should have raised an error; it told {_json(said.reply and said.reply.told)}")
    return _error(said.reply.told)


@judge("client")
def error_has(
    play: Play,
    *,
    step: str,
    member: str,
    equals: object = None,
    contains: str | None = None,
    matches: str | None = None,
    in_message: bool = False,
    alone: bool = False,
) -> None:
    """The error has such a member; `in_message` is content with it in the message, `alone` wants that there is one."""
    said = _answered(play, step)
    if alone and said.reply is not None and said.reply.kind == "saw":
        raise FailedCheck(f"{step} should have raised an error; it told {_json(said.reply.told)}")
    told = _told(play, step, "raised")
    found, message = told.get(member), str(told.get("message", ""))
    if equals is not None:
        good = found == equals or (in_message and str(equals) in message)
    elif contains is not None:
        good = contains in str(found or "") or (in_message and contains in message)
    else:
        good = bool(re.search(matches or ".", str(found or ""))) or (
            in_message and bool(re.search(matches or ".", message))
        )
    if not good:
        wanted = next(one for one in (equals, contains, matches, "something") if one is not None)
        raise FailedCheck(f"{step}: expected the error's {member} to have {wanted!r}; it is {_error(told)}")


@judge("client")
def error_names_task(play: Play, *, step: str) -> None:
    """The error has the id of the task, in a member or in its message: without it, nobody can look."""
    told = _told(play, step, "raised")
    known = list(play.seen.tasks)
    if not known:
        raise BlockedCheck("no task was made")
    short = [task[:8] for task in known]
    text = f"{told.get('task') or ''} {told.get('message', '')}"
    if not any(name in text for name in [*known, *short]):
        raise FailedCheck(f"{step}: expected the id of task {known[-1]} in the error; it is {_error(told)}")


def _answered(play: Play, step: str) -> Said:
    said = play.said.get(step)
    if said is None:
        raise BlockedCheck(f"{step} was not reached")
    if said.reply is None:
        raise BlockedCheck(f"{step}: {said.failure or 'nothing came'}")
    if said.reply.kind == "cannot":
        raise BlockedCheck(f"{step}: the client cannot")
    return said


def _told(play: Play, step: str, kind: str) -> Mapping[str, Any]:
    said = _answered(play, step)
    if said.reply is None or said.reply.kind != kind:
        other = "raised an error" if kind == "saw" else "raised none"
        raise BlockedCheck(f"{step} {other}")
    return said.reply.told


def _end(play: Play, step: str) -> Any:  # noqa: ANN401  # JSON
    told = _told(play, step, "saw")
    return told.get("end") if "updates" in told else told


def _at(told: Any, path: str) -> Any:  # noqa: ANN401  # JSON
    for part in path.split("."):
        if isinstance(told, Mapping):
            told = told.get(part)
        elif isinstance(told, list) and part.isdecimal() and int(part) < len(told):
            told = told[int(part)]
        else:
            return None
    return told


def _error(told: Mapping[str, Any]) -> str:
    return f"{told.get('class')}: {str(told.get('message'))[:200]}"


def _json(value: Any) -> str:  # noqa: ANN401  # JSON
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else text[:200] + "..."
