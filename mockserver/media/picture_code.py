"""The machine-readable code in the picture: which task, which input, which picture."""

import re
from functools import lru_cache
from typing import NamedTuple

HASH_DIGITS = 16
"""Digits of the input hash in the code: 64 bits tell requests apart."""

QUIET = 3
"""Modules of white around the code. The standard asks for four, for any surroundings; ours are dark."""

_MASK = 3
"""Data mask pattern of every code (ISO/IEC 18004 7.8.2). Fixed: trying all eight takes five times as long, and none of
ours has come out unreadable."""

_CAPITALS = re.compile(r"[0-9a-z.:-]*", re.ASCII)
"""Task ids that can be written in capitals and read back: such a code is smaller."""

_TEXT = re.compile(r"(ISM1|ism1)/(.+)/([0-9A-Fa-f]*)/([0-9]+)", re.DOTALL)


class PictureCode(NamedTuple):
    """What a code says."""

    task_id: str
    input_hash: str
    """The first 16 digits."""
    frame: int
    """Number of the picture the code was painted in, from 0; it stays until the next one, at most a second."""


def text_of(code: PictureCode) -> str:
    """What stands in the code: `ISM1/TASK-ID/INPUT-HASH/FRAME`.

    In capitals where the id allows it (alphanumeric mode of ISO/IEC 18004 7.4.4), otherwise with `ism1` as it is. The
    frame has three digits, so that all codes of a video are of one size.
    """
    text = f"ism1/{code.task_id}/{code.input_hash[:HASH_DIGITS]}/{code.frame:03}"
    return text.upper() if _CAPITALS.fullmatch(code.task_id) else text


def parse(text: str) -> PictureCode:
    """Read what a code says.

    Raises ValueError when it is not one of ours.
    """
    found = _TEXT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:100]!r} is no code of ours; expected ISM1/TASK-ID/INPUT-HASH/FRAME.")
    mark, task_id, input_hash, frame = found.groups()
    return PictureCode(task_id.lower() if mark.isupper() else task_id, input_hash.lower(), int(frame))


def modules(code: PictureCode) -> tuple[bytes, ...]:
    """The code without its quiet zone: rows of modules, 1 for dark (QR code of ISO/IEC 18004, error correction M).

    Data, error correction and a fixed mask are all sums modulo 2. So the code of picture n is that of picture 0, turned
    where the codes of any other id of that length differ between picture n and picture 0.
    """
    text = text_of(code)
    first = text_of(code._replace(frame=0))
    side, dots = _dots(first)
    if text != first and len(text) == len(first) and text.isascii():
        dots ^= _difference(text[:4], len(text), text[-3:])
    elif text != first:
        side, dots = _dots(text)
    whole = dots.to_bytes(side * side, "big")
    return tuple(whole[line : line + side] for line in range(0, len(whole), side))


@lru_cache(maxsize=512)
def _difference(mark: str, length: int, frame: str) -> int:
    """What turns between picture 0 and another in codes of ASCII texts of one length, in capitals or not."""
    stand_in = mark + "/" * (length - len(mark) - len(frame))
    return _dots(stand_in + "000")[1] ^ _dots(stand_in + frame)[1]


@lru_cache(maxsize=16)
def _dots(text: str) -> tuple[int, int]:
    """The side of a code, and its modules as one number, a byte each."""
    import segno

    mode = "alphanumeric" if text.isupper() else "byte"
    encoding = None if mode == "alphanumeric" else "utf-8"
    made = segno.make_qr(text, error="m", boost_error=False, mask=_MASK, mode=mode, encoding=encoding)
    return len(made.matrix), int.from_bytes(b"".join(bytes(row) for row in made.matrix), "big")
