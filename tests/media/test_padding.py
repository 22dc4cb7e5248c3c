"""Bytes that mean nothing."""

import zlib
from statistics import mean

from mockserver.media.padding import LARGEST, SMALLEST, padding, target_size


def test_sizes_are_those_of_the_real_service() -> None:
    """From 5 to 27 MB, some 11 on average (app.md 4), and the same for the same seed."""
    sizes = [target_size(str(seed)) for seed in range(1000)]
    assert min(sizes) >= SMALLEST
    assert max(sizes) <= LARGEST
    assert 9_500_000 < mean(sizes) < 11_500_000
    assert target_size("7") == sizes[7]


def test_padding_fills_up_to_the_size() -> None:
    """And is none for a file that is large enough."""
    assert len(padding("x", 1000)) == target_size("x") - 1000
    assert padding("x", LARGEST) == b""


def test_padding_cannot_be_compressed() -> None:
    """So that a download weighs what it should, whatever lies between."""
    noise = padding("x", 0)
    assert len(zlib.compress(noise, 1)) > 0.99 * len(noise)
