"""Reads our own pictures back from their slices, as far as a code can stand in them: the luma of each flat cell.

No decoder: of H.264 it knows what `slices` and `macroblocks` write, and refuses the rest. Nothing is taken from what
the writer remembers; all of it is in the stream.
"""

import re

from mockserver.media.canvas import TILE_BYTES
from mockserver.media.cavlc_reader import chroma_levels, luma_levels
from mockserver.media.parameter_sets import FRAME_NUM_BITS, MACROBLOCK, FrameSize
from mockserver.media.reader import DamagedError
from mockserver.media.residual import Quadrants, reconstructed

SAMPLES = 0
"""Stands for the luma of a cell that is covered by samples. Flat cells are never darker than 16."""

_NO_CELLS = bytes((SAMPLES, SAMPLES))

_IDR, _P = 5, 1
_UNPREDICTED = 128
_LARGEST_MACROBLOCK = 1024
"""Bits that no macroblock of ours comes near, its samples left out."""

_ALIKE_BITS = 8
_ALIKE = re.compile("(?:01101011)+")
"""Macroblocks like the one to their left, in an I slice: mb_type 2, intra_chroma_pred_mode 1, no change of quantiser,
no level. Beside samples the last bit is a 0 (ITU-T H.264 table 9-5)."""

_FIRST_WINDOW, _LAST_WINDOW = 256, 1 << 15
"""Bytes turned into text at once: few after samples, as others may follow, more in flat pictures."""


