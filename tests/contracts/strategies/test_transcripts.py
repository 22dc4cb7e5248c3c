"""Streams, legal and illegal; that they are judged so is shown in tests/contracts/serverside/test_transcripts.py."""

import json

from contracts import requirements
from contracts.strategies import Transcript, illegal_transcripts, legal_transcripts, resumed_streams
from contracts.strategies.stream_flaws import FLAWS
from contracts.wire import transcripts
from contracts.wire.statuses import TERMINAL, Status

from .reaching import drawn, smallest, unreached


def test_legal_streams_reach_every_status_and_every_end() -> None:
    """Both formats, every status on the way, all four ends, heartbeats, and streams opened late."""

    def told(case: Transcript) -> list[object]:
        assert case.breaks == frozenset()
        entries = transcripts.read(case.lines, case.stream)
        statuses = [Status(entry.data["status"]) for entry in entries if entry.kind == "event"]
        beats = [entry.kind for entry in entries if entry.kind == "heartbeat"]
        return [case.stream, *statuses, *beats, ("first", statuses[0]), ("last", statuses[-1])]

    wanted = {
        *("ndjson", "sse", "heartbeat"),
        *(set(Status) - {Status.UNKNOWN}),
        *(("last", status) for status in TERMINAL),
        *(("first", status) for status in (Status.RECEIVED, Status.RUNNING, Status.COMPLETED)),
    }
    assert unreached(legal_transcripts(), told, wanted, 1000) == set()


def test_a_body_is_its_lines() -> None:
    """Each ends with LF, the last one too."""
    for case in drawn(legal_transcripts(), 20):
        assert case.body.decode("ascii").split("\n") == [*case.lines, ""]


def test_illegal_streams_are_wrong_in_every_way() -> None:
    """Each flaw comes up, in each format that can have it, and cites promises that there are."""

    def told(case: Transcript) -> list[tuple[str, str]]:
        assert case.breaks == set(FLAWS[case.wrong].breaks)
        assert case.breaks
        assert case.breaks <= requirements.load().keys()
        return [(case.wrong, case.stream)]

    wanted = {(name, form) for name, flaw in FLAWS.items() for form in ("ndjson", "sse") if flaw.only in {None, form}}
    assert unreached(illegal_transcripts(), told, wanted, 1500) == set()


def test_resumed_streams_break_anywhere() -> None:
    """After the first event, in the middle, and after the last, when nothing is left to tell."""
    found = drawn(resumed_streams(), 200)
    assert any(not case.after for case in found)
    assert any(case.after and len(case.before) > 6 for case in found)
    assert all([*case.before, *case.after] == list(case.whole) for case in found)


def test_the_simplest_streams() -> None:
    """One line that tells a task's end; for a flaw, a task that does nothing but what it must."""
    one = smallest(legal_transcripts("ndjson"))
    assert len(one.lines) == 1
    assert json.loads(one.lines[0])["status"] in TERMINAL
    falls = smallest(illegal_transcripts("ndjson", "progress falls"))
    assert "heartbeat" not in "".join(falls.lines)
    assert len(falls.lines) == 10
