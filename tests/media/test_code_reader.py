"""Codes read back by ourselves."""

from contextlib import suppress

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from mockserver.media import code_reader
from mockserver.media.picture_code import PictureCode, modules, parse, text_of

ids = st.one_of(st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=26, max_size=26), st.text(min_size=1, max_size=45))
codes = st.builds(PictureCode, ids, st.text("0123456789abcdef", min_size=16, max_size=16), st.integers(0, 999))
QUIET_ROWS = [bytearray([200]) * 80 for _ in range(5)]


def _in_a_picture(dots: code_reader.Modules, x: int) -> list[bytearray]:
    """Luma of cells: light around, dark 16 and light 228 as on the slate."""
    inside = [row.translate(bytes.maketrans(b"\0\1", b"\xe4\x10")) for row in dots]
    return [*QUIET_ROWS, *(bytearray([200]) * x + row + bytearray([200]) * 20 for row in inside), *QUIET_ROWS]


@given(codes)
def test_what_was_written_is_read(code: PictureCode) -> None:
    """In capitals and in bytes, whatever the id, in one block and in several."""
    assert code_reader.read(modules(code)) == text_of(code)
    assert parse(code_reader.read(modules(code))).frame == code.frame


@pytest.mark.parametrize("version", range(1, 11))
@pytest.mark.parametrize("mask", range(8))
def test_every_version_and_mask_is_read(version: int, mask: int) -> None:
    """Up to 57 modules a side, as the library of the writer makes them."""
    made = segno.make_qr("ID-7:ABC", version=version, error="m", boost_error=False, mask=mask)
    assert code_reader.read(tuple(bytes(row) for row in made.matrix)) == "ID-7:ABC"


def test_other_levels_are_refused() -> None:
    """Ours are of level M."""
    made = segno.make_qr("ABC", error="h", boost_error=False)
    with pytest.raises(ValueError, match="not of error correction level M"):
        code_reader.read(tuple(bytes(row) for row in made.matrix))


@given(codes, st.integers(0, 30))
def test_a_code_is_found_anywhere(code: PictureCode, x: int) -> None:
    """Wherever it stands."""
    assert code_reader.find(_in_a_picture(modules(code), x)) == modules(code)


def test_half_a_code_is_none() -> None:
    """As while it fades in: with cells of a photograph in it, or without one of its corners."""
    dots = modules(PictureCode("7kq2v605mjer7htm68rg47xqmh", "0" * 16, 24))
    rows = _in_a_picture(dots, 3)
    rows[5 + 15][3 + 15] = 0
    assert code_reader.find(rows) is None
    assert code_reader.find(_in_a_picture(dots, 3)[: 5 + 20]) is None
    assert code_reader.find(QUIET_ROWS) is None


@given(codes, st.data())
def test_no_wrong_module_makes_the_reader_fail(code: PictureCode, data: st.DataObject) -> None:
    """It reads something, or says with a ValueError why not."""
    dots = [bytearray(row) for row in modules(code)]
    place = st.integers(0, len(dots) - 1)
    for x, y in data.draw(st.lists(st.tuples(place, place), min_size=1, max_size=60)):
        dots[y][x] ^= 1
    with suppress(ValueError):
        assert isinstance(code_reader.read(tuple(bytes(row) for row in dots)), str)
