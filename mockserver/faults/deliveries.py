"""The webhook adversary: what goes wrong with one delivery. Each fault is a small function; `Adversary` books them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

import orjson

from contracts.wire.statuses import Numbering, Status, number
from mockserver import timeline
from mockserver.faults.armed import NOTHING, Hits
from mockserver.faults.ledger import Hit
from mockserver.faults.signatures import KINDS, Seal, true
from mockserver.timeline import Timeline

HURRY_SECONDS = 0.04
"""Life of a task whose run call waits for its webhook: that of the instant profile, or nobody would wait for it."""

UNKNOWN: Mapping[str, Any] = MappingProxyType(
    {"event": "task.updated", "sequence": 2**53 + 1, "metadata": {"tags": ["a", None]}, "": "a member without a name"}
)
"""Members that nobody knows: a number that no double holds, null inside a list, an empty name."""

Fate = Literal["reached", "captured", "missed"]
"""What became of an attempt: the target saw it, it was kept instead, or nobody could be connected to."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One attempt as it is to be sent."""

    body: bytes
    """The body that Content-Length counts."""
    headers: dict[str, str]
    """Signature headers."""
    pieces: tuple[bytes, ...] = ()
    """What is sent of the body, where not whole and at once."""
    gap: float = 0.0
    """Seconds between two pieces, on the world's clock."""
    breaks_off: bool = False
    """Whether the connection closes after the pieces."""
    bent: tuple[Hit, ...] = ()
    """The faults in it."""

    @property
    def shown(self) -> str:
        """What is sent of the body, as text."""
        return (b"".join(self.pieces) if self.pieces else self.body).decode("utf-8", "replace")


