"""NAL units: the packets an H.264 stream is made of (ITU-T H.264 7.3.1)."""

import re

# Header byte: forbidden_zero_bit 0, nal_ref_idc, nal_unit_type (ITU-T H.264 table 7-1). Everything we write is
# referred to by what follows, so nal_ref_idc is never 0; 3 marks what nothing can be decoded without.
SLICE = 0x41
IDR_SLICE = 0x65
SEQUENCE_PARAMETER_SET = 0x67
PICTURE_PARAMETER_SET = 0x68

_START_CODE_LOOKALIKE = re.compile(rb"\x00\x00(?=[\x00-\x03])")


def nal_unit(header: int, payload: bytes) -> bytes:
    """One NAL unit without start code or length.

    A 0x03 goes between two zero bytes and a byte of 0 to 3, so that no start code can appear inside
    (ITU-T H.264 7.4.1.1). `payload` ends in its stop bit, so it never ends in a zero byte.
    """
    return bytes((header,)) + _START_CODE_LOOKALIKE.sub(b"\x00\x00\x03", payload)
