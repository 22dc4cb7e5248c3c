"""The public strategies against the emulator: what they are labelled with is what it says."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.apps import table
from contracts.apps.table import VersionName
from contracts.apps.video_v2_6 import judge
from contracts.strategies import (
    Files,
    ImageFile,
    LabelledInput,
    bad_inline_files,
    image_files,
    inline_files,
    invalid_inputs,
    malformed_files,
    plans,
    valid_inputs,
)
from mockserver import images
from mockserver.app import create_app
from mockserver.settings import Behaviour

from .asgi import APP, MANUAL, Client, Reply

QUICK = settings(max_examples=80, deadline=None, database=None, suppress_health_check=list(HealthCheck))
INLINE = Files(
    inline_files(), st.one_of(bad_inline_files(), malformed_files()), st.just("https://example.com/boat.png")
)

versions = st.sampled_from(get_args(VersionName))


class Callers:
    """Callers of one emulator, each with a world of its own, for tests that draw examples."""

    def __init__(self) -> None:
        """Start one."""
        self.loop = asyncio.new_event_loop()
        self.client = Client(create_app(replace(MANUAL, behaviour=Behaviour(media="tiny"))))
        self.client.emulator.serving = True
        self.count = 0

    def send(self, method: str, target: str, document: Any) -> Reply:
        """Send as somebody new."""
        self.count += 1
        caller = self.client.other(f"key-{self.count}")
        return self.loop.run_until_complete(caller.request(method, target, json=document))

    def close(self) -> None:
        """End it."""
        self.loop.run_until_complete(self.client.emulator.close())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


@pytest.fixture(scope="module")
def callers() -> Iterator[Callers]:
    """An emulator."""
    made = Callers()
    yield made
    made.close()


def run(callers: Callers, case: LabelledInput) -> Reply:
    """Run an input in its version."""
    reference = f"{APP}@{table.load().versions[case.version].id}"
    return callers.send("POST", "/apps/run", {"app": reference, "input": case.document})


@pytest.mark.requirement("REQ-INPUT-019", "REQ-INPUT-020", "REQ-INPUT-021", "REQ-INPUT-022", "REQ-INPUT-023")
@settings(QUICK, max_examples=150)
@given(image_files())
def test_a_file_is_judged_as_it_is_labelled(file: ImageFile) -> None:
    """By its bytes alone: format and size are found in them, and exactly the labelled rules are broken."""
    facts = images.inspect(file.content)
    found = judge("2026-05", {"prompt": "a boat", "image": "it"}, lambda _: facts)
    assert tuple(violation.rule for violation in found.violations) == file.rules
    assert facts.format == file.format
    if file.accepted:
        assert (facts.width, facts.height) == file.size


@pytest.mark.requirement("REQ-ENV-010")
@QUICK
@given(versions.flatmap(lambda version: valid_inputs(version, INLINE)))
def test_a_valid_input_is_run_with_exactly_its_warnings(callers: Callers, case: LabelledInput) -> None:
    """No warning without cause, none missing, in the order of the label."""
    reply = run(callers, case)
    assert reply.status == 200, reply.body
    told = [(row["meta"]["pointer"], row["code"]) for row in reply.json()["messages"]]
    assert told == list(case.warnings)


@pytest.mark.requirement("REQ-ERR-008", "REQ-ERR-009", "REQ-INPUT-038")
@QUICK
@given(versions.flatmap(lambda version: invalid_inputs(version, INLINE)))
def test_an_invalid_input_is_refused_with_exactly_its_violations(callers: Callers, case: LabelledInput) -> None:
    """All of them, in order, with pointer and rule, whatever kinds of mistakes come together."""
    reply = run(callers, case)
    assert reply.status == 422, reply.body
    assert [(row["pointer"], row["rule"]) for row in reply.json()["data"]] == list(case.violations)


@QUICK
@given(plans())
def test_a_plan_is_armed(callers: Callers, document: dict[str, Any]) -> None:
    """Whatever the catalogue allows can be put into a world."""
    reply = callers.send("PUT", "/_mock/plan", document)
    assert reply.status == 200, reply.body