class Adversary:
    """What goes wrong with one delivery: at most one fault of each slot, and they go together."""

    __slots__ = ("_hits", "_seen", "early", "overtaken", "read_at")

    def __init__(self, hits: Hits = NOTHING) -> None:
        """Take what a delivery has met."""
        self._hits = hits
        self._seen = 0
        self.early = self._timing("webhook_early")
        """The fault that makes the run call wait for the webhook."""
        self.overtaken = False
        """Whether the webhook of a task that ended later has been sent."""
        self.read_at: float | None = None
        """When the client had read the task's end by itself, Unix seconds."""

    @property
    def faults(self) -> list[str]:
        """Names of the faults."""
        return [hit.name for hit in self._hits.values()]

    @property
    def dropped(self) -> Hit | None:
        """The fault that keeps the webhook from being sent."""
        return self._timing("webhook_drop")

    @property
    def waits_for_another(self) -> bool:
        """Whether the webhook of another task may release this one."""
        return self._timing("webhook_reorder") is not None

    @property
    def waits_for_a_read(self) -> bool:
        """Whether the webhook comes after the client has read the task's end."""
        return self._timing("webhook_after_poll") is not None

    @property
    def copies(self) -> Hit | None:
        """The fault that sends the webhook again after it was delivered."""
        return self._hits.get("copies")

    @property
    def uses_old_secret(self) -> bool:
        """Whether a receiver has to know the old secret."""
        hit = self._hits.get("signature")
        return hit is not None and hit["kind"] in {"rotated", "foreign"}

    def first_attempt(self, ended: float) -> float | None:
        """Return when the first attempt is due; None: never, or when the client has read the end.

        Args:
            ended: the task's end, Unix seconds.
        """
        hit = self._hits.get("timing")
        match hit.name if hit else None:
            case "webhook_drop":
                return None
            case "webhook_delay" | "webhook_reorder":
                return ended + float(hit["seconds"]) if hit else None
            case "webhook_after_poll":
                return None if self.read_at is None or hit is None else max(ended, self.read_at) + float(hit["seconds"])
            case _:
                return ended

    def write(self, body: bytes, seal: Seal, numbering: Numbering, *, secure: bool) -> Letter:
        """Return the next attempt as it is to be sent.

        Args:
            body: the true one.
            seal: what it is signed with.
            numbering: of the status in the body.
            secure: whether it goes over https.
        """
        document = self._document(body, numbering)
        sent = self._sent(document, secure=secure)
        signature = self._hits.get("signature")
        headers = honest = true(seal, document)
        if signature is not None and seal.secret is None:
            signature.doubt(
                "webhooks are not signed: the world has no webhook secret; start the server with --webhook-secret "
                'whsec_..., or PATCH /_mock/settings {"webhook_secret": "whsec_..."}'
            )
        elif signature is not None and seal.secret is not None and self._seen < signature["attempts"]:
            headers = KINDS[signature["kind"]](seal, seal.secret, document, signature["seconds"])
        slow = self._hits.get("sending")
        pieces = (sent,) if slow is None else split(sent, slow["pieces"])
        bent = {"body": sent != body, "signature": headers != honest, "sending": len(pieces) > 1}
        return Letter(
            document,
            headers,
            pieces=() if pieces == (document,) else pieces,
            gap=0.0 if slow is None else slow["seconds"] / max(1, len(pieces) - 1),
            breaks_off=sent != document,
            bent=tuple(hit for slot, hit in self._hits.items() if bent.get(slot)),
        )

    def sent(self, letter: Letter, fate: Fate) -> None:
        """Book an attempt that is over."""
        if fate == "missed":
            return
        self._seen += 1
        for hit in letter.bent:
            if fate == "captured" and (hit.name == "webhook_slow" or letter.breaks_off):
                hit.doubt("the target is not this machine, so the webhook was kept and no byte of it was sent")
            else:
                hit.consume()
        timing = self._hits.get("timing")
        if timing is not None and timing is not self.early:
            timing.consume()

    def begins(self) -> None:
        """Book that the first attempt begins."""
        hit = self._timing("webhook_reorder")
        if hit is not None and not self.overtaken:
            hit.doubt(f"no webhook of a task that ended later was sent within {hit['seconds']:g} s")

    def ends(self) -> None:
        """Book that no further attempt is made."""
        for hit in self._hits.values():
            if hit is self.copies:
                hit.doubt("the target did not take every copy, or never the webhook itself")
            elif hit is not self.early:
                hit.doubt("no attempt reached the target, or none in which it could be played")

    def _timing(self, name: str) -> Hit | None:
        hit = self._hits.get("timing")
        return hit if hit is not None and hit.name == name else None

    def _document(self, body: bytes, numbering: Numbering) -> bytes:
        hit = self._hits.get("body")
        match hit.name if hit else None:
            case "webhook_legacy_status" if hit and numbering == "legacy":
                hit.doubt("the world speaks the old numbers anyway: its status_numbers are legacy")
                return body
            case "webhook_legacy_status":
                return legacy_status(body)
            case "webhook_extra_keys" if hit:
                return extra_keys(body, UNKNOWN if hit["members"] is None else hit["members"])
            case "webhook_truncated" if hit and hit["how"] == "json" and self._seen < hit["attempts"]:
                return self._cut(hit, body)
            case _:
                return body

    def _sent(self, document: bytes, *, secure: bool) -> bytes:
        hit = self._hits.get("body")
        if hit is None or hit.name != "webhook_truncated" or hit["how"] != "connection":
            return document
        if secure:
            hit.doubt("over https a connection that closes early is not emulated; use an http target")
            return document
        return self._cut(hit, document) if self._seen < hit["attempts"] else document

    def _cut(self, hit: Hit, body: bytes) -> bytes:
        if hit["at"] is not None and hit["at"] >= len(body):
            hit.doubt(f"the body has only {len(body)} bytes, so that nothing was cut off")
        return truncated(body, hit["at"])


def hurried(life: Timeline) -> Timeline:
    """Return a task's life with all that happens in it, over at once; one without an end stays as it is."""
    length = timeline.end(life)
    if length is None or length <= HURRY_SECONDS:
        return life
    return tuple(replace(step, offset=round(step.offset * HURRY_SECONDS / length, 3)) for step in life)


def legacy_status(body: bytes) -> bytes:
    """Return a body with the old number of its status."""
    document = orjson.loads(body)
    return orjson.dumps({**document, "status": number(Status(document["status"]), "legacy")})


def extra_keys(body: bytes, members: Mapping[str, Any]) -> bytes:
    """Return a body with further members, in front of those that belong there."""
    return orjson.dumps({**members, **orjson.loads(body)})


def truncated(body: bytes, at: int | None) -> bytes:
    """Return the beginning of a body, half of it with None; no character is cut in two, for signatures are of text."""
    return body[: len(body) // 2 if at is None else at].decode("utf-8", "ignore").encode("utf-8")


def split(body: bytes, count: int) -> tuple[bytes, ...]:
    """Return a body in so many pieces of nearly one length, none of them empty; an empty body is one piece."""
    count = max(1, min(count, len(body)))
    return tuple(body[len(body) * part // count : len(body) * (part + 1) // count] for part in range(count))
