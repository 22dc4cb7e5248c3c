"""Lives of tasks and their outcomes: how tests draw them, and what holds of every one."""

import itertools
from collections.abc import Mapping
from typing import Any, get_args

from hypothesis import strategies as st

from contracts.apps.expectation import Branch, MediaExpectation
from contracts.plans import catalogue
from contracts.wire.statuses import TERMINAL, Status, is_legal
from mockserver import timeline
from mockserver.faults import outcomes
from mockserver.rng import Rng
from mockserver.timeline import Latency, Timeline

PLAIN = MediaExpectation("text-to-video", "720p", 1280, 720, 5, sound=False, voice_id=None)

expectations = st.builds(
    MediaExpectation,
    branch=st.sampled_from(get_args(Branch)),
    resolution=st.sampled_from(["720p", "1080p"]),
    width=st.just(1280),
    height=st.just(720),
    seconds=st.sampled_from([5, 10]),
    sound=st.booleans(),
    voice_id=st.none(),
)
builds = st.builds(
    lambda latency, expectation, seed: timeline.build(latency, expectation, Rng(seed, "w").draws("life")),
    st.sampled_from(get_args(Latency)),
    expectations,
    st.integers(0, 1000),
)
"""Lives of tasks that complete, in every profile."""


def check(life: Timeline, *, ends: bool = True) -> None:
    """Check what holds of every life."""
    offsets = [step.offset for step in life]
    assert offsets == sorted(offsets)
    progress = [step.progress for step in life]
    assert progress == sorted(progress)
    assert life[0].status is Status.RECEIVED
    for before, after in itertools.pairwise(life):
        assert before.status is after.status or is_legal(before.status, after.status), (before, after)
    assert (timeline.end(life) is not None) == ends
    terminal = [step.status for step in life if step.status in TERMINAL]
    # Completed twice: the output comes with the second.
    assert len(terminal) == ends or terminal == [Status.COMPLETED] * 2
    assert [step.progress == 100 for step in life] == [step.status is Status.COMPLETED for step in life]
    assert [step.error is not None for step in life] == [
        step.status in {Status.FAILED, Status.REJECTED} for step in life
    ]


def value_of(schema: Mapping[str, Any], name: str) -> st.SearchStrategy[Any]:
    """Values of an argument, as its schema says."""
    if name == "failure":
        return st.sampled_from(list(catalogue.failures()))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == "string":
        return st.sampled_from(["[1201] no", "boom"])
    if schema["type"] == "integer":
        return st.integers(schema["minimum"], schema["maximum"])
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    return st.floats(low, schema["maximum"], exclude_min="exclusiveMinimum" in schema)


def does_of(slot: str) -> st.SearchStrategy[dict[str, Any]]:
    """Outcomes of a slot with any arguments."""
    return st.one_of(
        st.fixed_dictionaries(
            {"outcome": st.just(row.name), **{name: value_of(row.arguments[name], name) for name in row.required}},
            optional={
                name: value_of(schema, name) for name, schema in row.arguments.items() if name not in row.required
            },
        )
        for row in catalogue.faults().values()
        if row.form == "outcome" and row.slot == slot
    )


any_outcomes = st.tuples(*(st.none() | does_of(slot) for slot in outcomes.SLOTS)).map(
    lambda found: [do for do in found if do is not None]
)
"""What a plan may do with one run: at most one outcome of each slot."""
