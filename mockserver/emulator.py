"""The state of one running emulator: its settings, worlds, door out and rendered videos."""

from pathlib import Path

from mockserver import rng
from mockserver.egress import Egress
from mockserver.media_cache import MediaCache
from mockserver.media_disk import DiskCache
from mockserver.settings import Settings
from mockserver.world import World, Worlds

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

    def anonymous(self) -> World:
        """Return the world of callers without a key."""
        return self.worlds.of_key(ANONYMOUS)

    def begin_closing(self) -> None:
        """End every stream and every wait, so that the server can stop at once."""
        self.closing = True
        for world in self.worlds:
            for task in world.tasks.values():
                if task.watchers:
                    task.wake()

    async def close(self) -> None:
        """Stop everything that runs in the background."""
        self.begin_closing()
        self.serving = False
        self.worlds.close()
        self.media.close()
        await self.egress.close()
