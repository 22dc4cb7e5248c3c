"""Reads request bodies with a limit that holds while reading (SECURITY.md)."""

from starlette.types import Receive

from contracts.wire.problems import Problem


async def read(receive: Receive, content_length: str | None, most: int) -> bytes | None:
    """Return a request's body, or None when the client left before its end.

    Args:
        receive: the ASGI channel.
        content_length: what the request announced; too much is refused before a byte is read.
        most: bytes allowed.

    Raises:
        Problem: 413, the body is larger.
    """
    if content_length is not None and content_length.isdecimal() and int(content_length) > most:
        raise _too_large(most)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise _too_large(most)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _too_large(most: int) -> Problem:
    return Problem(
        "payload_too_large",
        f"the body is larger than {most} bytes; files are uploaded with POST /files and a PUT, not inside JSON",
        headers={"Connection": "close"},
    )
