"""The only source of randomness: ids and draws that depend on the seed, the world and a count, nothing else (D15)."""

import hashlib
import random
import secrets

from contracts.wire import ids

Draws = random.Random
"""Random numbers that repeat with their seed."""


def fresh_seed() -> int:
    """Return an unpredictable seed for a server that was given none."""
    return secrets.randbits(63)


def seeded(seed: int, number: int) -> Draws:
    """Return the generator of random numbers of this number that a seed has, whatever the world."""
    return Draws(f"{seed}/{number}")


class Rng:
    """Randomness of one world: the same seed, key and order of requests give the same values."""

    __slots__ = ("_counts", "_key")

    def __init__(self, seed: int, world: str) -> None:
        """Make the source of one world.

        Args:
            seed: the server's seed.
            world: the fingerprint of the world's key.
        """
        self._key = hashlib.blake2b(f"{seed}/{world}".encode(), digest_size=32).digest()
        self._counts: dict[str, int] = {}

    def identifier(self, kind: str) -> str:
        """Return the next id of a kind (26 characters)."""
        count = self._counts.get(kind, 0)
        self._counts[kind] = count + 1
        return self.derived(kind, str(count))

    def derived(self, *parts: str) -> str:
        """Return the id that belongs to these parts; asking again gives the same one."""
        return ids.encode(self.digest(*parts))

    def digest(self, *parts: str) -> bytes:
        """Return 32 bytes that belong to these parts; also the signing secret of presigned URLs."""
        return hashlib.blake2b("\0".join(parts).encode(), key=self._key, digest_size=32).digest()

    def draws(self, *parts: str) -> Draws:
        """Return a generator of random numbers that belongs to these parts."""
        return Draws(self.digest(*parts))
