"""Faults of a stream, on a raw socket, as NDJSON and as server-sent events."""

import json
from typing import Any, cast

import pytest

from contracts.plans import catalogue
from mockserver.faults import lines

from .raw_client import RawClient, Seen

FORMS = pytest.mark.parametrize("accept", ["application/x-ndjson", "text/event-stream"], ids=["ndjson", "sse"])


def streamed(raw: RawClient, accept: str, fault: str, seconds: float | None = None, **arguments: Any) -> Seen:
    """Stream a task under a fault, from before its first step to the end."""
    task = raw.task("Ein Boot — ein Böötchen")
    raw.arm("stream", fault, **arguments)
    with raw.connection("GET", f"/tasks/{task}/stream", Accept=accept, X_API_Version="2") as opened:
        opened.until(b"\r\n\r\n")
        raw.world.advance(seconds)
        return opened.all()


def events(seen: Seen) -> list[dict[str, Any]]:
    """The events that can be read, and nothing else."""
    found = []
    for line in seen.body.split(b"\n"):
        text = line.replace(lines.BOM, b"").strip(b"\r").removeprefix(b"data: ")
        if text.startswith(b"{") and text.endswith(b"}") and b'"heartbeat"' not in text:
            found.append(cast("dict[str, Any]", json.loads(text)))
    return found


def statuses(seen: Seen) -> list[int]:
    """The status of every event."""
    return [event["status"] for event in events(seen)]


@FORMS
@pytest.mark.parametrize(("how", "ending"), [("close", "closed"), ("reset", "reset")])
def test_a_cut_between_lines(raw: RawClient, accept: str, how: str, ending: str) -> None:
    """Three whole events, then the connection ends without a last chunk."""
    seen = streamed(raw, accept, "stream_cut", after=3, how=how)
    assert (len(events(seen)), seen.ended, seen.ending) == (3, False, ending)
    assert seen.body.endswith(b"}\n" if accept.endswith("ndjson") else b"}\n\n")
    assert raw.state() == "consumed"
    (exchange,) = raw.world.journal(operation="tasks.stream")
    assert exchange["outcome"] == ending


@FORMS
def test_a_cut_inside_a_json_token(raw: RawClient, accept: str) -> None:
    """The third line stops inside a string."""
    seen = streamed(raw, accept, "stream_cut", after=2, where="json_token")
    last = seen.body.split(b"\n")[-1]
    assert (len(events(seen)), seen.ended) == (2, False)
    assert last.count(b'"') % 2 == 1


@FORMS
def test_a_cut_inside_a_character(raw: RawClient, accept: str) -> None:
    """The last line stops after the first byte of two."""
    seen = streamed(raw, accept, "stream_cut", after=2, where="utf8")
    last = seen.body.split(b"\n")[-1]
    assert last[-1] == 0xC3
    with pytest.raises(UnicodeDecodeError, match="unexpected end of data"):
        last.decode()


@FORMS
def test_a_cut_between_cr_and_lf(raw: RawClient, accept: str) -> None:
    """The stream ends its lines with CR LF, and breaks after a CR."""
    seen = streamed(raw, accept, "stream_cut", after=2, where="crlf")
    assert seen.body.endswith(b"}\r")
    assert seen.body.count(b"\r\n") >= 2
    assert seen.body.count(b"\n") == seen.body.count(b"\r\n")


@FORMS
def test_a_clean_end_without_a_terminal_line(raw: RawClient, accept: str) -> None:
    """The last chunk comes, and no event was terminal."""
    seen = streamed(raw, accept, "stream_end", after=4)
    assert (len(events(seen)), seen.ended, max(statuses(seen)) < 10) == (4, True, True)
    assert raw.state() == "consumed"


@FORMS
def test_an_end_before_the_first_event(raw: RawClient, accept: str) -> None:
    """A stream without a line."""
    seen = streamed(raw, accept, "stream_end", after=0)
    assert (seen.status, seen.body, seen.ended) == (200, b"", True)


