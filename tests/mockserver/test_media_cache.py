"""Rendered videos: once however many ask, kept up to a number of bytes."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from contracts.apps.expectation import MediaExpectation
from mockserver import media_cache
from mockserver.media import Rendition
from mockserver.media_cache import MediaCache

pytestmark = pytest.mark.anyio

EXPECTATION = MediaExpectation("text-to-video", "720p", 1280, 720, 5, sound=False, voice_id=None)


def rendition(number: int) -> Rendition:
    return Rendition(str(number), "klingai/video-v2-6", "7kq2v605", "00" * 32, 0, "front", 44100)


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts what is rendered; each video is 100 bytes."""
    counted: Counter[str] = Counter()

    def render(_: MediaExpectation, wanted: Rendition) -> bytes:
        counted[wanted.task_id] += 1
        if wanted.task_id == "13":
            raise RuntimeError("cannot be rendered")
        return wanted.task_id.encode().ljust(100, b".")

    monkeypatch.setattr(media_cache, "render", render)
    return counted


@pytest.fixture
async def cache() -> AsyncIterator[MediaCache]:
    made = MediaCache(250)
    yield made
    made.close()


async def test_many_ask_at_once_and_it_is_rendered_once(cache: MediaCache, rendered: Counter[str]) -> None:
    """Also when one of them goes away meanwhile."""
    asking = [asyncio.ensure_future(cache.get(EXPECTATION, rendition(1))) for _ in range(10)]
    asking[0].cancel()
    videos = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(videos[0], asyncio.CancelledError)
    assert len({id(video) for video in videos[1:]}) == 1
    assert rendered == {"1": 1}


async def test_the_longest_unused_goes_first(cache: MediaCache, rendered: Counter[str]) -> None:
    """What is asked for again stays."""
    for number in (1, 2, 1, 3, 1, 2):
        await cache.get(EXPECTATION, rendition(number))
    assert rendered == {"1": 1, "2": 2, "3": 1}


async def test_a_failure_is_told_and_not_kept(cache: MediaCache, rendered: Counter[str]) -> None:
    """The next who asks gets another try."""
    for _ in range(2):
        with pytest.raises(RuntimeError):
            await cache.get(EXPECTATION, rendition(13))
    assert rendered == {"13": 2}
