"""Plans: what is one, and what is said of what is none."""

import datetime as dt
import tomllib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.plans import catalogue, plan, schema
from contracts.plans.plan import Match, PlanError

DROP = {"fault": "lost_response"}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def told(document: Any) -> str:
    """What is said of a document that is no plan."""
    with pytest.raises(PlanError) as caught:
        plan.parse(document)
    return str(caught.value)


@pytest.mark.parametrize("name", catalogue.faults())
def test_every_example_of_the_catalogue_is_a_plan(name: str) -> None:
    """It is read, shown as it was, and agrees with the published schema."""
    row = catalogue.faults()[name]
    on = "run" if catalogue.EXCHANGE in row.on else row.on[0]
    document = {"steps": [{"on": on, "do": {row.form: name, **row.example}}]}
    parsed = plan.parse(document)
    assert parsed.document() == document
    assert schema.Checker(schema.document()).first_error(document) is None
    for argument in row.arguments:
        _ = parsed.steps[0].do[argument]  # each has a value, its default or None


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (3, "the plan: 3 is not of type"),
        ({"step": []}, "it takes steps, chaos"),
        ({"steps": [{"do": DROP}]}, '/steps/0: "on" is a required property'),
        ({"steps": [{"on": "rum", "do": DROP}]}, "/steps/0/on: 'rum' is not known; did you mean run?"),
        ({"steps": [{"on": "run", "nth": 0, "do": DROP}]}, "/steps/0/nth: 0 is less than the minimum of 1"),
        ([{"on": "run", "nth": 1, "always": True, "do": DROP}], "/steps/0: nth and always do not go together"),
        ([{"on": "run", "from": 4, "to": 3, "do": DROP}], "/steps/0/to: 3 comes before from, 4"),
        ([{"on": "run", "do": {}}], '/steps/0/do: expected {"fault": NAME, ...}'),
        ([{"on": "run", "do": {"fault": "lost_respons"}}], "did you mean lost_response?"),
        ([{"on": "run", "do": {"fault": ["reset"]}}], "/steps/0/do/fault: "),
        (
            [{"on": "run", "do": {"outcome": "lost_response"}}],
            'there is no outcome \'lost_response\'; it goes as {"fault": "lost_response", ...}',
        ),
        ([{"on": "run", "do": {"outcome": "zzz"}}], "there is no outcome 'zzz'; expected one of cancel_ignored, "),
        ([{"on": "zzz", "do": DROP}], "/steps/0/on: 'zzz' is not known; expected one of run, "),
        ([{"on": "get", "do": {"outcome": "failed"}}], "failed cannot be armed on 'get'; it goes on run"),
        ([{"on": "run", "do": {"fault": "webhook_drop"}}], "cannot be armed on 'run'; it goes on webhook"),
        ([{"on": "webhook", "do": {"fault": "status", "status": 500}}], "it goes on any call"),
        ([{"on": "run", "do": {"fault": "status"}}], '/steps/0/do: "status" is a required property'),
        ([{"on": "run", "do": {"fault": "status", "status": 200}}], "/steps/0/do/status: 200 is less than"),
        ([{"on": "run", "do": {"fault": "status", "status": 500, "retry": 1}}], "it takes status, code, detail"),
        ([{"on": "run", "do": {"outcome": "failed", "failure": "riskcontrol"}}], "did you mean risk_control"),
        (
            [{"on": "run", "do": {"fault": "status", "status": 503, "headers": {"Content-Length": "1"}}}],
            "/steps/0/do/headers/Content-Length: the server writes this header itself",
        ),
        ([{"on": "run", "match": {}, "do": DROP}], "/steps/0/match: "),
        ([{"on": "run", "do": DROP}] * 1001, "; expected maxItems 1000"),
        ([{"on": "run", "match": {"prompt": "x" * 2501}, "do": DROP}], "x...; expected maxLength 2500"),
        ({"chaos": {"faults": [{"on": "any", "probability": 2, "do": DROP}]}}, "/chaos/faults/0/probability: "),
    ],
)
def test_what_is_wrong_is_told_with_its_place(document: Any, sentence: str) -> None:
    """A pointer, what is there, and what would be right."""
    assert sentence in told(document)


def test_the_third_wrong_step_is_the_one_named() -> None:
    """Steps before it are fine."""
    good = {"on": "run", "do": DROP}
    with pytest.raises(PlanError) as caught:
        plan.parse([good, good, {"on": "run", "do": {"fault": "nothing"}}])
    assert caught.value.pointer == "/steps/2/do/fault"


