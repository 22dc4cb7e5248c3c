"""The facts of a request that its video shows and records."""

import hashlib
from dataclasses import dataclass, field
from typing import Literal

MediaMode = Literal["full", "tiny", "realistic-size"]
"""`full`: the slate. `tiny`: a flat mosaic of the same size, length and streams. `realistic-size`: the slate,
padded to as many bytes as the real service's files have."""


@dataclass(frozen=True, slots=True)
class GivenImage:
    """A picture that a request gives. Two of them are equal when their bytes are."""

    content_id: str
    """SHA-256 of the bytes in hex; empty when they are not here."""

    content: bytes | None = field(default=None, compare=False, repr=False)
    """The file; None for a foreign URL, which is never fetched: the video says so instead."""

    @classmethod
    def of(cls, content: bytes) -> "GivenImage":
        """A picture whose bytes are here."""
        return cls(hashlib.sha256(content).hexdigest(), content)


NOT_FETCHED = GivenImage("")
"""A picture at a foreign URL."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """What `render` needs beside the media expectation."""

    task_id: str
    """Shown by its first eight characters, recorded whole."""

    app: str
    """Such as `klingai/video-v2-6`."""

    app_version: str

    prompt_hash: str
    """Hexadecimal digest of the prompt; decides the colours and the emblem."""

    created_at: int
    """Unix time in seconds: creation and modification time of the file."""

    moov: Literal["front", "end"] = "front"
    """Where the index lies: in front for playing while loading, at the end as the vendor's own files have it (D21)."""

    sample_rate: Literal[44100, 48000] = 44100
    """Sound samples per second, if there is sound (D21: assumed)."""

    media: MediaMode = "full"

    input_hash: str = ""
    """Hexadecimal digest of the accepted input (`mockserver.replay.input_hash`); recorded."""

    replay: str = ""
    """What `inferencesh-mock render --replay` needs to write the same bytes from the same input; recorded."""

    spoken_words: int = 0
    """Words the prompt marks for the voice, if the expectation has a voice."""

    prompt: str = ""
    """Shown."""

    start_image: GivenImage | None = None
    """The first picture of an image-to-video request."""

    end_image: GivenImage | None = None
    """The last one, if the request gives it."""
