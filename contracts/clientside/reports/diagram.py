"""A case's timeline as the rows of a sequence diagram: what was asked, sent, answered, broken, delivered, and when."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from contracts.wire.ids import ALPHABET, ID_LENGTH, SHORT_ID_LENGTH

Lane = Literal["case", "client", "server", "webhook"]

LANES: tuple[Lane, ...] = ("case", "client", "server", "webhook")

MOST_ROWS = 120
"""Arrows of one diagram; of more the first and the last are drawn."""

MOST_LABEL = 44

_ID = re.compile(rf"(?<![0-9a-z])([{ALPHABET}]{{{SHORT_ID_LENGTH}}})[{ALPHABET}]{{{ID_LENGTH - SHORT_ID_LENGTH}}}")
"""An id is shown by its first eight characters."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """One row."""

    at: float
    """Seconds on the world's clock since the world began."""
    source: Lane
    target: Lane
    label: str
    kind: Literal["call", "request", "answer", "broken", "result", "error", "delivery"]


def arrows(evidence: Mapping[str, Any]) -> list[Arrow]:
    """Return the arrows of a case, the earliest first.

    Args:
        evidence: of a case in a report.
    """
    found = [*_calls(evidence), *_exchanges(evidence), *_deliveries(evidence)]
    found.sort(key=lambda arrow: arrow.at)
    return found


def shown(found: list[Arrow]) -> tuple[list[Arrow], int]:
    """Return the arrows that are drawn, and how many are left out in the middle."""
    if len(found) <= MOST_ROWS:
        return found, 0
    half = MOST_ROWS // 2
    return found[:half] + found[-half:], len(found) - MOST_ROWS


def _calls(evidence: Mapping[str, Any]) -> Iterator[Arrow]:
    scale = evidence["scale"] or 1.0
    for call in evidence["calls"]:
        yield Arrow(call["began"] * scale, "case", "client", call["call"], "call")
        if call["ended"] is None:
            continue
        reply = call["reply"]
        told = "nothing came" if reply is None else _told(reply)
        kind: Literal["result", "error"] = "result" if reply is not None and "saw" in reply else "error"
        yield Arrow(call["ended"] * scale, "client", "case", _cut(told), kind)


def _told(reply: Mapping[str, Any]) -> str:
    if "saw" in reply:
        saw = reply["saw"].get("end") or reply["saw"]
        return f"status {saw['status']}" if "status" in saw else "done"
    if "raised" in reply:
        return f"{reply['raised']['class']}: {reply['raised']['message']}"
    return f"cannot: {reply['cannot']['needs']}"


def _exchanges(evidence: Mapping[str, Any]) -> Iterator[Arrow]:
    for row in evidence["exchanges"]:
        query = f"?{row['query']}" if row["query"] else ""
        yield Arrow(
            _since(evidence, row["at"]), "client", "server", _cut(f"{row['method']} {row['path']}{query}"), "request"
        )
        faults = ", ".join(row["faults"])
        if row["ended_at"] is None:
            continue
        told = str(row["status"] or "no answer") + (f" ({faults})" if faults else "")
        whole = row["outcome"] == "answered"
        label = told if whole else f"{told}, {row['outcome'].replace('_', ' ')}"
        yield Arrow(_since(evidence, row["ended_at"]), "server", "client", _cut(label), "answer" if whole else "broken")


def _deliveries(evidence: Mapping[str, Any]) -> Iterator[Arrow]:
    for row in evidence["deliveries"]:
        for attempt in row.get("attempts", ()):
            told = attempt["status"] or attempt["outcome"]
            yield Arrow(_since(evidence, attempt["at"]), "server", "webhook", _cut(f"webhook, {told}"), "delivery")


def _since(evidence: Mapping[str, Any], moment: str) -> float:
    return (datetime.fromisoformat(moment) - datetime.fromisoformat(evidence["began"])).total_seconds()


def _cut(text: str) -> str:
    text = _ID.sub(r"\1", " ".join(text.split()))
    return text if len(text) <= MOST_LABEL else text[: MOST_LABEL - 1] + "…"
