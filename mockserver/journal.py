"""The journal of a world: every exchange, newest last, capped in number and bytes (D22)."""

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from contracts.wire.ids import timestamp
from contracts.wire.problems import Problem
from mockserver import documents

MOST_EXCHANGES = 2_000
MOST_BYTES = 16 * 1024 * 1024
"""Of exchanges kept in one world, bodies and all; the oldest go first."""

MOST_BODY = 64 * 1024
"""Bytes kept of one body; of a longer one size and hash remain."""

_SCHEMES = frozenset({b"bearer", b"basic", b"digest", b"token"})

_SECRET = re.compile(r"key|token|secret|auth(?!enticate)|cookie|signature|passw", re.IGNORECASE)
"""In the name of a header or a query parameter: its value is a credential. WWW-Authenticate only asks for one."""

_USER = re.compile(r"(?<=//)[^/?#]*@")


@dataclass(slots=True)
class Body:
    """A body as it passed: its beginning, its size and its hash."""

    kept: bytearray = field(default_factory=bytearray)
    size: int = 0
    _hash: "hashlib._Hash | None" = None

    def add(self, chunk: bytes) -> None:
        """Take note of the next bytes."""
        if not chunk:
            return
        if self._hash is None and self.size + len(chunk) > MOST_BODY:
            self._hash = hashlib.sha256(self.kept)
        if self._hash is not None:
            self._hash.update(chunk)
        room = MOST_BODY - len(self.kept)
        if room > 0:
            self.kept += chunk[:room]
        self.size += len(chunk)

    def document(self) -> dict[str, Any] | None:
        """Return the body as JSON: parsed, as text, or as size and hash; None when there was none."""
        if not self.size:
            return None
        digest = (self._hash or hashlib.sha256(self.kept)).hexdigest()
        shown: dict[str, Any] = {"bytes": self.size, "sha256": digest}
        if self.size > len(self.kept):
            return {**shown, "truncated": True, **self._text()}
        try:
            return {**shown, "json": documents.parse(bytes(self.kept))}
        except Problem:
            return {**shown, **self._text()}

    def _text(self) -> dict[str, str]:
        try:
            return {"text": self.kept.decode("utf-8")}
        except UnicodeDecodeError:
            return {}


@dataclass(slots=True)
class Exchange:
    """One request with its answer."""

    id: str
    number: int
    at: float
    """Unix seconds on the world's clock."""
    method: str
    path: str
    query: str
    request_headers: list[tuple[bytes, bytes]]
    operation: str | None = None
    request: Body = field(default_factory=Body)
    response: Body = field(default_factory=Body)
    response_headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    status: int | None = None
    ended: float | None = None
    task_id: str | None = None
    kept: bool = False
    """Whether the journal still has it; the oldest are dropped even while they are under way."""
    outcome: str = "open"
    """open, answered, client-gone (the client left before the end), stopped (the server did) or failed (our fault);
    by a fault of a plan: hanging, closed or reset."""
    faults: tuple[str, ...] = ()
    """Names of the faults that the plan armed for it."""
    reached: bool = False
    """Whether the call's own answer went out whole, so that the client can know what was done."""

    def line(self) -> str:
        """Return the exchange in one line for a log; what is not printable stands as an escape."""
        asked = f"{self.method} {self.path}".encode("unicode_escape").decode("ascii")[:200]
        told = self.status if self.outcome == "answered" else f"{self.status or '-'} {self.outcome}"
        return f"{timestamp(self.at)} {asked} {told} {self.operation or '-'} {self.id}"

    def summary(self) -> dict[str, Any]:
        """Return the line of a list."""
        return {
            "id": self.id,
            "number": self.number,
            "at": timestamp(self.at),
            "ended_at": None if self.ended is None else timestamp(self.ended),
            "operation": self.operation,
            "method": self.method,
            "path": self.path,
            "query": query_document(self.query),
            "status": self.status,
            "outcome": self.outcome,
            "reached": self.reached,
            "task_id": self.task_id,
            "faults": list(self.faults),
            "request_bytes": self.request.size,
            "response_bytes": self.response.size,
        }

    def document(self) -> dict[str, Any]:
        """Return everything, credentials taken out."""
        return {
            **self.summary(),
            "request": {"headers": headers_document(self.request_headers), "body": self.request.document()},
            "response": {"headers": headers_document(self.response_headers), "body": self.response.document()},
        }

    @property
    def weight(self) -> int:
        """Bytes kept: bodies, headers, path and query."""
        headers = (*self.request_headers, *self.response_headers)
        return (
            len(self.request.kept)
            + len(self.response.kept)
            + len(self.path)
            + len(self.query)
            + sum(len(name) + len(value) for name, value in headers)
        )


