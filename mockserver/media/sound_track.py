"""The track of sound: AAC-LC in MP4 (ISO/IEC 14496-14 5.6)."""

import struct

from mockserver.media.aac import SAMPLES_PER_FRAME, AacFrames
from mockserver.media.boxes import box, full_box
from mockserver.media.tracks import Track

_FULL_VOLUME = 0x100

# Tags of descriptors, objectTypeIndication of AAC and the stream type "audio" (ISO/IEC 14496-1 7.2.6).
_ES_DESCRIPTOR = 3
_DECODER_CONFIG = 4
_DECODER_SPECIFIC = 5
_SL_CONFIG = 6
_MPEG4_AUDIO = 0x40
_AUDIO_STREAM = 5 << 2 | 1
_SL_FOR_MP4 = b"\x02"


def sound_track(frames: AacFrames) -> Track:
    """A track of AAC frames."""
    return Track(
        handler=b"soun",
        name="SoundHandler",
        timescale=frames.sample_rate,
        sample_duration=SAMPLES_PER_FRAME,
        samples=frames.frames,
        sample_entry=_sample_entry(frames),
        media_header=full_box(b"smhd", 0, 0, bytes(4)),
        volume=_FULL_VOLUME,
    )


def _sample_entry(frames: AacFrames) -> bytes:
    """The `mp4a` box (ISO/IEC 14496-12 12.2, ISO/IEC 14496-14 5.6.1)."""
    fields = struct.pack(">6xH8xHHHHI", 1, frames.channels, 16, 0, 0, frames.sample_rate << 16)
    return box(b"mp4a", fields, full_box(b"esds", 0, 0, _elementary_stream(frames)))


def _elementary_stream(frames: AacFrames) -> bytes:
    """ES_Descriptor (ISO/IEC 14496-1 7.2.6.5); ES_ID is 0 inside MP4 (ISO/IEC 14496-14 3.1.2)."""
    sizes = [len(frame) for frame in frames.frames]
    average = sum(sizes) * 8 * frames.sample_rate // (len(sizes) * SAMPLES_PER_FRAME)
    peak = max(sizes) * 8 * frames.sample_rate // SAMPLES_PER_FRAME
    decoder = _descriptor(
        _DECODER_CONFIG,
        struct.pack(">BB", _MPEG4_AUDIO, _AUDIO_STREAM)
        + max(sizes).to_bytes(3, "big")
        + struct.pack(">II", peak, average)
        + _descriptor(_DECODER_SPECIFIC, frames.audio_specific_config()),
    )
    return _descriptor(_ES_DESCRIPTOR, bytes(3) + decoder + _descriptor(_SL_CONFIG, _SL_FOR_MP4))


def _descriptor(tag: int, body: bytes) -> bytes:
    """A descriptor with a one-byte length: ours are shorter than 128 bytes (ISO/IEC 14496-1 8.3.3)."""
    return bytes((tag, len(body))) + body
