"""Signatures of webhooks, as Standard Webhooks says: three headers, the signature over id, time and body."""

from datetime import UTC, datetime


def sign(secret: str, identifier: str, at: float, body: bytes) -> str:
    """Return a signature, `v1,` and base64.

    Args:
        secret: `whsec_` and base64.
        identifier: of the delivery; its attempts share it.
        at: when it is sent, Unix seconds; whole ones are signed.
        body: the bytes that are sent, UTF-8.
    """
    from standardwebhooks.webhooks import Webhook

    signature: str = Webhook(secret).sign(identifier, datetime.fromtimestamp(int(at), UTC), body.decode("utf-8"))
    return signature


def headers(identifier: str, at: float, signature: str) -> dict[str, str]:
    """Return the headers that carry a signature."""
    return {"webhook-id": identifier, "webhook-timestamp": str(int(at)), "webhook-signature": signature}
