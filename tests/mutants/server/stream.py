"""Faults of streams."""

from typing import Any

import orjson

from contracts.wire import streams as wire
from mockserver.api import streams
from mockserver.api.streams import _Lines
from tests.mutants.mutant import mutant
from tests.mutants.surgery import Surgery


def _events(surgery: Surgery, bend: Any) -> None:
    """Bend every event: `bend(document, number)` returns another document, or None for no event."""
    counts: dict[str, int] = {}

    def event(original: Any, document: bytes, stream: Any, **named: Any) -> bytes:
        task = orjson.loads(document)
        counts[task["id"]] = counts.get(task["id"], 0) + 1
        bent = bend(task, counts[task["id"]])
        return b"" if bent is None else bytes(original(orjson.dumps(bent), stream, **named))

    surgery.wrap(wire, "event", event)


@mutant("REQ-STREAM-002")
def without_snapshot(surgery: Surgery) -> None:
    """A stream begins with the next change, and not with the task as it stands."""
    _events(surgery, lambda task, number: None if number == 1 else task)


@mutant("REQ-STREAM-003")
def changed_keys_only(surgery: Surgery) -> None:
    """Lines after the first carry id and status alone."""
    _events(surgery, lambda task, number: task if number == 1 else {"id": task["id"], "status": task["status"]})


@mutant("REQ-STREAM-004")
def without_terminal_line(surgery: Surgery) -> None:
    """The last line of a stream is the one before the end."""
    _events(surgery, lambda task, _number: None if task["status"] >= 10 else task)


@mutant("REQ-STREAM-015")
def progress_falls_once(surgery: Surgery) -> None:
    """The tenth line has less progress than the ninth."""
    _events(surgery, lambda task, number: {**task, "progress": 0} if number == 12 else task)


@mutant("REQ-STREAM-013")
def lines_in_an_envelope(surgery: Surgery) -> None:
    """Every line is wrapped."""
    _events(surgery, lambda task, _number: {"data": task})


@mutant("REQ-STREAM-012")
def characters_beyond_ascii(surgery: Surgery) -> None:
    """JSON on a stream is UTF-8 as it is."""
    surgery.wrap(wire, "event", lambda original, document, *given, **named: original(document, *given, **named))
    surgery.replace(wire, "ascii_escape", lambda document: document.replace(b'"run"', '"rün"'.encode()))


@mutant("REQ-STREAM-012")
def charset_on_ndjson(surgery: Surgery) -> None:
    """The content type of NDJSON has a charset."""
    surgery.item(wire.CONTENT_TYPE, "ndjson", "application/x-ndjson; charset=utf-8")


@mutant("REQ-STREAM-001")
def always_ndjson(surgery: Surgery) -> None:
    """Whatever is asked for, NDJSON comes."""
    surgery.replace(wire, "negotiate", lambda _accept: "ndjson")


@mutant("REQ-STREAM-005")
def finished_task_sends_its_whole_life(surgery: Surgery) -> None:
    """A stream of a finished task begins with its first state."""

    async def run(original: Any, lines: _Lines) -> None:
        if lines._task.index(lines._call.now) + 1 == len(lines._task.life):
            await lines._send_step(0)
        await original(lines)

    surgery.wrap(_Lines, "run", run)


@mutant("REQ-STREAM-009")
def resume_repeats(surgery: Surgery) -> None:
    """A resumed stream begins with the event that the client has."""

    def resume(original: Any, *given: Any) -> Any:
        seen = original(*given)
        return seen if not seen else seen - 1

    surgery.wrap(streams, "_resume_point", resume)


@mutant("REQ-STREAM-009")
def resume_begins_anew(surgery: Surgery) -> None:
    """Last-Event-ID is ignored."""
    surgery.replace(streams, "_resume_point", lambda *_: None)


@mutant("REQ-STREAM-006")
def no_heartbeats(surgery: Surgery) -> None:
    """A stream is silent while nothing happens."""
    surgery.replace(wire, "heartbeat", lambda _stream: b"")


@mutant("REQ-STREAM-006")
def heartbeats_twice_as_rare(surgery: Surgery) -> None:
    """A heartbeat comes every 20 s."""
    surgery.replace(streams, "HEARTBEAT_SECONDS", 20.0)


@mutant("REQ-STREAM-017")
def stream_and_get_disagree(surgery: Surgery) -> None:
    """The last line of a stream has another time than GET."""
    _events(surgery, lambda task, _number: {**task, "updated_at": "2026-06-01T00:00:00Z"})


@mutant("REQ-STREAM-016")
def failure_without_a_reason(surgery: Surgery) -> None:
    """The last line of a failed task does not say why."""
    _events(surgery, lambda task, _number: {key: value for key, value in task.items() if key != "error"})


@mutant("REQ-STREAM-010")
def done_is_left_out(surgery: Surgery) -> None:
    """Named events end without `done`."""
    surgery.replace(wire, "done", lambda *_: b"")
