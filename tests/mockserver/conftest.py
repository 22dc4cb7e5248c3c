"""Fixtures of the emulator's own tests."""

from collections.abc import AsyncIterator

import pytest

from .asgi import Client, emulated


@pytest.fixture
def anyio_backend() -> str:
    """Run coroutine tests on asyncio, which is what the emulator is written for."""
    return "asyncio"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A caller of an emulator with a manual clock and a seed."""
    async with emulated() as found:
        yield found
