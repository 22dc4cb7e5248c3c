"""What a sequence parameter set says of the pictures (ITU-T H.264 7.3.2.1.1 and E.1.1); nothing is decoded."""

from dataclasses import dataclass

from contracts.serverside.media.boxes import UnreadableError

MAIN_PROFILE = 77

_WITH_CHROMA = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
"""Profiles whose set names the chroma format; all others have 4:2:0."""

_EXTENDED_RATIO = 255


@dataclass(frozen=True, slots=True)
class Pictures:
    """The facts of a set."""

    profile: int
    chroma: int
    """1 for 4:2:0."""
    progressive: bool
    width: int
    """Pixels of a decoded picture, after cropping."""
    height: int
    colour: tuple[int, int, int] | None = None
    """Primaries, transfer and matrix; None where it does not say."""
    full_range: bool | None = None


class _Bits:
    def __init__(self, unit: bytes) -> None:
        self._bits = "".join(f"{byte:08b}" for byte in unit.replace(b"\0\0\3", b"\0\0"))
        self._at = 0

    def fixed(self, width: int) -> int:
        found = self._bits[self._at : self._at + width]
        if len(found) < width:
            raise UnreadableError("the sequence parameter set ends too early")
        self._at += width
        return int(found, 2) if width else 0

    def flag(self) -> bool:
        return self.fixed(1) == 1

    def golomb(self) -> int:
        zeros = 0
        while not self.flag():
            zeros += 1
        return (1 << zeros) - 1 + self.fixed(zeros)


def read(unit: bytes) -> Pictures:
    """Read a sequence parameter set, its NAL header included.

    Raises:
        UnreadableError: it ends too early, or has scaling lists.
    """
    bits = _Bits(unit[1:])
    profile = bits.fixed(8)
    bits.fixed(16)
    bits.golomb()
    chroma = 1
    if profile in _WITH_CHROMA:
        chroma = bits.golomb()
        if chroma == 3:
            bits.flag()
        bits.golomb()
        bits.golomb()
        bits.flag()
        if bits.flag():
            raise UnreadableError("the sequence parameter set has scaling lists, which are not read")
    bits.golomb()
    match bits.golomb():
        case 0:
            bits.golomb()
        case 1:
            bits.flag()
            bits.golomb()
            bits.golomb()
            for _ in range(bits.golomb()):
                bits.golomb()
    bits.golomb()
    bits.flag()
    across, down = bits.golomb() + 1, bits.golomb() + 1
    progressive = bits.flag()
    if not progressive:
        bits.flag()
    bits.flag()
    lines = 1 if progressive else 2
    width, height = 16 * across, 16 * down * lines
    if bits.flag():
        left, right, top, bottom = (bits.golomb() for _ in range(4))
        width -= (2 if chroma in {1, 2} else 1) * (left + right)
        height -= (2 if chroma == 1 else 1) * lines * (top + bottom)
    colour, full_range = _usability(bits) if bits.flag() else (None, None)
    return Pictures(profile, chroma, progressive, width, height, colour, full_range)


def _usability(bits: _Bits) -> tuple[tuple[int, int, int] | None, bool | None]:
    if bits.flag() and bits.fixed(8) == _EXTENDED_RATIO:
        bits.fixed(32)
    if bits.flag():
        bits.flag()
    if not bits.flag():
        return None, None
    bits.fixed(3)
    full_range = bits.flag()
    return ((bits.fixed(8), bits.fixed(8), bits.fixed(8)) if bits.flag() else None), full_range
