"""The state of one running emulator: its settings, worlds, door out and rendered videos."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.wire.problems import Problem
from mockserver import rng
from mockserver.egress import Egress
from mockserver.media_cache import MediaCache
from mockserver.media_disk import DiskCache
from mockserver.settings import Settings
from mockserver.worlds import Worlds

ANONYMOUS = ""
"""Stands for the key of callers without one; what they do is kept apart from everybody's world."""


class Emulator:
    """What all routes share."""

    def __init__(self, settings: Settings) -> None:
        """Make an emulator that serves nobody yet."""
        self.settings = settings
        self.seed = rng.fresh_seed() if settings.seed is None else settings.seed
        self.egress = Egress(settings.allow_egress)
        self.worlds = Worlds(settings, self.seed, self.egress)
        folder = settings.media_cache_dir
        disk = None if folder is None else DiskCache(Path(folder), settings.media_cache_disk)
        self.media = MediaCache(settings.media_cache, disk)
        self.serving = False
        """True between the start and the end of the server's life."""
        self.closing = False
        """True once the server is to end: streams close, nothing new is waited for."""
        self._cut_short: set[asyncio.Task[object]] = set()

    def begin_closing(self) -> None:
        """End every stream and every wait, so that the server can stop at once."""
        self.closing = True
        for world in self.worlds:
            for task in world.tasks.values():
                if task.watchers:
                    task.wake()
        while self._cut_short:
            self._cut_short.pop().cancel()

    @contextmanager
    def until_closing(self) -> Iterator[None]:
        """Do what the end of the server cuts short: read what a client may never send, wait for somebody else's answer.

        Raises:
            Problem: 503, the server ends.
        """
        task = asyncio.current_task()
        if self.closing or task is None:
            raise self.ending()
        self._cut_short.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if task in self._cut_short:  # somebody else cancels it
                raise
            task.uncancel()
            raise self.ending() from None
        finally:
            self._cut_short.discard(task)

    def ending(self) -> Problem:
        """Return the problem of whoever is still to be answered when the server ends."""
        told = "the emulator was told to stop before this request was complete; start it and send the request again"
        return Problem("service_unavailable", told, headers={"Connection": "close"})

    async def close(self) -> None:
        """Stop everything that runs in the background."""
        self.begin_closing()
        self.serving = False
        self.worlds.close()
        self.media.close()
        await self.egress.close()
