"""Finds the code in a picture of flat cells and reads it (ISO/IEC 18004): upright, a module a cell, level M, no faults.

It is for pictures as we wrote them; for screenshots and pictures that were encoded anew there are scanners.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

_DARKEST_LIGHT, _LIGHTEST_DARK = 160, 96
_SHADES = bytes(1 if 0 < luma <= _LIGHTEST_DARK else 0 if luma >= _DARKEST_LIGHT else 2 for luma in range(256))
"""Dark 1 and light 0, as in a code; 2 is neither, or no flat cell."""

_FINDER = (
    b"\1\1\1\1\1\1\1",
    b"\1\0\0\0\0\0\1",
    b"\1\0\1\1\1\0\1",
    b"\1\0\1\1\1\0\1",
    b"\1\0\1\1\1\0\1",
    b"\1\0\0\0\0\0\1",
    b"\1\1\1\1\1\1\1",
)
"""What stands in three corners."""
_SIDE = 7

_BLOCKS = {
    1: (16,),
    2: (28,),
    3: (44,),
    4: (32, 32),
    5: (43, 43),
    6: (27,) * 4,
    7: (31,) * 4,
    8: (38, 38, 39, 39),
    9: (36, 36, 36, 37, 37),
    10: (43, 43, 43, 43, 44),
}
"""Data codewords of each block at level M, by version (ISO/IEC 18004 table 9): ids of up to 180 letters fit."""

_ALIGNMENT = {1: (), 7: (6, 22, 38), 8: (6, 24, 42), 9: (6, 26, 46), 10: (6, 28, 50)}
"""Centres of alignment patterns (annex E); versions 2 to 6 have one, seven modules from the far edges."""

_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

Modules = tuple[bytes, ...]
"""Rows of modules, 1 for dark, without the quiet zone."""


def find(rows: Sequence[bytearray]) -> Modules | None:
    """The first code in a picture, given as the luma of its cells; None when there is none, or only part of one."""
    shades = [bytes(row).translate(_SHADES) for row in rows]
    for y, x in _finders(shades):
        for version in range(1, max(_BLOCKS) + 1):
            side = 17 + 4 * version
            far = side - _SIDE
            if _is_finder(shades, x + far, y) and _is_finder(shades, x, y + far):
                found = tuple(row[x : x + side] for row in shades[y : y + side])
                return None if any(2 in row for row in found) else found
    return None


def read(modules: Modules) -> str:
    """What a code says.

    Raises ValueError when it is none that can be read.
    """
    version = (len(modules) - 17) // 4
    level_and_mask = sum(modules[8][x] << (4 - x) for x in range(5)) ^ 0b10101
    if level_and_mask >> 3:  # 00 is level M; the pattern above hides what is written there (7.9.1)
        raise ValueError("the code is not of error correction level M")
    bits = _bits(modules, version, level_and_mask & 7)
    codewords = [int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8)]
    return _text("".join(format(word, "08b") for word in _in_order(codewords, _BLOCKS[version])), version)


def _finders(shades: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Places of finders, by their second row: there is less of it in a picture than of dark rows."""
    for y, row in enumerate(shades[1:]):
        x = row.find(_FINDER[1])
        while x >= 0:
            if _is_finder(shades, x, y):
                yield y, x
            x = row.find(_FINDER[1], x + 1)


def _is_finder(shades: Sequence[bytes], x: int, y: int) -> bool:
    return tuple(row[x : x + _SIDE] for row in shades[y : y + _SIDE]) == _FINDER


def _bits(modules: Modules, version: int, mask: int) -> str:
    """The bits that carry codewords, unmasked, in their order (7.7.3): columns in pairs from the right, up and down."""
    side = len(modules)
    taken = _function_patterns(version)
    found = []
    upwards = True
    for right in [*range(side - 1, 6, -2), 5, 3, 1]:
        for y in range(side - 1, -1, -1) if upwards else range(side):
            found += ["01"[modules[y][x] ^ _masked(mask, y, x)] for x in (right, right - 1) if (x, y) not in taken]
        upwards = not upwards
    return "".join(found)


def _masked(mask: int, i: int, j: int) -> bool:
    """Whether a mask turns a module (table 10)."""
    return (
        (i + j) % 2,
        i % 2,
        j % 3,
        (i + j) % 3,
        (i // 2 + j // 3) % 2,
        i * j % 2 + i * j % 3,
        (i * j % 2 + i * j % 3) % 2,
        ((i + j) % 2 + i * j % 3) % 2,
    )[mask] == 0


@lru_cache(maxsize=16)
def _function_patterns(version: int) -> frozenset[tuple[int, int]]:
    """Modules that carry no codewords: finders, timing, alignment, format and version (6.3)."""
    side = 17 + 4 * version
    far = side - 8
    taken = {
        (x, y) for x in range(side) for y in range(side) if (x < 9 and (y < 9 or y >= far)) or (x >= far and y < 9)
    }
    taken |= {(6, n) for n in range(side)} | {(n, 6) for n in range(side)}
    centres = _ALIGNMENT.get(version, (6, side - 7))
    for x in centres:
        for y in centres:
            if (x, y) not in {(6, 6), (6, side - 7), (side - 7, 6)}:
                taken |= {(x + right, y + down) for right in range(-2, 3) for down in range(-2, 3)}
    if version >= 7:
        taken |= {place for n in range(6) for m in range(side - 11, side - 8) for place in ((n, m), (m, n))}
    return frozenset(taken)


def _in_order(codewords: list[int], blocks: tuple[int, ...]) -> list[int]:
    """The data codewords of the blocks one after another; in the code their first ones stand together (7.6)."""
    found: list[list[int]] = [[] for _ in blocks]
    words = iter(codewords)
    for place in range(max(blocks)):
        for block, length in zip(found, blocks, strict=True):
            if place < length:
                block.append(next(words))
    return [word for block in found for word in block]


def _text(bits: str, version: int) -> str:
    """The one segment of a code of ours: capitals or bytes (7.4)."""
    mode, length_bits = bits[:4], {"0010": 9 if version < 10 else 11, "0100": 8 if version < 10 else 16}
    if mode not in length_bits:
        raise ValueError(f"the code is in a mode (bits {mode}) that is never ours")
    start = 4 + length_bits[mode]
    length = int(bits[4:start], 2)
    if mode == "0100":
        if start + 8 * length > len(bits):
            raise ValueError(f"the code says {length} bytes and holds fewer")
        return bytes(int(bits[at : at + 8], 2) for at in range(start, start + 8 * length, 8)).decode()
    values: list[int] = []
    for place in range(0, length, 2):
        pair = place + 1 < length
        chunk, start = bits[start : start + (11 if pair else 6)], start + (11 if pair else 6)
        value = int(chunk or "0", 2)
        values += divmod(value, 45) if pair else [value]
    if start > len(bits) or max(values, default=0) >= len(_ALPHANUMERIC):
        raise ValueError(f"the code says {length} characters and holds something else")
    return "".join(_ALPHANUMERIC[value] for value in values)
