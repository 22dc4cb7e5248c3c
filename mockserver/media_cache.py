"""Rendered videos: made when first fetched, off the event loop, and kept by content (ARCHITECTURE.md, idea 5)."""

import asyncio
import hashlib
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from contracts.apps.expectation import MediaExpectation
from mockserver.media import Rendition, render


@dataclass(frozen=True, slots=True)
class Video:
    """One rendered file."""

    content: bytes
    etag: str
    """Quoted, as the header wants it."""


class MediaCache:
    """Keeps what was rendered, up to a number of bytes; the longest unused video goes first."""

    def __init__(self, most_bytes: int) -> None:
        """Start empty.

        Args:
            most_bytes: bytes kept in all.
        """
        self._most = most_bytes
        self._kept: OrderedDict[tuple[MediaExpectation, Rendition], Video] = OrderedDict()
        self._size = 0
        self._underway: dict[tuple[MediaExpectation, Rendition], asyncio.Future[Video]] = {}
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="render")

    async def get(self, expectation: MediaExpectation, rendition: Rendition) -> Video:
        """Return the video of a request, rendering it once however many ask."""
        key = (expectation, rendition)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        underway = self._underway.get(key)
        if underway is None:
            loop = asyncio.get_running_loop()
            underway = asyncio.ensure_future(loop.run_in_executor(self._pool, _render, expectation, rendition))
            self._underway[key] = underway
            underway.add_done_callback(lambda done: self._keep(key, done))
        return await asyncio.shield(underway)

    def close(self) -> None:
        """End the rendering thread."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _keep(self, key: tuple[MediaExpectation, Rendition], done: "asyncio.Future[Video]") -> None:
        self._underway.pop(key, None)
        if done.cancelled() or done.exception() is not None:
            return
        video = done.result()
        self._kept[key] = video
        self._size += len(video.content)
        while self._size > self._most and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest.content)


def _render(expectation: MediaExpectation, rendition: Rendition) -> Video:
    content = render(expectation, rendition)
    return Video(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')
