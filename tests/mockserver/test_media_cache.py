"""Videos in memory, on disk and in the making."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.apps.expectation import MediaExpectation
from mockserver import media_cache, media_disk, render_pool
from mockserver.media import Rendition, render
from mockserver.media_cache import MediaCache, key_of
from mockserver.media_disk import DiskCache
from mockserver.render_pool import RenderPool

pytestmark = pytest.mark.anyio

SMALL = MediaExpectation("text-to-video", "720p", 64, 64, 5, sound=False)
ODD = replace(SMALL, width=65)
ONE = Rendition("1", "a/b", "7", "ab12", 1_760_000_000, media="tiny")
TWO = replace(ONE, task_id="2")


class Counting(RenderPool):
    """Counts what is rendered."""

    def __init__(self) -> None:
        super().__init__()
        self.rendered: list[str] = []

    def render(self, expectation: MediaExpectation, rendition: Rendition) -> bytes:
        self.rendered.append(rendition.task_id)
        return render(expectation, rendition)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    """The pool of every cache made in the test."""
    pool = Counting()
    monkeypatch.setattr(media_cache, "RenderPool", lambda: pool)
    return pool


async def test_a_video_is_rendered_once_however_many_ask(counting: Counting) -> None:
    """At the same time, and again later."""
    cache = MediaCache(1_000_000)
    videos = await asyncio.gather(*[cache.get(SMALL, ONE) for _ in range(20)])
    assert await cache.get(SMALL, ONE) is videos[0]
    assert len({id(video) for video in videos}) == 1
    assert counting.rendered == ["1"]


async def test_one_who_leaves_takes_nothing_from_the_others(counting: Counting) -> None:
    """The one who asked first gives up; the video is made all the same."""
    cache = MediaCache(1_000_000)
    first, second = (asyncio.ensure_future(cache.get(SMALL, ONE)) for _ in range(2))
    turn = asyncio.Event()
    asyncio.get_running_loop().call_soon(turn.set)
    await turn.wait()
    first.cancel()
    assert (await second).content == render(SMALL, ONE)
    assert counting.rendered == ["1"]


async def test_memory_has_a_cap(counting: Counting) -> None:
    """The longest unused goes first; the newest is always kept."""
    cache = MediaCache(len(render(SMALL, ONE)) + 10)
    for rendition in (ONE, TWO, TWO, ONE):
        await cache.get(SMALL, rendition)
    assert counting.rendered == ["1", "2", "1"]
    assert cache.size < 2 * len(render(SMALL, ONE))


async def test_an_error_is_told_and_not_kept(counting: Counting) -> None:
    """The next one who asks gets a fresh try."""
    cache = MediaCache(1_000_000)
    for _ in range(2):
        with pytest.raises(ValueError, match="Cannot draw"):
            await cache.get(ODD, ONE)
    assert counting.rendered == ["1", "1"]


async def test_the_next_start_finds_videos_on_disk(counting: Counting, tmp_path: Path) -> None:
    """Same bytes, same entity tag, nothing rendered."""
    first = await MediaCache(1_000_000, DiskCache(tmp_path / "videos", 1_000_000)).get(SMALL, ONE)
    second = await MediaCache(1_000_000, DiskCache(tmp_path / "videos", 1_000_000)).get(SMALL, ONE)
    assert first == second
    assert counting.rendered == ["1"]


async def test_names_on_disk_are_ours_alone(counting: Counting, tmp_path: Path) -> None:
    """Whatever the task's id is."""
    del counting
    await MediaCache(1_000_000, DiskCache(tmp_path, 1_000_000)).get(SMALL, replace(ONE, task_id="../../x"))
    (file,) = await asyncio.to_thread(lambda: list(tmp_path.iterdir()))
    assert (len(file.stem), file.suffix) == (64, ".video")
    assert set(file.stem) <= set("0123456789abcdef")


@pytest.mark.parametrize("damage", [b"", b"short", b"\0" * 5000])
def test_a_damaged_entry_is_ignored_and_removed(tmp_path: Path, damage: bytes) -> None:
    """Cut off, or changed."""
    disk = DiskCache(tmp_path, 1_000_000)
    disk.put("key", b"video")
    assert disk.get("key") == b"video"
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    assert disk.get("key") is None
    assert list(tmp_path.iterdir()) == []


