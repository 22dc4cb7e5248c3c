"""What an MP4 file claims, and whether its parts agree; without a codec."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from mockserver.media import code_inspection, h264_reader, reader
from mockserver.media.code_inspection import Codes
from mockserver.media.parameter_sets import FrameSize
from mockserver.media.picture_code import PictureCode
from mockserver.media.provenance import UUID, hash_of
from mockserver.media.reader import Box, DamagedError, TrackTable
from mockserver.media.score import recorded_registers

_TEXTS = ("task_id", "app", "app_version", "input_hash", "replay")
"""What a record says as text."""

_SOUND_SLACK = 0.15
"""Seconds that sound and picture of a foreign file may differ in length."""

_RATE_AT = 24
"""Where an `mp4a` sample entry holds its sample rate, 16.16 (ISO/IEC 14496-12 12.2.3)."""

_CHANNELS_AT = 16

_OTHER_FORMATS = (
    (b"<!doctype html", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"{", "JSON"),
    (b"[", "JSON"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x89png", "a PNG image"),
    (b"\x1a\x45\xdf\xa3", "a WebM or Matroska file"),
)
"""First bytes, in lower case, of what is often sent instead of a video."""


class NotAnMp4Error(ValueError):
    """The bytes are no MP4 file; the message says what they look like."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """The facts of a file. What the file does not tell is None."""

    size: int
    """Bytes."""
    ours: bool
    """Whether it carries our record of origin."""
    task_id: str | None
    app: str | None
    app_version: str | None
    """Id of the app's version."""
    input_hash: str | None
    """SHA-256 of the accepted input, in hex."""
    replay: str | None
    """What `inferencesh-mock render --replay` takes."""
    codec: str | None
    """Four letters, `avc1` for H.264."""
    width: int | None
    """Pixels of a decoded picture."""
    height: int | None
    frames: int | None
    """Pictures: counted slice by slice in H.264, else samples of the index."""
    duration: float | None
    """Seconds of the picture track."""
    fps: float | None
    sound: bool
    sample_rate: int | None
    channels: int | None
    sound_duration: float | None
    """Seconds of the sound track."""
    voice: int | None
    """Register of the voice that speaks, recognised in the sound itself; 0 to 15."""
    codes: Mapping[int, PictureCode]
    """What the codes say that stand in the pictures themselves, by number of the picture, one a second; only pictures
    that this project wrote are read."""
    moov: Literal["front", "end"] | None
    problems: tuple[str, ...]
    """Where parts of the file contradict one another; empty when all agrees."""

    @property
    def agrees(self) -> bool:
        """Whether nothing contradicts anything."""
        return not self.problems


def inspect(content: bytes) -> Inspection:
    """Read what a file claims, and compare its record of origin, index, pictures and sound.

    Files of ours are checked whole: their record holds a hash of the pictures and of the sound, and the codes in the
    pictures are read. Of other files the boxes are read, and the pictures counted if they are H.264.

    Raises:
        NotAnMp4Error: these bytes are no MP4 file.
    """
    _ensure_mp4(content)
    problems: list[str] = []
    top = list(_whole(reader.boxes(content), problems))
    index = next((box for box in top if box.kind == b"moov"), None)
    media = next((box for box in top if box.kind == b"mdat"), None)
    tables: list[TrackTable] = []
    length: float | None = None
    if index is None:
        problems.append("the index (moov) is missing: nothing can be played")
    else:
        try:
            length = reader.movie_seconds(content, index)
            tables = reader.tracks(content, index)
        except (DamagedError, struct.error) as error:
            problems.append(f"the index cannot be read: {error}")
        else:
            if not tables:
                problems.append("the index (moov) names no track: nothing can be played")
    pictures = next((table for table in tables if table.handler == "vide"), None)
    sound = next((table for table in tables if table.handler == "soun"), None)
    seen = _Pictures(content, pictures, problems)
    record = _record(content, top, seen, problems)
    heard = _Sound(content, sound, problems, ours=bool(record))
    _compare_lengths(length, pictures, sound, problems)
    if any(box.kind == b"moof" for box in top):
        problems.append("the file is fragmented (moof): what lies in the fragments is not read")
    if record:
        _compare(record, seen, heard, problems)
    return Inspection(
        size=len(content),
        ours=bool(record),
        task_id=record.get("task_id"),
        app=record.get("app"),
        app_version=record.get("app_version"),
        input_hash=record.get("input_hash"),
        replay=record.get("replay"),
        codec=None if pictures is None else pictures.coding,
        width=seen.width,
        height=seen.height,
        frames=seen.count,
        duration=None if pictures is None else round(pictures.seconds, 6),
        fps=seen.fps,
        sound=sound is not None,
        sample_rate=heard.rate,
        channels=heard.channels,
        sound_duration=None if sound is None else round(sound.seconds, 6),
        voice=heard.voice,
        codes=seen.codes or {},
        # Where the file ends inside the pictures, their box is none: what can be seen of the index lies before it.
        moov=None if index is None else "front" if media is None or index.start < media.start else "end",
        problems=tuple(problems),
    )


