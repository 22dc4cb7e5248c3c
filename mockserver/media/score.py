"""What a video sounds like: beeps that count the seconds, and a voice between them."""

from collections.abc import Mapping
from functools import lru_cache

from contracts import fixtures
from contracts.apps.expectation import MediaExpectation
from mockserver.media.aac import SAMPLES_PER_FRAME, AacFrames, beeps, read_adts
from mockserver.media.rendition import Rendition
from mockserver.media.voices import REGISTERS, SYLLABLES, register_of, speaking_seconds, syllables_of

SYLLABLE_FRAMES = 8
"""AAC frames of a syllable, silent at both ends; four fit between two beeps."""

BEEP_PERCENT = 15
"""Length of a beep in hundredths of a second."""


def score(expectation: MediaExpectation, rendition: Rendition) -> AacFrames:
    """The sound of a video that has sound, as long as its picture within one frame.

    Frames are only exchanged where both sides are silent: a decoder overlaps each with the one before.
    """
    rate = rendition.sample_rate
    count = frame_count(expectation, rate)
    sound = beeps(rate, count)
    if expectation.voice_id is None:
        return sound
    frames = list(sound.frames)
    speech = syllables(rate, register_of(expectation.voice_id))
    last = speaking_seconds(rendition.spoken_words, expectation.duration) * rate / SAMPLES_PER_FRAME
    places = [place for place in speech_places(rate, expectation.seconds, count) if place < last]
    for place, number in zip(places, syllables_of(expectation.voice_id, len(places)), strict=True):
        frames[place : place + SYLLABLE_FRAMES] = speech[number]
    return AacFrames(rate, sound.channels, tuple(frames))


def frame_count(expectation: MediaExpectation, rate: int) -> int:
    """AAC frames that last at least as long as the picture, and less than a frame longer."""
    return -(-expectation.frames * rate // (expectation.fps * SAMPLES_PER_FRAME))


def syllables(rate: int, register: int) -> list[tuple[bytes, ...]]:
    """The recorded syllables of a register."""
    stock = read_adts(fixtures.path("audio", f"voices-{rate}.aac").read_bytes()).frames
    first = register * SYLLABLES * SYLLABLE_FRAMES
    starts = range(first, first + SYLLABLES * SYLLABLE_FRAMES, SYLLABLE_FRAMES)
    return [stock[start : start + SYLLABLE_FRAMES] for start in starts]


@lru_cache(maxsize=2)
def recorded_registers(rate: int) -> Mapping[bytes, int]:
    """The register of each recorded frame that only one register has: silence belongs to none."""
    found: dict[bytes, set[int]] = {}
    for register in range(REGISTERS):
        for frames in syllables(rate, register):
            for frame in frames:
                found.setdefault(frame, set()).add(register)
    silent = set(beeps(rate, 500).frames)
    return {frame: min(registers) for frame, registers in found.items() if len(registers) == 1 and frame not in silent}


def speech_places(rate: int, seconds: int, count: int) -> list[int]:
    """Numbers of the frames at which syllables may begin: as many as fit after each beep and before the next."""
    places: list[int] = []
    for second in range(seconds):
        beep_begins = second * rate if second else SAMPLES_PER_FRAME
        # Frame n carries samples from 1024·n on and 2048 of them, half of each shared with its neighbours.
        place = (beep_begins + rate * BEEP_PERCENT // 100) // SAMPLES_PER_FRAME + 1
        following = (second + 1) * rate // SAMPLES_PER_FRAME - 1
        while place + SYLLABLE_FRAMES <= min(following, count):
            places.append(place)
            place += SYLLABLE_FRAMES
    return places
