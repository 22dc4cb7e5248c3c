"""Clients that read the lines of streams wrongly."""

import json
import threading
from collections.abc import Iterator
from typing import Any

from contracts.clientside.reference_reading import ClientError, ended
from mockserver.testing.adaptors.reference import Reference
from tests.mutants import client_surgery
from tests.mutants.client_mutant import sins
from tests.mutants.client_surgery import Line, document
from tests.mutants.surgery import Surgery


@sins("stream.skips-what-it-cannot-read")
def parses_every_line(surgery: Surgery) -> None:
    """It falls over a line that is no JSON."""

    def lines(rows: Iterator[Line]) -> Iterator[Line]:
        for event, line in rows:
            if line:
                json.loads(line)
            yield event, line

    client_surgery.lines(surgery, lines)


@sins("stream.bears-a-byte-order-mark")
def falls_over_a_mark(surgery: Surgery) -> None:
    """It gives the first bytes to its parser as they are, and that takes no byte-order mark."""

    def parsed(chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if chunk.startswith(b"\xef\xbb\xbf"):
                raise ClientError("unexpected U+FEFF")
            yield chunk

    client_surgery.chunks(surgery, parsed)


@sins("stream.keeps-what-is-known")
def forgets_what_was_known(surgery: Surgery) -> None:
    """It takes each line for the whole task."""
    client_surgery.updates(surgery, lambda found: found and {"status": None, **found})


@sins("stream.unwraps-an-envelope")
def reads_no_envelopes(surgery: Surgery) -> None:
    """It passes over a line whose id is not at the top."""

    def lines(rows: Iterator[Line]) -> Iterator[Line]:
        for event, line in rows:
            found = document(line)
            yield event, "" if isinstance(found, dict) and "id" not in found else line

    client_surgery.lines(surgery, lines)


@sins("stream.reads-words-for-statuses")
def wants_numbers(surgery: Surgery) -> None:
    """It falls over a status that is no number."""

    def bend(found: Any) -> Any:
        if found and found.get("status") is not None:
            int(found["status"])
        return found

    client_surgery.updates(surgery, bend)


@sins("stream.bears-what-it-does-not-know")
def knows_fourteen_statuses(surgery: Surgery) -> None:
    """It falls over a status number that is not in its list."""

    def bend(found: Any) -> Any:
        if found and isinstance(found.get("status"), int) and found["status"] > 13:
            raise ValueError(f"{found['status']} is not a valid status")
        return found

    client_surgery.updates(surgery, bend)


@sins("stream.reads-a-long-line")
def reads_lines_of_64_kib(surgery: Surgery) -> None:
    """It falls over a line of more than 65,536 characters."""

    def lines(rows: Iterator[Line]) -> Iterator[Line]:
        for event, line in rows:
            if len(line) > 65536:
                raise ValueError("separator is not found, and chunk exceed the limit")
            yield event, line

    client_surgery.lines(surgery, lines)


@sins("stream.bears-repeats")
def falls_over_a_repeat(surgery: Surgery) -> None:
    """It takes a line that comes again for a fault of the protocol."""

    def lines(rows: Iterator[Line]) -> Iterator[Line]:
        last = None
        for event, line in rows:
            if document(line) and "heartbeat" not in line:
                if line == last:
                    raise ClientError("the same event again")
                last = line
            yield event, line

    client_surgery.lines(surgery, lines)


@sins("stream.progress-never-falls")
def shows_progress_as_it_comes(surgery: Surgery) -> None:
    """It shows whatever progress the last line says."""

    heard = threading.local()  # cases are played at once, each on a thread of its own

    def noting(found: Any) -> Any:
        if found and found.get("id") and hasattr(heard, "rows"):
            heard.rows.append({"status": found.get("status"), "progress": found.get("progress")})
        return found

    def follow(original: Any, self: Reference, order: Any, task: str, **told: Any) -> Any:
        heard.rows = []
        answered = original(self, order, task, **told)
        return {**answered, "updates": heard.rows} if "disorder" in order["case"] else answered

    client_surgery.updates(surgery, noting)
    surgery.wrap(Reference, "stream", follow)


@sins("stream.reads-the-last-line")
def wants_a_last_line_break(surgery: Surgery) -> None:
    """It takes a stream whose last line has no line break for a broken one, and gives up."""

    def whole(chunks: Iterator[bytes]) -> Iterator[bytes]:
        last = b"\n"
        for chunk in chunks:
            last = chunk or last
            yield chunk
        if not last.endswith(b"\n"):
            raise ClientError("the stream ended inside a line")

    def patient(rows: Iterator[Line]) -> Iterator[Line]:
        for event, line in rows:
            found = document(line)
            if isinstance(found, dict) and ended(found):
                next(rows, None)  # whether a line break follows
            yield event, line

    client_surgery.chunks(surgery, whole)
    client_surgery.lines(surgery, patient)
