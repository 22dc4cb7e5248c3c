"""data: URIs, in which a client may send a picture inside the input (RFC 2397)."""

import base64
import binascii
from urllib.parse import unquote_to_bytes


def decode(value: str) -> bytes | None:
    """Return the bytes of a data: URI, base64 (URL-safe too) or percent-encoded; None when it is malformed."""
    head, comma, payload = value[5:].partition(",")
    if not comma:
        return None
    if not head.lower().endswith(";base64"):
        return unquote_to_bytes(payload)
    text = unquote_to_bytes(payload).translate(bytes.maketrans(b"-_", b"+/"), b" \r\n\t")
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return None
