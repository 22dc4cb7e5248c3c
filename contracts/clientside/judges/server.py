"""Judges of what the server saw: calls, their order and gaps, credentials, money."""

import itertools
import json
import re
import sys
from collections.abc import Iterable, Mapping

from contracts.clientside import hearing
from contracts.clientside.hearing import shown
from contracts.clientside.judge import judge
from contracts.clientside.play import Play, Row
from contracts.clientside.verdicts import BlockedCheck, FailedCheck
from contracts.counting import counted
from contracts.wire.money import dollars
from contracts.wire.statuses import TERMINAL


@judge("server")
def calls(
    play: Play,
    *,
    on: str,
    least: int = 0,
    most: int | None = None,
    exactly: int | None = None,
    status: int | None = None,
) -> str:
    """There were so many calls of an operation, with some status if one is given."""
    rows = [row for row in play.exchanges(on) if status is None or row["status"] == status]
    least, most = (least, most) if exactly is None else (exactly, exactly)
    if len(rows) < least or (most is not None and len(rows) > most):
        wanted = str(least) if least == most else f"{least} or more" if most is None else f"{least} to {most}"
        calls = "call" if wanted == "1" else "calls"
        raise FailedCheck(f"expected {wanted} {calls} of {on}, saw {len(rows)}: {_lines(rows)}")
    return f"{counted(len(rows), 'call')} of {on}"


@judge("server")
def charged(play: Play, *, tasks: int | None = None, most: int | None = None) -> str:
    """So many tasks have been made and charged, or no more than some number."""
    made = [row for row in play.seen.credits["tasks"] if row["charged"] - row["refunded"] > 0]
    spent = dollars(sum(row["charged"] - row["refunded"] for row in made))
    if (tasks is not None and len(made) != tasks) or (most is not None and len(made) > most):
        wanted = counted(tasks, "task") if tasks is not None else f"{counted(most or 0, 'task')} at most"
        raise FailedCheck(f"expected {wanted} to be charged, and {counted(len(made), 'was', 'were')}, for {spent}")
    return f"{len(made)} charged, {spent}"


@judge("server")
def made(play: Play, *, tasks: int) -> None:
    """So many tasks were made, charged or not."""
    count = len(play.seen.credits["tasks"])
    if count != tasks:
        raise FailedCheck(f"expected {counted(tasks, 'task')} to be made, and {counted(count, 'was', 'were')}")


@judge("server")
def no_suspects(play: Play) -> None:
    """Nothing was submitted twice while the client could not know that the first had landed."""
    suspects = play.seen.credits["suspects"]
    if suspects:
        told = counted(len(suspects), "submission looks like a duplicate", "submissions look like duplicates")
        raise FailedCheck(f"{told}: {json.dumps(suspects[0])[:300]}")


@judge("server")
def no_key(play: Play, *, on: str) -> str:
    """The API key is in no call of an operation that has no need for it: neither in headers nor in the URL."""
    rows = hearing.called(play, on)
    for row in rows:
        if hearing.header(row, "authorization") is not None or play.api_key in f"{row['path']}?{row['query']}":
            raise FailedCheck(f"{row['method']} {row['path']} carries the API key, and its URL is permission enough")
    return f"none of {counted(len(rows), 'call')} carries it"


@judge("server")
def has_header(play: Play, *, on: str, name: str, pattern: str) -> None:
    """Every call of an operation carries a header that looks so."""
    rows = hearing.called(play, on)
    for row in rows:
        value = hearing.header(row, name)
        if value is None or not re.fullmatch(pattern, value):
            raise FailedCheck(f"{row['method']} {row['path']}: expected {name} like {pattern}, got {value!r}")


@judge("server")
def gaps(
    play: Play,
    *,
    on: str,
    least: float = 0.0,
    most: float | None = None,
    after_status: int | None = None,
    growing: bool = False,
) -> str:
    """Between calls of an operation lie so many real seconds, on the whole growing if wanted; 5 % are forgiven.

    Only gaps after an answer of `after_status` count, if it is given. Measured at the server, from the end of one call
    to the beginning of the next, so that nothing is blamed on the network.
    """
    rows = play.exchanges(on)
    found = [
        play.real(later) - play.real(earlier, "ended_at" if earlier["ended_at"] else "at")
        for earlier, later in itertools.pairwise(rows)
        if after_status is None or earlier["status"] == after_status
    ]
    if not found:
        raise BlockedCheck(f"there are no two calls of {on} to measure between")
    told = ", ".join(f"{gap:.2f}" for gap in found)
    if any(gap < least * 0.95 for gap in found):
        raise FailedCheck(f"expected at least {least:g} s between calls of {on}, saw {told} s")
    if most is not None and any(gap > most * 1.05 for gap in found):
        raise FailedCheck(f"expected at most {most:g} s between calls of {on}, saw {told} s")
    half = len(found) // 2
    # By halves: who draws each pause from a growing span, as is often done, may draw a short one after a long one.
    if growing and sum(found[-half:]) < 1.5 * sum(found[:half]):
        raise FailedCheck(f"expected the gaps between calls of {on} to grow, saw {told} s")
    return f"gaps of {told} s"


