"""No input of any shape makes the server fail: ten thousand requests over all routes."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from . import shapes
from .bench import Bench

REQUESTS = 10_000


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """An emulator, its log silent: a failure is told by the status."""
    logging.disable(logging.CRITICAL)
    made = Bench()
    yield made
    made.close()
    logging.disable(logging.NOTSET)


@settings(max_examples=REQUESTS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(method=shapes.methods, path=shapes.paths(), query=shapes.queries, headers=shapes.headers, body=shapes.bodies)
def test_no_request_makes_the_server_fail(
    bench: Bench, method: str, path: str, query: str, headers: dict[str, str], body: bytes
) -> None:
    """Whatever is sent, the answer is below 500, or 501 for a route the vendor has and we do not."""
    bench.run(bench.send(method, f"{path}?{query}" if query else path, headers, body))
