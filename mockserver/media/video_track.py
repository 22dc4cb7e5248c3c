"""The track of pictures: H.264 in MP4 (ISO/IEC 14496-15 5)."""

import struct

from mockserver.media.boxes import box, full_box
from mockserver.media.parameter_sets import BT709, FrameSize, picture_parameter_set, sequence_parameter_set
from mockserver.media.tracks import Track

_TICKS_PER_PICTURE = 1000
_DOTS_PER_INCH = 72 << 16
_LENGTH_SIZE = 4
"""Bytes of the length in front of each NAL unit."""


def video_track(
    size: FrameSize, fps: int, pictures: list[bytes], preface: bytes = b"", *, photographic: bool = False
) -> Track:
    """A track of NAL units, one a picture, shown at `fps`; the first is the only key picture.

    `preface` is a NAL unit that goes into the sample of the first picture, before it. `photographic` tells whether a
    picture may consist of plain samples alone.
    """
    samples = [_delimited(unit) for unit in pictures]
    if preface:
        samples[0] = _delimited(preface) + samples[0]
    return Track(
        handler=b"vide",
        name="VideoHandler",
        timescale=fps * _TICKS_PER_PICTURE,
        sample_duration=_TICKS_PER_PICTURE,
        samples=tuple(samples),
        sample_entry=_sample_entry(size, fps, photographic=photographic),
        media_header=full_box(b"vmhd", 0, 1, bytes(8)),
        width=size.width,
        height=size.height,
        only_first_is_key=True,
    )


def _delimited(unit: bytes) -> bytes:
    return len(unit).to_bytes(_LENGTH_SIZE, "big") + unit


def _sample_entry(size: FrameSize, fps: int, *, photographic: bool) -> bytes:
    """The `avc1` box with decoder configuration, colour and square samples (ISO/IEC 14496-12 12.1)."""
    colour = box(b"colr", b"nclx", struct.pack(">HHHB", BT709, BT709, BT709, 0))  # last bit: limited range
    square = box(b"pasp", struct.pack(">II", 1, 1))
    fields = struct.pack(
        ">6xH16xHHIIIH32sHh", 1, size.width, size.height, _DOTS_PER_INCH, _DOTS_PER_INCH, 0, 1, b"", 24, -1
    )
    return box(b"avc1", fields, _decoder_configuration(size, fps, photographic=photographic), colour, square)


def _decoder_configuration(size: FrameSize, fps: int, *, photographic: bool) -> bytes:
    """The `avcC` box: profile and level again, then both parameter sets (ISO/IEC 14496-15 5.3.3.1)."""
    sequence, picture = sequence_parameter_set(size, fps, photographic=photographic), picture_parameter_set()
    return box(
        b"avcC",
        b"\x01",  # configurationVersion
        sequence[1:4],  # profile, compatibility, level
        bytes((0xFC | (_LENGTH_SIZE - 1),)),  # six reserved ones
        b"\xe1",  # three reserved ones, one sequence parameter set
        struct.pack(">H", len(sequence)) + sequence,
        b"\x01",
        struct.pack(">H", len(picture)) + picture,
    )
