"""A server on a socket, and a client of a fresh world with a manual clock for each test."""

from collections.abc import Iterator

import pytest

from mockserver.settings import Behaviour, Settings
from mockserver.testing import RunningServer, serving

from .raw_client import RawClient


@pytest.fixture(scope="session")
def raw_server() -> Iterator[RunningServer]:
    """An emulator with manual clocks and cheap videos."""
    settings = Settings(port=0, seed=7, clock="manual", behaviour=Behaviour(media="tiny"))
    with serving(settings) as server:
        yield server


@pytest.fixture
def raw(raw_server: RunningServer) -> RawClient:
    """A client of a world of its own."""
    return RawClient(raw_server.world())
