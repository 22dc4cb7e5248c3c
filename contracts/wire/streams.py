"""The lines of a task stream, NDJSON and SSE (D11, wire.md §4)."""

import re
from typing import Literal

StreamFormat = Literal["ndjson", "sse"]
SseEvents = Literal["unnamed", "named"]

NDJSON_TYPES = frozenset({"application/x-ndjson", "application/jsonl", "application/ndjson"})
CONTENT_TYPE: dict[StreamFormat, str] = {"ndjson": "application/x-ndjson", "sse": "text/event-stream"}
"""No charset on NDJSON: with one, an old client splits lines at U+2028 (wire.md §4.6)."""

HEARTBEAT_SECONDS = 10.0
"""Period of heartbeats, and the longest quiet between two real events (D11)."""

_NON_ASCII = re.compile(rb"[\x80-\xff]+")


def negotiate(accept: str | None) -> StreamFormat:
    """Return the format for an `Accept` header: NDJSON when it is named, SSE otherwise (REQ-STREAM)."""
    for item in (accept or "").split(","):
        if item.split(";")[0].strip().lower() in NDJSON_TYPES:
            return "ndjson"
    return "sse"


def ascii_escape(document: bytes) -> bytes:
    r"""Return UTF-8 JSON with every non-ASCII character as `\uXXXX`.

    Clients that split lines by Unicode rules, or decode SSE as Latin-1, lose events otherwise (wire.md §4.6).
    """
    if document.isascii():
        return document
    return _NON_ASCII.sub(_escape_run, document)


def _escape_run(match: re.Match[bytes]) -> bytes:
    units = match[0].decode("utf-8").encode("utf-16-be").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4)).encode("ascii")


def event(document: bytes, stream: StreamFormat, *, event_id: int, events: SseEvents = "unnamed") -> bytes:
    """Return one task as a line of NDJSON or as one server-sent event.

    Args:
        document: the whole task as UTF-8 JSON on one line.
        stream: the negotiated format.
        event_id: resume point; SSE carries it as `id:`.
        events: `named` adds the documented `event: update`, which no SDK reads.
    """
    escaped = ascii_escape(document)
    if stream == "ndjson":
        return escaped + b"\n"
    name = b"event: update\n" if events == "named" else b""
    return b"id: %d\n%sdata: %s\n\n" % (event_id, name, escaped)


def heartbeat(stream: StreamFormat) -> bytes:
    """Return a keep-alive: an object on NDJSON, a comment on SSE."""
    return b'{"type":"heartbeat"}\n' if stream == "ndjson" else b": heartbeat\n\n"


def done(stream: StreamFormat, events: SseEvents = "unnamed") -> bytes:
    """Return what follows the terminal event: nothing, or the documented `done` with named SSE events."""
    return b"event: done\ndata: {}\n\n" if stream == "sse" and events == "named" else b""
