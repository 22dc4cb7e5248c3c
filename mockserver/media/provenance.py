"""The record of origin a file carries: which task made it, from which prompt."""

import json
import struct

from mockserver.media.boxes import box, full_box
from mockserver.media.rendition import Rendition

UUID = bytes.fromhex("6b1f0d5ce9a84f3d9d0c52a7be31c604")
"""Extended type of our own top-level box, drawn once and never to change (ISO/IEC 14496-12 4.2 and 11.1)."""

_UTF8 = 1
"""Well-known type of text in an iTunes-style data box (QuickTime File Format, table 3-5)."""


def record(rendition: Rendition) -> bytes:
    """JSON, in UTF-8 and without spaces, of `app`, `app_version`, `prompt_hash` and `task_id`."""
    facts = {
        "app": rendition.app,
        "app_version": rendition.app_version,
        "prompt_hash": rendition.prompt_hash,
        "task_id": rendition.task_id,
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
