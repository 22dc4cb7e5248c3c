"""What is known of a case once it has been played: what the client said, what the server saw, what is on disk."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from contracts.clientside import files
from contracts.clientside.case import Case, Mode, Witness
from contracts.clientside.protocol import Reply
from contracts.wire.statuses import Numbering, Status, number

Row = Mapping[str, Any]


@dataclass(slots=True)
class Said:
    """One call and what came of it."""

    step: str
    call: str
    arguments: Mapping[str, Any]
    """As they were sent."""
    reply: Reply | None = None
    """None: it was not made, or nothing came; `failure` says why."""
    failure: str | None = None
    began: float = 0.0
    """Real seconds since the case began."""
    ended: float | None = None

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "step": self.step,
            "call": self.call,
            "with": dict(self.arguments),
            "reply": None if self.reply is None else self.reply.document(),
            "failure": self.failure,
            "began": round(self.began, 4),
            "ended": None if self.ended is None else round(self.ended, 4),
        }


@dataclass(frozen=True, slots=True)
class Ending:
    """How the program ended that was run for a case."""

    told: str = ""
    """Its exit code and the end of what it wrote; empty where there is no such program."""
    broke: bool = False
    """Whether no client may end so."""
    cannot: bool = False
    """Whether it said that its client has no such thing, before it asked for anything."""


@dataclass(slots=True)
class Seen:
    """What the server tells of the case's world."""

    journal: list[Row]
    """All exchanges of the vendor's surface with headers and bodies, the oldest first."""
    ledger: list[Row]
    credits: Row
    deliveries: list[Row]
    tasks: Mapping[str, Row]
    """What the control plane knows of each task, by id."""
    token: str
    """Replays the world."""
    start: datetime
    """Of the world's clock."""
    changed: str | None = None
    """What of the world is no longer as the kit had left it, by somebody else's hand; None: nothing."""
    videos: Mapping[str, bytes] = field(default_factory=dict)
    """By URL, what a fault-free download gives; only where a case downloads."""


@dataclass(slots=True)
class Play:
    """A case as it was played."""

    case: Case
    mode: Mode
    witnesses: frozenset[Witness]
    folder: Path
    """Where the case's files are."""
    base_url: str
    """What the client was told to talk to."""
    api_key: str
    """Of the case's world."""
    seen: Seen
    said: dict[str, Said] = field(default_factory=dict)
    """By the names of steps, in their order."""
    stderr: str = ""
    ending: Ending = field(default_factory=Ending)
    files: tuple[Row, ...] = ()
    """What lay on the disk once the client was through: name, bytes and sha256 of each file."""

    def exchanges(self, operation: str | None = None) -> list[Row]:
        """Return the server's record of calls, the oldest first; `run` stands for both addresses of a run."""
        names = OPERATIONS.get(operation or "", (operation,))
        return [row for row in self.seen.journal if operation is None or row["operation"] in names]

    def real(self, row: Row, member: str = "at") -> float:
        """Return when the server saw something, in real seconds since the world began; not under a manual clock."""
        moment = datetime.fromisoformat(row[member])
        return (moment - self.seen.start).total_seconds() / self.case.scale

    def status(self, told: object) -> Status | None:
        """Return the status that a client's number or word stands for, in the numbering of the case's world."""
        numbering: Numbering = self.case.settings.get("status_numbers", "current")
        if isinstance(told, str):
            return next((status for status in Status if status.text == told.lower()), None)
        return next((status for status in Status if number(status, numbering) == told), None)

    def sha256(self, path: Path) -> str | None:
        """Return the hash of a file, or None when there is none."""
        try:
            content = files.content(path)
        except OSError:
            return None
        return None if content is None else hashlib.sha256(content).hexdigest()

    def replies(self, kind: str) -> Iterator[tuple[Said, Mapping[str, Any]]]:
        """Yield the calls that ended so, with what was told."""
        for said in self.said.values():
            if said.reply is not None and said.reply.kind == kind:
                yield said, said.reply.told


OPERATIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "run": ("runs.create", "runs.create_legacy"),
        "get": ("tasks.get",),
        "status": ("tasks.status",),
        "stream": ("tasks.stream",),
        "list": ("tasks.list", "tasks.search"),
        "cancel": ("tasks.cancel",),
        "files.create": ("files.create",),
        "upload": ("objects.put",),
        "download": ("objects.get",),
    }
)

TRACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **{call: OPERATIONS[call] for call in ("run", "get", "stream", "list", "cancel", "download")},
        "wait": ("tasks.get", "tasks.status", "tasks.stream"),
        "upload": ("files.create",),
        "end_session": ("sessions.end",),
    }
)
"""The operations by which the server knows that a call was begun."""

TASK_CALLS = frozenset({"run", "get", "wait", "stream", "cancel"})
"""Calls that tell of a task."""
