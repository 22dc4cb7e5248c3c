"""The lines of a task stream: negotiated, ASCII, and one event a line whatever the text holds."""

import json
from typing import Any, get_args

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.wire import streams
from contracts.wire.streams import SseEvents, StreamFormat

LINE_BREAKS = "\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
"""Everything at which Python's text splits lines."""

texts = st.text(st.sampled_from(LINE_BREAKS + 'aÅ字\U0001f6f6\U0010ffff\x00\x7f\\"/') | st.characters(codec="utf-8"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=10,
)
formats = st.sampled_from(get_args(StreamFormat))


@given(json_values)
@example("\u2028")
@example("\U0001f6f6 next to \\u2028 and \\\U0001f6f6")
def test_escaping_keeps_the_meaning(value: Any) -> None:
    """What is escaped parses to what was there, and is pure ASCII."""
    escaped = streams.ascii_escape(orjson.dumps(value))
    assert escaped.isascii()
    assert json.loads(escaped) == orjson.loads(escaped) == value


@given(json_values)
def test_only_characters_beyond_ascii_are_touched(value: Any) -> None:
    """Text comes out as Python's own writer escapes it, which also escapes the one odd ASCII character, DEL."""
    text = json.dumps(value, ensure_ascii=False).encode()
    assert streams.ascii_escape(text).replace(b"\x7f", b"\\u007f") == json.dumps(value).encode()


@given(json_values)
def test_escaping_twice_is_escaping_once(value: Any) -> None:
    """ASCII is left alone."""
    once = streams.ascii_escape(orjson.dumps(value))
    assert streams.ascii_escape(once) == once


@given(json_values)
def test_an_ndjson_event_is_one_line_however_lines_are_split(value: Any) -> None:
    """By bytes, by Unicode rules, or read as Latin-1: there is one line, and it holds the whole event."""
    line = streams.event(orjson.dumps(value), "ndjson", event_id=1)
    assert line.endswith(b"\n")
    for split in (line.splitlines(), line.decode("latin-1").splitlines(), line.decode("utf-8").splitlines()):
        assert len(split) == 1
        assert orjson.loads(split[0]) == value


@pytest.mark.requirement("REQ-STREAM-008")
@given(json_values, st.integers(0, 10**9), st.sampled_from(get_args(SseEvents)))
def test_an_sse_event_has_its_fields_and_one_data_line(value: Any, event_id: int, events: SseEvents) -> None:
    """Even a client that reads Latin-1 and splits by Unicode rules finds id, data and the blank line."""
    text = streams.event(orjson.dumps(value), "sse", event_id=event_id, events=events).decode("latin-1")
    *fields, data, blank = text.splitlines()
    name = ["event: update"] if events == "named" else []
    assert fields == [f"id: {event_id}", *name]
    assert data.startswith("data: ")
    assert blank == ""
    assert text.endswith("\n\n")
    assert json.loads(data.removeprefix("data: ")) == value


def test_sse_events_are_unnamed_unless_asked_for() -> None:
    """No SDK listens to names (D11)."""
    assert b"event:" not in streams.event(b"{}", "sse", event_id=1)


def test_ndjson_has_neither_ids_nor_names() -> None:
    """A line is the task and nothing else."""
    assert streams.event(b"{}", "ndjson", event_id=7, events="named") == b"{}\n"


@pytest.mark.requirement("REQ-STREAM-006")
def test_heartbeats_are_what_clients_skip() -> None:
    """An object of its own type on NDJSON, a comment on SSE; ten seconds apart."""
    assert json.loads(streams.heartbeat("ndjson")) == {"type": "heartbeat"}
    assert streams.heartbeat("ndjson").endswith(b"\n")
    assert streams.heartbeat("sse") == b": heartbeat\n\n"
    assert streams.HEARTBEAT_SECONDS == 10


def test_only_named_sse_says_done() -> None:
    """The others end by closing."""
    assert streams.done("sse", "named") == b"event: done\ndata: {}\n\n"
    assert streams.done("sse") == streams.done("ndjson") == streams.done("ndjson", "named") == b""


@pytest.mark.requirement("REQ-STREAM-001")
@pytest.mark.parametrize(
    ("accept", "stream"),
    [
        ("application/x-ndjson", "ndjson"),
        ("application/jsonl", "ndjson"),
        ("Application/X-NDJSON; q=0.9", "ndjson"),
        ("text/event-stream, application/x-ndjson", "ndjson"),
        ("text/event-stream", "sse"),
        ("*/*", "sse"),
        ("application/json", "sse"),
        ("", "sse"),
        (None, "sse"),
    ],
)
def test_ndjson_is_for_those_who_name_it(accept: str | None, stream: StreamFormat) -> None:
    """Everybody else gets SSE (D11)."""
    assert streams.negotiate(accept) == stream


@given(st.text())
def test_any_accept_header_is_answered(accept: str) -> None:
    """Nonsense is no error."""
    assert streams.negotiate(accept) in get_args(StreamFormat)


@given(formats)
def test_content_types_have_no_charset(stream: StreamFormat) -> None:
    """With one, an old client splits NDJSON at U+2028; SSE must be text (wire.md §4.6)."""
    assert streams.CONTENT_TYPE[stream] == {"ndjson": "application/x-ndjson", "sse": "text/event-stream"}[stream]