@judge("server")
def quiet_after_end(play: Play) -> None:
    """Nothing asks for a task any more once an answer has told its end."""
    ended: dict[str, Row] = {}
    for row in sorted(play.exchanges(), key=lambda row: row["at"]):
        task = _task_of(row)
        if row["operation"] not in {"tasks.get", "tasks.status", "tasks.stream"} or task is None:
            continue
        before = ended.get(task)
        # One look at the whole task after its status has been told is no polling.
        if before is not None and not (before["operation"] != "tasks.get" and row["operation"] == "tasks.get"):
            raise FailedCheck(f"{row['method']} {row['path']} came after {before['path']} had told the end")
        if _tells_end(play, row) and (before is None or row["operation"] == "tasks.get"):
            ended[task] = row


@judge("server")
def sent_input(play: Play, *, step: str, nth: int = 1) -> None:
    """The input arrived exactly as the client was given it."""
    rows = play.exchanges("run")
    said = play.said.get(step)
    if said is None or len(rows) < nth:
        raise BlockedCheck("no run arrived")
    got = hearing.sent(rows[nth - 1]).get("input")
    if differs := _difference(got, said.arguments["input"], "input"):
        raise FailedCheck(differs)


@judge("server")
def sent_body(play: Play, *, on: str, step: str, file: str) -> str:
    """The bytes that arrived are those of the local file."""
    rows = hearing.called(play, on)
    body = rows[-1]["request"]["body"] or {"bytes": 0, "sha256": None}
    wanted = play.sha256(play.folder / file)
    if body["sha256"] != wanted:
        raise FailedCheck(f"{step}: sent {body['bytes']} bytes that are not those of {file}")
    return f"{body['bytes']} bytes"


def _task_of(row: Row) -> str | None:
    parts = row["path"].split("/")
    return parts[parts.index("tasks") + 1] if "tasks" in parts and len(parts) > parts.index("tasks") + 1 else None


def _tells_end(play: Play, row: Row) -> bool:
    """Whether an answer that arrived told a terminal status."""
    body = (row["response"] or {}).get("body") or {}
    if row["outcome"] != "answered" or row["status"] != 200:
        return False
    document = hearing.answered(row)
    if document is None and isinstance(body.get("text"), str):
        lines = [line.removeprefix("data:").strip() for line in body["text"].splitlines() if '"status"' in line]
        try:
            document = json.loads(lines[-1]) if lines else None
        except ValueError:
            return False
    told = play.status(document.get("status")) if isinstance(document, dict) else None
    return told in TERMINAL


def _lines(rows: list[Row]) -> str:
    return (
        "; ".join(f"{row['method']} {row['path'][:60]} {row['status'] or row['outcome']}" for row in rows[:8]) or "none"
    )


def _difference(got: object, given: object, at: str) -> str | None:
    """Return where two JSON values differ first, and in what; None where they are the same."""
    pairs: Iterable[tuple[object, object, object]] = ()
    if isinstance(got, Mapping) and isinstance(given, Mapping) and got.keys() == given.keys():
        pairs = ((key, got[key], given[key]) for key in given)
    elif isinstance(got, list) and isinstance(given, list) and len(got) == len(given):
        pairs = ((place, one, other) for place, (one, other) in enumerate(zip(got, given, strict=True)))
    elif not _equal(got, given):
        return f"{at}: given {shown(given)}, sent {shown(got)}"
    found = (_difference(one, other, f"{at}/{json.dumps(str(key))[1:-1]}") for key, one, other in pairs)
    return next((told for told in found if told), None)


def _equal(got: object, given: object) -> bool:
    """Whether two JSON values are the same; 1 and true are not, 1 and 1.0 are.

    A number with a fraction or an exponent is a double (RFC 8259 §6), and so is what a client makes of it: JavaScript
    writes -4.929154435986227e+16 with all its digits, and that is no other number.
    """
    if isinstance(got, Mapping) and isinstance(given, Mapping):
        return got.keys() == given.keys() and all(_equal(got[key], given[key]) for key in given)
    if isinstance(got, list) and isinstance(given, list):
        return len(got) == len(given) and all(_equal(one, two) for one, two in zip(got, given, strict=True))
    if isinstance(given, float) and isinstance(got, int) and not isinstance(got, bool):
        return abs(got) <= sys.float_info.max and float(got) == given
    return isinstance(got, bool) == isinstance(given, bool) and bool(got == given)
