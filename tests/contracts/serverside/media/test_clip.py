"""What a video says of itself, ours and other writers', whole and damaged."""

from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from typing import Literal

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.apps.expectation import MediaExpectation
from contracts.serverside.media import clip, decoding
from contracts.serverside.media.boxes import UnreadableError, split
from contracts.serverside.media.clip import Clip, Sound
from mockserver.media import Rendition, render

EXPECTED = MediaExpectation("text-to-video", "720p", 1284, 716, 5, sound=True)
RENDITION = Rendition("task", "klingai/video-v2-6", "7kq2v605", "0" * 64, 1_780_272_000, media="tiny")
OURS = render(EXPECTED, RENDITION)


def foreign(width: int = 322, height: int = 182, **options: str) -> bytes:
    """A short film with sound by another writer: a size that has to be cropped, a profile that names its chroma."""
    file = BytesIO()
    with av.open(file, "w", format="mp4", options=options) as output:
        video = output.add_stream("libx264", rate=24)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        sound = output.add_stream("aac", rate=48_000, layout="mono")
        for number in range(12):
            frame = av.VideoFrame(width, height, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            frame.pts, frame.time_base = number, Fraction(1, 24)
            output.mux(video.encode(frame))
        for number in range(24):
            heard = av.AudioFrame(format="fltp", layout="mono", samples=1024)
            heard.planes[0].update(bytes(heard.planes[0].buffer_size))
            heard.rate, heard.pts, heard.time_base = 48_000, number * 1024, Fraction(1, 48_000)
            output.mux(sound.encode(heard))
        output.mux(video.encode(None))
        output.mux(sound.encode(None))
    return file.getvalue()


@pytest.mark.parametrize("moov", ["front", "end"])
def test_a_film_of_ours_is_what_was_expected(moov: Literal["front", "end"]) -> None:
    """Size, length, rate, coding, colour, sound and place of the index."""
    found = clip.read(render(EXPECTED, replace(RENDITION, moov=moov)))
    picture, (sound,) = found.picture, found.of("soun")
    assert (found.moov, found.fragmented, picture.bytes + sound.bytes) == (moov, False, found.media_bytes)
    assert (picture.coding, picture.width, picture.height, picture.samples) == ("avc1", 1284, 716, 121)
    assert (picture.seconds, picture.ticks / picture.timescale) == (pytest.approx(121 / 24), pytest.approx(121 / 24))
    assert (picture.colour, picture.full_range) == ((1, 1, 1), False)
    coded = picture.pictures
    assert coded is not None
    assert (coded.profile, coded.chroma, coded.progressive, coded.width, coded.height) == (77, 1, True, 1284, 716)
    assert (coded.colour, coded.full_range) == ((1, 1, 1), False)
    assert sound.sound == Sound(clip.AAC_LC, 44_100, 2)


def test_a_silent_film_has_one_track() -> None:
    """And its line says so."""
    found = clip.read(render(replace(EXPECTED, sound=False), RENDITION))
    assert len(found.tracks) == 1
    assert found.line().endswith("bytes, avc1 1284x716 121")


def test_a_film_of_another_writer_is_read() -> None:
    """A cropped size, a profile with a chroma format, sound whose description has long lengths."""
    found = clip.read(foreign())
    coded = found.picture.pictures
    assert coded is not None
    assert (coded.profile, coded.chroma, coded.width, coded.height) == (100, 1, 322, 182)
    assert (found.picture.width, found.picture.height, found.picture.samples) == (322, 182, 12)
    assert (found.of("soun")[0].sound, found.moov) == (Sound(clip.AAC_LC, 48_000, 1), "end")


def test_a_fragmented_film_says_so() -> None:
    """Its samples are elsewhere."""
    assert clip.read(foreign(movflags="frag_keyframe+empty_moov")).fragmented


def test_sizes_of_boxes_have_three_forms() -> None:
    """In 32 bits, in 64, and up to the end."""
    long = (1).to_bytes(4, "big") + b"wide" + (18).to_bytes(8, "big") + b"ab"
    rest = bytes(4) + b"mdat" + b"cde"
    found = [(box.kind, box.start, bytes(box.payload)) for box in split(memoryview(long + rest))]
    assert found == [("wide", 0, b"ab"), ("mdat", 18, b"cde")]


@pytest.mark.parametrize("content", [b"", b"<!doctype html><title>Moved</title>", OURS[:40], OURS[:-1]])
def test_what_is_no_whole_film(content: bytes) -> None:
    """It is told what is wrong."""
    with pytest.raises(UnreadableError, match=r"it is no MP4|expected moov and mdat|are left"):
        clip.read(content)


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=4), st.integers(0, 3000))
@settings(max_examples=200, deadline=None)
def test_damage_raises_one_kind_of_error(changes: list[tuple[int, int]], cut: int) -> None:
    """Whatever is in the file, nothing else comes out."""
    content = bytearray(OURS[: len(OURS) - cut])
    for at, value in changes:
        content[at] = value
    try:
        found = clip.read(bytes(content))
        found.line()
    except UnreadableError:
        return
    assert isinstance(found, Clip)


def test_decoding_gives_every_picture_and_all_sound() -> None:
    """Form, size, number, first and last."""
    seen = decoding.decode(OURS)
    assert (seen.pictures, seen.size, seen.form) == (121, (1284, 716), "yuv420p")
    assert seen.first.size == seen.last.size == (1284, 716)
    assert seen.sound_seconds == pytest.approx(121 / 24, abs=0.1)


def test_what_cannot_be_decoded() -> None:
    """It is told in words of ours."""
    with pytest.raises(ValueError, match="it cannot be decoded"):
        decoding.decode(b"no video")
