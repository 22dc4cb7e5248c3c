"""Small files of the user's own."""

from pathlib import Path

import pytest

from mockserver import reading
from mockserver.reading import ReadingError


def test_a_file_is_its_text_without_a_byte_order_mark(tmp_path: Path) -> None:
    """With one or without, line breaks as they are."""
    (tmp_path / "plain").write_bytes("é\r\n".encode())
    (tmp_path / "marked").write_bytes("é\r\n".encode("utf-8-sig"))
    assert reading.text_of(tmp_path / "plain") == reading.text_of(tmp_path / "marked") == "é\r\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No such file"),
        (b"ab\xff", r"not in UTF-8 \(byte 2\); expected text, saved as UTF-8"),
        ("x".encode("utf-16"), r"not in UTF-8 \(byte 0\)"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, content: bytes | None, told: str) -> None:
    """Why, and what was expected."""
    if content is not None:
        (tmp_path / "file").write_bytes(content)
    with pytest.raises(ReadingError, match=told):
        reading.text_of(tmp_path / "file")


def test_a_file_without_an_end_is_not_read_to_it() -> None:
    """A device, or a film by mistake, does not fill the memory."""
    with pytest.raises(ReadingError, match=f"more than {reading.MOST_BYTES} bytes"):
        reading.text_of(Path("/dev/zero"))
