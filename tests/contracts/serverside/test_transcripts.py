"""The judge of streams: silent about legal ones, and about the others it names exactly the promises they break."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from contracts import requirements
from contracts.serverside.transcripts import Finding, judge_resumed, judge_transcript
from contracts.strategies import Resumed, Transcript, illegal_transcripts, legal_transcripts, resumed_streams
from contracts.strategies.stream_flaws import FLAWS
from contracts.wire import statuses, transcripts
from contracts.wire.statuses import Status


def ids(found: tuple[Finding, ...]) -> set[str]:
    """Requirements that are found to be broken."""
    return {finding.requirement for finding in found}


@given(legal_transcripts())
def test_a_legal_stream_has_no_findings(case: Transcript) -> None:
    """From whatever moment on, in either format."""
    assert judge_transcript(case.lines, case.stream) == ()


@given(legal_transcripts(numbering="legacy", events="named"))
def test_a_legal_stream_of_old_numbers_and_named_events_has_no_findings(case: Transcript) -> None:
    """By the switches it was written with; by the others it has some."""
    assert judge_transcript(case.lines, case.stream, numbering="legacy", events="named") == ()
    assert judge_transcript(case.lines, case.stream) != ()


@pytest.mark.parametrize("wrong", sorted(FLAWS))
def test_an_illegal_stream_is_told_by_exactly_what_it_breaks(wrong: str) -> None:
    """No finding too few, none too many, each with a line and a sentence."""

    @settings(max_examples=12, deadline=None)
    @given(illegal_transcripts(wrong=wrong))
    def check(case: Transcript) -> None:
        found = judge_transcript(case.lines, case.stream)
        assert ids(found) == case.breaks, [str(finding) for finding in found]
        assert ids(found) <= requirements.load().keys()
        assert all(0 <= finding.line <= len(case.lines) and finding.told for finding in found)

    check()


@given(resumed_streams())
def test_a_resumed_stream_that_goes_on_has_no_findings(case: Resumed) -> None:
    """With the unbroken stream at hand or without it."""
    assert judge_resumed(case.before, case.after, case.whole) == ()
    assert judge_resumed(case.before, case.after) == ()


@given(resumed_streams(legal=False))
def test_a_resumed_stream_that_repeats_or_loses_is_found_out(case: Resumed) -> None:
    """A repetition is seen by itself, a loss by the unbroken stream (REQ-STREAM-009)."""
    assert ids(judge_resumed(case.before, case.after, case.whole)) == case.breaks


def stream(*tasks: dict[str, Any]) -> list[str]:
    """NDJSON lines of one task, whose other fields are all in order."""
    base = json.loads(_whole().lines[0])
    return [json.dumps({**base, "events": None, **task}) for task in tasks]


def _whole() -> Transcript:
    found: list[Transcript] = []

    @settings(max_examples=1, deadline=None, database=None)
    @given(legal_transcripts("ndjson"))
    def take(case: Transcript) -> None:
        found.append(case)

    take()
    return found[0]


DONE = {"status": 10, "progress": 100, "output": {"video": "https://files.example/a.mp4"}, "error": None}
RUNS = {"status": 7, "progress": 50, "output": None, "error": None}


@pytest.mark.parametrize(
    ("before", "broken"),
    [
        ({"status": 7, "progress": 50}, set()),
        ({"status": 6, "progress": 0}, set()),
        ({"status": 9, "progress": 99}, {"REQ-TASK-003", "REQ-STREAM-015"}),
        ({"status": 10, "progress": 100}, {"REQ-TASK-003", "REQ-STREAM-015"}),
        ({"status": 7, "progress": 51}, {"REQ-STREAM-015"}),
    ],
)
def test_a_stream_is_not_behind_what_a_get_showed_before_it(before: dict[str, Any], broken: set[str]) -> None:
    """What a client has read is not taken back."""
    lines = stream(RUNS, DONE)
    known = {**json.loads(lines[0]), **before}
    assert ids(judge_transcript(lines, "ndjson", before=known)) == broken


def test_a_line_may_be_left_out_but_no_way_may_be_missing() -> None:
    """A stream need not show every status; the records in events do (REQ-TASK-008)."""
    assert judge_transcript(stream({**RUNS, "status": 2, "progress": 0}, RUNS, DONE), "ndjson") == ()
    cancelling = {**RUNS, "status": 8}
    assert ids(judge_transcript(stream(cancelling, RUNS, DONE), "ndjson")) == {"REQ-TASK-003"}


def test_both_numberings_are_understood() -> None:
    """10 is completed in one and failed in the other (REQ-TASK-002)."""
    legacy = {**DONE, "status": statuses.number(Status.COMPLETED, "legacy")}
    assert judge_transcript(stream(RUNS, legacy), "ndjson", numbering="legacy") == ()
    assert ids(judge_transcript(stream(RUNS, legacy), "ndjson")) >= {"REQ-STREAM-004"}
    assert ids(judge_transcript(stream(RUNS, DONE), "ndjson", numbering="legacy")) >= {"REQ-STREAM-016"}


def test_named_events_are_asked_for() -> None:
    """With them the stream says `update` and ends with `done` (REQ-STREAM-010), without them it does not."""
    first, last = stream(RUNS, DONE)
    named = ["id: 1", "event: update", f"data: {first}", "", "id: 2", "event: update", f"data: {last}", ""]
    named += ["event: done", "data: {}", ""]
    assert judge_transcript(named, "sse", events="named") == ()
    assert ids(judge_transcript(named, "sse")) == {"REQ-STREAM-008"}
    bare = [line for line in named[:-3] if not line.startswith("event:")]
    assert ids(judge_transcript(bare, "sse", events="named")) == {"REQ-STREAM-010"}


def test_findings_come_in_the_order_of_lines() -> None:
    """What concerns the stream as a whole comes last, and each reads as a sentence."""
    found = judge_transcript(["{", '{"type":"heartbeat"}', "ключ"], "ndjson")
    assert [finding.line for finding in found] == [1, 3, 3, 0]
    assert str(found[-1]) == (
        "REQ-STREAM-004, the stream: the stream ends with no task at all; expected a terminal status"
    )


@pytest.mark.parametrize(
    ("lines", "kinds"),
    [
        ([], []),
        (["", ""], []),
        ([": heartbeat", ""], ["heartbeat"]),
        (["data: {}", "", "data:{}"], ["event", "event"]),
        (["id: 1", ""], ["broken"]),
        (["event: done", "data: {}", ""], ["done"]),
        (['data: {"a":', "data: 1}", ""], ["event"]),
    ],
)
def test_server_sent_events_are_read_by_the_standard(lines: list[str], kinds: list[str]) -> None:
    """Blank lines end events, comments are heartbeats, one blank after the colon does not count."""
    assert [entry.kind for entry in transcripts.read(lines, "sse")] == kinds
