"""What the output file of an accepted request must look like (D21, app.md §4)."""

from dataclasses import dataclass
from typing import Literal

FRAMES_PER_SECOND = 24
"""Constant frame rate of every output (REQ-MEDIA-002)."""

Branch = Literal["text-to-video", "image-to-video", "start-end-frame", "voice-control"]
"""Which of the app's four ways of working a request takes (app.md §3)."""


@dataclass(frozen=True, slots=True)
class MediaExpectation:
    """The facts a decoded output can be checked against.

    Sizes are pixels; `width` and `height` are what the container and the decoder report and are always even,
    because 4:2:0 cannot carry an odd side (D21).
    """

    branch: Branch
    resolution: Literal["720p", "1080p"]
    width: int
    height: int
    seconds: int
    """Requested length, 5 or 10. The file is one frame longer, see `frames`."""
    sound: bool
    """False means the file has no audio stream at all (D21)."""
    voice_id: str | None = None
    """The voice that speaks, only with `branch == "voice-control"`."""

    @property
    def fps(self) -> int:
        """Frames per second, constant."""
        return FRAMES_PER_SECOND

    @property
    def frames(self) -> int:
        """Number of pictures: 24·d + 1, so 121 or 241 (app.md §4)."""
        return FRAMES_PER_SECOND * self.seconds + 1

    @property
    def duration(self) -> float:
        """Length of the picture track in seconds: 121/24 = 5.041667 or 241/24 = 10.041667."""
        return self.frames / FRAMES_PER_SECOND
