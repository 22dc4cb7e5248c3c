"""Macroblocks, judged by a decoder."""

from io import BytesIO

import av
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.media.canvas import CELL, Canvas, Rectangle
from mockserver.media.macroblocks import MacroblockCoder
from mockserver.media.palette import Colour
from mockserver.media.parameter_sets import FrameSize, picture_parameter_set, sequence_parameter_set
from mockserver.media.slices import idr_picture, p_picture

SIZE = FrameSize(64, 48)
CELLS = (SIZE.width // CELL, SIZE.height // CELL)

sample = st.one_of(st.integers(0, 255), st.sampled_from([0, 16, 127, 128, 129, 240, 255]))
colours = st.lists(st.builds(Colour, sample, sample, sample), min_size=2, max_size=9, unique=True)


@st.composite
def paintings(draw: st.DrawFn) -> tuple[list[Colour], list[list[tuple[Rectangle, Colour]]]]:
    """Some colours, and for each of a few pictures the rectangles painted."""
    palette = draw(colours)
    rectangle = st.builds(
        Rectangle, st.integers(0, CELLS[0] - 1), st.integers(0, CELLS[1] - 1), st.integers(1, 5), st.integers(1, 5)
    )
    strokes = st.lists(st.tuples(rectangle, st.sampled_from(palette)), max_size=12)
    return palette, draw(st.lists(strokes, min_size=1, max_size=4))


@settings(max_examples=80, deadline=None)
@given(paintings())
def test_any_mosaic_decodes_to_exactly_its_colours(
    painting: tuple[list[Colour], list[list[tuple[Rectangle, Colour]]]],
) -> None:
    """First picture and repainted ones alike, for any colours, even the most distant side by side."""
    palette, pictures = painting
    canvas = Canvas(SIZE, palette)
    coder = MacroblockCoder(canvas)
    units = [sequence_parameter_set(SIZE, 24), picture_parameter_set()]
    wanted = []
    for number, strokes in enumerate(pictures):
        for rectangle, colour in strokes:
            canvas.fill(rectangle, colour)
        changed = canvas.take_changes()
        units.append(p_picture(number, SIZE, coder, changed) if number else idr_picture(SIZE, coder))
        wanted.append([[canvas.colours[ink] for ink in row[: CELLS[0]]] for row in canvas.rows])
    assert _decode(units) == wanted


def _decode(units: list[bytes]) -> list[list[list[Colour]]]:
    """The colour of each cell of each picture; fails where a cell is not flat."""
    stream = BytesIO(b"".join(b"\0\0\0\1" + unit for unit in units))
    with av.open(stream, "r", format="h264") as container:
        video = container.streams.video[0]
        video.codec_context.options = {"err_detect": "explode"}
        return [_cells(frame) for frame in container.decode(video)]


def _cells(frame: av.VideoFrame) -> list[list[Colour]]:
    planes = [(bytes(plane), plane.line_size) for plane in frame.planes]
    return [
        [
            Colour(*(_flat(plane, stride, x, y, side) for (plane, stride), side in zip(planes, (8, 4, 4), strict=True)))
            for x in range(CELLS[0])
        ]
        for y in range(CELLS[1])
    ]


def _flat(plane: bytes, stride: int, x: int, y: int, side: int) -> int:
    rows = {plane[row * stride + x * side :][:side] for row in range(y * side, (y + 1) * side)}
    (value,) = set(b"".join(rows))
    return value
