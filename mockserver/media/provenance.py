"""The record of origin a file carries: which task made it, from which input, and what the file should hold."""

import json
import struct
from collections.abc import Iterable
from hashlib import sha256

from contracts.apps.expectation import MediaExpectation
from mockserver.media.boxes import box, full_box
from mockserver.media.nal import nal_unit
from mockserver.media.rendition import Rendition
from mockserver.media.voices import register_of

UUID = bytes.fromhex("6b1f0d5ce9a84f3d9d0c52a7be31c604")
"""Extended type of our own top-level box, drawn once and never to change (ISO/IEC 14496-12 4.2 and 11.1)."""

_UTF8 = 1
"""Well-known type of text in an iTunes-style data box (QuickTime File Format, table 3-5)."""

_SUPPLEMENTAL_INFORMATION = 0x06
"""NAL unit header of SEI, which nothing refers to (ITU-T H.264 table 7-1)."""

_USER_DATA_UNREGISTERED = 5
"""payloadType of a UUID followed by what its owner likes (ITU-T H.264 D.1.6)."""


def hash_of(samples: Iterable[bytes]) -> str:
    """Hash of some samples one after another, in hex; 64 bits are enough to notice a fault."""
    digest = sha256()
    for sample in samples:
        digest.update(sample)
    return digest.hexdigest()[:16]


def record(
    expectation: MediaExpectation, rendition: Rendition, pictures: Iterable[bytes], sound: Iterable[bytes]
) -> bytes:
    """JSON, in UTF-8, sorted and without spaces.

    Who made it (`app`, `app_version`, `task_id`), from what (`input_hash`, `replay`), and what a file that is whole
    holds: `width`, `height`, `frames`, `sound` (samples a second, null without sound), `voice` (register, null
    without voice), and a hash of the NAL units in `pictures` and of the AAC frames in `sound`.
    """
    facts = {
        "app": rendition.app,
        "app_version": rendition.app_version,
        "frames": expectation.frames,
        "height": expectation.height,
        "input_hash": rendition.input_hash,
        "picture_hash": hash_of(pictures),
        "replay": rendition.replay,
        "sound": rendition.sample_rate if expectation.sound else None,
        "sound_hash": hash_of(sound) if expectation.sound else None,
        "task_id": rendition.task_id,
        "voice": None if expectation.voice_id is None else register_of(expectation.voice_id),
        "width": expectation.width,
    }
    return json.dumps(facts, separators=(",", ":"), ensure_ascii=False).encode()


def uuid_box(text: bytes) -> bytes:
    """The record where nobody else writes: found without understanding the movie, lost when the file is rewritten."""
    return box(b"uuid", UUID, text)


def user_data_box(text: bytes, language: int) -> bytes:
    """The record as 3GPP description (TS 26.244 8.2) and as iTunes-style comment.

    The comment is what players show, what FFmpeg calls `comment`, and what survives `ffmpeg -c copy`.
    """
    description = full_box(b"dscp", 0, 0, struct.pack(">H", language), text, b"\0")
    handler = full_box(b"hdlr", 0, 0, struct.pack(">I4s4s8x", 0, b"mdir", b"appl"), b"\0")
    comment = box(b"\xa9cmt", box(b"data", struct.pack(">II", _UTF8, 0), text))
    return box(b"udta", description, full_box(b"meta", 0, 0, handler, box(b"ilst", comment)))


def supplemental_information(text: bytes) -> bytes:
    """The record as SEI in front of the first picture: a NAL unit that every copy of the pictures takes along."""
    body = UUID + text
    # payloadSize is written in bytes of 255 and a rest (ITU-T H.264 7.3.2.3.1).
    size = b"\xff" * (len(body) // 255) + bytes((len(body) % 255,))
    return nal_unit(_SUPPLEMENTAL_INFORMATION, bytes((_USER_DATA_UNREGISTERED,)) + size + body + b"\x80")
