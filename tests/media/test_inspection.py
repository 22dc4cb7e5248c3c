"""What a file claims, read without a codec."""

import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Literal

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.apps.expectation import MediaExpectation
from mockserver.media import MediaMode, Rendition, render
from mockserver.media.inspection import NotAnMp4Error
from mockserver.testing import inspect


def _foreign(width: int = 320, height: int = 180, codec: str = "libx264", container: str = "mp4") -> bytes:
    """A short film by another writer."""
    file = BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for _ in range(10):
            frame = av.VideoFrame(width, height, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def _in_mode(rendition: Rendition, media: MediaMode) -> Rendition:
    """The same request in another mode; its replay token says so."""
    return replace(rendition, media=media, replay=rendition.replay.replace(":full:", f":{media}:"))


@pytest.mark.parametrize("media", ["full", "tiny", "realistic-size"])
@pytest.mark.parametrize("moov", ["front", "end"])
def test_a_file_of_ours_tells_everything(
    media: MediaMode, moov: Literal["front", "end"], expectation: MediaExpectation, rendition: Rendition
) -> None:
    """Origin, size, count, length, rate, sound and place of the index, and that all agrees."""
    rendition = _in_mode(rendition, media)
    content = render(expectation, replace(rendition, moov=moov))
    found = inspect(content)
    assert found.agrees, found.problems
    assert (found.task_id, found.app, found.app_version) == (rendition.task_id, rendition.app, rendition.app_version)
    assert (found.input_hash, found.replay) == (rendition.input_hash, rendition.replay)
    assert (found.size, found.ours, found.codec, found.moov) == (len(content), True, "avc1", moov)
    assert (found.width, found.height, found.frames, found.fps) == (1284, 716, 121, 24)
    assert found.duration == pytest.approx(121 / 24, abs=1e-6)
    assert (found.sound, found.sample_rate, found.channels, found.voice) == (True, 44100, 2, None)


def test_a_silent_film_has_no_sound(expectation: MediaExpectation, rendition: Rendition) -> None:
    """And that agrees with its record."""
    found = inspect(render(replace(expectation, sound=False), _in_mode(rendition, "tiny")))
    assert (found.sound, found.sample_rate, found.sound_duration, found.agrees) == (False, None, None, True)


@pytest.mark.parametrize("rate", [44100, 48000])
def test_the_voice_is_recognised_in_the_sound(
    rate: Literal[44100, 48000], expectation: MediaExpectation, rendition: Rendition
) -> None:
    """By its recorded frames; the record names the same register."""
    spoken = replace(expectation, branch="voice-control", voice_id="829826751244537879")
    found = inspect(render(spoken, replace(_in_mode(rendition, "tiny"), sample_rate=rate)))
    assert found.agrees
    assert found.voice in range(16)


def test_another_voices_sound_is_noticed(expectation: MediaExpectation, rendition: Rendition) -> None:
    """A record that names another register than the sound has does not agree."""
    spoken = replace(expectation, branch="voice-control", voice_id="829826751244537879")
    content = render(spoken, _in_mode(rendition, "tiny"))
    voice = inspect(content).voice
    assert voice is not None
    told = f'"voice":{voice},'.encode()
    forged = content.replace(told, b'"voice":%d,' % ((voice ^ 1) % 10 + voice // 10 * 10))
    assert any("the sound has" in problem for problem in inspect(forged).problems)


def test_a_foreign_h264_file_is_read_without_a_claim() -> None:
    """Its boxes tell size, count and rate; nobody's record is expected."""
    found = inspect(_foreign(322, 182))
    assert (found.ours, found.task_id, found.input_hash) == (False, None, None)
    assert (found.codec, found.width, found.height, found.frames, found.fps) == ("avc1", 322, 182, 10, 25)
    assert found.agrees, found.problems


def test_a_foreign_codec_is_counted_by_its_index() -> None:
    """What is no H.264 is not looked into."""
    found = inspect(_foreign(codec="mpeg4"))
    assert (found.codec, found.frames, found.width, found.height) == ("mp4v", 10, 320, 180)


def test_an_index_of_nothing_is_no_index() -> None:
    """Nothing can be played with it."""
    assert inspect(b"\0\0\0\x10ftypisom\0\0\2\0" + b"\0\0\0\x08moov").problems == (
        "the index (moov) names no track: nothing can be played",
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The file is empty"),
        (b"<!doctype html><html>", "an HTML page"),
        (b'{"error": "gone"}', "JSON"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "a PNG image"),
        (b"\x00\x01\x02", "begins with 00 01 02"),
    ],
)
def test_what_is_no_mp4_is_named(content: bytes, told: str) -> None:
    """A sentence instead of a traceback."""
    with pytest.raises(NotAnMp4Error, match=told):
        inspect(content)


@pytest.mark.parametrize("container", ["matroska", "avi"])
def test_other_containers_are_refused(container: str) -> None:
    """Even with H.264 inside."""
    with pytest.raises(NotAnMp4Error):
        inspect(_foreign(container=container))


@lru_cache(maxsize=1)
def _small(expectation: MediaExpectation, rendition: Rendition) -> bytes:
    """A short video of a small size with a code."""
    return render(replace(expectation, width=560, height=480, seconds=1), rendition)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_makes_the_reader_fail(
    data: st.DataObject, expectation: MediaExpectation, rendition: Rendition
) -> None:
    """Whatever bytes are overwritten: an answer, or the sentence that it is no MP4."""
    content = bytearray(_small(expectation, rendition))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.one_of(st.integers(0, 6000), st.integers(0, len(content) - 4)))
        content[at : at + 4] = data.draw(st.binary(min_size=4, max_size=4))
    with suppress(NotAnMp4Error):
        assert inspect(bytes(content)).size == len(content)


def test_the_record_survives_a_copy_and_is_found_in_it(
    expectation: MediaExpectation, rendition: Rendition, program: Callable[[str], str], tmp_path: Path
) -> None:
    """After `ffmpeg -c copy` to MP4 and through MPEG-TS, which knows no boxes: SEI goes along with the pictures."""
    file, stream, copy = (tmp_path / name for name in ("film.mp4", "film.ts", "copy.mp4"))
    file.write_bytes(render(expectation, rendition))
    for source, target in ((file, stream), (stream, copy)):
        subprocess.run([program("ffmpeg"), "-v", "error", "-i", source, "-c", "copy", target], check=True)
    found = inspect(copy.read_bytes())
    assert (found.ours, found.task_id, found.replay) == (True, rendition.task_id, rendition.replay)
    assert not any("pictures are not" in problem for problem in found.problems)
    assert list(found.codes) == [0, 24, 48, 72, 96, 120]
