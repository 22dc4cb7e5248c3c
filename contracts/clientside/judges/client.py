"""Judges of what the client said: results, updates, errors."""

import itertools
import re
from collections.abc import Mapping
from typing import Any

from contracts.clientside import hearing, records
from contracts.clientside.hearing import shown
from contracts.clientside.judge import judge
from contracts.clientside.play import Play
from contracts.clientside.unheard import Unheard
from contracts.clientside.verdicts import BlockedCheck, FailedCheck
from contracts.wire.statuses import Status


@judge("server", "client", by_exit=True)
def submitted(play: Play, *, step: str) -> str:
    """The call came back with a task that the server has; where there is only an exit code, the server has some."""
    told = hearing.came_back(play, step)
    rows = list(play.seen.tasks.values())
    if not isinstance(told, Unheard):
        rows = records.spoken_of(play, play.said[step], told)
    if not rows:
        made = ", ".join(play.seen.tasks) or "none"
        raise FailedCheck(f"{step} came back with no task of the server's, which has {made}; it told {_told(told)}")
    return f"it came back with {', '.join(row['id'] for row in rows)}"


@judge("server", "client", by_exit=True)
def ended(play: Play, *, step: str, status: str) -> None:
    """The call told that the task has ended so, by its number or its word, and it has; an error tells no end."""
    end = hearing.end(hearing.came_back(play, step, f"have ended {status}"))
    told = play.status(end.get("status")) if isinstance(end, Mapping) else None
    if not isinstance(end, Mapping) or told != Status[status.upper()]:
        raise FailedCheck(f"{step} should have ended {status}; the client says {shown(end)}")
    rows = records.spoken_of(play, play.said[step], end)
    if not any(row["status_text"] == status for row in rows):
        found = ", ".join(f"{row['id']} {row['status_text']}" for row in rows) or "no task that the client names"
        raise FailedCheck(f"{step}: the client says that the task has ended {status}; the server has {found}")


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
    told = hearing.saw(play, step)
    found = _at(told, path)
    if present is not None:
        if (found is not None) != present:
            raise FailedCheck(f"{step}: expected {path} to be {'there' if present else 'absent'}, got {shown(told)}")
        return
    if matches is not None:
        if not isinstance(found, str) or not re.search(matches, found):
            raise FailedCheck(f"{step}: expected {path} like {matches}, got {shown(found)}")
        return
    if found != equals:
        raise FailedCheck(f"{step}: expected {path} to be {shown(equals)}, got {shown(found)}")


@judge("client", by_exit=True)
def output_told(play: Play, *, step: str) -> None:
    """The result has the address of the video, in whatever form the server gave it; an error has none."""
    end = hearing.end(hearing.came_back(play, step, "have told the video's address"))
    output = end.get("output") if isinstance(end, Mapping) else None
    video = output.get("video") if isinstance(output, Mapping) else None
    url = video.get("uri") if isinstance(video, Mapping) else video
    known = {row["output_url"] for row in play.seen.tasks.values()}
    if url not in known:
        raise FailedCheck(f"{step}: expected output.video to be the video's address, got {shown(output)}")


@judge("client")
def progress_never_falls(play: Play, *, step: str) -> str:
    """The progress that the updates tell never falls."""
    told = hearing.saw(play, step)
    values = [row["progress"] for row in told.get("updates", []) if isinstance(row.get("progress"), int | float)]
    if not values:
        raise BlockedCheck("no update tells a progress")
    for earlier, later in itertools.pairwise(values):
        if later < earlier:
            raise FailedCheck(f"{step}: the progress falls from {earlier} to {later}")
    return f"{len(values)} values, {values[0]} to {values[-1]}"


@judge("client", by_exit=True)
def raised(play: Play, *, step: str) -> str:
    """The call ended with an error."""
    _, reply = hearing.replied(play, step)
    if reply.kind != "raised":
        raise FailedCheck(f"{step} should have raised an error; it told {shown(reply.told)}")
    return hearing.error(reply.told)


@judge("client", by_exit=True)
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
    _, reply = hearing.replied(play, step)
    if alone and reply.kind == "saw":
        raise FailedCheck(f"{step} should have raised an error; it told {shown(reply.told)}")
    told = hearing.raised(play, step)
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
        raise FailedCheck(f"{step}: expected the error's {member} to have {wanted!r}; it is {hearing.error(told)}")


@judge("client")
def error_names_task(play: Play, *, step: str) -> None:
    """The error has the id of the task, in a member or in its message: without it, nobody can look."""
    told = hearing.raised(play, step)
    known = list(play.seen.tasks)
    if not known:
        raise BlockedCheck("no task was made")
    short = [task[:8] for task in known]
    text = f"{told.get('task') or ''} {told.get('message', '')}"
    if not any(name in text for name in [*known, *short]):
        raise FailedCheck(f"{step}: expected the id of task {known[-1]} in the error; it is {hearing.error(told)}")


def _told(told: Mapping[str, Any]) -> str:
    return str(told) if isinstance(told, Unheard) else shown(dict(told))


def _at(told: object, path: str) -> object:
    """Return the member at a dotted path, or None."""
    for part in path.split("."):
        if isinstance(told, Mapping):
            told = told.get(part)
        elif isinstance(told, list) and part.isdecimal() and int(part) < len(told):
            told = told[int(part)]
        else:
            return None
    return told