class Journal:
    """The exchanges of one world."""

    def __init__(self, on_end: Callable[[], None] = lambda: None) -> None:
        """Start empty.

        Args:
            on_end: called whenever an exchange has ended.
        """
        self._on_end = on_end
        self._exchanges: deque[Exchange] = deque()
        self.weight = 0
        """Bytes kept of exchanges that have ended."""
        self.dropped = 0
        """How many of the oldest were dropped to stay under the caps."""

    def open(self, exchange: Exchange) -> None:
        """Take in an exchange when its request arrives."""
        exchange.kept = True
        self._exchanges.append(exchange)
        while len(self._exchanges) > MOST_EXCHANGES:
            self._drop()

    def close(self, exchange: Exchange) -> None:
        """Account for an exchange that has ended."""
        self._on_end()
        if not exchange.kept:
            return
        self.weight += exchange.weight
        while self.weight > MOST_BYTES and len(self._exchanges) > 1:
            self._drop()

    def newest_first(self) -> Iterator[Exchange]:
        """Return the exchanges, the latest first."""
        return reversed(self._exchanges)

    def find(self, identifier: str) -> Exchange | None:
        """Return an exchange by its id."""
        return next((exchange for exchange in self._exchanges if exchange.id == identifier), None)

    def clear(self) -> None:
        """Forget everything."""
        for exchange in self._exchanges:
            exchange.kept = False
        self._exchanges.clear()
        self.weight = 0
        self.dropped = 0

    def __len__(self) -> int:
        """Return how many exchanges are kept."""
        return len(self._exchanges)

    def _drop(self) -> None:
        gone = self._exchanges.popleft()
        gone.kept = False
        if gone.ended is not None:
            self.weight -= gone.weight
        self.dropped += 1


def headers_document(headers: Iterable[tuple[bytes, bytes]]) -> list[list[str]]:
    """Return headers in their order, credentials replaced by a fingerprint of their value."""
    return [[name.decode("latin-1"), _shown(name, value)] for name, value in headers]


def query_document(query: str) -> str:
    """Return a query, the values of parameters that are named like credentials replaced by a fingerprint."""
    shown = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        is_secret = value and _SECRET.search(unquote_plus(name))
        shown.append(f"{name}=[fingerprint {fingerprint(unquote_plus(value))}]" if is_secret else part)
    return "&".join(shown)


def url_document(url: str) -> str:
    """Return a URL, `user:password@` and parameters that are named like credentials replaced by a fingerprint."""
    address, mark, query = url.partition("?")
    shown = _USER.sub(lambda match: f"[fingerprint {fingerprint(match[0][:-1])}]@", address, count=1)
    return shown + mark + query_document(query)


def _shown(name: bytes, value: bytes) -> str:
    if _SECRET.search(name.decode("latin-1")):
        scheme, _, rest = value.partition(b" ")
        # What stands in the place of the scheme is shown only when it is one: a key may stand there by mistake.
        if scheme.lower() not in _SCHEMES or not rest:
            return f"[fingerprint {fingerprint(value.decode('latin-1'))}]"
        return f"{scheme.decode('latin-1')} [fingerprint {fingerprint(rest.decode('latin-1'))}]"
    return value.decode("latin-1")


def fingerprint(secret: str) -> str:
    """Return what is kept and shown of a key: 16 hex digits of its SHA-256 (D14)."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()[:16]
