"""Decodes H.264 with Cisco's OpenH264, which shares no code with FFmpeg; through its C interface, by ctypes."""

import ctypes
import ctypes.util
from collections.abc import Iterable, Iterator
from ctypes import POINTER, Structure, byref, c_bool, c_char_p, c_int, c_long, c_ubyte, c_uint, c_ulonglong, c_void_p

Picture = tuple[int, int, bytes, bytes, bytes]
"""Width, height, and the samples of luma, Cb and Cr."""

_AVC = 0


class _Parameters(Structure):
    """SDecodingParam, with SVideoProperty at its end."""

    _fields_ = (
        ("reconstructed", c_char_p),
        ("load", c_uint),
        ("layer", c_ubyte),
        ("concealment", c_int),
        ("parse_only", c_bool),
        ("size", c_uint),
        ("kind", c_int),
    )


class _Buffer(Structure):
    """SBufferInfo, with SSysMEMBuffer inside."""

    _fields_ = (
        ("status", c_int),
        ("input_time", c_ulonglong),
        ("output_time", c_ulonglong),
        ("width", c_int),
        ("height", c_int),
        ("format", c_int),
        ("strides", c_int * 2),
        ("planes", c_void_p * 3),
    )


_Start = ctypes.CFUNCTYPE(c_long, c_void_p, POINTER(_Parameters))
_End = ctypes.CFUNCTYPE(c_long, c_void_p)
_Decode = ctypes.CFUNCTYPE(c_int, c_void_p, c_char_p, c_int, POINTER(c_void_p * 3), POINTER(_Buffer))
_Flush = ctypes.CFUNCTYPE(c_int, c_void_p, POINTER(c_void_p * 3), POINTER(_Buffer))
_INITIALIZE, _UNINITIALIZE, _DECODE_FRAME_NO_DELAY, _FLUSH_FRAME, _FUNCTIONS = 0, 1, 3, 5, 10
"""Places in the table of functions a decoder points to."""


def library() -> ctypes.CDLL | None:
    """OpenH264, or None where it is not installed."""
    name = ctypes.util.find_library("openh264")
    return None if name is None else ctypes.CDLL(name)


def decode(found: ctypes.CDLL, packets: Iterable[bytes]) -> Iterator[Picture]:
    """Decode pictures, each given with start codes (ITU-T H.264 annex B)."""
    decoder = c_void_p()
    assert found.WelsCreateDecoder(byref(decoder)) == 0
    assert decoder.value is not None
    table = POINTER(c_void_p * _FUNCTIONS).from_address(decoder.value).contents
    start, end = _Start(table[_INITIALIZE]), _End(table[_UNINITIALIZE])
    step, flush = _Decode(table[_DECODE_FRAME_NO_DELAY]), _Flush(table[_FLUSH_FRAME])
    assert start(decoder, byref(_Parameters(layer=255, concealment=0, size=8, kind=_AVC))) == 0
    try:
        for packet in [*packets, None]:
            planes, told = (c_void_p * 3)(), _Buffer()
            if packet is None:  # what it still holds back
                state = flush(decoder, byref(planes), byref(told))
            else:
                state = step(decoder, packet, len(packet), byref(planes), byref(told))
            assert state == 0, f"OpenH264 says {state:#x}"
            if told.status == 1:
                yield _picture(planes, told)
    finally:
        end(decoder)
        found.WelsDestroyDecoder(decoder)


def _picture(planes: "ctypes.Array[c_void_p]", told: _Buffer) -> Picture:
    luma, cb, cr = (
        b"".join(ctypes.string_at((address or 0) + row * stride, width) for row in range(height))
        for address, stride, width, height in (
            (planes[0], told.strides[0], told.width, told.height),
            (planes[1], told.strides[1], told.width // 2, told.height // 2),
            (planes[2], told.strides[1], told.width // 2, told.height // 2),
        )
    )
    return told.width, told.height, luma, cb, cr
