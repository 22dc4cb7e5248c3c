"""The four envelopes of a success, and which of them answers a request."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.wire import envelopes
from contracts.wire.envelopes import ENVELOPES, Envelope, UnknownVersionError

NOTE = {"level": "warning", "code": "unknown_field", "message": "m", "meta": {"pointer": "/promt"}}
json_values = st.none() | st.booleans() | st.integers() | st.lists(st.text(), max_size=2) | st.just({"id": "x"})


@pytest.mark.requirement("REQ-ENV-002", "REQ-ENV-003")
@pytest.mark.parametrize(
    ("envelope", "body"),
    [
        ("superset", {"success": True, "status": 200, "data": {"id": "x"}, "messages": [NOTE]}),
        ("v1", {"success": True, "status": 200, "data": {"id": "x"}}),
        ("v2", {"id": "x"}),
        ("v3", {"data": {"id": "x"}, "messages": [NOTE]}),
    ],
)
def test_each_envelope_has_exactly_its_keys(envelope: Envelope, body: dict[str, Any]) -> None:
    """D1 fixes the keys; v1 and v2 have no place for messages."""
    assert envelopes.wrap(envelope, {"id": "x"}, messages=[NOTE]) == body


@pytest.mark.requirement("REQ-ENV-004")
@given(json_values, st.integers(200, 299))
def test_the_superset_is_v1_and_v3_together(data: Any, status: int) -> None:
    """A client of either generation finds its own keys with its own values."""
    superset = envelopes.wrap("superset", data, status=status, messages=[NOTE])
    v1 = envelopes.wrap("v1", data, status=status)
    v3 = envelopes.wrap("v3", data, messages=[NOTE])
    assert superset == v1 | v3


@given(st.sampled_from(ENVELOPES), json_values)
def test_the_resource_itself_is_never_changed(envelope: Envelope, data: Any) -> None:
    """Whatever the envelope, the resource in it is the same."""
    body = envelopes.wrap(envelope, data)
    assert (body if envelope == "v2" else body["data"]) is data


@pytest.mark.requirement("REQ-ENV-008")
def test_messages_are_a_list_even_when_there_are_none() -> None:
    """Newer clients iterate over it."""
    assert envelopes.wrap("v3", None) == {"data": None, "messages": []}
    assert envelopes.wrap("superset", None)["messages"] == []


def test_v1_repeats_the_status() -> None:
    """Old clients read it from the body."""
    assert envelopes.wrap("v1", None, status=201)["status"] == 201


@pytest.mark.parametrize(
    ("header", "envelope"), [("1", "v1"), ("2", "v2"), ("3", "v3"), (" 2 ", "v2"), (None, "superset")]
)
def test_the_header_chooses(header: str | None, envelope: Envelope) -> None:
    """`X-API-Version` is 1, 2 or 3; without it the superset answers."""
    assert envelopes.choose(header) == envelope


@pytest.mark.parametrize("default", ENVELOPES)
def test_the_switch_is_for_requests_without_a_header(default: Envelope) -> None:
    """A header wins over `--envelope`."""
    assert envelopes.choose(None, default) == default
    assert envelopes.choose("1", default) == "v1"


@given(st.text().filter(lambda text: text.strip() not in {"1", "2", "3"}))
def test_other_versions_are_refused(header: str) -> None:
    """A version that does not exist is an error that says which ones do."""
    with pytest.raises(UnknownVersionError, match="send 1, 2 or 3, or leave the header out"):
        envelopes.choose(header)
