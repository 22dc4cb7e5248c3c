"""Bytes that mean nothing, so that a file weighs what the real service's files weigh (app.md 4)."""

from hashlib import shake_256

SMALLEST = 5_000_000
LARGEST = 27_000_000
"""Bytes of a file: "pro 1080p 5 s are 4.5 to 27 MB, mean 11" (app.md 4, bitrate)."""

_BLOCK = 1 << 20
"""Bytes before the noise repeats: more than any usual compression looks back, so that gzip gains nothing."""


def target_size(seed: str) -> int:
    """Bytes a file of this seed is padded to: the product of two even draws, so the mean is near the observed one."""
    draws = shake_256(b"size" + seed.encode()).digest(4)
    one, other = draws[0] << 8 | draws[1], draws[2] << 8 | draws[3]
    return SMALLEST + (LARGEST - SMALLEST) * one * other // (0xFFFF * 0xFFFF)


def padding(seed: str, have: int) -> bytes:
    """Noise that brings a file of `have` bytes to its target size; none if it is that large already."""
    missing = max(0, target_size(seed) - have)
    block = shake_256(b"noise" + seed.encode()).digest(min(missing, _BLOCK))
    return (block * (missing // len(block) + 1))[:missing] if missing else b""
