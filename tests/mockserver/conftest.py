"""Fixtures of the emulator's own tests."""

from collections.abc import AsyncIterator

import pytest

from .asgi import Client, emulated
from .sessions import Sessions


@pytest.fixture
def anyio_backend() -> str:
    """Run coroutine tests on asyncio, which is what the emulator is written for."""
    return "asyncio"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A caller of an emulator with a manual clock and a seed."""
    async with emulated() as found:
        yield found


@pytest.fixture
def session(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Sessions:
    """Sessions of pytest, for modules that ask for its plugin `pytester`."""
    return Sessions(pytester, monkeypatch)
