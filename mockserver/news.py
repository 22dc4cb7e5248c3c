"""Word that something in a world has ended, for those who wait: no polling, no time but their own patience."""

import asyncio


class News:
    """Who waits to hear that an exchange or a delivery's attempt has ended."""

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self._waiting: set[asyncio.Future[None]] = set()

    def tell(self) -> None:
        """Let everybody who waits look again."""
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    async def heard(self) -> None:
        """Return at the next word."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)