@FORMS
def test_silence(raw: RawClient, accept: str) -> None:
    """For so long nothing comes, and then everything that had happened."""
    task = raw.task()
    raw.arm("stream", "stream_silence", after=1, seconds=60)
    with raw.connection("GET", f"/tasks/{task}/stream", Accept=accept, X_API_Version="2") as opened:
        opened.until(b"}\n")
        raw.world.advance(59)
        quiet = opened.all(patience=0.05)
        raw.world.advance(1)
        seen = opened.all()
    assert len(events(quiet)) == 1
    assert statuses(seen)[-1] == 10
    assert b"heartbeat" not in seen.body


@FORMS
def test_heartbeats_only(raw: RawClient, accept: str) -> None:
    """A heartbeat every ten seconds and no event."""
    task = raw.task()
    raw.arm("stream", "stream_silence", after=1, seconds=60, heartbeats=True)
    with raw.connection("GET", f"/tasks/{task}/stream", Accept=accept, X_API_Version="2") as opened:
        opened.until(b"}\n")
        raw.world.advance(59)
        quiet = opened.all(patience=0.05)
        raw.world.advance(1)
        seen = opened.all()
    assert (len(events(quiet)), quiet.body.count(b"heartbeat")) == (1, 5)
    assert statuses(seen)[-1] == 10


@FORMS
def test_an_event_comes_three_times(raw: RawClient, accept: str) -> None:
    """The same bytes again and again."""
    plain = streamed(raw, accept, "stream_bom")
    seen = streamed(raw, accept, "stream_duplicate", event=2, times=2)
    assert statuses(seen)[:5] == [1, 2, 2, 2, 3]
    assert len(events(seen)) == len(events(plain)) + 2


@FORMS
def test_two_events_change_places(raw: RawClient, accept: str) -> None:
    """The second comes after the third."""
    seen = streamed(raw, accept, "stream_reorder", event=2)
    assert statuses(seen)[:4] == [1, 3, 2, 4]
    assert statuses(seen)[-1] == 10


@FORMS
def test_the_terminal_event_keeps_its_place(raw: RawClient, accept: str) -> None:
    """Nothing follows it, and the ledger says that nothing changed places."""
    task = raw.task()
    raw.world.advance(2.9)
    raw.arm("stream", "stream_reorder", event=1)
    with raw.connection("GET", f"/tasks/{task}/stream", Accept=accept, X_API_Version="2") as opened:
        opened.until(b"\r\n\r\n")
        raw.world.advance()
        seen = opened.all()
    assert statuses(seen)[-2:] == [9, 10]
    assert raw.state() == "ambiguous"


@FORMS
def test_a_malformed_line(raw: RawClient, accept: str) -> None:
    """It stands before the second event."""
    seen = streamed(raw, accept, "stream_malformed", text="<oops>")
    prefix = b"" if accept.endswith("ndjson") else b"data: "
    found = [line for line in seen.body.split(b"\n") if b"oops" in line]
    assert found == [prefix + b"<oops>"]
    assert statuses(seen)[-1] == 10


@FORMS
def test_a_byte_order_mark(raw: RawClient, accept: str) -> None:
    """Three bytes before the first line, and nowhere else."""
    seen = streamed(raw, accept, "stream_bom")
    assert (seen.body[:3], seen.body.count(b"\xef\xbb\xbf")) == (b"\xef\xbb\xbf", 1)


@FORMS
def test_two_terminals(raw: RawClient, accept: str) -> None:
    """Completed, and then failed."""
    seen = streamed(raw, accept, "stream_two_terminals")
    assert statuses(seen)[-2:] == [10, 11]
    assert events(seen)[-1]["error"] == "task failed"


@FORMS
def test_a_last_line_without_a_newline(raw: RawClient, accept: str) -> None:
    """The stream ends well, its last line does not."""
    seen = streamed(raw, accept, "stream_no_final_newline")
    assert (seen.body[-1:], seen.ended, statuses(seen)[-1]) == (b"}", True, 10)


@FORMS
def test_changed_keys_only(raw: RawClient, accept: str) -> None:
    """From the second event on only the id and what is new."""
    first, *others = events(streamed(raw, accept, "stream_changed_keys"))
    assert "input" in first
    assert all("id" in event and "input" not in event for event in others)
    assert others[-1]["status"] == 10
    assert "video" in others[-1]["output"]


