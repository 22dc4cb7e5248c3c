"""Bits of an H.264 syntax structure, written as text of '0' and '1' until they become bytes.

Text is the fastest bit buffer CPython has: joining and `int(text, 2)` run in C, so a picture of 8,160 macroblocks
costs a fraction of a millisecond.
"""

from collections.abc import Iterable
from functools import lru_cache

_SHORT = 64
"""Bits up to which an aligned run is worth remembering: the few bits between two macroblocks of plain samples."""


def u(value: int, width: int) -> str:
    """`u(n)`: unsigned, most significant bit first (ITU-T H.264 7.2)."""
    return format(value, f"0{width}b")


@lru_cache(maxsize=1024)
def ue(value: int) -> str:
    """`ue(v)`: unsigned Exp-Golomb code (ITU-T H.264 9.1)."""
    code = format(value + 1, "b")
    return "0" * (len(code) - 1) + code


def se(value: int) -> str:
    """`se(v)`: signed Exp-Golomb code, positive numbers first (ITU-T H.264 9.1.1)."""
    return ue(2 * value - 1 if value > 0 else -2 * value)


def rbsp(bits: str) -> bytes:
    """Close a raw byte sequence payload: stop bit, then zeros up to a whole byte (ITU-T H.264 7.3.2.11)."""
    closed = bits + "1"
    closed += "0" * (-len(closed) % 8)
    return int(closed, 2).to_bytes(len(closed) // 8, "big")


def mixed_rbsp(parts: Iterable[str | bytes]) -> bytes:
    """Close a payload of bits (text) and of samples (bytes); samples begin at a whole byte, after bits 0 as needed.

    That is how pcm_alignment_zero_bit puts the samples of I_PCM macroblocks among others (ITU-T H.264 7.3.5).
    """
    whole: list[bytes] = []
    pending: list[str] = []
    for part in parts:
        if isinstance(part, str):
            pending.append(part)
        else:
            bits = "".join(pending)
            pending.clear()
            whole.append(_aligned_short(bits) if len(bits) <= _SHORT else _aligned(bits))
            whole.append(part)
    return b"".join(whole) + rbsp("".join(pending))


def _aligned(bits: str) -> bytes:
    """Whole bytes, the last one filled up with bits 0."""
    length = -(-len(bits) // 8)
    return int(bits + "0" * (8 * length - len(bits)) or "0", 2).to_bytes(length, "big")


_aligned_short = lru_cache(maxsize=1024)(_aligned)
