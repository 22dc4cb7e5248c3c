"""What is sold: an input for each price of the list, and a picture for those that need one."""

import struct
import zlib
from typing import Any, Literal

from contracts.apps import table
from contracts.apps.table import VersionName
from contracts.serverside.caller import Caller
from contracts.serverside.probe import PROMPT

Kind = Literal["low-silent", "high-silent", "high-sound", "high-voice"]
"""A row of the price list: resolution, and what is heard."""

KINDS: tuple[Kind, ...] = ("low-silent", "high-silent", "high-sound", "high-voice")
"""From the cheapest up."""


def clip(version: VersionName, kind: Kind, seconds: int, image: str = "") -> dict[str, Any]:
    """Return an input that costs what the list says of a kind.

    Args:
        version: of the app.
        kind: of the list.
        seconds: 5 or 10.
        image: reference of a picture, for a clip with a voice.
    """
    spec = table.load().versions[version]
    low = kind == "low-silent"
    given: dict[str, Any] = {
        "prompt": PROMPT,
        spec.quality_field: spec.low if low else spec.high,
        "duration": str(seconds) if version == "2026-05" else seconds,
    }
    if kind.endswith("-silent") and not (low and version == "2026-05"):
        given["sound"] = False
    if kind == "high-voice":
        given |= {"prompt": f"{spec.marker_example} says hello", "voice_id": "voice-1", "image": image}
    return given


def price(kind: Kind, seconds: int) -> int:
    """Return what the list says, in microcents."""
    return table.load().prices[kind][str(seconds)]


def png(side: int = 320) -> bytes:
    """Return a grey square picture."""
    rows = zlib.compress((b"\x00" + b"\x80" * side) * side, 9)
    parts = ((b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )


def uploaded(call: Caller, content: bytes, filename: str = "square.png") -> dict[str, Any]:
    """Upload a picture and return its file.

    Raises:
        UnexpectedError: it was refused.
    """
    wanted = {"uri": "", "filename": filename, "content_type": "image/png", "size": len(content)}
    answer = call.send("POST", "/files", json={"files": [wanted]})
    made: dict[str, Any] = answer.data[0]
    headers = {"Content-Type": "image/png"}
    # The URL is its own permission, and a store is none of the key's business.
    call.send("PUT", made["upload_url"], content=content, headers=headers, key=None, version=None)
    return made