@given(json_values)
def test_no_document_raises_anything_else(document: Any) -> None:
    """Whatever is read, a plan comes out or a PlanError."""
    for wrapped in (document, {"steps": document}, [document], [{"on": "run", "do": document}]):
        with suppress(PlanError):
            plan.parse(wrapped)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**70, dt.date(2026, 1, 1), dt.time(1), "\ud800"])
def test_what_json_cannot_write_is_refused_with_its_place(value: Any) -> None:
    """TOML can say most of it, the replay token could not hold it."""
    step = {"on": "run", "match": {"input": {"x": [value]}}, "do": DROP}
    assert told([step]).startswith("/steps/0/match/input/x/0: ")


def test_a_whole_number_with_a_point_is_that_number() -> None:
    """JSON Schema takes 2.0 for an integer; faults count to it and cut at it."""
    chance = {"on": "get", "probability": 1, "do": DROP}

    def armed(one: float, two: float) -> plan.Plan:
        fault = {"fault": "stream_duplicate", "event": one, "times": two}
        step = {"on": "stream", "from": one, "to": two, "match": {"prompt_bytes": two}, "do": fault}
        return plan.parse({"steps": [step], "chaos": {"seed": two, "faults": [chance]}})

    assert armed(1.0, 2.0).hash == armed(1, 2).hash


def test_numbers_that_are_no_counts_stay_as_they_are() -> None:
    """Seconds may have a point, and members of a webhook are somebody else's."""
    document = {"steps": [{"on": "webhook", "do": {"fault": "webhook_extra_keys", "members": {"x": 1.0}}}]}
    assert str(plan.parse(document).document()) == str(document)


@pytest.mark.parametrize(
    ("numbers", "covered", "expected"),
    [
        ({}, [1], 1),
        ({"nth": 3}, [3], 1),
        ({"from": 2, "to": 4}, [2, 3, 4], 3),
        ({"to": 2}, [1, 2], 2),
        ({"from": 5}, [5, 6], 1),
        ({"always": True}, [1, 2, 3, 4, 5, 6], 1),
        ({"nth": 2, "at_most": True}, [2], 0),
    ],
)
def test_a_step_covers_the_calls_it_names(numbers: dict[str, Any], covered: list[int], expected: int) -> None:
    """By number, by range, or all."""
    (step,) = plan.parse([{"on": "run", **numbers, "do": DROP}]).steps
    assert [number for number in range(1, 7) if step.covers(number)] == covered
    assert step.expected == expected


def test_a_match_wants_the_text_and_the_very_values() -> None:
    """True is not 1, and what is left out does not matter."""
    match = Match("boat", {"duration": "10", "sound": True})
    assert match.fits({"prompt": "a paper boat", "duration": "10", "sound": True, "mode": "pro"})
    assert not match.fits({"prompt": "a paper boat", "duration": 10, "sound": True})
    assert not match.fits({"prompt": "a paper boat", "duration": "10", "sound": 1})
    assert not match.fits({"prompt": "a kite", "duration": "10", "sound": True})
    assert not Match("x").fits({"prompt": 3})
    assert not Match("x").fits(None)


def test_a_match_can_count_the_bytes_of_a_prompt() -> None:
    """Bytes of UTF-8, as vendors count, and not characters."""
    (step,) = plan.parse([{"on": "run", "match": {"prompt_bytes": 10}, "do": DROP}]).steps
    assert step.document()["match"] == {"prompt_bytes": 10}
    fits = step.match.fits if step.match else None
    assert fits is not None
    assert [fits({"prompt": text}) for text in ("éclairéé", "éclairé", "e" * 10, "\ud800" * 4, 3)] == [
        True,
        False,
        True,
        True,
        False,
    ]


def test_the_hash_depends_on_what_is_armed_and_on_nothing_else() -> None:
    """The order of members does not matter, a value does."""
    one = plan.parse([{"on": "run", "nth": 1, "do": {"fault": "delay", "seconds": 1}}])
    same = plan.parse(tomllib.loads('[[steps]]\ndo = {seconds = 1, fault = "delay"}\nnth = 1\non = "run"'))
    other = plan.parse([{"on": "run", "nth": 1, "do": {"fault": "delay", "seconds": 2}}])
    assert one.hash == same.hash != other.hash
    assert len(one.hash) == 8
