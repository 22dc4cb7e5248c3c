"""Webhooks that a case has the kit sign by hand: right ones, and each way in which one can be wrong."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgd29ybGQgaGVyZQ=="  # noqa: S105  # a secret of made-up worlds: it opens nothing
OTHER = "whsec_YW5vdGhlciBzZWNyZXQgb2Ygbm8gd29ybGQgaGVyZQ=="

TASK = "0f9kw2m1x7c3r8q5t6y4z2a1bn"

AGES: Mapping[str, int] = MappingProxyType({"stale": 600, "future": -600, "late": 240})
"""Seconds before now at which a webhook of a kind was signed; Standard Webhooks tolerates 300."""

KINDS = ("good", "late", "rotated", "wrong", "changed", "stale", "future", "missing")


def signed(kind: str, now: float) -> dict[str, Any]:
    """Return `headers`, `body` and the receiver's `secret` of a webhook.

    Args:
        kind: one of KINDS.
        now: Unix seconds.
    """
    from standardwebhooks.webhooks import Webhook

    at = datetime.fromtimestamp(int(now) - AGES.get(kind, 0), UTC)
    told = {"id": TASK, "status": 10, "output": {"video": "http://127.0.0.1/clip.mp4"}, "error": "", "session_id": None}
    body = json.dumps(told, separators=(",", ":"))
    signature = Webhook(OTHER if kind == "wrong" else SECRET).sign("msg_1", at, body)
    if kind == "rotated":
        signature = f"{Webhook(OTHER).sign('msg_1', at, body)} {signature}"
    headers = {
        "content-type": "application/json",
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    if kind == "missing":
        del headers["webhook-signature"]
    return {"headers": headers, "body": body.replace("clip", "clap") if kind == "changed" else body, "secret": SECRET}
