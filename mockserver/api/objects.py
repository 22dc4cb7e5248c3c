"""The addresses behind file URLs: presigned PUT, and GET of uploads and videos with ranges (D16)."""

import asyncio
import hashlib
import re

from contracts.wire.problems import Problem
from mockserver import ranges
from mockserver.api import outputs
from mockserver.api.call import Answer, Call, Raw
from mockserver.media import broken
from mockserver.ranges import UnsatisfiableError
from mockserver.storage import OUTPUT_SECONDS

MOST_NAME = 200
"""Characters of a file's name in its Content-Disposition."""


async def put(call: Call) -> Answer:
    """Take in the bytes of an announced file; the URL's signature is the permission."""
    if call.params["kind"] != "u" or call.params["owner"] != call.world.storage.owner:
        raise Problem("forbidden", "this is no upload URL; PUT to the upload_url that POST /files answered with")
    storage = call.world.storage
    file = storage.check_upload(call.params["name"], call.scope["query_string"].decode("latin-1"), call.now)
    storage.fill(file, call.body, call.header(b"content-type"), etag_of(call.body), call.now)
    call.emulator.worlds.relieve(call.world)
    return Raw(b"", headers=[("ETag", file.etag or "")])


async def get(call: Call) -> Answer:
    """Answer with a file, whole or in ranges."""
    if call.params["owner"] != call.world.storage.owner:
        raise _gone(call)
    fault = call.hits.get("answer")
    if call.params["kind"] == "u":
        if fault is not None and fault.name == "broken_video":
            fault.doubt("the file was an upload and no video of a task")
        file = call.world.storage.by_name(call.params["name"])
        if file is None or file.content is None:
            raise _gone(call)
        return _ranged(call, file.content, file.content_type, file.etag or "", file.filename)
    if call.params["kind"] != "t":
        raise _gone(call)
    name = call.params["name"]
    task = call.world.task_of_output(name)
    if task is None or task.outputs_deleted or not task.has_output(call.now):
        raise _gone(call)
    if call.now >= (task.ended() or task.created) + OUTPUT_SECONDS:
        raise Problem("forbidden", "this video's URL has expired: outputs live for 30 days")
    video = await outputs.video(call, task)
    if fault is not None and fault.name == "broken_video":
        content, content_type = await asyncio.to_thread(broken.play, fault["kind"], video.content, fault["at"])
        return _ranged(call, content, content_type, etag_of(content), name)
    return _ranged(call, video.content, "video/mp4", video.etag, name)


def etag_of(content: bytes) -> str:
    """Return the strong entity tag of some bytes."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _ranged(call: Call, content: bytes, content_type: str, etag: str, filename: str) -> Raw:
    size = len(content)
    fault = call.hits.get("answer")
    takes_ranges = fault is None or fault.name != "no_range"
    # User strings reach a header only in a harmless form (SECURITY.md).
    shown = re.sub(r'[^\x20-\x7e]|["\\]', "_", filename[:MOST_NAME])
    headers = [
        *([("Accept-Ranges", "bytes")] if takes_ranges else []),
        ("ETag", etag),
        ("Cache-Control", "private, no-cache"),
        ("Content-Disposition", f'inline; filename="{shown}"'),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if etag_matches(call.header(b"if-none-match"), etag):
        return Raw(b"", 304, headers)
    # RFC 9110 defines ranges for GET alone.
    usable = takes_ranges and not call.is_head and call.header(b"if-range") in {None, etag}
    asked = call.header(b"range") if usable else None
    try:
        spans = ranges.parse(asked, size)
    except UnsatisfiableError:
        raise Problem(
            "range_not_satisfiable",
            f"no byte of {asked[:64] if asked else ''!r} is within the {size} bytes of this file",
            headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"},
        ) from None
    if spans is None:
        return Raw(content, 200, [("Content-Type", content_type), *headers])
    if len(spans) == 1:
        span = spans[0]
        part = content[span.first : span.last + 1]
        return Raw(part, 206, [("Content-Type", content_type), ("Content-Range", span.content_range(size)), *headers])
    boundary = hashlib.sha256(f"{etag}{asked}".encode()).hexdigest()[:24]
    body = ranges.multipart(content, spans, content_type, boundary)
    return Raw(body, 206, [("Content-Type", f"multipart/byteranges; boundary={boundary}"), *headers])


def etag_matches(header: str | None, etag: str) -> bool:
    """Tell whether an If-None-Match header names this tag."""
    if header is None:
        return False
    return header.strip() == "*" or etag in {part.strip().removeprefix("W/") for part in header.split(",")}


def _gone(call: Call) -> Problem:
    return Problem("not_found", f"there is no file at {call.scope['path'][:200]}")