class _Bits:
    """The payload of a slice: bits, and samples between them."""

    def __init__(self, unit: bytes) -> None:
        self._payload = unit[1:].replace(b"\0\0\3", b"\0\0")
        stop = self._payload.rstrip(b"\0")
        if not stop:
            raise DamagedError("a slice is empty")
        self.end = 8 * len(stop) - (stop[-1] & -stop[-1]).bit_length()
        """Place of the last bit 1, which closes the payload (ITU-T H.264 7.3.2.11)."""
        self._start = 0
        self._size = _FIRST_WINDOW
        self.text = ""
        self.at = 0
        self._fill(0)

    def _fill(self, byte: int) -> None:
        window = self._payload[byte : byte + self._size]
        self.text = format(int.from_bytes(window, "big"), f"0{8 * len(window)}b") if window else ""
        self._start, self._size = byte, min(4 * self._size, _LAST_WINDOW)

    @property
    def place(self) -> int:
        """Bits read of the whole payload."""
        return 8 * self._start + self.at

    def ensure(self) -> None:
        """Have a whole macroblock's bits in `text`, or all that are left."""
        if self.at + _LARGEST_MACROBLOCK > len(self.text) and self._start + len(self.text) // 8 < len(self._payload):
            self._size = max(self._size, 2 * _LARGEST_MACROBLOCK // 8)
            place = self.place
            self._fill(place // 8)
            self.at = place % 8

    def ue(self) -> int:
        one = self.text.find("1", self.at)
        if one < 0:
            raise DamagedError("a slice ends too early")
        end = 2 * one - self.at + 1
        value = int(self.text[one:end], 2) - 1
        self.at = end
        return value

    def samples(self) -> bytes:
        """Go to the next whole byte, and take the samples of a macroblock."""
        byte = -(-self.place // 8)
        found = self._payload[byte : byte + TILE_BYTES]
        if len(found) < TILE_BYTES:
            raise DamagedError("a slice ends within the samples of a macroblock")
        self._size = _FIRST_WINDOW
        self._fill(byte + TILE_BYTES)
        self.at = 0
        return found


class PictureReader:
    """Takes picture after picture of a stream and has the cells of the latest."""

    def __init__(self, size: FrameSize) -> None:
        """Read pictures of a size."""
        self._size = size
        self.rows = [bytearray(2 * size.macroblocks_wide) for _ in range(2 * size.macroblocks_high)]
        """Luma of each cell, `SAMPLES` where it is not flat."""
        self._plain: set[int] = set()

    def read(self, unit: bytes) -> None:
        """Take the next picture, one NAL unit.

        Raises:
            DamagedError: something that this project does not write.
        """
        bits = _Bits(unit)
        kind = unit[0] & 0x1F
        first, slice_type, _ = bits.ue(), bits.ue(), bits.ue()
        if first or (kind, slice_type % 5) not in {(_IDR, 2), (_P, 0)}:
            raise DamagedError("a slice is none of the kinds that this project writes")
        bits.at += FRAME_NUM_BITS
        if kind == _IDR:
            bits.ue()
        bits.at += 2 if kind == _IDR else 3
        if bits.text[bits.at : bits.at + 1] != "1" or bits.text[bits.at + 1 : bits.at + 4] != "010":
            raise DamagedError("a slice changes the quantiser, or smooths edges")
        bits.at += 4
        self._plain.clear()
        if kind == _IDR:
            self._whole(bits)
        else:
            self._repainted(bits)
        if bits.place != bits.end:
            raise DamagedError("a slice is longer or shorter than its macroblocks")

    def _whole(self, bits: _Bits) -> None:
        address, across = 0, self._size.macroblocks_wide
        while address < self._size.macroblocks:
            bits.ensure()
            alike = _ALIKE.match(bits.text, bits.at)
            row, column = divmod(address, across)
            run = min((alike.end() - bits.at) // _ALIKE_BITS, across - column) if alike and column else 0
            if not run:
                self._macroblock(bits, address, 0)
                address += 1
                continue
            bits.at += run * _ALIKE_BITS
            address += run
            for cells in self.rows[2 * row : 2 * row + 2]:
                cells[2 * column : 2 * (column + run)] = cells[2 * column - 1 : 2 * column] * (2 * run)

    def _repainted(self, bits: _Bits) -> None:
        address = 0
        while bits.place < bits.end:
            bits.ensure()
            address += bits.ue()
            if bits.place < bits.end:
                bits.ensure()
                self._macroblock(bits, address, 5)
                address += 1
        if address != self._size.macroblocks:
            raise DamagedError(f"a picture has {address} macroblocks instead of {self._size.macroblocks}")

    def _macroblock(self, bits: _Bits, address: int, inter_types: int) -> None:
        if address >= self._size.macroblocks:
            raise DamagedError("a picture has too many macroblocks")
        kind = bits.ue() - inter_types
        row, column = divmod(address, self._size.macroblocks_wide)
        upper, lower, x = self.rows[2 * row], self.rows[2 * row + 1], 2 * column
        if kind == 25:
            self._plain.add(address)
            upper[x : x + 2], lower[x : x + 2] = _cells(bits.samples())
            return
        way, coloured = (kind - 1) % 4, (kind - 1) // 4
        if not 0 <= way <= 2 or not 0 <= coloured <= 1:
            raise DamagedError(f"a macroblock is of a kind (mb_type {kind}) that this project never writes")
        across = self._size.macroblocks_wide
        beside = (column > 0 and address - 1 in self._plain) or address - across in self._plain
        differences = _differences(bits, coloured=bool(coloured), beside=beside)
        a, b, c, d = self._predicted(row, column, way)
        e, f, g, h = differences
        try:
            upper[x : x + 2] = bytes((a + e, b + f))
            lower[x : x + 2] = bytes((c + g, d + h))
        except ValueError:
            raise DamagedError("a macroblock is brighter or darker than 8 bits can say") from None

    def _predicted(self, row: int, column: int, way: int) -> Quadrants:
        """Luma of the four quadrants before differences are added (ITU-T H.264 8.3.3), from flat neighbours."""
        x = 2 * column
        if way == 2 and not row and not column:
            return (_UNPREDICTED,) * 4
        if way == 1 and column:
            upper, lower = self.rows[2 * row][x - 1], self.rows[2 * row + 1][x - 1]
            found = upper, upper, lower, lower
        elif way == 0 and row:
            left, right = self.rows[2 * row - 1][x : x + 2]
            found = left, right, left, right
        else:
            raise DamagedError("a macroblock is predicted as this project never does")
        if SAMPLES in found:
            raise DamagedError("a flat macroblock is predicted from samples")
        return found


def _cells(tile: bytes) -> tuple[bytes, bytes]:
    """The luma of the four quadrants of a tile: flat macroblocks among samples are written as samples, too."""
    half = 8 * MACROBLOCK
    upper, lower = tile[:MACROBLOCK], tile[half : half + MACROBLOCK]
    if tile[: 2 * half] == upper * 8 + lower * 8 and all(row == row[:1] * 8 + row[8:9] * 8 for row in (upper, lower)):
        return upper[::8], lower[::8]
    return _NO_CELLS, _NO_CELLS


def _differences(bits: _Bits, *, coloured: bool, beside: bool) -> Quadrants:
    """What one macroblock adds to the luma of its quadrants (ITU-T H.264 7.3.5)."""
    bits.ue()  # intra_chroma_pred_mode
    text = bits.text
    if text[bits.at : bits.at + 1] != "1":
        raise DamagedError("a macroblock changes the quantiser")
    at = bits.at + 1
    if not beside and text[at : at + 1] == "1":  # the usual case: no level at all
        differences: Quadrants = (0, 0, 0, 0)
        at += 1
    else:
        (mean, right, below, other, diagonal), at = luma_levels(text, at, beside_samples=beside)
        if other:
            raise DamagedError("a macroblock is not flat in its quadrants")
        differences = reconstructed((mean, right, below, diagonal))
    if coloured:
        for _ in range(2):
            _, at = chroma_levels(text, at)
    bits.at = at
    return differences