@FORMS
def test_changed_keys_in_the_old_form(raw: RawClient, accept: str) -> None:
    """`{data, fields}`, the fields naming what changed."""
    last = events(streamed(raw, accept, "stream_changed_keys", fields=True))[-1]
    assert last["data"].keys() == {"id", *last["fields"]}


@FORMS
def test_enveloped_lines(raw: RawClient, accept: str) -> None:
    """Every event inside `data`."""
    found = events(streamed(raw, accept, "stream_envelope"))
    assert all(event.keys() == {"data"} for event in found)
    assert found[-1]["data"]["status"] == 10


@FORMS
def test_statuses_as_words(raw: RawClient, accept: str) -> None:
    """`completed` in the place of 10."""
    found = cast("list[Any]", statuses(streamed(raw, accept, "stream_status_text")))
    assert (found[0], found[-1]) == ("received", "completed")


@FORMS
def test_a_status_that_nobody_knows(raw: RawClient, accept: str) -> None:
    """And a member that nobody knows, in one event."""
    seen = streamed(raw, accept, "stream_unknown", status=42)
    assert statuses(seen)[:3] == [1, 42, 3]
    assert [number for number, event in enumerate(events(seen)) if "x_unknown" in event] == [1]


@FORMS
def test_a_very_long_line(raw: RawClient, accept: str) -> None:
    """A mebibyte without a line break."""
    seen = streamed(raw, accept, "stream_long_line", event=2)
    assert max(len(line) for line in seen.body.split(b"\n")) > 1024 * 1024
    assert statuses(seen)[-1] == 10


@FORMS
def test_an_early_end_and_then_more(raw: RawClient, accept: str) -> None:
    """Failed after two events, and then the task goes on to complete."""
    found = statuses(streamed(raw, accept, "stream_early_terminal", after=2, status="failed"))
    assert found[:4] == [1, 2, 11, 3]
    assert found[-1] == 10


@FORMS
def test_an_end_that_get_does_not_know_of(raw: RawClient, accept: str) -> None:
    """The stream says completed; GET, status and the list say uploading until five seconds have passed."""
    seen = streamed(raw, accept, "stream_contradiction", seconds=5)
    task = events(seen)[-1]["id"]

    def told() -> list[int]:
        listed = raw.send("GET", "/tasks", X_API_Version="2").json()["items"]
        ways = (f"/tasks/{task}", f"/tasks/{task}/status", f"/tasks/{task}/logs")
        return [listed[0]["status"], *(raw.send("GET", way, X_API_Version="2").json()["status"] for way in ways)]

    assert statuses(seen)[-1] == 10
    assert told() == [9, 9, 9, 9]
    raw.world.advance(5)
    assert told() == [10, 10, 10, 10]


@FORMS
def test_a_cut_that_never_came(raw: RawClient, accept: str) -> None:
    """A stream that is shorter than the fault wants is booked as doubtful."""
    seen = streamed(raw, accept, "stream_cut", after=1000)
    (entry,) = raw.ledger()
    assert (statuses(seen)[-1], entry["state"]) == (10, "ambiguous")
    assert "the stream ended after" in entry["told"]


@FORMS
def test_a_resumed_stream_loses_nothing(raw: RawClient, accept: str) -> None:
    """The second stream goes on after the last event of the first."""
    seen = streamed(raw, accept, "stream_cut", after=5)
    task = events(seen)[-1]["id"]
    again = raw.send("GET", f"/tasks/{task}/stream?last_event_id=4", Accept=accept, X_API_Version="2")
    whole = raw.send("GET", f"/tasks/{task}/stream?last_event_id=0", Accept=accept, X_API_Version="2")
    assert events(seen)[1:] + events(again) == events(whole)


def test_every_fault_of_a_stream_is_here() -> None:
    """The catalogue and the classes name the same."""
    rows = {row.name for row in catalogue.faults().values() if row.slot == "stream"}
    assert rows == set(lines.FAULTS)
