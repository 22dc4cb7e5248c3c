"""One request and its answer, kept as evidence.

UnexpectedError
    An answer that a check cannot go on with: not JSON, no such member. The message says what was expected.
UntriedError
    Such an answer to what a check only needs before it can begin, and that another requirement promises.
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from contracts.reporting import curl
from contracts.wire.envelopes import VERSION_HEADER

MOST_SHOWN = 20_000
"""Bytes of a body that a report holds."""

MOST_LEVELS = 100
"""Levels of a document; what looks at it goes down them one by one, and Python has an end."""

MOST_BEGINNING = 200
"""Bytes of a body that a message shows."""

_SECRET = frozenset({"authorization", "x-api-key", "cookie"})


class UnexpectedError(Exception):
    """An answer that a check cannot go on with."""


class UntriedError(UnexpectedError):
    """An answer for which a check could not even begin."""

    def __init__(self, requirement: str, told: str) -> None:
        """Make one.

        Args:
            requirement: what the answer breaks; what the check is about was never tried.
            told: what was seen and what was expected.
        """
        super().__init__(told)
        self.requirement = requirement


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was sent and what came."""

    number: int
    """In the run, from 1."""
    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: bytes
    operation: str | None
    """Id of the contract's operation, if the path is one of its."""
    status: int | None
    """None when no answer came."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    seconds: float = 0.0
    error: str | None = None
    """Why no answer came, or why it broke off."""

    def header(self, name: str) -> str | None:
        """Return an answer's header, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def asked(self, name: str) -> str | None:
        """Return a request's header, or None."""
        return next((value for key, value in self.request_headers if key.lower() == name.lower()), None)

    @property
    def media_type(self) -> str:
        """The answer's content type without parameters, lower-case."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def beginning(self) -> str:
        """The beginning of the answer's body, as a message shows it."""
        if not self.body:
            return "nothing"
        text = self.body[:MOST_BEGINNING].decode("utf-8", "backslashreplace")
        return text if text.isprintable() else repr(text)

    def json(self) -> Any:  # noqa: ANN401  # JSON
        """Return the parsed body.

        Raises:
            UnexpectedError: it is not JSON.
        """
        try:
            document = json.loads(self.body)
            if b"\\ud" in self.body.lower():
                # Half a surrogate pair is JSON and no text; nothing could write it down.
                document = json.loads(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))
        except (ValueError, RecursionError):
            told = self.error or f"{self.media_type or 'no content type'}, {self.beginning}"
            raise UnexpectedError(f"{self.line()}: expected JSON, got {told}") from None
        if _is_deep(document):
            raise UnexpectedError(f"{self.line()}: expected JSON of less than {MOST_LEVELS} levels, got more")
        return document

    @property
    def data(self) -> Any:  # noqa: ANN401  # JSON
        """The resource of a success, out of whatever envelope the request asked for.

        Raises:
            UnexpectedError: the answer is no success, no JSON, or lacks the envelope.
        """
        if self.status is None or not 200 <= self.status < 300:
            raise UnexpectedError(f"{self.line()}: expected a success, got {self.beginning}")
        document = self.json()
        if self.asked(VERSION_HEADER) == "2":
            return document
        if not isinstance(document, dict) or "data" not in document:
            raise UnexpectedError(f"{self.line()}: expected an envelope with `data`, got {self.beginning}")
        return document["data"]

    @property
    def members(self) -> dict[str, Any]:
        """The parsed body, where it has to be an object.

        Raises:
            UnexpectedError: it is none.
        """
        return self._an_object(self.json())

    @property
    def resource(self) -> dict[str, Any]:
        """The resource, where it has to be an object.

        Raises:
            UnexpectedError: it is none, or there is no resource.
        """
        return self._an_object(self.data)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The resource, where it has to be a list of objects.

        Raises:
            UnexpectedError: it is none, or there is no resource.
        """
        found = self.data
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise UnexpectedError(f"{self.line()}: expected a list of objects, got {self.beginning}{self.bare}")
        return found

    def _an_object(self, found: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
        if not isinstance(found, dict):
            raise UnexpectedError(f"{self.line()}: expected an object, got {self.beginning}{self.bare}")
        return found

    @property
    def bare(self) -> str:
        """What a message adds where the resource itself is expected, without an envelope; nothing elsewhere."""
        return f" (the request had {VERSION_HEADER}: 2: no envelope)" if self.asked(VERSION_HEADER) == "2" else ""

    def member(self, name: str) -> Any:  # noqa: ANN401  # JSON
        """Return a member of the resource.

        Raises:
            UnexpectedError: there is none.
        """
        data = self.data
        if not isinstance(data, dict) or name not in data:
            raise UnexpectedError(f"{self.line()}: expected a member `{name}`, got {self.beginning}{self.bare}")
        return data[name]

    def is_refused(self, *statuses: int) -> bool:
        """Tell whether it is a refusal with one of these statuses and a code; a bare status may come of anything."""
        return self.status in statuses and bool(self.code)

    @property
    def code(self) -> str | None:
        """The code of a problem: of `error.code`, or the end of `type`."""
        try:
            document = self.json()
        except UnexpectedError:
            return None
        if not isinstance(document, dict):
            return None
        error, kind = document.get("error"), document.get("type")
        if isinstance(error, dict) and isinstance(error.get("code"), str):
            return str(error["code"])
        return kind.rpartition("/")[2] if isinstance(kind, str) else None

    def line(self) -> str:
        """Return the exchange in one line."""
        parts = urlsplit(self.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        told = self.status if self.status is not None else f"no answer ({self.error})"
        return f"{self.method} {path[:200]} -> {told}"

    def curl(self) -> str:
        """Return a command that sends the request again; the key stands as a variable."""
        headers = [(name, _shown(name, value)) for name, value in self.request_headers]
        body = _whole(self.request_body)
        if body is not None:
            return curl.command(self.method, self.url, headers, body)
        remark = f"  # body: a file of the {len(self.request_body)} bytes that were sent"
        return curl.command(self.method, self.url, headers, "@body") + remark

    def document(self) -> dict[str, Any]:
        """Return the exchange as JSON, credentials taken out."""
        return {
            "number": self.number,
            "operation": self.operation,
            "method": self.method,
            "url": self.url,
            "request": {
                "headers": [[name, _shown(name, value)] for name, value in self.request_headers],
                "body": _text(self.request_body),
            },
            "response": None
            if self.status is None
            else {
                "status": self.status,
                "headers": [list(row) for row in self.headers],
                "body": _text(self.body),
                "bytes": len(self.body),
            },
            "error": self.error,
            "seconds": round(self.seconds, 4),
            "curl": self.curl(),
        }


def _is_deep(document: Any) -> bool:  # noqa: ANN401  # JSON
    level = [document]
    for _ in range(MOST_LEVELS):
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return False
    return True


def _shown(name: str, value: str) -> str:
    if name.lower() not in _SECRET:
        return value
    return "Bearer $KEY" if value.lower().startswith("bearer ") else "$KEY"


def _whole(body: bytes) -> str | None:
    """Return a body as a word of a command, or None where it cannot be one."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    # curl reads what begins with @ from a file, and a command holds no NUL.
    return None if len(body) > MOST_SHOWN or text.startswith("@") or "\0" in text else text


def _text(content: bytes) -> str:
    if not content:
        return ""
    kept = content[:MOST_SHOWN]
    try:
        text = kept.decode("utf-8")
    except UnicodeDecodeError:
        text = f"({len(content)} bytes that are no text)"
    return text + (f"... ({len(content)} bytes in all)" if len(content) > MOST_SHOWN else "")
