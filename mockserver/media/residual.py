"""Residual blocks in CAVLC: what is added to a prediction (ITU-T H.264 7.3.5.3.2 and 9.2).

A macroblock is four quadrants of 8x8 luma samples, each flat. The luma DC transform of Intra16x16 and the chroma DC
transform are Hadamard transforms, so such a mosaic needs at most four levels per component:
one for the mean, one for left against right, one for top against bottom, one for the diagonal.
"""

from functools import lru_cache
from itertools import pairwise

Quadrants = tuple[int, int, int, int]
"""Top left, top right, bottom left, bottom right."""

# coeff_token by (trailing ones, total levels), ITU-T H.264 table 9-5. Blocks of ours have at most four levels.
# Neighbours without AC levels count as empty, skipped ones too, but an I_PCM macroblock counts 16 (9.2.1): nC is 0
# without such a neighbour, and 8 or 16 beside one, where the table is a code of six bits.
COEFF_TOKEN_LUMA = {
    (0, 0): "1",
    (0, 1): "000101",
    (1, 1): "01",
    (0, 2): "00000111",
    (1, 2): "000100",
    (2, 2): "001",
    (0, 3): "000000111",
    (1, 3): "00000110",
    (2, 3): "0000101",
    (3, 3): "00011",
    (0, 4): "0000000111",
    (1, 4): "000000110",
    (2, 4): "00000101",
    (3, 4): "000011",
}
COEFF_TOKEN_LUMA_BESIDE_SAMPLES = {
    (ones, total): format((total - 1) << 2 | ones, "06b") if total else "000011" for ones, total in COEFF_TOKEN_LUMA
}
COEFF_TOKEN_CHROMA_DC = {
    (0, 0): "01",
    (0, 1): "000111",
    (1, 1): "1",
    (0, 2): "000100",
    (1, 2): "000110",
    (2, 2): "001",
    (0, 3): "000011",
    (1, 3): "0000011",
    (2, 3): "0000010",
    (3, 3): "000101",
    (0, 4): "000010",
    (1, 4): "00000011",
    (2, 4): "00000010",
    (3, 4): "0000000",
}
# total_zeros by [total levels][zeros], ITU-T H.264 tables 9-7 (first columns) and 9-9 (a).
TOTAL_ZEROS_LUMA = {
    1: ("1", "011", "010", "0011", "0010"),
    2: ("111", "110", "101", "100"),
    3: ("0101", "111", "110"),
    4: ("00011", "111"),
}
TOTAL_ZEROS_CHROMA_DC = {1: ("1", "01", "001", "000"), 2: ("1", "01", "00"), 3: ("1", "0"), 4: ("",)}
# run_before by [zeros left][run], ITU-T H.264 table 9-10; more than four zeros cannot be left in our blocks.
RUN_BEFORE = {
    1: ("1", "0"),
    2: ("1", "01", "00"),
    3: ("11", "10", "01", "00"),
    4: ("11", "10", "01", "001", "000"),
}
LARGEST_PREFIX = 15
"""Largest level_prefix outside the High profiles (ITU-T H.264 9.2.2.1)."""


def level_for(difference: int) -> int:
    """The level whose reconstruction adds exactly `difference` to every sample of a quadrant.

    At QP 12 a luma DC value f becomes (160·f + 8) >> 4 (ITU-T H.264 8.5.10), at QP 6 a chroma DC value f becomes
    160·f·2 >> 5 (8.5.11.2): both are 10·f. The inverse transform then adds (10·f + 32) >> 6 (8.5.12). The Hadamard
    transform of four levels that sum the quadrants' own gives f = 4·level, hence (40·level + 32) >> 6: a step of 0.625,
    so every whole difference can be met.
    """
    return (64 * difference + 20) // 40


def dequantised(level: int) -> int:
    """What a decoder adds to the prediction for a quadrant's level, the inverse of `level_for`."""
    return (40 * level + 32) >> 6