def test_the_disk_has_a_cap(tmp_path: Path) -> None:
    """What does not fit is not kept; the longest unused makes room; files of others are left alone."""
    (tmp_path / "notes.txt").write_bytes(bytes(5000))
    disk = DiskCache(tmp_path, 1000)
    disk.put("huge", bytes(1000))
    assert disk.get("huge") is None
    for key in "abcdef":
        disk.put(key, key.encode() * 200)
    assert [key for key in "abcdef" if disk.get(key)] == ["c", "d", "e", "f"]
    assert (tmp_path / "notes.txt").exists()


def test_what_a_killed_server_was_writing_goes(tmp_path: Path) -> None:
    """An hour later nobody writes it any more; what is younger may be another server's."""
    DiskCache(tmp_path, 1_000_000).put("key", b"video")
    (file,) = tmp_path.iterdir()
    newest = file.stat().st_mtime
    for name, age in (("writing-old", 3700), ("writing-new", 3500)):
        (tmp_path / name).write_bytes(b"half")
        os.utime(tmp_path / name, (newest - age, newest - age))
    DiskCache(tmp_path, 1_000_000).put("key", b"video")
    assert {row.name for row in tmp_path.iterdir()} == {file.name, "writing-new"}


def test_a_disk_that_fails_is_a_miss(tmp_path: Path) -> None:
    """A file where the folder should be: nothing is kept, nothing breaks."""
    (tmp_path / "videos").write_bytes(b"")
    disk = DiskCache(tmp_path / "videos", 1000)
    disk.put("key", b"video")
    assert disk.get("key") is None


def test_everything_that_makes_a_video_is_in_its_key() -> None:
    """Another size, task, mode or rate is another video."""
    keys = {
        key_of(expectation, replace(ONE, **change))
        for expectation in (SMALL, replace(SMALL, seconds=10), replace(SMALL, voice_id="x"))
        for change in ({}, {"task_id": "2"}, {"media": "full"}, {"sample_rate": 48000}, {"replay": "x"})
    }
    assert len(keys) == 15


def test_processes_start_with_the_first_video_and_end_with_the_pool() -> None:
    """The bytes are those of this process; errors come over as they are."""
    pool = RenderPool(1)
    assert pool.processes == 0
    try:
        assert pool.submit(SMALL, ONE).result() == render(SMALL, ONE)
        with pytest.raises(ValueError, match="Cannot draw 65x64"):
            pool.submit(ODD, ONE).result()
        assert pool.processes == 1
        (process,) = pool._all
    finally:
        pool.close()
    assert (pool.processes, process.poll() is not None) == (0, True)
    with pytest.raises(RuntimeError):
        pool.submit(SMALL, ONE)


def test_a_process_that_died_is_replaced() -> None:
    """The video it should have made is made here."""
    pool = RenderPool(1)
    try:
        pool.submit(SMALL, ONE).result()
        (process,) = pool._all
        process.kill()
        process.wait()
        assert pool.submit(SMALL, ONE).result() == render(SMALL, ONE)
        assert pool.submit(SMALL, TWO).result() == render(SMALL, TWO)
        assert process not in pool._all
    finally:
        pool.close()


def test_without_processes_videos_are_made_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none can be started."""
    monkeypatch.setattr(render_pool.sys, "executable", "/no/such/python")
    pool = RenderPool(1)
    try:
        assert pool.submit(SMALL, ONE).result() == render(SMALL, ONE)
        assert pool.processes == 0
    finally:
        pool.close()


def test_another_version_of_the_writer_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it would write may differ."""
    DiskCache(tmp_path, 1_000_000).put("key", b"video")
    assert DiskCache(tmp_path, 1_000_000).get("key") == b"video"
    monkeypatch.setattr(media_disk, "_writer_hash", lambda: "another")
    assert DiskCache(tmp_path, 1_000_000).get("key") is None
