"""Rendered videos: made when first fetched, off the event loop, and kept by content (ARCHITECTURE.md, idea 5)."""

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass, fields

from contracts.apps.expectation import MediaExpectation
from mockserver.media import Rendition
from mockserver.media_disk import DiskCache
from mockserver.render_pool import RenderPool


@dataclass(frozen=True, slots=True)
class Video:
    """One rendered file."""

    content: bytes
    etag: str
    """Quoted, as the header wants it."""


class MediaCache:
    """Keeps what was rendered, up to a number of bytes; the longest unused video goes first."""

    def __init__(self, most_bytes: int, disk: DiskCache | None = None) -> None:
        """Start empty.

        Args:
            most_bytes: bytes kept in memory.
            disk: where videos are looked for next, and kept as well.
        """
        self._most = most_bytes
        self._disk = disk
        self._kept: OrderedDict[str, Video] = OrderedDict()
        self._size = 0
        self._underway: dict[str, asyncio.Future[Video]] = {}
        self._pool = RenderPool()

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return self._size

    async def get(self, expectation: MediaExpectation, rendition: Rendition) -> Video:
        """Return the video of a request, rendering it once however many ask."""
        key = key_of(expectation, rendition)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        underway = self._underway.get(key)
        if underway is None:
            underway = asyncio.ensure_future(self._make(key, expectation, rendition))
            self._underway[key] = underway
            underway.add_done_callback(lambda done: self._keep(key, done))
        return await asyncio.shield(underway)

    def close(self) -> None:
        """End the rendering processes."""
        self._pool.close()

    async def _make(self, key: str, expectation: MediaExpectation, rendition: Rendition) -> Video:
        content = None if self._disk is None else await asyncio.to_thread(self._disk.get, key)
        if content is None:
            content = await asyncio.wrap_future(self._pool.submit(expectation, rendition))
            if self._disk is not None:
                await asyncio.to_thread(self._disk.put, key, content)
        digest = await asyncio.to_thread(hashlib.sha256, content)
        return Video(content, f'"{digest.hexdigest()[:32]}"')

    def _keep(self, key: str, done: "asyncio.Future[Video]") -> None:
        self._underway.pop(key, None)
        if done.cancelled() or done.exception() is not None:
            return
        video = done.result()
        self._kept[key] = video
        self._size += len(video.content)
        while self._size > self._most and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest.content)


def key_of(expectation: MediaExpectation, rendition: Rendition) -> str:
    """The hash of everything a video depends on, in hex.

    Pictures are left out: `input_hash` holds theirs, and hashing megabytes anew at each request would be felt.
    """
    facts = [
        (row.name, value)
        for part in (expectation, rendition)
        for row in fields(part)
        if not isinstance(value := getattr(part, row.name), bytes)
    ]
    return hashlib.sha256(repr(facts).encode()).hexdigest()
