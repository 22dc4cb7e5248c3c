"""Clients that follow streams wrongly."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from contracts.clientside import reference
from contracts.clientside.reference import Client
from contracts.clientside.reference_reading import COMPLETED, ApiError, ClientError, TimeLimitError, ended
from mockserver.testing.adaptors.reference import Reference, _task
from tests.mutants import client_surgery
from tests.mutants.client_mutant import sins
from tests.mutants.client_surgery import Line, document
from tests.mutants.surgery import Surgery


@sins("stream.tells-progress")
def keeps_progress_to_itself(surgery: Surgery) -> None:
    """It tells its user statuses alone."""

    def stream(original: Any, *given: Any, **told: Any) -> Any:
        answered = original(*given, **told)
        return {**answered, "updates": [{**row, "progress": None} for row in answered["updates"]]}

    surgery.wrap(Reference, "stream", stream)


@sins("stream.tells-the-output")
def loses_the_output(surgery: Surgery) -> None:
    """It tells the end from the stream's numbers and forgets the output."""
    surgery.wrap(Reference, "stream", lambda original, *given, **told: _without_output(original(*given, **told)))


def _without_output(told: Any) -> Any:
    return {**told, "end": {**told["end"], "output": None}}


@sins("stream.asks-for-its-form")
def says_no_form(surgery: Surgery) -> None:
    """It takes whatever form the server likes."""
    _headers(surgery, lambda headers: {key: value for key, value in headers.items() if key != "Accept"})


def _headers(surgery: Surgery, bend: Callable[[dict[str, str]], dict[str, str]]) -> None:
    make = Client.__init__

    def made(self: Client, *given: Any, **told: Any) -> None:
        make(self, *given, **told)
        opened = self._api.stream
        self._api.stream = lambda method, url, headers, **rest: opened(method, url, headers=bend(headers), **rest)

    surgery.replace(Client, "__init__", made)


@sins("stream.opens-one-stream")
def opens_another_after_the_end(surgery: Surgery) -> None:
    """It opens the stream of a task again that has ended."""

    def stream(original: Any, self: Client, task: str, *given: Any, **told: Any) -> Iterator[Any]:
        yield from original(self, task, *given, **told)
        for _ in original(self, task, *given, **told):
            break

    surgery.wrap(Client, "stream", stream)


@sins("stream.survives-a-cut")
def takes_a_cut_for_the_end(surgery: Surgery) -> None:
    """It raises when a stream that has begun closes before the body is whole."""
    _raises_at(surgery, httpx.RemoteProtocolError)


@sins("stream.survives-a-cut")
def decodes_strictly(surgery: Surgery) -> None:
    """It decodes what has come as UTF-8 before it looks for lines, and falls over half a character."""

    def decoded(chunks: Iterator[bytes]) -> Iterator[bytes]:
        seen = bytearray()
        for chunk in chunks:
            seen.extend(chunk)
            try:
                seen.decode("utf-8")
            except UnicodeDecodeError as error:
                raise ClientError(f"no UTF-8: {error}") from error
            yield chunk

    client_surgery.chunks(surgery, decoded)


@sins("stream.survives-a-reset")
def takes_a_reset_for_the_end(surgery: Surgery) -> None:
    """It raises when the connection is reset."""
    _raises_at(surgery, httpx.ReadError)


def _raises_at(surgery: Surgery, kind: type[Exception]) -> None:
    def events(original: Any, answer: Any) -> Iterator[Line]:
        begun = False
        try:
            for row in original(answer):
                begun = True
                yield row
        except kind as error:
            if begun:
                raise ClientError(f"the stream broke off: {error}") from error
            raise

    surgery.wrap(reference, "events", events)


@sins("stream.keeps-its-time-limit-in-silence")
def waits_for_bytes_without_limit(surgery: Surgery) -> None:
    """It looks at its clock when a line comes, and lines do not come."""
    make = Client.__init__

    def made(self: Client, *given: Any, **told: Any) -> None:
        make(self, *given, **told)
        opened = self._api.stream
        self._api.stream = lambda *args, **rest: opened(*args, **{**rest, "timeout": 60})

    surgery.replace(Client, "__init__", made)


@sins("stream.keeps-its-time-limit-among-heartbeats")
def counts_from_the_last_byte(surgery: Surgery) -> None:
    """Its time limit is one of silence: each heartbeat begins it anew."""

    def lines(rows: Iterator[Line]) -> Iterator[Line]:
        for event, line in rows:
            if line and '"heartbeat"' not in line:
                yield event, line

    client_surgery.lines(surgery, lines)


class _ClosedError(Exception):
    """The stream closed in good order."""

    def __init__(self, last: Any) -> None:
        super().__init__("closed")
        self.last = last


@sins("stream.does-not-end-with-the-connection")
def ends_with_the_connection(surgery: Surgery) -> None:
    """It takes the end of the stream for the end of the task, unless it has a time limit, and tells it as it stands."""

    def lines(rows: Iterator[Line]) -> Iterator[Line]:
        last: Any = {}
        for event, line in rows:
            last = document(line) or last
            yield event, line
        raise _ClosedError(last)

    def follow(original: Any, *given: Any, **told: Any) -> Any:
        try:
            return original(*given, **told)
        except _ClosedError as closed:
            if told.get("timeout_ms"):
                raise
            return {"updates": [], "end": _task(closed.last)}

    client_surgery.lines(surgery, lines)
    surgery.wrap(Reference, "stream", follow)


