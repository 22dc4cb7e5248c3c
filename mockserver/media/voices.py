"""Voices: which id speaks in which register, and for how long."""

from hashlib import sha256

REGISTERS = 16
"""As many as `tools/make_audio.py` recorded."""

SYLLABLES = 4
"""Recorded for each register; they differ in melody and vowel."""

WORDS_PER_SECOND = 2.5
"""The pace of calm speech, 150 words a minute."""


def register_of(voice_id: str) -> int:
    """The register of a voice, 0 (deepest) to 15: any text is somebody's id, so it is hashed."""
    return sha256(b"voice" + voice_id.encode()).digest()[0] % REGISTERS


def syllables_of(voice_id: str, count: int) -> list[int]:
    """The first `count` syllables a voice speaks, by their numbers; every id has its own order."""
    digest = sha256(b"speech" + voice_id.encode()).digest()
    return [digest[index % len(digest)] % SYLLABLES for index in range(count)]


def speaking_seconds(words: int, clip: float) -> float:
    """How long the voice speaks: at its pace, at least a second, at most the whole clip."""
    return min(clip, max(1.0, words / WORDS_PER_SECOND))
