"""The code in the picture."""

import pytest
import segno
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mockserver.media.picture_code import QUIET, PictureCode, modules, parse, text_of

task_ids = st.one_of(
    st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=26, max_size=26),
    st.uuids().map(str),
    st.text("ABCabc_012", min_size=1, max_size=40),
)
codes = st.builds(PictureCode, task_ids, st.text("0123456789abcdef", min_size=16, max_size=16), st.integers(0, 999))


@given(codes)
def test_a_scanner_reads_what_was_written(code: PictureCode) -> None:
    """For ids in capitals and as they are."""
    dots = modules(code)
    side = len(dots)
    picture = Image.frombytes(
        "L", (side, side), b"".join(row.translate(bytes.maketrans(b"\0\1", b"\xff\0")) for row in dots)
    )
    paper = Image.new("L", (side + 2 * QUIET, side + 2 * QUIET), 255)
    paper.paste(picture, (QUIET, QUIET))
    (found,) = zxingcpp.read_barcodes(paper.resize((paper.width * 4, paper.height * 4), Image.Resampling.NEAREST))
    assert parse(found.text) == code


@given(codes)
def test_a_code_is_the_librarys_own(code: PictureCode) -> None:
    """Reckoned from the code of picture 0, it is the one that would be made anew."""
    text = text_of(code)
    mode = "alphanumeric" if text.isupper() else "byte"
    made = segno.make_qr(text, error="m", boost_error=False, mask=3, mode=mode)
    assert modules(code) == tuple(bytes(row) for row in made.matrix)


def test_codes_of_a_video_are_of_one_size() -> None:
    """Ids of this emulator give 29 modules."""
    sides = {len(modules(PictureCode("7kq2v605mjer7htm68rg47xqmh", "0" * 16, frame))) for frame in (0, 24, 240)}
    assert sides == {29}


def test_the_hash_is_shortened() -> None:
    """To 16 digits."""
    assert text_of(PictureCode("ab", "0123456789abcdef99", 5)) == "ISM1/AB/0123456789ABCDEF/005"


@pytest.mark.parametrize("text", ["", "ISM1/a/b", "ISM2/a/b/1", "https://example.com"])
def test_other_codes_are_told(text: str) -> None:
    """With what ours look like."""
    with pytest.raises(ValueError, match="is no code of ours; expected ISM1/TASK-ID/INPUT-HASH/FRAME"):
        parse(text)