class _Pictures:
    """What the picture track holds."""

    def __init__(self, content: bytes, table: TrackTable | None, problems: list[str]) -> None:
        self.width: int | None = None
        self.height: int | None = None
        self.count: int | None = None
        self.fps: float | None = None
        self.hash: str | None = None
        self.records: list[bytes] = []
        self.codes: Codes | None = None
        if table is None:
            return
        self.count = len(table.samples)
        self.width, self.height = round(table.width), round(table.height)
        if table.stated_ticks and table.timescale:
            self.fps = round(len(table.samples) * table.timescale / table.stated_ticks, 6)
        if table.coding == "avc1":
            self._read(content, table, problems)

    def _read(self, content: bytes, table: TrackTable, problems: list[str]) -> None:
        try:
            sps, length_size = h264_reader.parameter_sets(table.entry)
            decoded = h264_reader.picture_size(sps)
        except (DamagedError, struct.error) as error:
            problems.append(f"the decoder configuration cannot be read: {error}")
            return
        if decoded != (self.width, self.height):
            problems.append(
                f"the track header says {self.width}x{self.height}, pictures decode to {decoded[0]}x{decoded[1]}"
            )
        self.width, self.height = decoded
        slices: list[bytes] = []
        begun = 0
        for number, sample in enumerate(_cut(content, table, "picture", problems)):
            try:
                for unit in h264_reader.units(sample, length_size):
                    begun += h264_reader.begins_picture(unit)
                    if unit[0] & 0x1F in h264_reader.SLICE_TYPES:
                        slices.append(unit)
                    elif unit[0] & 0x1F == h264_reader.SUPPLEMENTAL_INFORMATION:
                        told = h264_reader.user_data(unit, UUID)
                        self.records += [] if told is None else [told]
            except DamagedError as error:
                problems.append(f"picture {number} is damaged: {error}")
        if begun != self.count:
            problems.append(f"the index names {self.count} pictures, {begun} begin in the data")
        self.count = begun
        self.hash = hash_of(slices)
        size, fps = FrameSize(*decoded), round(self.fps or 0)
        if fps and code_inspection.written_here(sps, size, fps):
            self.codes = code_inspection.codes_in(slices, size, fps, problems)


class _Sound:
    """What the sound track holds."""

    def __init__(self, content: bytes, table: TrackTable | None, problems: list[str], *, ours: bool) -> None:
        self.rate: int | None = None
        self.channels: int | None = None
        self.voice: int | None = None
        self.hash: str | None = None
        if table is None:
            return
        if len(table.entry) >= _RATE_AT + 4:
            (self.channels,) = struct.unpack_from(">H", table.entry, _CHANNELS_AT)
            self.rate = struct.unpack_from(">I", table.entry, _RATE_AT)[0] >> 16
        frames = _cut(content, table, "sound", problems)
        self.hash = hash_of(frames)
        if ours and self.rate in {44100, 48000}:
            registers = recorded_registers(self.rate)
            spoken = {registers[frame] for frame in frames if frame in registers}
            self.voice = spoken.pop() if len(spoken) == 1 else None


