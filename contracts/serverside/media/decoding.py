"""Decodes a video, where PyAV is installed."""

import importlib.util
from dataclasses import dataclass
from io import BytesIO

from PIL import Image


@dataclass(frozen=True, slots=True)
class Decoded:
    """What came out."""

    pictures: int
    size: tuple[int, int]
    form: str
    """Pixel format, `yuv420p` for instance."""
    first: Image.Image
    last: Image.Image
    sound_seconds: float


def is_possible() -> bool:
    """Tell whether PyAV is installed."""
    return importlib.util.find_spec("av") is not None


def decode(content: bytes) -> Decoded:
    """Decode every picture and all sound.

    Raises:
        ValueError: the decoder gave up, or there was no picture.
    """
    import av

    count, first, last, form, seconds = 0, None, None, "", 0.0
    try:
        with av.open(BytesIO(content), "r") as container:
            for frame in container.decode(video=0):
                first = frame if first is None else first
                last, form, count = frame, frame.format.name, count + 1
        with av.open(BytesIO(content), "r") as container:
            if container.streams.audio:
                for sound in container.decode(audio=0):
                    seconds += sound.samples / sound.sample_rate
    except av.FFmpegError as error:
        raise ValueError(f"it cannot be decoded: {error}") from None
    if first is None or last is None:
        raise ValueError("no picture can be decoded out of it")
    # PyAV gives no types for `to_image`.
    opening, closing = (frame.to_image() for frame in (first, last))  # type: ignore[no-untyped-call]
    return Decoded(count, (first.width, first.height), form, opening, closing, seconds)
