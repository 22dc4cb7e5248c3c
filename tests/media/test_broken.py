"""Faults, as a decoder and an inspection see them."""

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Literal

import av
import pytest

from contracts.apps.expectation import MediaExpectation
from mockserver.media import Rendition, broken, render
from mockserver.media.broken import FAULTS, VIDEO, Broken, truncated
from mockserver.media.inspection import NotAnMp4Error, inspect

if TYPE_CHECKING:
    from conftest import Film

Watch = Callable[[bytes], "Film"]


@pytest.fixture(params=["front", "end"])
def good(request: pytest.FixtureRequest) -> bytes:
    """A whole file, its index in front or at the end."""
    moov: Literal["front", "end"] = request.param
    expectation = MediaExpectation("text-to-video", "720p", 1284, 716, 5, sound=True)
    return render(expectation, Rendition("4f3a9c21", "a/b", "7", "ab12", 1_760_000_000, moov, media="tiny"))


def _broken(name: str, good: bytes) -> Broken:
    fault = FAULTS[name](good)
    assert fault == FAULTS[name](good)
    return fault


def _told(name: str, good: bytes) -> str:
    """What an inspection says is wrong."""
    found = inspect(_broken(name, good).content)
    assert not found.agrees
    return "; ".join(found.problems)


def test_every_fault_is_registered_under_its_name() -> None:
    """Ten, and the page of the module lists them."""
    assert len(FAULTS) == 10
    assert all(f"| `{name}` |" in str(broken.__doc__) for name in FAULTS)


def test_a_good_file_has_no_problem(good: bytes) -> None:
    """So what is found below is the fault."""
    assert inspect(good).agrees


def test_a_truncated_file_is_shorter_than_its_index_says(good: bytes) -> None:
    """At any byte; the inspection says what is cut off, or that it is no MP4 any more."""
    assert truncated(good, 1000).content == good[:1000]
    assert "cut off" in _told("truncated", good)
    for at in range(1, len(good), 3001):
        try:
            assert not inspect(truncated(good, at).content).agrees
        except NotAnMp4Error:
            assert at < 12


def test_without_moov_nothing_opens(good: bytes) -> None:
    """The media are there, the index is not."""
    assert "moov" in _told("without_moov", good)
    with pytest.raises(av.error.FFmpegError):
        av.open(BytesIO(_broken("without_moov", good).content))


def test_an_empty_file_is_empty(good: bytes) -> None:
    """It keeps the type."""
    assert _broken("empty", good) == Broken(b"", VIDEO)
    with pytest.raises(NotAnMp4Error, match="empty"):
        inspect(b"")


def test_an_error_page_claims_to_be_a_video(good: bytes) -> None:
    """The type says video/mp4, the bytes say otherwise."""
    fault = _broken("html", good)
    assert fault.content_type == "video/mp4"
    with pytest.raises(NotAnMp4Error, match="HTML page"):
        inspect(fault.content)


def test_a_wrong_type_leaves_the_bytes_alone(good: bytes) -> None:
    """Only the header lies."""
    assert _broken("wrong_type", good) == Broken(good, "text/plain; charset=utf-8")


def test_a_corrupt_frame_is_one_error_for_a_strict_decoder(good: bytes, watch: Watch) -> None:
    """A strict decoder stops; the file is as long as before, and its pictures are not the recorded ones."""
    fault = _broken("corrupt_frame", good).content
    assert len(fault) == len(good)
    assert "the pictures are not those that were recorded" in _told("corrupt_frame", good)
    with pytest.raises(av.error.FFmpegError):
        watch(fault)


def test_a_missing_sound_track_leaves_the_picture_whole(good: bytes, watch: Watch) -> None:
    """121 pictures decode, and no sound stream is there."""
    film = watch(_broken("without_sound", good).content)
    assert (len(film.times), film.sound) == (121, None)
    assert "the record says sound at 44100 Hz, the file has no sound" in _told("without_sound", good)


def test_headers_that_lie_say_twice_the_length(good: bytes, watch: Watch) -> None:
    """All pictures decode at their times; the headers say ten seconds."""
    fault = _broken("lying_duration", good).content
    assert len(watch(fault).times) == 121
    assert inspect(fault).duration == pytest.approx(10.083333, abs=1e-6)
    assert "header says" in _told("lying_duration", good)


def test_an_odd_crop_makes_pictures_smaller_than_the_headers_say(good: bytes, watch: Watch) -> None:
    """Two pixels each way, which only a decoder notices."""
    film = watch(_broken("odd_crop", good).content)
    assert (film.width, film.height) == (1282, 714)
    assert "the track header says 1284x716, pictures decode to 1282x714" in _told("odd_crop", good)


def test_a_wrong_count_is_a_second_short(good: bytes, watch: Watch) -> None:
    """96 pictures of 121 are left, and they decode without a complaint."""
    film = watch(_broken("wrong_count", good).content)
    assert len(film.times) == 96
    assert film.duration == 4
    assert "the record says 121 pictures, there are 96" in _told("wrong_count", good)
