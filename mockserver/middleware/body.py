"""Reads request bodies with a limit that holds while reading (SECURITY.md)."""

from starlette.types import Receive

from contracts.wire.problems import Problem


async def read(receive: Receive, content_length: str | None, most: int, advice: str = "") -> bytes | None:
    """Return a request's body, or None when the client left before its end.

    Args:
        receive: the ASGI channel.
        content_length: what the request announced; too much is refused before a byte is read.
        most: bytes allowed.
        advice: what to do instead, for the message.

    Raises:
        Problem: 413, the body is larger.
    """
    # A number of thousands of digits is one that `int` refuses.
    told = content_length if content_length is not None and content_length.isdecimal() else "0"
    if len(told) > 18 or int(told) > most:
        raise _too_large(most, advice)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise _too_large(most, advice)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _too_large(most: int, advice: str) -> Problem:
    return Problem(
        "payload_too_large",
        f"the body is larger than the {most} bytes that this takes{advice}",
        headers={"Connection": "close"},
    )
