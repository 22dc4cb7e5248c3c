"""Reads back what `residual` writes: blocks of at most four levels in CAVLC (ITU-T H.264 9.2)."""

from functools import lru_cache

from mockserver.media import residual
from mockserver.media.reader import DamagedError

_Codes = dict[str, tuple[int, int]]


def _inverted(table: dict[tuple[int, int], str]) -> _Codes:
    return {code: key for key, code in table.items()}


_TOKENS = {
    "luma": _inverted(residual.COEFF_TOKEN_LUMA),
    "beside": _inverted(residual.COEFF_TOKEN_LUMA_BESIDE_SAMPLES),
    "chroma": _inverted(residual.COEFF_TOKEN_CHROMA_DC),
}
_LONGEST_CODE = 10


def luma_levels(bits: str, at: int, *, beside_samples: bool) -> tuple[tuple[int, ...], int]:
    """The first five Intra16x16DCLevels in zigzag order, and where the block ends.

    Raises:
        DamagedError: a block that this project never writes.
    """
    return _levels(bits, at, "beside" if beside_samples else "luma")


def chroma_levels(bits: str, at: int) -> tuple[tuple[int, ...], int]:
    """The four ChromaDCLevels of a component, likewise."""
    return _levels(bits, at, "chroma")


def _levels(bits: str, at: int, table: str) -> tuple[tuple[int, ...], int]:
    length = 4 if table == "chroma" else 5
    (ones, total), at = _coded(bits, at, _TOKENS[table])
    levels = [0] * length
    if not total:
        return tuple(levels), at
    values, at = _values(bits, at, ones, total)
    zeros = 0
    if total < 4 or table != "chroma":
        tables = residual.TOTAL_ZEROS_CHROMA_DC if table == "chroma" else residual.TOTAL_ZEROS_LUMA
        zeros, at = _one_of(bits, at, tables[total])
    place = total + zeros - 1
    for index, value in enumerate(values):
        if not 0 <= place < length:
            raise DamagedError("a macroblock has levels where this project writes none")
        levels[place] = value
        run = zeros
        if index + 1 < total and zeros:
            run, at = _one_of(bits, at, residual.RUN_BEFORE[zeros])
            zeros -= run
        elif index + 1 < total:
            run = 0
        place -= 1 + run
    return tuple(levels), at


def _values(bits: str, at: int, ones: int, total: int) -> tuple[list[int], int]:
    """Levels from the highest frequency down (ITU-T H.264 9.2.2.1)."""
    values = [1 if bit == "0" else -1 for bit in bits[at : at + ones]]
    at += ones
    suffix_length = 0
    for index in range(ones, total):
        one = bits.find("1", at)
        prefix = one - at
        if one < 0 or prefix > residual.LARGEST_PREFIX:
            raise DamagedError("a level is larger than any that this project writes")
        at = one + 1
        size = 12 if prefix == residual.LARGEST_PREFIX else 4 if prefix == 14 and not suffix_length else suffix_length
        code = (prefix << suffix_length) + int(bits[at : at + size] or "0", 2)
        if prefix == residual.LARGEST_PREFIX and not suffix_length:
            code += 15  # ITU-T H.264 9.2.2.1, level_prefix of 15 without suffix
        at += size
        if index == ones and ones < 3:
            code += 2
        level = (code + 2) // 2 if code % 2 == 0 else -(code + 1) // 2
        values.append(level)
        suffix_length = max(suffix_length, 1)
        if abs(level) > 3 << (suffix_length - 1) and suffix_length < 6:
            suffix_length += 1
    return values, at


def _coded(bits: str, at: int, codes: _Codes) -> tuple[tuple[int, int], int]:
    for end in range(at + 1, at + _LONGEST_CODE + 1):
        found = codes.get(bits[at:end])
        if found is not None:
            return found, end
    raise DamagedError("a block begins with a code that this project never writes")


@lru_cache(maxsize=64)
def _places(table: tuple[str, ...]) -> dict[str, int]:
    return {code: place for place, code in enumerate(table)}


def _one_of(bits: str, at: int, table: tuple[str, ...]) -> tuple[int, int]:
    codes = _places(table)
    for end in range(at, at + _LONGEST_CODE + 1):
        found = codes.get(bits[at:end])
        if found is not None:
            return found, end
    raise DamagedError("a block has a run of zeros that this project never writes")