def _ensure_mp4(content: bytes) -> None:
    if not content:
        raise NotAnMp4Error("The file is empty; expected an MP4 file.")
    if len(content) >= 12 and content[4:8] in {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp"}:
        return
    start = content[:200].lstrip().lower()
    looks = next(
        (name for prefix, name in _OTHER_FORMATS if start.startswith(prefix)),
        "something that begins with " + " ".join(f"{byte:02x}" for byte in content[:8]),
    )
    raise NotAnMp4Error(f"This is no MP4 file: it looks like {looks}; expected `ftyp` in bytes 4 to 8.")


def _whole(found: Iterator[Box], problems: list[str]) -> Iterator[Box]:
    """Boxes up to the first that is cut off or broken."""
    try:
        yield from found
    except DamagedError as error:
        problems.append(f"the file is cut off or damaged: {error}")


def _cut(content: bytes, table: TrackTable, what: str, problems: list[str]) -> list[bytes]:
    """The samples of a track, as far as they lie in the file."""
    beyond = sum(place + size > len(content) for place, size in table.samples)
    if beyond:
        problems.append(f"{beyond} of {len(table.samples)} {what} samples lie beyond the end of the file")
    return [content[place : place + size] for place, size in table.samples if place + size <= len(content)]


def _record(content: bytes, top: list[Box], seen: _Pictures, problems: list[str]) -> Mapping[str, Any]:
    """The record of origin, from wherever it is found; empty when the file is not ours."""
    texts = [box.contents(content)[16:] for box in top if box.kind == b"uuid" and box.contents(content)[:16] == UUID]
    texts += seen.records
    for box in (box for box in top if box.kind == b"moov"):
        try:
            meta = reader.child(content, box, b"udta", b"meta")
            inner = None if meta is None else Box(meta.kind, meta.start, meta.body + 4, meta.end)
            data = None if inner is None else reader.child(content, inner, b"ilst", b"\xa9cmt", b"data")
        except DamagedError:
            continue
        texts += [] if data is None else [data.contents(content)[8:]]
    records, odd = [], []
    for text in texts:
        try:
            told = orjson.loads(text)
        except ValueError:
            continue
        if not isinstance(told, dict) or not {"task_id", "input_hash", "replay"} <= told.keys():
            continue
        if all(isinstance(told.get(name, ""), str) for name in _TEXTS):
            records.append(told)
        else:
            odd.append(next(name for name in _TEXTS if not isinstance(told.get(name, ""), str)))
    if odd:
        problems.append(f"the record of origin is not as this project writes it: its {odd[0]} is no text")
    if any(told != records[0] for told in records):
        problems.append("the records of origin in the box, in the comment and before the first picture differ")
    return records[0] if records else {}


def _compare_lengths(
    movie: float | None, pictures: TrackTable | None, sound: TrackTable | None, problems: list[str]
) -> None:
    known = [table for table in (pictures, sound) if table is not None]
    for table in known:
        if abs(table.duration - table.stated_ticks) > 1:
            stated = table.stated_ticks / table.timescale if table.timescale else 0.0
            problems.append(f"the {table.handler} header says {table.seconds:.3f} s, its samples last {stated:.3f} s")
    longest = max((table.seconds for table in known), default=None)
    if movie is not None and longest is not None and abs(movie - longest) > _SOUND_SLACK:
        problems.append(f"the movie header says {movie:.3f} s, the longest track lasts {longest:.3f} s")
    if pictures is not None and sound is not None and abs(pictures.seconds - sound.seconds) > _SOUND_SLACK:
        problems.append(f"the pictures last {pictures.seconds:.3f} s, the sound {sound.seconds:.3f} s")


def _compare(record: Mapping[str, Any], seen: _Pictures, heard: _Sound, problems: list[str]) -> None:
    """Hold the file against its record."""
    if (seen.width, seen.height) != (record.get("width"), record.get("height")):
        problems.append(
            f"the record says {record.get('width')}x{record.get('height')}, pictures are {seen.width}x{seen.height}"
        )
    if seen.count != record.get("frames"):
        problems.append(f"the record says {record.get('frames')} pictures, there are {seen.count}")
    if heard.rate != record.get("sound"):
        problems.append(f"the record says {_sound(record.get('sound'))}, the file has {_sound(heard.rate)}")
    elif heard.voice != record.get("voice"):
        problems.append(f"the record says voice {record.get('voice')}, the sound has {heard.voice}")
    if seen.hash != record.get("picture_hash"):
        problems.append("the pictures are not those that were recorded: changed, lost or encoded anew")
    if seen.codes is not None and seen.width and seen.height and seen.fps:
        size = FrameSize(seen.width, seen.height)
        code_inspection.compare(seen.codes, record, size, round(seen.fps), problems)
    if heard.rate is not None and heard.hash != record.get("sound_hash"):
        problems.append("the sound is not the one that was recorded")


def _sound(rate: object) -> str:
    return "no sound" if rate is None else f"sound at {rate} Hz"
