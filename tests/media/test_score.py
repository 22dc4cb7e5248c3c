"""Sound put together from recorded frames."""

import math
import struct
import subprocess
from array import array
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from contracts.apps.expectation import MediaExpectation
from mockserver.media import Rendition, render
from mockserver.media.score import SYLLABLE_FRAMES, frame_count, score, speech_places, syllables
from mockserver.media.voices import REGISTERS, register_of

if TYPE_CHECKING:
    from conftest import Film

Rate = Literal[44100, 48000]
Watch = Callable[[bytes], "Film"]
rates = pytest.mark.parametrize("rate", [44100, 48000])
QUIET = 0.005


def _left(film: "Film") -> tuple[float, ...]:
    assert film.sound is not None
    return struct.unpack(f"<{film.sound.samples}f", film.sound.left)


def _power(samples: tuple[float, ...], rate: int, pitch: float) -> float:
    """Goertzel's algorithm: how much of one pitch is in the samples."""
    factor = 2 * math.cos(2 * math.pi * pitch / rate)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + factor * last - before
    return before * before + last * last - factor * before * last


def _heard_register(film: "Film", rate: int) -> int:
    """The register whose pitches are the loudest while syllables are spoken, summed over the first seconds."""
    left = _left(film)
    powers = [0.0] * REGISTERS
    for place in speech_places(rate, 2, frame_count_of(film)):
        spoken = left[(place + 1) * 1024 : (place + SYLLABLE_FRAMES - 1) * 1024 : 4]
        for register in range(REGISTERS):
            pitches = [80 * 2 ** (register / 5) * step for step in (0.97, 1.0, 1.015, 1.03)]
            powers[register] += max(_power(spoken, rate // 4, pitch) for pitch in pitches)
    return powers.index(max(powers))


def frame_count_of(film: "Film") -> int:
    """Frames of AAC in a film."""
    assert film.sound is not None
    return film.sound.samples // 1024


@pytest.fixture
def spoken(expectation: MediaExpectation) -> MediaExpectation:
    """Five seconds with a voice, in a small picture."""
    return replace(expectation, branch="voice-control", width=256, height=144, voice_id="829826751244537879")


def _voice_of(register: int) -> str:
    """Some id that speaks in a register."""
    return next(name for name in map(str, range(10_000)) if register_of(name) == register)


@rates
@pytest.mark.parametrize("register", [0, 5, 10, 15])
def test_a_voice_is_known_by_its_spectrum(
    rate: Rate, register: int, spoken: MediaExpectation, rendition: Rendition, watch: Watch
) -> None:
    """The decoded sound is the loudest at the pitch of the register that the id's hash names."""
    spoken = replace(spoken, voice_id=_voice_of(register))
    rendition = replace(rendition, sample_rate=rate, spoken_words=9, media="tiny")
    assert _heard_register(watch(render(spoken, rendition)), rate) == register


@rates
@pytest.mark.parametrize(("words", "seconds"), [(0, 1.0), (1, 1.0), (5, 2.0), (400, 5.0)])
def test_the_voice_speaks_as_long_as_its_words_take(
    rate: Rate, words: int, seconds: float, spoken: MediaExpectation, rendition: Rendition, watch: Watch
) -> None:
    """Two and a half words a second, at least a second, at most the clip; then only the beeps are left."""
    film = watch(render(spoken, replace(rendition, sample_rate=rate, spoken_words=words, media="tiny")))
    left = _left(film)
    for second in range(5):
        between = left[int((second + 0.25) * rate) : int((second + 0.8) * rate)]
        assert (max(between) > 0.1) == (second < seconds)


@rates
def test_the_beeps_go_on_under_the_voice(
    rate: Rate, spoken: MediaExpectation, rendition: Rendition, watch: Watch
) -> None:
    """Each second still begins with its own pitch: 440 + 110·n Hz."""
    left = _left(watch(render(spoken, replace(rendition, sample_rate=rate, spoken_words=400, media="tiny"))))
    for second in range(5):
        beep = left[int((second + 0.04) * rate) : int((second + 0.14) * rate)]
        powers = [_power(beep, rate, 440 + 110 * number) for number in range(10)]
        assert powers.index(max(powers)) == second


@rates
def test_recorded_syllables_begin_and_end_in_silence(
    rate: Rate, expectation: MediaExpectation, rendition: Rendition, watch: Watch
) -> None:
    """So that any two can follow one another: around every seam the decoded sound is quiet."""
    left = array("f", _left(watch(render(replace(expectation, voice_id="x"), replace(rendition, spoken_words=400)))))
    for place in speech_places(44100, 5, frame_count(expectation, 44100)):
        for seam in (place * 1024, (place + SYLLABLE_FRAMES) * 1024):
            assert max(map(abs, left[seam : seam + 512])) < QUIET
    assert {len(frames) for register in range(REGISTERS) for frames in syllables(rate, register)} == {SYLLABLE_FRAMES}


@rates
def test_seams_are_no_warning_to_ffmpeg(
    rate: Rate, spoken: MediaExpectation, rendition: Rendition, program: Callable[[str], str], tmp_path: Path
) -> None:
    """Frames of three recordings follow one another, and the strictest reading has nothing to say."""
    file = tmp_path / "film.mp4"
    rendition = replace(rendition, sample_rate=rate, spoken_words=400, media="tiny")
    file.write_bytes(render(replace(spoken, seconds=10), rendition))
    command = [program("ffmpeg"), "-v", "warning", "-xerror", "-err_detect", "explode", "-i", file, "-f", "null", "-"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")


@rates
def test_two_ids_of_one_register_say_it_differently(rate: Rate, spoken: MediaExpectation, rendition: Rendition) -> None:
    """The order of the syllables depends on the id as well."""
    names = [name for name in map(str, range(200)) if register_of(name) == 3][:2]
    one, other = (
        score(replace(spoken, voice_id=name), replace(rendition, sample_rate=rate, spoken_words=20)) for name in names
    )
    assert one.frames != other.frames
