"""Tracks of an MP4 file: one of pictures, perhaps one of sound (ISO/IEC 14496-12 8.3 to 8.7)."""

import struct
from dataclasses import dataclass
from itertools import groupby, pairwise

from mockserver.media.boxes import box, entries, full_box

UNITY_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
"""Neither turned nor scaled (ISO/IEC 14496-12 6.2.2)."""

UNDETERMINED = sum((ord(letter) - 0x60) << shift for letter, shift in zip("und", (10, 5, 0), strict=True))
"""Language code `und`, five bits a letter (ISO/IEC 14496-12 8.4.2.3)."""

_ENABLED_AND_IN_MOVIE = 3


@dataclass(frozen=True, slots=True)
class Track:
    """Samples (pictures or AAC frames) of one constant duration, and what a player must know about them."""

    handler: bytes
    """`vide` or `soun`."""

    name: str
    timescale: int
    """Ticks per second."""

    sample_duration: int
    """Ticks per sample."""

    samples: tuple[bytes, ...]
    sample_entry: bytes
    """The box that describes the coding."""

    media_header: bytes
    """`vmhd` or `smhd` box."""

    volume: int = 0
    """8.8 fixed point; 0 for pictures."""

    width: int = 0
    height: int = 0
    only_first_is_key: bool = False
    """Whether decoding can start at the first sample alone, or at every one."""

    @property
    def duration(self) -> int:
        """Length in ticks."""
        return self.sample_duration * len(self.samples)

    def chunks(self) -> list[tuple[bytes, ...]]:
        """The samples second by second: those that begin in it."""
        seconds = -(-self.duration // self.timescale)
        starts = [-(-second * self.timescale // self.sample_duration) for second in range(seconds + 1)]
        cut = [self.samples[first:last] for first, last in pairwise(starts)]
        return [chunk for chunk in cut if chunk]


def track_box(track: Track, number: int, offsets: list[int], times: tuple[int, int], movie_timescale: int) -> bytes:
    """The `trak` box. `offsets` are the chunks' places in the file, `times` creation and modification since 1904."""
    duration = track.duration * movie_timescale // track.timescale
    header = full_box(
        b"tkhd",
        0,
        _ENABLED_AND_IN_MOVIE,
        struct.pack(">5I8x3H2x", *times, number, 0, duration, 0, 0, track.volume),
        UNITY_MATRIX,
        struct.pack(">II", track.width << 16, track.height << 16),
    )
    media_header = full_box(
        b"mdhd", 0, 0, struct.pack(">4I2H", *times, track.timescale, track.duration, UNDETERMINED, 0)
    )
    handler = full_box(b"hdlr", 0, 0, struct.pack(">I4s12x", 0, track.handler), track.name.encode(), b"\0")
    in_this_file = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1)))
    information = box(b"minf", track.media_header, in_this_file, _sample_table(track, offsets))
    return box(b"trak", header, box(b"mdia", media_header, handler, information))


def _sample_table(track: Track, offsets: list[int]) -> bytes:
    """The `stbl` box: when each sample is shown, how large it is and where it lies (ISO/IEC 14496-12 8.5 to 8.7)."""
    sizes = [len(sample) for sample in track.samples]
    return box(
        b"stbl",
        full_box(b"stsd", 0, 0, struct.pack(">I", 1), track.sample_entry),
        full_box(b"stts", 0, 0, entries("II", [(len(sizes), track.sample_duration)])),
        full_box(b"stss", 0, 0, entries("I", [(1,)])) if track.only_first_is_key else b"",
        full_box(b"stsc", 0, 0, entries("III", _chunk_runs(track))),
        full_box(b"stsz", 0, 0, struct.pack(f">II{len(sizes)}I", 0, len(sizes), *sizes)),
        full_box(b"stco", 0, 0, struct.pack(f">I{len(offsets)}I", len(offsets), *offsets)),
    )


def _chunk_runs(track: Track) -> list[tuple[int, ...]]:
    """Rows of `stsc`: from this chunk on (counted from 1), so many samples a chunk, described by entry 1."""
    runs: list[tuple[int, ...]] = []
    first = 1
    for samples, group in groupby(len(chunk) for chunk in track.chunks()):
        runs.append((first, samples, 1))
        first += len(list(group))
    return runs
