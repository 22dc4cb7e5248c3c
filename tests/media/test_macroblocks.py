"""Macroblocks, judged by a decoder."""

from io import BytesIO
from typing import NamedTuple

import av
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.media.canvas import TILE_BYTES, Canvas, Rectangle
from mockserver.media.macroblocks import MacroblockCoder
from mockserver.media.palette import Colour
from mockserver.media.parameter_sets import FrameSize, picture_parameter_set, sequence_parameter_set
from mockserver.media.slices import idr_picture, p_picture

Picture = tuple[bytes, bytes, bytes]
"""Luma, Cb and Cr of a picture, row by row."""

sample = st.one_of(st.integers(0, 255), st.sampled_from([0, 16, 127, 128, 129, 240, 255]))
colours = st.lists(st.builds(Colour, sample, sample, sample), min_size=2, max_size=9, unique=True)
# Few values give start codes to be escaped; all values give everything else.
tiles = st.one_of(
    st.binary(min_size=TILE_BYTES, max_size=TILE_BYTES),
    st.binary(min_size=TILE_BYTES, max_size=TILE_BYTES).map(lambda tile: tile.translate(b"\0\0\0\1\3\0\0\2" * 32)),
)
Step = list[tuple[Rectangle, Colour] | tuple[int, bytes] | list[int]]
"""What is done before a picture: cells painted, tiles laid, macroblocks taken over from an empty canvas."""


class Painting(NamedTuple):
    """Some colours, and for each of a few pictures of a size what is done."""

    size: FrameSize
    palette: list[Colour]
    pictures: list[Step]


@st.composite
def paintings(draw: st.DrawFn) -> Painting:
    """Any even size, cropped or not."""
    side = st.integers(9, 60).map(lambda half: 2 * half)
    size, palette = FrameSize(draw(side), draw(side)), draw(colours)
    across, down = 2 * size.macroblocks_wide, 2 * size.macroblocks_high
    rectangle = st.builds(
        Rectangle, st.integers(0, across - 1), st.integers(0, down - 1), st.integers(1, 5), st.integers(1, 5)
    )
    address = st.integers(0, size.macroblocks - 1)
    action = st.one_of(
        st.tuples(rectangle, st.sampled_from(palette)), st.tuples(address, tiles), st.lists(address, max_size=4)
    )
    return Painting(size, palette, draw(st.lists(st.lists(action, max_size=12), min_size=1, max_size=4)))


@settings(max_examples=150, deadline=None)
@given(paintings())
def test_any_picture_decodes_to_exactly_what_was_painted(painting: Painting) -> None:
    """First picture and repainted ones alike: any size, any colours, any samples, in any neighbourhood."""
    size, palette, pictures = painting
    canvas, empty = Canvas(size, palette), Canvas(size, palette)
    coder = MacroblockCoder(canvas)
    units = [sequence_parameter_set(size, 24), picture_parameter_set()]
    wanted = []
    for number, step in enumerate(pictures):
        for action in step:
            if isinstance(action, list):
                canvas.copy(empty, action)
            elif isinstance(action[0], int):
                canvas.cover(*action)
            else:
                canvas.fill(*action)
        changed = canvas.take_changes()
        units.append(p_picture(number, size, coder, changed) if number else idr_picture(size, coder))
        wanted.append(_reconstruction(canvas))
    assert _decode(units) == wanted


def _reconstruction(canvas: Canvas) -> Picture:
    """The samples the writer believes a decoder has."""
    planes = []
    starts = {8: 0, 4: 256}
    for part, cell in enumerate((8, 4, 4)):
        side = 2 * cell
        width = canvas.size.macroblocks_wide * side
        plane = bytearray(width * canvas.size.macroblocks_high * side)
        start = starts[cell] + (64 if part == 2 else 0)
        for y in range(len(plane) // width):
            row = b"".join(bytes((canvas.colours[ink][part],)) * cell for ink in canvas.rows[y // cell])
            plane[y * width : (y + 1) * width] = row
        for address, tile in canvas.tiles.items():
            top, left = (side * place for place in divmod(address, canvas.size.macroblocks_wide))
            for line in range(side):
                at = (top + line) * width + left
                plane[at : at + side] = tile[start + line * side :][:side]
        visible_across, visible_down = (length * side // 16 for length in (canvas.size.width, canvas.size.height))
        planes.append(b"".join(plane[at : at + visible_across] for at in range(0, visible_down * width, width)))
    return planes[0], planes[1], planes[2]


def _decode(units: list[bytes]) -> list[Picture]:
    stream = BytesIO(b"".join(b"\0\0\0\1" + unit for unit in units))
    with av.open(stream, "r", format="h264") as container:
        video = container.streams.video[0]
        video.codec_context.options = {"err_detect": "explode"}
        return [_planes(frame) for frame in container.decode(video)]


def _planes(frame: av.VideoFrame) -> Picture:
    luma, cb, cr = (
        b"".join(samples[at : at + plane.width] for at in range(0, plane.height * plane.line_size, plane.line_size))
        for plane in frame.planes
        for samples in [bytes(plane)]
    )
    return luma, cb, cr
