"""Sound from files."""

import struct
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import pytest

from contracts.apps.expectation import MediaExpectation
from mockserver.media import Rendition, render
from mockserver.media.aac import beeps, read_adts

if TYPE_CHECKING:
    from conftest import Film

rates = pytest.mark.parametrize("rate", [44100, 48000])


@rates
def test_frames_start_again_when_they_run_out(rate: int) -> None:
    """A longer film than the recording repeats it."""
    stock = beeps(rate, 1000).frames
    recorded = -(-241 * rate // (24 * 1024))
    assert stock[recorded:] == stock[: 1000 - recorded]


@pytest.mark.parametrize(("rate", "config"), [(44100, "1210"), (48000, "1190")])
def test_decoder_configuration_says_low_complexity_stereo(rate: int, config: str) -> None:
    """Five bits 2, four bits rate index, four bits 2 channels (ISO/IEC 14496-3 1.6.2.1)."""
    assert beeps(rate, 1).audio_specific_config().hex() == config


@pytest.mark.parametrize("stream", [b"\x00" * 20, b"\xff\xf1\x50\x80\x40\x1f\xfc\x01"])
def test_a_damaged_file_is_named(stream: bytes) -> None:
    """No sync word, or a frame that ends too early: the sentence says where and what to do."""
    with pytest.raises(ValueError, match=r"at byte 0\. Make the file anew"):
        read_adts(stream)


@rates
def test_pitch_counts_the_seconds(
    rate: Literal[44100, 48000],
    expectation: MediaExpectation,
    rendition: Rendition,
    watch: Callable[[bytes], "Film"],
) -> None:
    """In second n a beep of 440 + 110·n Hz is heard on the left, and silence after it."""
    film = watch(render(replace(expectation, seconds=10), replace(rendition, sample_rate=rate)))
    assert film.sound is not None
    left = struct.unpack(f"<{film.sound.samples}f", film.sound.left)
    for second in range(10):
        beep = left[int((second + 0.04) * rate) : int((second + 0.14) * rate)]
        crossings = sum((before < 0) != (after < 0) for before, after in pairwise(beep))
        assert crossings / 2 / 0.1 == pytest.approx(440 + 110 * second, abs=11)
        assert max(beep) > 0.2
        assert max(map(abs, left[int((second + 0.3) * rate) : int((second + 0.9) * rate)])) < 0.005
