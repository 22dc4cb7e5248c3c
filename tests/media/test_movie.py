"""The file, read box by box without any library."""

import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import pytest

from contracts.apps.expectation import MediaExpectation
from mockserver.media import Rendition, render
from mockserver.media.aac import beeps

PARENTS = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
moovs = pytest.mark.parametrize("moov", ["front", "end"])


def _walk(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, bytes]]:
    """Every box with its contents, parents before children."""
    end = len(data) if end is None else end
    while start < end:
        size, kind = struct.unpack_from(">I4s", data, start)
        assert 8 <= size <= end - start
        yield kind, data[start + 8 : start + size]
        if kind in PARENTS:
            yield from _walk(data, start + 8, start + size)
        start += size


def _all(file: bytes, kind: bytes) -> list[bytes]:
    return [contents for found, contents in _walk(file) if found == kind]


@pytest.mark.requirement("REQ-MEDIA-012")
@pytest.mark.parametrize(
    ("moov", "order"), [("front", [b"ftyp", b"uuid", b"moov", b"mdat"]), ("end", [b"ftyp", b"uuid", b"mdat", b"moov"])]
)
def test_index_lies_where_it_was_asked_for(
    moov: Literal["front", "end"], order: list[bytes], expectation: MediaExpectation, rendition: Rendition
) -> None:
    """In front for playing while loading, or at the end."""
    file = render(expectation, replace(rendition, moov=moov))
    assert [kind for kind, _ in _walk(file) if kind in {b"ftyp", b"uuid", b"moov", b"mdat"}] == order


@moovs
def test_chunks_lie_where_the_index_says(
    moov: Literal["front", "end"], expectation: MediaExpectation, rendition: Rendition
) -> None:
    """Cut by the index, the file gives pictures with their lengths and the AAC frames as stored."""
    file = render(expectation, replace(rendition, moov=moov))
    pictures, sounds = (_samples(file, track) for track in range(2))
    assert [[unit[0] for unit in _units(picture)] for picture in pictures] == [[0x06, 0x65]] + [[0x41]] * 120
    assert tuple(sounds) == beeps(44100, len(sounds)).frames


def _units(sample: bytes) -> Iterator[bytes]:
    """NAL units of a sample, each after its length."""
    while sample:
        length = int.from_bytes(sample[:4], "big")
        assert length <= len(sample) - 4
        yield sample[4 : 4 + length]
        sample = sample[4 + length :]


def _samples(file: bytes, track: int) -> list[bytes]:
    """The samples of a track by stsz, stsc and stco."""
    sizes = [size for (size,) in struct.iter_unpack(">I", _all(file, b"stsz")[track][12:])]
    runs = list(struct.iter_unpack(">III", _all(file, b"stsc")[track][8:]))
    places = [place for (place,) in struct.iter_unpack(">I", _all(file, b"stco")[track][8:])]
    samples: list[bytes] = []
    for number, place in enumerate(places, 1):
        count = next(samples_per_chunk for first, samples_per_chunk, _ in reversed(runs) if first <= number)
        for size in sizes[len(samples) : len(samples) + count]:
            samples.append(file[place : place + size])
            place += size
    assert len(samples) == len(sizes)
    return samples


def test_tracks_are_interleaved_second_by_second(expectation: MediaExpectation, rendition: Rendition) -> None:
    """A chunk of pictures, a chunk of sound, and so on, one second each."""
    file = render(expectation, rendition)
    pictures, sounds = ([place for (place,) in struct.iter_unpack(">I", box[8:])] for box in _all(file, b"stco"))
    assert sorted(pictures + sounds) == [place for pair in zip(pictures, sounds, strict=True) for place in pair]


def test_movie_is_as_long_as_its_longest_track(expectation: MediaExpectation, rendition: Rendition) -> None:
    """The sound, here: 218 frames of 1024 samples at 44.1 kHz, exactly."""
    timescale, duration = struct.unpack_from(">II", _all(render(expectation, rendition), b"mvhd")[0], 12)
    assert duration * 44100 == 218 * 1024 * timescale


@pytest.mark.requirement("REQ-MEDIA-011")
def test_a_silent_film_has_one_track(expectation: MediaExpectation, rendition: Rendition) -> None:
    """No audio track at all, and the movie is as long as the picture."""
    file = render(replace(expectation, sound=False), rendition)
    timescale, duration = struct.unpack_from(">II", _all(file, b"mvhd")[0], 12)
    assert len(_all(file, b"trak")) == 1
    assert duration * 24 == 121 * timescale


@pytest.mark.parametrize(
    ("created_at", "recorded"), [(0, 2_082_844_800), (1_760_000_000, 3_842_844_800), (4_000_000_000, 2**32 - 1)]
)
def test_times_count_from_1904(
    created_at: int, recorded: int, expectation: MediaExpectation, rendition: Rendition
) -> None:
    """In the headers of movie, tracks and media; a test clock beyond 2040 stands still at the latest time."""
    file = render(expectation, replace(rendition, created_at=created_at))
    for kind in (b"mvhd", b"tkhd", b"mdhd"):
        for contents in _all(file, kind):
            assert struct.unpack_from(">II", contents, 4) == (recorded, recorded)


def test_no_edit_list_is_needed(expectation: MediaExpectation, rendition: Rendition) -> None:
    """Both tracks start at zero as they are."""
    assert _all(render(expectation, rendition), b"edts") == []
