"""API keys: any non-empty bearer key opens a world; magic ones are refused so that a test needs no set-up (D14)."""

import re

from contracts.wire.problems import Problem
from mockserver.rates import WINDOW_SECONDS, retry_after

_BEARER = re.compile(r"bearer +(\S+)", re.IGNORECASE)


def bearer(header: str | None) -> str | None:
    """Return the key of an `Authorization` header; None when there is none or it is malformed."""
    match = _BEARER.fullmatch((header or "").strip())
    return match[1] if match else None


def admit(header: str | None, key: str | None, now: float) -> None:
    """Let a key pass, or refuse it.

    Args:
        header: the whole header, for the message.
        key: what `bearer` found in it.
        now: the world's time, for `Retry-After`.

    Raises:
        Problem: 401, 402, 403 or 429.
    """
    if key is None:
        told = "the Authorization header is not of the form `Bearer KEY`" if header else "there is no API key"
        raise Problem(
            "unauthorized",
            f"Invalid or missing API key: {told}; send `Authorization: Bearer KEY`, here any non-empty key will do",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if "_invalid" in key or "INVALID" in key:
        # Testers of APIs probe with a key that says so in capitals, and take its acceptance for a hole.
        raise Problem(
            "unauthorized",
            "Invalid or missing API key: keys that contain `_invalid` or `INVALID` are refused on purpose",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if "_forbidden" in key:
        raise Problem(
            "insufficient_scope", "this key lacks the scope: keys that contain `_forbidden` have none, on purpose"
        )
    if "_broke" in key:
        raise Problem("payment_required", "insufficient balance: keys that contain `_broke` have no money, on purpose")
    if "_limited" in key:
        reset = (int(now // WINDOW_SECONDS) + 1) * WINDOW_SECONDS
        wait = retry_after(now, reset)
        raise Problem(
            "rate_limited",
            f"too many requests: keys that contain `_limited` always get this; try again in {wait} s",
            headers={"Retry-After": str(wait), "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)},
        )
