"""A second decoder of other authors gives the same pixels."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import zip_longest

import av
import pytest
from av.bitstream import BitStreamFilterContext
from PIL import Image

from contracts.apps.expectation import MediaExpectation
from mockserver.media import GivenImage, Rendition, render
from tests import components

from .openh264 import Picture, decode, library

PROMPT = "A boat, лодка, قارب, नाव, 一只纸船"
ONE = Rendition("7kq2v605mjer7htm68rg47xqmh", "a/b", "7", "ab", 0, input_hash="0123456789abcdef", prompt=PROMPT)


def _photo(width: int, height: int, turned: int) -> GivenImage:
    file = BytesIO()
    parts = [Image.linear_gradient("L").rotate(turn).resize((width, height)) for turn in (turned, 90, 180)]
    Image.merge("RGB", parts).save(file, "PNG", compress_level=1)
    return GivenImage.of(file.getvalue())


FILMS = {
    "slate": (MediaExpectation("text-to-video", "1080p", 1920, 1080, 5, sound=True), ONE),
    "odd slate": (MediaExpectation("text-to-video", "720p", 1470, 630, 5, sound=False), ONE),
    "portrait": (MediaExpectation("text-to-video", "720p", 720, 1280, 5, sound=False), ONE),
    "dissolve": (
        MediaExpectation("start-end-frame", "720p", 1284, 716, 5, sound=False),
        replace(ONE, start_image=_photo(1284, 716, 0), end_image=_photo(800, 800, 45)),
    ),
    "mosaic": (MediaExpectation("text-to-video", "1080p", 2206, 946, 5, sound=True), replace(ONE, media="tiny")),
}


def _packets(file: bytes) -> Iterator[bytes]:
    """The pictures with start codes, parameter sets before the first."""
    with av.open(BytesIO(file)) as container:
        stream = container.streams.video[0]
        converter = BitStreamFilterContext("h264_mp4toannexb", stream)
        for packet in container.demux(stream):
            yield from (bytes(converted) for converted in converter.filter(packet) if converted.size)


def _by_ffmpeg(file: bytes) -> Iterator[Picture]:
    with av.open(BytesIO(file)) as container:
        for frame in container.decode(video=0):
            luma, cb, cr = (
                b"".join(
                    samples[at : at + plane.width] for at in range(0, plane.height * plane.line_size, plane.line_size)
                )
                for plane in frame.planes
                for samples in [bytes(plane)]
            )
            yield frame.width, frame.height, luma, cb, cr


@pytest.mark.parametrize("name", FILMS)
def test_both_decoders_see_the_same(name: str) -> None:
    """Every sample of every picture: slates, photographs that dissolve, and the mosaic."""
    found = library()
    if found is None:
        components.missing("OpenH264; `apt-get install libopenh264-7` (or `brew install openh264`) brings it")
    file = render(*FILMS[name])
    pictures = 0
    for one, other in zip_longest(decode(found, _packets(file)), _by_ffmpeg(file)):
        assert one == other, f"picture {pictures} differs"
        pictures += 1
    assert pictures == FILMS[name][0].frames
