"""Sound encoded beforehand: AAC frames read from ADTS files under `fixtures/audio/`.

An AAC encoder is the one thing here too large to write ourselves, so `tools/make_audio.py` ran one once.
"""

from dataclasses import dataclass
from functools import lru_cache

from contracts import fixtures

SAMPLES_PER_FRAME = 1024
"""Samples per channel in a frame of AAC-LC (ISO/IEC 14496-3 4.5.1.1)."""

_SAMPLE_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
"""By samplingFrequencyIndex (ISO/IEC 14496-3 table 1.18)."""

_LOW_COMPLEXITY = 2
"""audioObjectType of AAC-LC (ISO/IEC 14496-3 table 1.17)."""


@dataclass(frozen=True, slots=True)
class AacFrames:
    """Raw AAC-LC frames, without the headers they were stored under."""

    sample_rate: int
    channels: int
    frames: tuple[bytes, ...]

    def audio_specific_config(self) -> bytes:
        """What a decoder must know first (ISO/IEC 14496-3 1.6.2.1): type, rate, channels, frames of 1024."""
        rate = _SAMPLE_RATES.index(self.sample_rate)
        return (_LOW_COMPLEXITY << 11 | rate << 7 | self.channels << 3).to_bytes(2, "big")


def beeps(sample_rate: int, frames: int) -> AacFrames:
    """The first `frames` frames of the beeps that count the seconds, from the start again if they run out."""
    recording = read_adts(fixtures.path("audio", f"beeps-{sample_rate}.aac").read_bytes())
    stock = recording.frames
    return AacFrames(sample_rate, recording.channels, tuple(stock[i % len(stock)] for i in range(frames)))


@lru_cache(maxsize=4)
def read_adts(stream: bytes) -> AacFrames:
    """Cut an ADTS stream (ISO/IEC 14496-3 1.A.2) into frames.

    Raises ValueError when `stream` is not a whole number of ADTS frames of one block each.
    """
    frames: list[bytes] = []
    rate = channels = 0
    at = 0
    while at < len(stream):
        header = int.from_bytes(stream[at : at + 7], "big")
        length = header >> 13 & 0x1FFF
        if header >> 44 != 0xFFF or header & 3 or length <= 7 or at + length > len(stream):
            raise ValueError(f"No whole ADTS frame of one block at byte {at}. Make the file anew: tools/make_audio.py.")
        without_checksum = header >> 40 & 1
        rate, channels = _SAMPLE_RATES[header >> 34 & 0xF], header >> 30 & 7
        frames.append(stream[at + (7 if without_checksum else 9) : at + length])
        at += length
    return AacFrames(rate, channels, tuple(frames))