@sins("stream.keeps-to-the-first-end")
def believes_the_last_line(surgery: Surgery) -> None:
    """It reads on after the end and believes what comes last."""

    def lines(rows: Iterator[Line]) -> Iterator[Line]:
        for event, line in rows:
            found = document(line)
            if isinstance(found, dict) and ended(found) == COMPLETED:
                for _, after in rows:
                    later = document(after)
                    if isinstance(later, dict) and ended(later) and ended(later) != ended(found):
                        raise ClientError(f"task {later['id']} failed")
            yield event, line

    client_surgery.lines(surgery, lines)


@sins("stream.asks-whether-an-end-is-true")
def believes_the_stream(surgery: Surgery) -> None:
    """It raises the failure that the stream tells, and does not ask the task."""

    def lines(rows: Iterator[Line]) -> Iterator[Line]:
        for event, line in rows:
            found = document(line)
            if isinstance(found, dict) and ended(found) not in {None, COMPLETED}:
                raise ClientError(f"task {found['id']} failed: {found.get('error')}")
            yield event, line

    client_surgery.lines(surgery, lines)


@sins("stream.waits-for-the-record")
def takes_the_record_as_it_is(surgery: Surgery) -> None:
    """After the stream has told completion, it fetches the task once and tells what it gets."""

    def follow(original: Any, self: Reference, order: Any, task: str, **told: Any) -> Any:
        rows = list(
            self._api(order).stream(task, told.get("transport", "ndjson"), told.get("timeout_ms", 10000) / 1000)
        )
        if rows and ended(rows[-1]) == COMPLETED:
            return {"updates": rows, "end": _task(self._api(order).get(task))}
        return original(self, order, task, **told)

    surgery.wrap(Reference, "stream", follow)


@sins("stream.tries-again-after-a-refusal")
def takes_503_for_final(surgery: Surgery) -> None:
    """It raises the 503 of a stream, and lets go of the task."""

    def read(original: Any, answer: httpx.Response, task: str | None = None) -> Any:
        if answer.status_code == 503 and answer.url.path.endswith("/stream"):
            raise ClientError("503 for the stream")
        return original(answer, task)

    surgery.wrap(reference, "resource", read)


@sins("stream.bears-a-passing-401")
def takes_401_for_final(surgery: Surgery) -> None:
    """It raises the 401 of a stream, and lets go of the task."""

    def read(original: Any, answer: httpx.Response, task: str | None = None) -> Any:
        try:
            return original(answer, task)
        except ApiError as error:
            if error.known["status"] == 401:
                raise ClientError("401 for the stream") from error
            raise

    surgery.wrap(reference, "resource", read)


@sins("stream.falls-back-on-the-task")
def gives_up_after_three_streams(surgery: Surgery) -> None:
    """It opens a stream three times in a row and then raises, without a look at the task."""
    failures: dict[str, int] = {}

    def opened(original: Any, answer: Any) -> Iterator[Line]:
        task = str(answer.url)
        came = False
        try:
            for row in original(answer):
                came = True
                yield row
        except httpx.TransportError as error:
            failures[task] = 0 if came else failures.get(task, 0) + 1
            if failures[task] == 3:
                raise ClientError("the stream breaks off again and again") from error
            raise

    surgery.wrap(reference, "events", opened)


@sins("stream.resumes-from-the-last-event")
def forgets_where_it_was(surgery: Surgery) -> None:
    """It opens a broken stream as if it were the first."""
    _headers(surgery, lambda headers: {key: value for key, value in headers.items() if key != "Last-Event-ID"})


@sins("stream.takes-no-refusal-for-an-update")
def reads_a_refusal_as_a_line(surgery: Surgery) -> None:
    """It does not look at the HTTP status of a stream, and takes the problem that came for an update."""
    make = Client.__init__

    def made(self: Client, *given: Any, **told: Any) -> None:
        make(self, *given, **told)
        opened = self._api.stream

        @contextmanager
        def blindly(*given: Any, **told: Any) -> Iterator[httpx.Response]:
            with opened(*given, **told) as answer:
                if answer.is_error:
                    answer.read()
                    answer.status_code = 200
                yield answer

        self._api.stream = blindly

    def status(original: Any, line: str) -> Any:
        found = document(line)
        return {"status": found["status"]} if found and "title" in found else original(line)

    surgery.replace(Client, "__init__", made)
    surgery.wrap(reference, "update", status)


@sins("stream.says-that-it-gave-up")
def ends_without_a_word(surgery: Surgery) -> None:
    """When its time is over its stream just ends, and so does the wait for the task."""

    def stream(original: Any, *given: Any, **told: Any) -> Any:
        try:
            return original(*given, **told)
        except TimeLimitError:
            return {"updates": [], "end": None}

    surgery.wrap(Reference, "stream", stream)
