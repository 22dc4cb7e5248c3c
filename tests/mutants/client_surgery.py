"""What sins are made of: places of the reference client where something else can be put."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from contracts.clientside import reference
from contracts.clientside.reference import Client
from contracts.clientside.reference_reading import ApiError
from mockserver.testing.adaptors.reference import Reference
from tests.mutants.surgery import Surgery

Line = tuple[str | None, str]
"""Id of an event, and what it says."""


def requests(surgery: Surgery, around: Callable[..., httpx.Response]) -> None:
    """Send every call of the API, other than streams, by `around(send, method, url, **told)`."""
    make = Client.__init__

    def made(self: Client, *given: Any, **told: Any) -> None:
        make(self, *given, **told)
        send = self._api.request

        def request(method: str, url: str, **rest: Any) -> httpx.Response:
            return around(send, method, url, **rest)

        self._api.request = request

    surgery.replace(Client, "__init__", made)


def refusals(surgery: Surgery, bend: Callable[[ApiError], None]) -> None:
    """Change what is known of a refusal, or raise something else."""

    def read(original: Any, answer: httpx.Response, task: str | None = None) -> Any:
        try:
            return original(answer, task)
        except ApiError as error:
            bend(error)
            raise

    surgery.wrap(reference, "resource", read)


def errors(surgery: Surgery, **members: Any) -> None:
    """Change what the client's errors tell; a callable is given what they told."""

    def told(original: Any, *given: Any) -> Any:
        found = original(*given)
        return {**found, **{key: value(found) if callable(value) else value for key, value in members.items()}}

    surgery.wrap(Reference, "told", told)


def submits(surgery: Surgery, around: Callable[..., Any]) -> None:
    """Carry out the call of a run, the bare one, by `around(call)`."""

    def call(original: Any, self: Client, method: str, path: str, *given: Any, **told: Any) -> Any:
        if path != "/apps/run":
            return original(self, method, path, *given, **told)
        return around(lambda: original(self, method, path, *given, **told))

    surgery.wrap(Client, "_call", call)


def lines(surgery: Surgery, bend: Callable[[Iterator[Line]], Iterator[Line]]) -> None:
    """Bend the lines of every stream."""
    surgery.wrap(reference, "events", lambda original, answer: bend(original(answer)))


def updates(surgery: Surgery, bend: Callable[[Any], Any]) -> None:
    """Bend what is read from each line: a part of a task, or None."""
    surgery.wrap(reference, "update", lambda original, line: bend(original(line)))


def chunks(surgery: Surgery, bend: Callable[[Iterator[bytes]], Iterator[bytes]]) -> None:
    """Bend the bytes of every stream as they come."""

    def events(original: Any, answer: httpx.Response) -> Iterator[Line]:
        answer.stream = _Bent(answer.stream, bend)
        yield from original(answer)

    surgery.wrap(reference, "events", events)


class _Bent(httpx.SyncByteStream):
    """A body that is not quite what came."""

    def __init__(self, body: Any, bend: Callable[[Iterator[bytes]], Iterator[bytes]]) -> None:
        self._body = body
        self._bend = bend

    def __iter__(self) -> Iterator[bytes]:
        return self._bend(iter(self._body))

    def close(self) -> None:
        self._body.close()


def document(line: str) -> Any:
    """Return a line as JSON, or None."""
    try:
        return json.loads(line)
    except ValueError:
        return None
