"""What happened in a world, told to a person whose test has failed: a few aligned lines, and how to see it again."""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from contracts.wire.ids import ALPHABET, ID_LENGTH, SHORT_ID_LENGTH
from contracts.wire.money import dollars
from contracts.wire.statuses import Numbering, Status, number
from mockserver import world_token
from mockserver.testing.world import World

MOST_ROWS = 40
"""Exchanges and deliveries shown; of more the first few and the latest."""

FIRST_ROWS = 8
MOST_FINDINGS = 20
MOST_ASKED = 50
"""Characters of what was sent."""

MOST_TOLD = 82
"""Characters of what came of it."""

MOST_SENTENCE = 140
"""Characters of what the ledger says."""

_ID = re.compile(rf"(?<![0-9A-Za-z])([{ALPHABET}]{{{SHORT_ID_LENGTH}}})[{ALPHABET}]{{{ID_LENGTH - SHORT_ID_LENGTH}}}")

Row = Mapping[str, Any]


def tell(world: World, test: str, replayed: str | None = None) -> str:
    """Return the timeline, the ledger, the money and the way back.

    Args:
        world: the test's.
        test: id of the test, as pytest takes it.
        replayed: token of the world that was to be repeated, if any.
    """
    try:
        export = world.control("GET", "/export")
        lines = [
            _clock(world, export),
            *_timeline(world, export["behaviour"]["status_numbers"]),
            *_findings(world.plan()),
            *_money(world.credits),
            _labelled("replay", export["token"]),
            *_strayed(export["token"], replayed),
            _labelled("", f"pytest {shlex.quote(test)} --inference-replay={export['token']}"),
        ]
    except (OSError, RuntimeError) as error:
        return f"the emulator does not tell what happened: {error}"
    return "\n".join(lines)


def unreached(plan: Row) -> list[str]:
    """Return one sentence for each step that too few calls have met and that is not excused.

    Args:
        plan: with its ledger, as GET /_mock/plan answers.
    """
    return [
        entry["told"]
        for armed in (plan, *plan["scenarios"])
        for entry in armed["ledger"]
        # What the server is armed with by default was not this test's wish.
        if armed["source"] != "default"
        and entry["state"] in {"unreached", "underway"}
        and not entry["excused"]
        and entry["met"] < _expected(entry)
    ]


def _expected(entry: Row) -> int:
    return max(1, int(entry["expected"]))


def _clock(world: World, export: Row) -> str:
    begun, now = _moment(export["clock"]["start"]), world.clock.now
    mode = export["clock"]["mode"]
    return _labelled("clock", f"{mode}, began {export['clock']['start']}, {(now - begun).total_seconds():.3f} s ago")


# ---------------------------------------------------------------------------------------------------- what happened


def _timeline(world: World, numbering: Numbering) -> list[str]:
    exchanges = world.journal(full="true")
    events = [(_moment(row["at"]), 0, _asked(row), _answered(row, numbering)) for row in exchanges]
    events += [
        (_moment(row["due_at"]), 1, f"webhook {row['url']}", _delivered(row))
        for row in world.deliveries()
        if row["state"] != "scheduled" and row["due_at"] is not None
    ]
    events.sort(key=lambda event: event[:2])
    if not events:
        return [_labelled("calls", "none came")]
    start = events[0][0]
    rows = [(f"{(at - start).total_seconds():8.3f}", _aligned(asked), told) for at, _, asked, told in events]
    width = max(len(asked) for _, asked, _ in rows)
    lines = [f"{at}  {asked:{width}}  {_cut(told, MOST_TOLD)}" for at, asked, told in rows]
    if len(lines) > MOST_ROWS:
        left_out = len(lines) - MOST_ROWS
        lines[FIRST_ROWS : FIRST_ROWS + left_out] = [f"{'...':>8}  {left_out} more"]
    return [_labelled("" if index else "calls", line) for index, line in enumerate(lines)]


