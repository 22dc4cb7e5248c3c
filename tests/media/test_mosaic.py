"""The flat mosaic of `--media tiny`."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from contracts.apps.expectation import MediaExpectation
from mockserver.media import Rendition, render
from mockserver.media.mosaic import DIGITS
from mockserver.media.palette import COLOUR_BARS, WHITE

if TYPE_CHECKING:
    from conftest import Film

Watch = Callable[[bytes], "Film"]


@pytest.mark.parametrize("seconds", [5, 10])
def test_pictures_count_themselves(
    seconds: int, expectation: MediaExpectation, rendition: Rendition, watch: Watch
) -> None:
    """The first macroblocks are the binary digits of its number; each picture differs from the last."""
    film = watch(render(replace(expectation, seconds=seconds), replace(rendition, media="tiny")))
    for planes, number in ((film.first, 0), (film.last, 24 * seconds)):
        digits = [planes[0][8][16 * digit + 8] == WHITE.y for digit in range(DIGITS)]
        assert int("".join(str(int(digit)) for digit in digits), 2) == number
    assert all(before != after for before, after in pairwise(film.digests))


def test_its_bars_are_exact(expectation: MediaExpectation, rendition: Rendition, watch: Watch) -> None:
    """Seven wide columns in the lower half, with the published values, in the last picture as in the first."""
    film = watch(render(expectation, replace(rendition, media="tiny")))
    for planes in (film.first, film.last):
        for index, (name, colour) in enumerate(COLOUR_BARS):
            x, y = expectation.width * (2 * index + 1) // 14, expectation.height * 3 // 4
            assert (planes[0][y][x], planes[1][y // 2][x // 2], planes[2][y // 2][x // 2]) == colour, name


@pytest.mark.parametrize("side", [64, 96, 4096])
def test_it_fits_any_size(side: int, expectation: MediaExpectation, rendition: Rendition, watch: Watch) -> None:
    """Narrower than its counter, and as wide as H.264 allows."""
    film = watch(render(replace(expectation, width=side, height=64, seconds=1), replace(rendition, media="tiny")))
    assert (film.width, film.height, len(film.times)) == (side, 64, 25)
