"""The pytest plugin: `inference_server` for the session, `inference_mock` with a fresh world for each test."""

from collections.abc import Iterator

import pytest

from mockserver.testing.running import RunningServer, World, serving


@pytest.fixture(scope="session")
def inference_server() -> Iterator[RunningServer]:
    """An emulator that serves on a free loopback port for the whole session."""
    with serving() as server:
        yield server


@pytest.fixture
def inference_mock(inference_server: RunningServer) -> World:
    """A world of its own for the test: a base URL, a fresh API key and the control plane behind it."""
    return inference_server.world()
