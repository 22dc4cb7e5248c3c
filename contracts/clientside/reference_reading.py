"""How the reference client reads what comes: problems, ends, stream lines, videos. Nothing here sends anything."""

import functools
import json
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any

import httpx

from contracts import clock

COMPLETED, FAILED, CANCELLED, REJECTED = 10, 11, 12, 13
WORDS: Mapping[str, int] = MappingProxyType(
    {"completed": COMPLETED, "failed": FAILED, "cancelled": CANCELLED, "rejected": REJECTED}
)

Json = Any
Task = dict[str, Any]


class ClientError(Exception):
    """Anything that went wrong; whatever is known of it travels along."""

    def __init__(self, message: str, **known: Json) -> None:
        """Keep what is known: status, code, task, request_id, retry_after, violations."""
        super().__init__(message)
        self.known = known


class ApiError(ClientError):
    """The server refused."""


class TaskError(ClientError):
    """The task ended otherwise than completed."""


class SubmissionUnknownError(ClientError):
    """Nobody knows whether the run was accepted; submitting again may pay twice."""


class OutputError(ClientError):
    """What came is not the video."""


class TimeLimitError(ClientError):
    """The time limit of the caller is over; the task goes on."""


@functools.cache
def trusted() -> ssl.SSLContext:
    """Return who is trusted; to read that takes longer than a call, so once has to do."""
    return httpx.create_ssl_context()


def ended(task: Task) -> int | None:
    """Return how a task has ended, as 10 to 13, or None while it goes on.

    Old servers count one less. Their 9 has an output, their 10 and 11 none; here 9 and 8 have none.
    """
    told, output, error = task.get("status"), task.get("output"), task.get("error")
    if isinstance(told, str):
        return WORDS.get(told.lower())
    if told == 9 and output:
        return COMPLETED
    if told == COMPLETED and error and not output:
        return FAILED
    return told if told in WORDS.values() else None


def word(status: int) -> str:
    """Return the word for the number of an end."""
    return next(word for word, number in WORDS.items() if number == status)


def resource(answer: httpx.Response, task: str | None = None) -> Json:
    """Return the resource of a success; raise everything that a problem tells."""
    try:
        document = answer.json() if answer.content else {}
    except ValueError:
        document = None
    wrong = document is None or (isinstance(document, dict) and document.get("success") is False)
    if answer.is_success and not wrong:
        return document["data"] if isinstance(document, dict) and "data" in document else document
    told = document if isinstance(document, dict) else {}
    found = told.get("error")
    error: Mapping[str, Json] = found if isinstance(found, dict) else {}
    code = error.get("code") or str(told.get("type", "")).rpartition("/")[2] or None
    after = answer.headers.get("Retry-After", "")
    raise ApiError(
        f"{answer.status_code} {told.get('detail') or error.get('message') or 'no proper answer'}",
        status=answer.status_code,
        code=code,
        task=task,
        request_id=told.get("request_id") or answer.headers.get("X-Request-Id"),
        retry_after=seconds(after, answer.headers.get("Date")),
        violations=told.get("errors"),
        billing=code in {"payment_required", "limit_exceeded"},
        # A page of some proxy, or a server that stumbled: the call may have been carried out.
        unclear=document is None or answer.status_code >= 500,
    )


def events(answer: httpx.Response) -> Iterator[tuple[str | None, str]]:
    """Yield each event of a stream with its id: a line of NDJSON, or the data of a server-sent event."""
    event, data = None, ""
    # Bytes are put together to lines before they are decoded: a character may come in two pieces.
    for line in answer.iter_lines():
        text = line.removeprefix("\ufeff")
        name, _, value = text.partition(":")
        if text and not name:
            yield None, ""  # a comment: the server is alive
        elif name == "id":
            event = value.strip()
        elif name == "data":
            data += value.removeprefix(" ")
        elif text and name not in {"event", "retry"}:
            yield None, text
        elif not text and data:
            yield event, data
            data = ""
    if data:
        yield event, data


def update(line: str) -> Task | None:
    """Return what a line tells of the task, or None for a heartbeat and for what cannot be read."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    if isinstance(found, dict) and isinstance(found.get("data"), dict):
        found = found["data"]
    return found if isinstance(found, dict) and found.get("id") else None


def is_video(content: bytes, kind: str) -> bool:
    """Whether bytes are a whole MP4: announced as one, and made of boxes that reach exactly to the end."""
    if kind.partition(";")[0].strip() not in {"video/mp4", "application/octet-stream"} or content[4:8] != b"ftyp":
        return False
    at, names = 0, set()
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        names.add(content[at + 4 : at + 8])
        at += size if size >= 8 else len(content) + 1
    return at == len(content) and {b"moov", b"mdat"} <= names


def seconds(retry_after: str, date: str | None) -> float | None:
    """Return what Retry-After asks for, in seconds: it may be a number or a date by the server's own clock."""
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        now = parsedate_to_datetime(date) if date else datetime.fromtimestamp(clock.wall(), UTC)
        return max(0.0, (parsedate_to_datetime(retry_after) - now).total_seconds())
    except ValueError:
        return None
