"""All worlds of a server: made on first use, dropped when unused or too many (D14)."""

import logging
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace

from mockserver.clock import Start, real_now
from mockserver.egress import Egress
from mockserver.journal import fingerprint
from mockserver.settings import Settings
from mockserver.world import World

IDLE_SECONDS = 24 * 3600
"""Real seconds after which a world that nobody uses may be dropped."""

MOST_KEPT = 1024 * 1024 * 1024
"""Bytes of uploads and journals that all worlds keep together; above it the longest unused go."""

_log = logging.getLogger(__name__)


class Worlds:
    """All worlds of a server, by the fingerprint of their key."""

    def __init__(self, settings: Settings, seed: int, egress: Egress) -> None:
        """Start without any."""
        self._settings = settings
        self._seed = seed
        self._egress = egress
        self._worlds: OrderedDict[str, World] = OrderedDict()
        self._by_owner: dict[str, World] = {}

    def of_key(self, key: str) -> World:
        """Return the world of a key, made on first use; the longest unused one goes when there are too many."""
        mark = fingerprint(key)
        world = self._worlds.get(mark)
        if world is None:
            self._make_room()
            # Those without a key are nobody's world, so none that could be repeated.
            replays = self._settings.replays
            identity = replays.fingerprint if replays is not None and key else None
            world = World(mark, self._settings, self._seed, self._egress, identity)
            self._worlds[mark] = world
        else:
            self._worlds.move_to_end(mark)
        # In a replay all keys have the same owner: its files are those of the key that was used last.
        self._by_owner[world.owner] = world
        world.used = real_now()
        return world

    def of_owner(self, owner: str) -> World | None:
        """Return the world whose files stand under this owner."""
        return self._by_owner.get(owner)

    def reset(self, world: World, clock: Start | None = None) -> World:
        """Replace a world by a fresh one, as if its key had never been used.

        Args:
            world: the one that goes.
            clock: how the fresh one's time runs; None: as the server's settings say.
        """
        self.forget(world)
        settings = self._settings
        if clock is not None:
            settings = replace(settings, clock=clock.mode, clock_scale=clock.scale, clock_start=clock.moment)
        fresh = World(world.fingerprint, settings, self._seed, self._egress, world.identity)
        self._worlds[fresh.fingerprint] = fresh
        self._by_owner[fresh.owner] = fresh
        return fresh

    def forget(self, world: World) -> None:
        """Let a world go that nobody needs any more."""
        self._worlds.pop(world.fingerprint, None)
        self._forget(world)

    def relieve(self, keep: World) -> None:
        """Drop the longest unused worlds while all together keep too much; called when a world has grown."""
        self._shed(keep)

    def close(self) -> None:
        """End all worlds."""
        for world in self._worlds.values():
            world.close()

    def __iter__(self) -> Iterator[World]:
        """Return all worlds, the longest unused one first."""
        return iter(self._worlds.values())

    def __len__(self) -> int:
        """Return how many worlds there are."""
        return len(self._worlds)

    def _make_room(self) -> None:
        """Drop worlds before another is made: those long unused, and while there are too many or too much is kept."""
        now = real_now()
        for world in [world for world in self._worlds.values() if now - world.used > IDLE_SECONDS and not world.busy]:
            self._drop(world, f"unused for {IDLE_SECONDS} s")
        while len(self._worlds) >= self._settings.max_worlds:
            self._drop(_dispensable(list(self._worlds.values())), f"there are {self._settings.max_worlds} worlds")
        self._shed(None)

    def _shed(self, keep: World | None) -> None:
        while sum(world.weight for world in self._worlds.values()) > MOST_KEPT:
            others = [world for world in self._worlds.values() if world is not keep]
            if not others:
                return
            self._drop(_dispensable(others), f"all worlds together keep more than {MOST_KEPT} bytes")

    def _drop(self, world: World, reason: str) -> None:
        _log.warning("world %s was dropped: %s", world.fingerprint, reason)
        del self._worlds[world.fingerprint]
        self._forget(world)

    def _forget(self, world: World) -> None:
        if self._by_owner.get(world.owner) is world:
            del self._by_owner[world.owner]
        world.close()


def _dispensable(worlds: list[World]) -> World:
    """Return the longest unused world, one without tasks under way if there is any."""
    return next((world for world in worlds if not world.busy), worlds[0])
