"""Judges of the files we write: PyAV always, ffmpeg and ffprobe where installed."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from zlib import crc32

import av
import pytest

from contracts.apps.expectation import MediaExpectation
from mockserver.media import Rendition
from tests import components

Planes = tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]
"""Rows of luma, Cb and Cr."""


@dataclass(frozen=True)
class Sound:
    """What PyAV makes of the sound."""

    profile: str | None
    rate: int
    layout: str
    start: Fraction
    duration: Fraction
    samples: int
    left: bytes
    """The left channel as 32-bit floats."""


@dataclass(frozen=True)
class Film:
    """What PyAV makes of a file, every error a failure."""

    width: int
    height: int
    pixel_format: str
    profile: str | None
    colours: tuple[int, int, int, int]
    """Primaries, transfer, matrix, range as FFmpeg numbers them."""
    rate: Fraction
    duration: Fraction
    times: tuple[Fraction, ...]
    first: Planes
    last: Planes
    digests: tuple[int, ...]
    """One checksum of the luma of each picture, where they were asked for."""
    sound: Sound | None
    metadata: dict[str, str]


def _planes(frame: av.VideoFrame) -> Planes:
    luma, cb, cr = (_rows(bytes(plane), plane.line_size, plane.width, plane.height) for plane in frame.planes)
    return luma, cb, cr


def _rows(samples: bytes, stride: int, width: int, height: int) -> tuple[bytes, ...]:
    return tuple(samples[row * stride : row * stride + width] for row in range(height))


def _hear(container: av.container.InputContainer) -> Sound | None:
    if not container.streams.audio:
        return None
    stream = container.streams.audio[0]
    stream.codec_context.options = {"err_detect": "explode"}
    container.seek(0)
    frames = list(container.decode(stream))
    assert stream.duration is not None
    assert stream.time_base is not None
    assert stream.start_time is not None
    return Sound(
        profile=stream.profile,
        rate=stream.rate,
        layout=stream.layout.name,
        start=stream.start_time * stream.time_base,
        duration=stream.duration * stream.time_base,
        samples=sum(frame.samples for frame in frames),
        left=b"".join(bytes(frame.planes[0])[: frame.samples * 4] for frame in frames),
    )


@pytest.fixture(scope="session")
def watch() -> Callable[..., Film]:
    """Decode a whole file; with `digests=False` without the checksums, which take as long as decoding does."""

    def decode(file: bytes, *, digests: bool = True) -> Film:
        with av.open(BytesIO(file), "r", options={"err_detect": "explode"}) as container:
            stream = container.streams.video[0]
            context = stream.codec_context
            context.options = {"err_detect": "explode"}
            first, frame, times, checksums = None, None, [], []
            for frame in container.decode(stream):
                first = first or _planes(frame)
                assert frame.pts is not None
                assert frame.time_base is not None
                times.append(frame.pts * frame.time_base)
                if digests:
                    checksums.append(crc32(frame.planes[0]))
            assert first is not None
            assert frame is not None
            assert stream.average_rate is not None
            assert stream.duration is not None
            assert stream.time_base is not None
            return Film(
                width=frame.width,
                height=frame.height,
                pixel_format=frame.format.name,
                profile=stream.profile,
                colours=(context.color_primaries, context.color_trc, context.colorspace, context.color_range),
                rate=stream.average_rate,
                duration=stream.duration * stream.time_base,
                times=tuple(times),
                first=first,
                last=_planes(frame),
                digests=tuple(checksums),
                sound=_hear(container),
                metadata=dict(container.metadata),
            )

    return decode


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Find ffmpeg or ffprobe, or skip; in CI a missing one is a failure."""
    return lambda name: components.program(name, package="ffmpeg")


@pytest.fixture
def expectation() -> MediaExpectation:
    """The smallest of the app's own pictures, five seconds, with sound."""
    return MediaExpectation("image-to-video", "720p", 1284, 716, 5, sound=True)


@pytest.fixture
def rendition() -> Rendition:
    """A request's facts."""
    return Rendition(
        task_id="4f3a9c21-77aa-4c1e-9d0c-52a7be31c604",
        app="klingai/video-v2-6",
        app_version="legacy",
        prompt_hash="9f86d081884c7d659a2feaa0c55ad015",
        created_at=1_760_000_000,
        input_hash="60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
        replay="1:2026-05:documented:full:front:44100:1760000000:4f3a9c21-77aa-4c1e-9d0c-52a7be31c604",
    )