def _asked(row: Row) -> str:
    query = f"?{row['query']}" if row["query"] else ""
    line = f"{row['method']} {_brief(row['path'])}{_brief(query)}"
    document = (row["request"]["body"] or {}).get("json")
    if row["operation"] in {"runs.create", "runs.create_legacy"} and isinstance(document, dict):
        return f"{line} {_json(document.get('input'))}"
    return line if document in (None, {}) else f"{line} {_json(document)}"


def _answered(row: Row, numbering: Numbering) -> str:
    told = [str(row["status"] or "-"), *(f"<- {name}" for name in row.get("faults", ()))]
    if row["outcome"] not in {"answered", *row.get("faults", ())}:
        told.append(row["outcome"])
    told.append(_said((row["response"]["body"] or {}).get("json"), numbering))
    return " ".join(word for word in told if word)


def _said(document: Any, numbering: Numbering) -> str:  # noqa: ANN401  # JSON
    """What an answer says in a few words: a problem, or a task with its status."""
    if not isinstance(document, dict):
        return ""
    error = document.get("error")
    if isinstance(error, dict):
        return f"{error.get('code')}: {document.get('detail') or error.get('message')}"
    data = document.get("data", document)
    if isinstance(data, dict) and "id" in data and "status" in data:
        word = next((status.text for status in Status if number(status, numbering) == data["status"]), data["status"])
        progress = f" {data['progress']}%" if isinstance(data.get("progress"), int) else ""
        return f"{_brief(str(data['id']))} {word}{progress}" + (f": {data['error']}" if data.get("error") else "")
    return ""


def _delivered(row: Row) -> str:
    attempts = f"after {row['attempt_count']} attempts" if row["attempt_count"] > 1 else ""
    return " ".join(word for word in (_brief(row["task_id"]), row["state"], attempts, row["reason"] or "") if word)


# ---------------------------------------------------------------------------------------------------- what came of it


def _findings(plan: Row) -> list[str]:
    entries = [entry for armed in (plan, *plan["scenarios"]) for entry in armed["ledger"]]
    labels = {"consumed": "met", "unreached": "missed", "underway": "open", "ambiguous": "unsure"}
    lines = [_labelled(labels[entry["state"]], _cut(entry["told"], MOST_SENTENCE)) for entry in entries]
    more = len(lines) - MOST_FINDINGS
    return lines[:MOST_FINDINGS] + ([_labelled("", f"... and {more} steps more")] if more > 0 else [])


def _money(credits: Row) -> list[str]:  # noqa: A002  # what it is called everywhere
    spent = int(credits["charged"])
    told = f"{dollars(spent)} spent of {dollars(credits['granted'])}"
    enough = credits.get("would_have_been_enough")
    if isinstance(enough, int) and enough != spent:
        told += f"; {dollars(enough)} would have been enough"
    lines = [_labelled("credits", told)]
    suspects: Sequence[Row] = credits.get("suspects") or ()
    if suspects:
        lines.append(_labelled("", _cut(f"{len(suspects)} suspected duplicate: {_brief(_json(suspects[0]))}", 120)))
    return lines


def _strayed(token: str, replayed: str | None) -> list[str]:
    """Say that this is not the world that was to be repeated, and why."""
    if replayed is None or replayed == token:
        return []
    now, wanted = world_token.parse(token), world_token.parse(replayed)
    other = [name for name in ("plan", "version") if getattr(now, name) != getattr(wanted, name)]
    return [_labelled("", f"not the world of {replayed}: another {' and another '.join(other) or 'seed or key'}")]


# ---------------------------------------------------------------------------------------------------- how it is written


def _labelled(label: str, text: str) -> str:
    return f"{label:<8}{text}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _json(document: Any) -> str:  # noqa: ANN401  # JSON
    return json.dumps(document, ensure_ascii=False)


def _brief(text: str) -> str:
    """Shorten the ids in a text to their first eight characters."""
    return _ID.sub(r"\1", text)


def _aligned(asked: str) -> str:
    """Write a request with its method, or `webhook`, in a column of its own."""
    method, _, rest = asked.partition(" ")
    return f"{method:<7} {_cut(rest, MOST_ASKED)}"


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
