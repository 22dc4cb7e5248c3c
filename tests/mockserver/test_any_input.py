"""No input of any shape makes the server fail: ten thousand requests over all routes."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from . import shapes
from .bench import Bench

pytestmark = pytest.mark.timeout(400)  # thousands of requests take 10 s on a quiet machine, minutes on a busy one

READING, WRITING, ODD = 4_000, 3_000, 3_000
"""Requests without a body, with a JSON object, with anything else: ten thousand, in tests that processes can share."""

HEALTH = list(HealthCheck)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """An emulator, its log silent: a failure is told by the status."""
    logging.disable(logging.CRITICAL)
    made = Bench()
    yield made
    made.close()
    logging.disable(logging.NOTSET)


@pytest.mark.requirement("REQ-ERR-015")
@settings(max_examples=READING, deadline=None, database=None, suppress_health_check=HEALTH)
@given(target=shapes.questions, query=shapes.queries, headers=shapes.headers)
def test_no_question_makes_the_server_fail(
    bench: Bench, target: tuple[str, str], query: str, headers: dict[str, str]
) -> None:
    """Whatever is asked, the answer is below 500, or 501 for a route the vendor has and we do not."""
    bench.run(bench.ask(target, query, headers, b""))


@pytest.mark.requirement("REQ-ERR-015")
@settings(max_examples=WRITING, deadline=None, database=None, suppress_health_check=HEALTH)
@given(target=shapes.orders, query=shapes.queries, headers=shapes.headers, body=shapes.written)
def test_no_order_makes_the_server_fail(
    bench: Bench, target: tuple[str, str], query: str, headers: dict[str, str], body: bytes
) -> None:
    """Whatever object is sent, the answer is below 500, or 501 for a route the vendor has and we do not."""
    bench.run(bench.ask(target, query, headers, body))


@pytest.mark.requirement("REQ-ERR-015")
@settings(max_examples=ODD, deadline=None, database=None, suppress_health_check=HEALTH)
@given(target=shapes.orders, query=shapes.queries, headers=shapes.headers, body=shapes.odd)
def test_no_odd_body_makes_the_server_fail(
    bench: Bench, target: tuple[str, str], query: str, headers: dict[str, str], body: bytes
) -> None:
    """Whatever bytes are sent, the answer is below 500, or 501 for a route the vendor has and we do not."""
    bench.run(bench.ask(target, query, headers, body))
