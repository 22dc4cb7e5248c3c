"""What is sold: an input for each price of the list, and a picture for those that need one."""

from typing import Any, Literal

from contracts.apps import table
from contracts.apps.table import VersionName
from contracts.serverside import pictures
from contracts.serverside.caller import Caller
from contracts.serverside.exchange import Exchange, UnexpectedError
from contracts.serverside.specimens import PROMPT

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
    """Return a square picture."""
    return pictures.png(side, side).content


def uploaded(
    call: Caller, content: bytes, filename: str = "square.png", content_type: str = "image/png"
) -> dict[str, Any]:
    """Upload a file and return its record.

    Raises:
        UnexpectedError: it was refused.
    """
    made = announced(call, len(content), filename, content_type)
    headers = {"Content-Type": content_type}
    # The URL is its own permission, and a store is none of the key's business.
    put = call.send("PUT", made["upload_url"], content=content, headers=headers, key=None, version=None)
    if put.status is None or not 200 <= put.status < 300:
        raise UnexpectedError(f"{put.line()}: expected the upload to be taken, got {put.beginning}")
    return made


def announced(call: Caller, size: int, filename: str, content_type: str) -> dict[str, Any]:
    """Announce a file and return its record.

    Raises:
        UnexpectedError: it was refused, or its record has no address.
    """
    wanted = {"uri": "", "filename": filename, "content_type": content_type, "size": size}
    return record_of(call.in_turn("POST", "/files", json={"files": [wanted]}))


def record_of(answer: Exchange) -> dict[str, Any]:
    """Return the record of the one file that was announced.

    Raises:
        UnexpectedError: it was refused, or its record has no address.
    """
    found = answer.data
    made = found[0] if isinstance(found, list) and len(found) == 1 else None
    if not isinstance(made, dict) or not all(isinstance(made.get(name), str) for name in ("id", "uri", "upload_url")):
        told = "expected a list with one file that has an id, an address and an upload address"
        raise UnexpectedError(f"{answer.line()}: {told}, got {answer.beginning}{answer.bare}")
    return made
