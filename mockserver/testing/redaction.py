"""Takes out of a journal what differs from run to run by nature: ids, times, ports, signatures, a library's headers.

And the app's own record, which every task repeats: it is the same in all of them, and hides everything else.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from contracts.wire.ids import ALPHABET, ID_LENGTH, SHORT_ID_LENGTH, short

_REQUEST_HEADERS = frozenset(
    {
        *("accept-encoding", "accept-language", "authorization", "connection", "content-length", "host", "user-agent"),
        *("sec-fetch-mode", "transfer-encoding", "traceparent", "tracestate", "baggage"),
    }
)
"""Left out: what an HTTP library adds by itself, or what a redacted journal cannot keep."""

_LIBRARY = re.compile(r"x-(client|sdk|stainless)-.*")

_ANSWER_HEADERS = frozenset({"content-type", "retry-after", "location", "content-range", "link", "allow"})
"""Kept: what a client acts upon."""

_ID = re.compile(rf"(?<![0-9A-Za-z])[{ALPHABET}]{{{ID_LENGTH}}}(?![0-9A-Za-z])")
_SHORT = re.compile(rf"(?<![0-9A-Za-z])[{ALPHABET}]{{{SHORT_ID_LENGTH}}}(?![0-9A-Za-z])")
_OWNER = re.compile(rf"(?<=/app/files/)(\w+)/[{ALPHABET}]{{{SHORT_ID_LENGTH}}}(?=/)")
_OUTPUT = re.compile(rf"(?<=/)[{ALPHABET}]{{{SHORT_ID_LENGTH}}}(?=\.mp4)")
_APP = frozenset({"app", "app_version"})
_LOOPBACK = re.compile(r"(?<=://)(127\.0\.0\.1|localhost|\[::1\]):(\d+)")
_PLAIN = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"), "<time>"),
    (re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"), "<time>"),
    (re.compile(r"(?<=X-Amz-Date=)\d{8}T\d{6}Z"), "<time>"),
    (re.compile(r"(?<=X-Amz-Signature=)([A-Za-z0-9_-]+|\[fingerprint [0-9a-f]{16}\])"), "<signature>"),
    (re.compile(r"\[fingerprint [0-9a-f]{16}\]"), "<fingerprint>"),
)


def redacted(journal: Iterable[Mapping[str, Any]], base_url: str) -> list[dict[str, Any]]:
    """Return exchanges in the form that is stored.

    Args:
        journal: exchanges with their bodies, the oldest first.
        base_url: the emulator's, whose port differs.
    """
    rows = [_exchange(row) for row in journal]
    names = _Names(json.dumps(rows, ensure_ascii=False), base_url)
    return [names.put_into(row) for row in rows]


class _Names:
    """A placeholder for each id and each port, numbered by where it first appears."""

    def __init__(self, text: str, base_url: str) -> None:
        self._base_url = base_url
        text = _plain(text)
        ids = list(dict.fromkeys(_ID.findall(text)))
        self._ids = {identifier: f"<id-{number}>" for number, identifier in enumerate(ids, 1)}
        self._shorts = {short(identifier): f"<id-{number}-short>" for number, identifier in enumerate(ids, 1)}
        outputs = list(dict.fromkeys(_OUTPUT.findall(text)))
        self._outputs = {name: f"<output-{number}>" for number, name in enumerate(outputs, 1)}
        rest = text.replace(base_url, "")
        ports = list(dict.fromkeys(port for _, port in _LOOPBACK.findall(rest)))
        self._ports = {port: f"<port-{number}>" for number, port in enumerate(ports, 1)}

    def put_into(self, document: Any) -> Any:  # noqa: ANN401  # JSON
        """Return a document with the placeholders in the place of what they stand for."""
        match document:
            case str():
                return self._text(document)
            case list():
                return [self.put_into(entry) for entry in document]
            case dict():
                return {self._text(name): self.put_into(value) for name, value in document.items()}
            case _:
                return document

    def _text(self, text: str) -> str:
        text = _plain(text).replace(self._base_url, "<server>")
        text = _LOOPBACK.sub(lambda found: f"{found[1]}:{self._ports.get(found[2], '<port>')}", text)
        text = _OWNER.sub(r"\1/<owner>", text)
        text = _OUTPUT.sub(lambda found: self._outputs.get(found[0], "<output>"), text)
        text = _ID.sub(lambda found: self._ids.get(found[0], "<id>"), text)
        return _SHORT.sub(lambda found: self._shorts.get(found[0], found[0]), text)


def _plain(text: str) -> str:
    """Put placeholders in the place of what needs no number."""
    for pattern, name in _PLAIN:
        text = pattern.sub(name, text)
    return text


def _exchange(row: Mapping[str, Any]) -> dict[str, Any]:
    query = f"?{row['query']}" if row["query"] else ""
    told = {"outcome": row["outcome"]} if row["outcome"] != "answered" else {}
    faults = {"faults": row["faults"]} if row.get("faults") else {}
    return {
        "operation": row["operation"],
        "request": {
            "line": f"{row['method']} {row['path']}{query}",
            "headers": {name: value for name, value in _headers(row["request"]) if not _of_library(name)},
            "body": _body(row["request"], binary="{bytes} bytes, sha256 {sha256}"),
        },
        "answer": {
            "status": row["status"],
            "headers": {name: value for name, value in _headers(row["response"]) if name in _ANSWER_HEADERS},
            "body": _body(row["response"], binary="<binary>"),
        },
        **told,
        **faults,
    }


def _of_library(name: str) -> bool:
    return name in _REQUEST_HEADERS or _LIBRARY.fullmatch(name) is not None


def _headers(message: Mapping[str, Any]) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in message["headers"])


def _body(message: Mapping[str, Any], *, binary: str) -> Any:  # noqa: ANN401  # JSON
    """Return a body as JSON if it is any, a stream as its lines, and of bytes what may be compared."""
    shown = message["body"]
    if shown is None:
        return None
    if "json" in shown:
        return _without_app(shown["json"])
    if "text" not in shown:
        return binary.format_map(shown)
    kind = dict(_headers(message)).get("content-type", "").partition(";")[0]
    if kind in {"application/x-ndjson", "application/jsonl", "text/event-stream"}:
        return [_line(line) for line in shown["text"].splitlines()]
    return shown["text"]


def _line(line: str) -> Any:  # noqa: ANN401  # JSON
    try:
        return _without_app(json.loads(line))
    except ValueError:
        return line


def _without_app(document: Any) -> Any:  # noqa: ANN401  # JSON
    """Put placeholders in the place of the app's record and of a log's text, which has numbers that are drawn."""
    match document:
        case list():
            return [_without_app(entry) for entry in document]
        case {"log_type": _, "content": str()}:
            return {**document, "content": "<log>"}
        case dict():
            return {
                name: f"<{name}>" if name in _APP and isinstance(value, dict) and "id" in value else _without_app(value)
                for name, value in document.items()
            }
        case _:
            return document
