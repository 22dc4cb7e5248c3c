"""The pictures of a video as decoders and scanners see them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from io import BytesIO

import av
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from contracts.apps.expectation import MediaExpectation
from mockserver.media import Rendition, render
from mockserver.media.picture_code import PictureCode, parse
from mockserver.media.reel import reel
from mockserver.media.rendition import NOT_FETCHED, GivenImage
from mockserver.media.tiles import tiles_of

SHAPES = [(1280, 720), (720, 1280), (960, 960), (810, 1080), (1470, 630), (2206, 946), (1088, 1904), (576, 1600)]
PROMPT = "A lighthouse on a cliff in a storm at dusk, waves crashing against the rocks."


@pytest.fixture
def rendition() -> Rendition:
    """A request as the server makes them."""
    return Rendition(
        task_id="7kq2v605mjer7htm68rg47xqmh",
        app="klingai/video-v2-6",
        app_version="3fa1c07e",
        prompt_hash="9f86d081884c7d65",
        created_at=1_760_000_000,
        input_hash="0123456789abcdef0123",
        prompt=PROMPT,
    )


@lru_cache(maxsize=8)
def _photo(width: int, height: int, seed: int) -> Image.Image:
    """Gradients of every kind, another for every seed."""
    parts = [
        Image.linear_gradient("L").rotate(90 * seed).resize((width, height)),
        Image.radial_gradient("L").resize((width, height)),
        Image.linear_gradient("L").rotate(90 * seed + 90).point(lambda value: value * 5 % 256).resize((width, height)),
    ]
    return Image.merge("RGB", parts)


def _given(picture: Image.Image) -> GivenImage:
    file = BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return GivenImage.of(file.getvalue())


def _frames(file: bytes) -> Iterator[av.VideoFrame]:
    with av.open(BytesIO(file), "r", options={"err_detect": "explode"}) as container:
        stream = container.streams.video[0]
        stream.codec_context.options = {"err_detect": "explode"}
        yield from container.decode(stream)


def _tiles(frame: av.VideoFrame) -> list[tuple[bytes, ...]]:
    """Rows of each plane."""
    return [
        tuple(samples[at : at + plane.width] for at in range(0, plane.height * plane.line_size, plane.line_size))
        for plane in frame.planes
        for samples in [bytes(plane)]
    ]


def _rows(picture: Image.Image) -> list[tuple[bytes, ...]]:
    """What a decoder should give back for an RGB picture: rows of each plane, put together from its tiles."""
    across = -(-picture.width // 16)
    tiles = tiles_of(picture)
    planes = []
    for start, side, width, height in (
        (0, 16, picture.width, picture.height),
        (256, 8, picture.width // 2, picture.height // 2),
        (320, 8, picture.width // 2, picture.height // 2),
    ):
        planes.append(
            tuple(
                b"".join(
                    tile[start + y % side * side :][:side]
                    for tile in tiles[y // side * across : (y // side + 1) * across]
                )[:width]
                for y in range(height)
            )
        )
    return planes


@pytest.mark.parametrize(("width", "height"), SHAPES)
def test_the_code_is_read_from_decoded_pictures(width: int, height: int, rendition: Rendition) -> None:
    """In every shape, each second says task, input and its first picture."""
    expectation = MediaExpectation("text-to-video", "720p", width, height, 1, sound=False)
    for number, frame in enumerate(_frames(render(expectation, rendition))):
        if number in {0, 23, 24}:
            (found,) = zxingcpp.read_barcodes(frame.to_image())
            assert parse(found.text) == PictureCode(rendition.task_id, "0123456789abcdef", number // 24 * 24)


@pytest.mark.parametrize("photographic", [False, True])
def test_the_code_survives_an_ordinary_encoder(photographic: bool, rendition: Rendition) -> None:
    """H.264 by x264 at quality 28, on the slate and on the strip over a photograph."""
    expectation = MediaExpectation("image-to-video", "720p", 1284, 716, 2, sound=False)
    if photographic:
        rendition = replace(rendition, start_image=_given(_photo(1284, 716, 1)))
    again = BytesIO()
    with av.open(again, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "28", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 1284, 716, "yuv420p"
        for frame in _frames(render(expectation, rendition)):
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    said = []
    for number, frame in enumerate(_frames(again.getvalue())):
        if number in {26, 47, 48}:
            (found,) = zxingcpp.read_barcodes(frame.to_image())
            said.append(parse(found.text).frame)
    assert said == [24, 24, 48]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(width=st.integers(40, 360), height=st.integers(40, 360), seed=st.integers(0, 3), seconds=st.integers(1, 2))
def test_start_and_end_are_exact_at_any_size(
    width: int, height: int, seed: int, seconds: int, rendition: Rendition
) -> None:
    """First and last decoded picture have the very samples of the images."""
    size = (2 * width, 2 * height)
    start, end = _photo(*size, seed), _photo(*size, seed + 1)
    expectation = MediaExpectation("start-end-frame", "720p", *size, seconds, sound=False)
    frames = list(_frames(render(expectation, replace(rendition, start_image=_given(start), end_image=_given(end)))))
    assert len(frames) == expectation.frames
    assert _tiles(frames[0]) == _rows(start)
    assert _tiles(frames[-1]) == _rows(end)


def test_the_strip_fades_in_within_a_second_and_leaves_the_rest_alone(rendition: Rendition) -> None:
    """The upper half stays the start image to the end; the lowest rows are the strip from picture 24 on."""
    size = (1284, 716)
    start = _photo(*size, 1)
    expectation = MediaExpectation("image-to-video", "720p", *size, 2, sound=False)
    frames = list(_frames(render(expectation, replace(rendition, start_image=_given(start)))))
    wanted = _rows(start)[0]
    for number in (1, 12, 24, 48):
        assert _tiles(frames[number])[0][:358] == wanted[:358]
    strip = [
        sum(row == photo for row, photo in zip(_tiles(frame)[0][-64:], wanted[-64:], strict=True)) for frame in frames
    ]
    assert strip[0] == 64
    assert set(strip[24:]) == {0}


def test_the_dissolve_takes_the_second_half(rendition: Rendition) -> None:
    """Before its middle nothing of the end image is seen, then more in every picture, in an order of the task's own."""
    size = (640, 360)
    expectation = MediaExpectation("start-end-frame", "720p", *size, 2, sound=False)
    images = {"start_image": _given(_photo(*size, 1)), "end_image": _given(_photo(*size, 2))}
    wanted = _rows(_photo(*size, 2))[0]

    shares = [
        sum(
            here[x : x + 16] == there[x : x + 16]
            for here, there in zip(_tiles(frame)[0][::16], wanted[::16], strict=True)
            for x in range(0, 640, 16)
        )
        for frame in _frames(render(expectation, replace(rendition, **images)))
    ]
    assert len(set(shares[:25])) == 1
    assert shares[24:] == sorted(set(shares[24:]))
    assert shares[-1] == 23 * 40
    one, other = (reel(expectation, replace(rendition, task_id=name, **images)).pictures[30] for name in ("1", "2"))
    assert one != other


