"""Files of the user's own, read whole.

ReadingError
    The file cannot be read, or is no text; the message says why, without the file's name.
"""

from pathlib import Path

MOST_BYTES = 64 * 1024 * 1024
"""Plans, exports, settings and requests are smaller; what is larger is another file, or never ends."""


class ReadingError(ValueError):
    """A file that cannot be read."""


def text_of(file: Path) -> str:
    """Return the text of a file, without the byte-order mark that some editors put before it.

    Raises:
        ReadingError: it is not there, too large, or not in UTF-8.
    """
    content = bytes_of(file, MOST_BYTES)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadingError(f"it is not in UTF-8 (byte {error.start}); expected text, saved as UTF-8") from None


def bytes_of(file: Path, most: int) -> bytes:
    """Return what a file holds.

    Raises:
        ReadingError: it is not there, or has more than `most` bytes.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(most + 1)
    except OSError as error:
        raise ReadingError(error.strerror or str(error)) from None
    if len(content) > most:
        raise ReadingError(f"it has more than {most} bytes; expected a smaller file")
    return content