def reconstructed(levels: tuple[int, int, int, int]) -> Quadrants:
    """What a decoder adds to each quadrant for the levels of mean, left against right, top against bottom, diagonal."""
    m, x, y, d = levels
    a, b, c, e = m + x + y + d, m - x + y - d, m + x - y - d, m - x - y + d
    return (10 * a + 32) >> 6, (10 * b + 32) >> 6, (10 * c + 32) >> 6, (10 * e + 32) >> 6


@lru_cache(maxsize=4096)
def luma_block(differences: Quadrants, *, beside_samples: bool = False) -> str:
    """Intra16x16DCLevel that adds one difference to each quadrant.

    `beside_samples` tells whether the macroblock to the left or above is I_PCM in the same picture.
    """
    coeff_token = COEFF_TOKEN_LUMA_BESIDE_SAMPLES if beside_samples else COEFF_TOKEN_LUMA
    mean, across, down, diagonal = _hadamard(differences)
    # Zigzag order (ITU-T H.264 figure 8-8): 0, right of it, below it, two below, diagonal.
    return _block((mean, across, down, 0, diagonal), coeff_token, TOTAL_ZEROS_LUMA, longest=16)


@lru_cache(maxsize=4096)
def chroma_block(differences: Quadrants) -> str:
    """ChromaDCLevel of one component that adds one difference to each quadrant."""
    return _block(_hadamard(differences), COEFF_TOKEN_CHROMA_DC, TOTAL_ZEROS_CHROMA_DC, longest=4)


def _hadamard(differences: Quadrants) -> tuple[int, int, int, int]:
    """Levels for mean, left against right, top against bottom, diagonal."""
    a, b, c, d = map(level_for, differences)
    return a + b + c + d, a - b + c - d, a + b - c - d, a - b - c + d


def _block(
    levels: tuple[int, ...],
    coeff_token: dict[tuple[int, int], str],
    total_zeros: dict[int, tuple[str, ...]],
    *,
    longest: int,
) -> str:
    """One residual block (ITU-T H.264 7.3.5.3.2); `levels` in scanning order, `longest` is maxNumCoeff."""
    places = [place for place, level in enumerate(levels) if level][::-1]  # highest frequency first, as it is sent
    total = len(places)
    ones = 0
    while ones < min(total, 3) and abs(levels[places[ones]]) == 1:
        ones += 1
    bits = [coeff_token[ones, total]]
    if not total:
        return bits[0]
    bits += ["0" if levels[place] > 0 else "1" for place in places[:ones]]
    bits += _levels([levels[place] for place in places[ones:]], after_ones=ones)
    zeros_left = places[0] + 1 - total
    if total < longest:
        bits.append(total_zeros[total][zeros_left])
    for place, next_place in pairwise(places):
        if not zeros_left:
            break
        run = place - next_place - 1
        bits.append(RUN_BEFORE[zeros_left][run])
        zeros_left -= run
    return "".join(bits)


def _levels(levels: list[int], *, after_ones: int) -> list[str]:
    """level_prefix and level_suffix of the levels after the trailing ones (ITU-T H.264 9.2.2.1)."""
    bits = []
    suffix_length = 0  # 1 only with more than ten levels, which never happens here
    for index, level in enumerate(levels):
        code = 2 * level - 2 if level > 0 else -2 * level - 1
        if index == 0 and after_ones < 3:
            code -= 2  # a first level of ±1 would have been a trailing one
        bits.append(_level(code, suffix_length))
        suffix_length = max(suffix_length, 1)
        if abs(level) > 3 << (suffix_length - 1) and suffix_length < 6:
            suffix_length += 1
    return bits


def _level(code: int, suffix_length: int) -> str:
    """One levelCode; the escape with 12 bits holds 4,095, our largest level 4·408 needs 3,264."""
    if suffix_length == 0:
        if code < 14:
            return "0" * code + "1"
        if code < 30:
            return "0" * 14 + "1" + format(code - 14, "04b")
        return "0" * LARGEST_PREFIX + "1" + format(code - 30, "012b")
    escape = LARGEST_PREFIX << suffix_length
    if code < escape:
        prefix, suffix = divmod(code, 1 << suffix_length)
        return "0" * prefix + "1" + format(suffix, f"0{suffix_length}b")
    return "0" * LARGEST_PREFIX + "1" + format(code - escape, "012b")
