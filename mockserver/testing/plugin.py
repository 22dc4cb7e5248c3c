"""The pytest plugin: `inference_server` for the session, `inference_mock` with a fresh world for each test.

It imports nothing of ours before a fixture is used: pytest loads it in every project it is installed beside.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mockserver.settings import Settings
    from mockserver.testing.running import RunningServer, World


@pytest.fixture(scope="session")
def inference_settings() -> "Settings":
    """How `inference_server` is started: defaults on a free port; override the fixture for anything else."""
    from mockserver.settings import Settings

    return Settings(port=0)


@pytest.fixture(scope="session")
def inference_server(inference_settings: "Settings") -> "Iterator[RunningServer]":
    """An emulator that serves on a loopback port for the whole session."""
    from mockserver.testing.running import serving

    with serving(inference_settings) as server:
        yield server


@pytest.fixture
def inference_mock(inference_server: "RunningServer") -> "World":
    """A world of its own for the test: a base URL, a fresh API key and the control plane behind it."""
    return inference_server.world()
