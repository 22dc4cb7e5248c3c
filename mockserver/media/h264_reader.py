"""Reads as much of H.264 as tells sizes and counts pictures (ITU-T H.264 7.3); nothing is decoded."""

import struct
from collections.abc import Iterator

from mockserver.media.reader import DamagedError

SLICE_TYPES = frozenset({1, 5})
"""nal_unit_type of slices of a coded picture, other than data partitions (ITU-T H.264 table 7-1)."""

SUPPLEMENTAL_INFORMATION = 6
_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
"""profile_idc with chroma_format_idc and more in the SPS (ITU-T H.264 7.3.2.1.1)."""


class BitReader:
    """Bits of a NAL unit, emulation prevention removed."""

    def __init__(self, unit: bytes) -> None:
        """Start after the header byte."""
        payload = unit[1:].replace(b"\0\0\3", b"\0\0")
        self._bits = "".join([format(byte, "08b") for byte in payload])
        self.at = 0

    def u(self, width: int) -> int:
        """`u(n)`."""
        if self.at + width > len(self._bits):
            raise DamagedError("a parameter set ends too early")
        self.at += width
        return int(self._bits[self.at - width : self.at] or "0", 2)

    def ue(self) -> int:
        """`ue(v)`."""
        one = self._bits.find("1", self.at)
        if one < 0:
            raise DamagedError("a parameter set ends too early")
        zeros = one - self.at
        self.at = one
        return self.u(zeros + 1) - 1

    def se(self) -> int:
        """`se(v)`."""
        code = self.ue()
        return (code + 1) // 2 if code % 2 else -(code // 2)


def parameter_sets(entry: bytes) -> tuple[bytes, int]:
    """The SPS in the `avcC` box of an `avc1` sample entry, and the bytes of the length before each NAL unit.

    Raises:
        DamagedError: there is none.
    """
    at = entry.find(b"avcC")
    if at < 0 or len(entry) < at + 12:
        raise DamagedError("the sample entry has no decoder configuration (avcC)")
    body = at + 4
    (length,) = struct.unpack_from(">H", entry, body + 6)
    return entry[body + 8 : body + 8 + length], (entry[body + 4] & 3) + 1


def picture_size(sps: bytes) -> tuple[int, int]:
    """Width and height in luma samples of what a decoder puts out (ITU-T H.264 7.4.2.1.1).

    Raises:
        DamagedError: the SPS ends too early.
    """
    bits = BitReader(sps)
    profile = bits.u(8)
    bits.u(16)
    bits.ue()  # seq_parameter_set_id
    chroma = 1
    if profile in _HIGH_PROFILES:
        chroma = bits.ue()
        if chroma == 3:
            bits.u(1)
        bits.ue()  # bit depths
        bits.ue()
        bits.u(1)
        if bits.u(1):
            raise DamagedError("scaling lists in the SPS are not read")
    bits.ue()  # log2_max_frame_num_minus4
    order = bits.ue()
    if order == 0:
        bits.ue()
    elif order == 1:
        bits.u(1)
        bits.se()
        bits.se()
        for _ in range(bits.ue()):
            bits.se()
    bits.ue()  # max_num_ref_frames
    bits.u(1)
    width, height = 16 * (bits.ue() + 1), 16 * (bits.ue() + 1)
    frames_only = bits.u(1)
    height *= 2 - frames_only
    if not frames_only:
        bits.u(1)
    bits.u(1)  # direct_8x8_inference_flag
    if bits.u(1):
        across = 2 if chroma in {1, 2} else 1
        down = (2 if chroma == 1 else 1) * (2 - frames_only)
        left, right, top, bottom = (bits.ue() for _ in range(4))
        width -= across * (left + right)
        height -= down * (top + bottom)
    return width, height


def units(sample: bytes, length_size: int) -> Iterator[bytes]:
    """NAL units of a sample, each after its length (ISO/IEC 14496-15 5.3.4.2).

    Raises:
        DamagedError: lengths and sample do not fit.
    """
    at = 0
    while at < len(sample):
        length = int.from_bytes(sample[at : at + length_size], "big")
        at += length_size
        if not length or at + length > len(sample):
            raise DamagedError(f"a NAL unit says {length} bytes; {len(sample) - at} are left of its sample")
        yield sample[at : at + length]
        at += length


def begins_picture(unit: bytes) -> bool:
    """Whether a NAL unit is the first slice of a picture: its first_mb_in_slice is 0, the single bit 1."""
    return len(unit) > 1 and unit[0] & 0x1F in SLICE_TYPES and unit[1] >= 0x80


def user_data(unit: bytes, owner: bytes) -> bytes | None:
    """What SEI of type user_data_unregistered holds for the owner of a UUID, or None (ITU-T H.264 D.1.6)."""
    payload = unit[1:].replace(b"\0\0\3", b"\0\0")
    if not payload or payload[0] != 5:
        return None
    at, size = 1, 0
    while at < len(payload) and payload[at] == 255:
        at, size = at + 1, size + 255
    size += payload[at] if at < len(payload) else 0
    body = payload[at + 1 : at + 1 + size]
    return body[16:] if body.startswith(owner) else None
