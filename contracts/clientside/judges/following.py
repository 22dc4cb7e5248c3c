"""Judges of how a client follows tasks: updates, time limits, how tasks ended."""

import itertools
from collections.abc import Mapping
from typing import Any

from contracts.clientside import hearing
from contracts.clientside.judge import judge
from contracts.clientside.play import Play
from contracts.clientside.verdicts import BlockedCheck, FailedCheck
from contracts.counting import counted
from contracts.wire.money import MICROCENTS_PER_USD, dollars


@judge("client", by_exit=True)
def updates(play: Play, *, step: str, least: int = 1, member: str | None = None) -> str:
    """The stream told so many updates at least, each of which has a member if one is named."""
    rows: list[Mapping[str, Any]] = hearing.came_back(play, step).get("updates", [])
    if len(rows) < least:
        raise FailedCheck(f"{step}: expected {counted(least, 'update')} or more, the client told {len(rows)}")
    bare = [row for row in rows if member is not None and row.get(member) is None]
    if bare:
        raise FailedCheck(
            f"{step}: {len(bare)} of {counted(len(rows), 'update')} without {member}, although it was known"
        )
    return counted(len(rows), "update")


@judge("client")
def known_statuses(play: Play, *, step: str) -> str:
    """Every status that an update tells is one of a task; an error is no update."""
    _, reply = hearing.replied(play, step)
    rows: list[Mapping[str, Any]] = reply.told.get("updates", [])
    for row in rows:
        told = row.get("status")
        if told is not None and play.status(told) is None:
            raise FailedCheck(f"{step}: an update tells the status {told!r}, which no task has")
    return f"{len(rows)} updates"


@judge("client")
def within(play: Play, *, step: str, seconds: float) -> str:
    """The call was over within so many real seconds, however it ended."""
    said, _ = hearing.replied(play, step)
    took = (said.ended or 0.0) - said.began
    if took > seconds:
        raise FailedCheck(f"{step}: expected it to be over within {seconds:g} s, it took {took:.2f} s")
    return f"{took:.2f} s"


@judge("server")
def task_is(play: Play, *, among: list[str]) -> None:
    """Every task is in one of these states when the case is over, by the server's own record."""
    if not play.seen.tasks:
        raise BlockedCheck("no task was made")
    for name, row in play.seen.tasks.items():
        if row["status_text"] not in among:
            raise FailedCheck(f"expected task {name} to be {' or '.join(among)}, it is {row['status_text']}")


@judge("server")
def resumed(play: Play) -> str:
    """A stream that is opened again names the last event that came before it broke."""
    rows = play.exchanges("stream")
    again = [later for earlier, later in itertools.pairwise(rows) if earlier["faults"]]
    if not again:
        raise BlockedCheck("no stream was opened again")
    for row in again:
        if not hearing.header(row, "Last-Event-ID"):
            raise FailedCheck(f"{row['method']} {row['path']} came again without Last-Event-ID")
    return f"{len(again)} opened again"


@judge("server", "client", by_exit=True)
def own_tasks(play: Play, *, steps: list[str]) -> str:
    """Each of these calls told a task of its own, made from its own input."""
    told = {step: hearing.came_back(play, step).get("id") for step in steps}
    if len(set(told.values())) < len(steps):
        raise FailedCheck(f"expected {len(steps)} tasks, one for each call; the client told {told}")
    runs = ((hearing.answered(row), hearing.sent(row)) for row in play.exchanges("run"))
    sent = {made.get("id"): body for made, body in runs if isinstance(made, Mapping)}
    for step, task in told.items():
        given = play.said[step].arguments["input"]
        body = sent.get(task, {})
        if body and body.get("input") != given:
            raise FailedCheck(f"{step}: given {given}, told task {task}, which was made from {body.get('input')}")
    return ", ".join(str(task) for task in told.values())


@judge("client", by_exit=True)
def knows_its_task(play: Play, *, step: str) -> None:
    """What came back as a task has an id; an error is as good."""
    _, reply = hearing.replied(play, step)
    if reply.kind == "saw" and not reply.told.get("id"):
        raise FailedCheck(f"{step}: what came back is no task: {hearing.shown(dict(reply.told))}")


@judge("server")
def spent(play: Play, *, usd: float) -> str:
    """All tasks together cost so much."""
    found = sum(row["charged"] - row["refunded"] for row in play.seen.credits["tasks"])
    if found != round(usd * MICROCENTS_PER_USD):
        raise FailedCheck(f"expected ${usd:.2f} to be spent, and it was {dollars(found)}")
    return dollars(found)


@judge("server")
def in_body(
    play: Play, *, on: str, nth: int = 1, member: str, like: str | None = None, step: str | None = None
) -> None:
    """The request's JSON has such a member: this word, or what an earlier step was given under that name."""
    rows = play.exchanges(on)
    if len(rows) < nth:
        raise BlockedCheck(f"there was no call {nth} of {on}")
    if step is not None and step not in play.said:
        raise BlockedCheck(f"{step} was not reached")
    wanted = like if step is None else play.said[step].arguments.get(member)
    got = hearing.sent(rows[nth - 1]).get(member)
    if got != wanted:
        raise FailedCheck(f"call {nth} of {on}: expected {member} to be {wanted!r}, got {got!r}")


@judge("server")
def jittered(play: Play, *, on: str, spread: float, least: float) -> str:
    """Calls of several tasks that failed together do not come back together: equal gaps differ by a part of them.

    Gaps of less than `least` seconds do not count: there the network alone makes such differences.
    """
    paths = sorted({row["path"] for row in play.exchanges(on)})
    series = [[play.real(row) for row in play.exchanges(on) if row["path"] == path] for path in paths]
    gaps = [[later - earlier for earlier, later in itertools.pairwise(times)] for times in series]
    same = [row for row in zip(*gaps, strict=False) if len(row) > 1 and max(row) >= least]
    if not same:
        raise BlockedCheck(f"no two tasks have gaps of {least:g} s or more between calls of {on}")
    widest = max((max(row) - min(row)) / max(row) for row in same)
    if widest < spread:
        raise FailedCheck(f"the gaps of {len(series)} tasks differ by {widest:.0%} at most: all come back at once")
    return f"gaps differ by up to {widest:.0%}"