@pytest.mark.parametrize("image", [NOT_FETCHED, GivenImage.of(b"no picture")])
def test_an_image_that_cannot_be_shown_is_told(image: GivenImage, rendition: Rendition) -> None:
    """The slate is drawn, and differs from the one without image; no high level is needed."""
    expectation = MediaExpectation("image-to-video", "720p", 1284, 716, 1, sound=False)
    made = reel(expectation, replace(rendition, start_image=image))
    assert not made.photographic
    assert made.pictures != reel(expectation, rendition).pictures


def test_equal_images_make_equal_renditions(rendition: Rendition) -> None:
    """Wherever the bytes came from; other bytes are another request."""
    one, same, other = GivenImage.of(b"1"), GivenImage.of(b"1"), GivenImage.of(b"2")
    assert replace(rendition, start_image=one) == replace(rendition, start_image=same)
    assert replace(rendition, start_image=one) != replace(rendition, start_image=other)


@pytest.mark.parametrize(("size", "seconds", "most"), [((1920, 1080), 5, 600), ((1280, 720), 5, 500)])
def test_a_plain_slate_is_light(
    size: tuple[int, int], seconds: int, most: int, rendition: Rendition, watch: Callable[[bytes], object]
) -> None:
    """150 to 600 KB."""
    file = render(MediaExpectation("text-to-video", "1080p", *size, seconds, sound=True), rendition)
    assert watch(file)
    assert 150_000 < len(file) < most * 1000
