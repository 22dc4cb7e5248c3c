"""Our own pictures read back."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.media.canvas import TILE_BYTES, Canvas, Rectangle
from mockserver.media.macroblocks import MacroblockCoder
from mockserver.media.palette import BLACK, WHITE, Colour
from mockserver.media.parameter_sets import FrameSize
from mockserver.media.picture_reader import SAMPLES, PictureReader
from mockserver.media.reader import DamagedError
from mockserver.media.slices import idr_picture, p_picture

SIZE = FrameSize(80, 64)
CELLS = (10, 8)

luma = st.one_of(st.integers(16, 235), st.sampled_from([16, 127, 128, 129, 235]))
colours = st.lists(st.builds(Colour, luma, luma, luma), min_size=2, max_size=6, unique=True)
tiles = st.binary(min_size=TILE_BYTES, max_size=TILE_BYTES)


@settings(deadline=None)
@given(st.data(), colours)
def test_flat_cells_are_read_as_they_were_painted(data: st.DataObject, palette: list[Colour]) -> None:
    """In first pictures and in repainted ones, among samples and without them, to the last bit of each slice."""
    rectangle = st.builds(Rectangle, st.integers(0, 9), st.integers(0, 7), st.integers(1, 5), st.integers(1, 5))
    canvas = Canvas(SIZE, palette)
    coder, reader = MacroblockCoder(canvas), PictureReader(SIZE)
    for number in range(data.draw(st.integers(1, 4))):
        for area, colour in data.draw(st.lists(st.tuples(rectangle, st.sampled_from(palette)), max_size=6)):
            canvas.fill(area, colour)
        for address, tile in data.draw(st.lists(st.tuples(st.integers(0, 19), tiles), max_size=4)):
            canvas.cover(address, tile)
        changed = canvas.take_changes()
        reader.read(p_picture(number, SIZE, coder, changed) if number else idr_picture(SIZE, coder))
        for y in range(CELLS[1]):
            for x in range(CELLS[0]):
                covered = y // 2 * SIZE.macroblocks_wide + x // 2 in canvas.tiles
                assert covered or reader.rows[y][x] == canvas.colours[canvas.rows[y][x]].y


def test_samples_are_told_apart_from_flat_cells() -> None:
    """Where samples differ there is no one luma."""
    canvas = Canvas(SIZE, [WHITE, BLACK])
    canvas.cover(7, bytes(range(256)) + bytes(128))
    reader = PictureReader(SIZE)
    reader.read(idr_picture(SIZE, MacroblockCoder(canvas)))
    assert [row[4:6] for row in reader.rows[2:4]] == [bytes((SAMPLES, SAMPLES))] * 2
    assert reader.rows[0][0] == WHITE.y


@settings(deadline=None)
@given(st.data())
def test_damage_is_told(data: st.DataObject) -> None:
    """Whatever is cut off or overwritten: it is read, or refused in words."""
    canvas = Canvas(SIZE, [WHITE, BLACK])
    canvas.fill(Rectangle(1, 1, 3, 3), BLACK)
    canvas.cover(12, bytes(range(256)) + bytes(128))
    unit = bytearray(idr_picture(SIZE, MacroblockCoder(canvas)))
    at = data.draw(st.integers(1, len(unit) - 1))
    unit[at : at + 2] = data.draw(st.binary(max_size=2))
    with suppress(DamagedError):
        PictureReader(SIZE).read(bytes(unit))


@pytest.mark.parametrize("unit", [b"\x65", b"\x65\0\0", b"\x41\x9a\x24\x6c"])
def test_slices_of_others_are_refused(unit: bytes) -> None:
    """Also empty ones."""
    with pytest.raises(DamagedError):
        PictureReader(SIZE).read(unit)
