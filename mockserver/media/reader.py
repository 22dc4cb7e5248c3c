"""Reads MP4 files box by box, ours and others', whole and damaged: nothing is decoded (ISO/IEC 14496-12)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_LARGEST_TABLE = 2_000_000
"""Samples of a track we are ready to list: a day of video at 24 a second."""


class DamagedError(ValueError):
    """A box or table is not what it should be; the message says which."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a box lies in its file."""

    kind: bytes
    start: int
    """First byte of its header."""
    body: int
    """First byte of its contents."""
    end: int

    def contents(self, file: bytes) -> bytes:
        """Everything after the header."""
        return file[self.body : self.end]


def boxes(file: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes between two places, side by side.

    Raises:
        DamagedError: what lies there is no row of whole boxes.
    """
    end = len(file) if end is None else end
    while start < end:
        if end - start < 8:
            raise DamagedError(f"{end - start} bytes at {start} are too few for a box")
        size, kind = struct.unpack_from(">I4s", file, start)
        header = 8
        if size == 1 and end - start >= 16:  # a size of 64 bits follows
            (size,) = struct.unpack_from(">Q", file, start + 8)
            header = 16
        elif size == 0:  # up to the end
            size = end - start
        if size < header or size > end - start:
            shown = kind.decode("latin-1")
            raise DamagedError(f"the box {shown!r} at {start} says {size} bytes; {end - start} are left")
        yield Box(kind, start, start + header, start + size)
        start += size


def child(file: bytes, parent: Box, *path: bytes) -> Box | None:
    """The first box at a path below another, or None."""
    for kind in path:
        found = next((box for box in boxes(file, parent.body, parent.end) if box.kind == kind), None)
        if found is None:
            return None
        parent = found
    return parent


@dataclass(frozen=True, slots=True)
class TrackTable:
    """What the index says of one track."""

    handler: str
    """`vide`, `soun` or another four letters."""
    coding: str
    """Four letters of the first sample entry, `avc1` or `mp4a` for ours."""
    timescale: int
    duration: int
    """Ticks, as the media header says."""
    stated_ticks: int
    """Ticks, as the durations of the samples add up to."""
    width: float
    """As the track header says; 0 for sound."""
    height: float
    entry: bytes
    """Contents of the first sample entry."""
    samples: tuple[tuple[int, int], ...]
    """Place and size of each sample."""

    @property
    def seconds(self) -> float:
        """Length by the media header."""
        return self.duration / self.timescale if self.timescale else 0.0


def movie_seconds(file: bytes, moov: Box) -> float | None:
    """Length by the movie header, or None without one."""
    header = child(file, moov, b"mvhd")
    if header is None:
        return None
    wide = file[header.body] == 1
    timescale, duration = _unpack(file, ">IQ" if wide else ">II", header.body + (20 if wide else 12), header)
    return duration / timescale if timescale else None


def tracks(file: bytes, moov: Box) -> list[TrackTable]:
    """Every track of a movie.

    Raises:
        DamagedError: a table is missing or too short.
    """
    return [_track(file, box) for box in boxes(file, moov.body, moov.end) if box.kind == b"trak"]


def _track(file: bytes, trak: Box) -> TrackTable:
    head = _needed(file, trak, b"tkhd")
    media = _needed(file, trak, b"mdia", b"mdhd")
    handler = _needed(file, trak, b"mdia", b"hdlr")
    table = _needed(file, trak, b"mdia", b"minf", b"stbl")
    description = _needed(file, table, b"stsd")
    entry = next(boxes(file, description.body + 8, description.end), None)
    wide = file[media.body] == 1
    timescale, duration = _unpack(file, ">IQ" if wide else ">II", media.body + (20 if wide else 12), media)
    width, height = _unpack(file, ">II", head.end - 8, head)
    times = _needed(file, table, b"stts")
    (rows,) = _unpack(file, ">I", times.body + 4, times)
    ticks = sum(
        count * delta for count, delta in struct.iter_unpack(">II", file[times.body + 8 : times.body + 8 + 8 * rows])
    )
    return TrackTable(
        handler=file[handler.body + 8 : handler.body + 12].decode("latin-1"),
        coding="" if entry is None else entry.kind.decode("latin-1"),
        timescale=timescale,
        duration=duration,
        stated_ticks=ticks,
        width=width / 65536,
        height=height / 65536,
        entry=b"" if entry is None else entry.contents(file),
        samples=tuple(_samples(file, table)),
    )


def _samples(file: bytes, table: Box) -> Iterator[tuple[int, int]]:
    """Place and size of each sample, by stsz, stsc and stco or co64 (ISO/IEC 14496-12 8.7)."""
    sizes_box = _needed(file, table, b"stsz")
    uniform, count = _unpack(file, ">II", sizes_box.body + 4, sizes_box)
    if count > _LARGEST_TABLE:
        raise DamagedError(f"stsz names {count} samples")
    sizes = (
        [uniform] * count if uniform else [size for (size,) in _rows(file, sizes_box, ">I", sizes_box.body + 12, count)]
    )
    runs_box = _needed(file, table, b"stsc")
    (run_count,) = _unpack(file, ">I", runs_box.body + 4, runs_box)
    runs = list(_rows(file, runs_box, ">III", runs_box.body + 8, run_count))
    narrow = child(file, table, b"stco")
    places_box = narrow or _needed(file, table, b"co64")
    (chunks,) = _unpack(file, ">I", places_box.body + 4, places_box)
    places = [place for (place,) in _rows(file, places_box, ">I" if narrow else ">Q", places_box.body + 8, chunks)]
    at, run = 0, 0
    for number, place in enumerate(places, 1):
        while run + 1 < len(runs) and runs[run + 1][0] <= number:
            run += 1
        for size in sizes[at : at + (runs[run][1] if runs else 0)]:
            yield place, size
            place += size
            at += 1
    if at != len(sizes):
        raise DamagedError(f"stsz names {len(sizes)} samples, the chunks hold {at}")


def _needed(file: bytes, parent: Box, *path: bytes) -> Box:
    found = child(file, parent, *path)
    if found is None:
        inside = parent.kind.decode("latin-1")
        raise DamagedError(f"the box {b'/'.join(path).decode()} is missing in {inside} at {parent.start}")
    return found


def _unpack(file: bytes, layout: str, at: int, box: Box) -> tuple[int, ...]:
    if at + struct.calcsize(layout) > box.end:
        raise DamagedError(f"the box {box.kind.decode('latin-1')} at {box.start} is too short")
    return struct.unpack_from(layout, file, at)


def _rows(file: bytes, box: Box, layout: str, at: int, count: int) -> Iterator[tuple[int, ...]]:
    end = at + count * struct.calcsize(layout)
    if end > box.end:
        raise DamagedError(f"the box {box.kind.decode('latin-1')} at {box.start} is too short for {count} rows")
    return struct.iter_unpack(layout, file[at:end])
