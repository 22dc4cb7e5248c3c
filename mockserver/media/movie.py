"""The MP4 file around the tracks (ISO/IEC 14496-12)."""

import struct
from itertools import zip_longest
from math import lcm
from typing import Literal

from mockserver.media.boxes import box, full_box
from mockserver.media.provenance import user_data_box, uuid_box
from mockserver.media.tracks import UNDETERMINED, UNITY_MATRIX, Track, track_box

_EPOCH_1904 = 2_082_844_800
"""Seconds from 1904-01-01, where MP4 begins to count, to 1970-01-01 (ISO/IEC 14496-12 8.2.2.3)."""

_LATEST = 2**32 - 1
"""Latest time a version 0 header can hold: 2040-02-06."""

_FILE_TYPE = box(b"ftyp", b"isom", struct.pack(">I", 512), b"isom", b"iso2", b"avc1", b"mp41")
"""Brands as other writers of H.264 in MP4 give them (ISO/IEC 14496-12 4.3 and annex E)."""

_BOX_HEADER = 8


def movie_file(
    tracks: list[Track], text: bytes, created_at: int, moov: Literal["front", "end"], filler: bytes = b""
) -> bytes:
    """The whole file. `text` is the record of origin, `created_at` Unix seconds (held within 1904 to 2040).

    Media lie in one `mdat`, interleaved second by second, so a player reads on without jumping. `filler` lies between
    the seconds, where no sample table points (ISO/IEC 14496-12 8.1.1), so that half a download is half the video.
    """
    time = min(max(created_at + _EPOCH_1904, 0), _LATEST)
    chunked = [[b"".join(chunk) for chunk in track.chunks()] for track in tracks]
    rows = list(zip_longest(*chunked, fillvalue=b""))
    fillers = [filler[len(filler) * n // len(rows) : len(filler) * (n + 1) // len(rows)] for n in range(len(rows))]
    media = box(b"mdat", *[part for row, rest in zip(rows, fillers, strict=True) for part in (*row, rest)])
    head = _FILE_TYPE + uuid_box(text)
    lengths = [len(rest) for rest in fillers]
    # Sizes of boxes do not depend on the offsets in them, so a first round with any offsets measures the index.
    index_size = len(_index(tracks, _offsets(chunked, lengths, 0), text, time)) if moov == "front" else 0
    index = _index(tracks, _offsets(chunked, lengths, len(head) + index_size + _BOX_HEADER), text, time)
    return head + index + media if moov == "front" else head + media + index


def _offsets(chunked: list[list[bytes]], fillers: list[int], start: int) -> list[list[int]]:
    """Per track the places of its chunks, when the first chunk of the first track lies at `start`."""
    places: list[list[int]] = [[] for _ in chunked]
    for row, rest in zip(zip_longest(*chunked), fillers, strict=True):
        for track, chunk in zip(places, row, strict=True):
            if chunk is not None:
                track.append(start)
                start += len(chunk)
        start += rest
    return places


def _index(tracks: list[Track], offsets: list[list[int]], text: bytes, time: int) -> bytes:
    """The `moov` box. The movie's timescale is one in which every track's length is a whole number."""
    timescale = lcm(*(track.timescale for track in tracks))
    longest = max(track.duration * timescale // track.timescale for track in tracks)
    header = full_box(
        b"mvhd",
        0,
        0,
        struct.pack(">4IIH10x", time, time, timescale, longest, 0x10000, 0x100),  # normal rate and volume
        UNITY_MATRIX,
        bytes(24),
        struct.pack(">I", len(tracks) + 1),  # next_track_ID
    )
    boxes = [
        track_box(track, number, places, (time, time), timescale)
        for number, (track, places) in enumerate(zip(tracks, offsets, strict=True), 1)
    ]
    return box(b"moov", header, *boxes, user_data_box(text, UNDETERMINED))
