"""The facts of a video file, out of its index alone (ISO/IEC 14496-12 8, 14496-14 5.6, 14496-15 5.3)."""

import struct
from dataclasses import dataclass
from typing import Literal

from contracts.counting import counted
from contracts.serverside.media import h264
from contracts.serverside.media.boxes import UnreadableError, fields, lookup, needed, split
from contracts.serverside.media.h264 import Pictures

AAC_SAMPLES = 1024
"""Samples of one AAC frame (ISO/IEC 14496-3 4.5.2.1)."""

AAC_LC = 2
"""Audio object type."""

_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
"""Sampling frequency index (ISO/IEC 14496-3 1.6.3.4)."""

_VISUAL_FIELDS = 78
_AUDIO_FIELDS = 28
"""Bytes of a sample entry in front of its boxes (ISO/IEC 14496-12 12.1.3 and 12.2.3)."""

_STARTS = frozenset({"ftyp", "moov", "mdat", "free", "skip", "wide", "styp"})


@dataclass(frozen=True, slots=True)
class Sound:
    """What the decoder configuration of AAC says."""

    object_type: int
    rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class Track:
    """One track."""

    handler: str
    """`vide`, `soun`, or another four letters."""
    coding: str
    """Four letters of its sample entry."""
    timescale: int
    """Ticks of a second."""
    ticks: int
    """Its length, as the media header says."""
    lasting: tuple[tuple[int, int], ...]
    """How many samples last how many ticks, in order."""
    samples: int
    """As the table of sizes counts them."""
    bytes: int
    """Of all samples."""
    width: int = 0
    """Pixels, as the sample entry says."""
    height: int = 0
    pictures: Pictures | None = None
    """Of `avc1`."""
    colour: tuple[int, int, int] | None = None
    """Primaries, transfer and matrix: of the `colr` box, or of the coded pictures."""
    full_range: bool | None = None
    sound: Sound | None = None
    """Of `mp4a`."""

    @property
    def seconds(self) -> float:
        """Its length, as its samples add up to."""
        return sum(count * ticks for count, ticks in self.lasting) / self.timescale if self.timescale else 0.0


@dataclass(frozen=True, slots=True)
class Clip:
    """A file."""

    size: int
    moov: Literal["front", "end"]
    fragmented: bool
    """Whether the samples lie in fragments, which are not read."""
    media_bytes: int
    """Of all `mdat` boxes."""
    tracks: tuple[Track, ...]

    def of(self, handler: str) -> tuple[Track, ...]:
        """Return the tracks of a kind."""
        return tuple(track for track in self.tracks if track.handler == handler)

    @property
    def picture(self) -> Track:
        """The track of pictures.

        Raises:
            UnreadableError: there is none, or more than one.
        """
        found = self.of("vide")
        if len(found) != 1:
            raise UnreadableError(f"it has {counted(len(found), 'track')} of pictures; expected one")
        return found[0]

    def line(self) -> str:
        """Return it in one line."""
        told = [f"{track.coding} {track.width}x{track.height} {track.samples}" for track in self.of("vide")]
        told += [f"{track.coding} {track.seconds:.3f} s" for track in self.of("soun")]
        return f"{self.size} bytes, {', '.join(told) or 'no tracks'}"


def read(content: bytes) -> Clip:
    """Read a file.

    Raises:
        UnreadableError: it is no MP4, cut off, or lacks what its index must hold.
    """
    whole = memoryview(content)
    if len(content) < 8 or bytes(whole[4:8]).decode("latin-1") not in _STARTS:
        raise UnreadableError(f"it is no MP4: it begins with {content[:12]!r}")
    top = list(split(whole))
    places = {box.kind: box.start for box in reversed(top)}
    if "moov" not in places or "mdat" not in places:
        raise UnreadableError(f"it has the boxes {', '.join(box.kind for box in top)}; expected moov and mdat")
    index = needed(whole, "moov")
    return Clip(
        size=len(content),
        moov="front" if places["moov"] < places["mdat"] else "end",
        fragmented=lookup(index, "mvex") is not None,
        media_bytes=sum(len(box.payload) for box in top if box.kind == "mdat"),
        tracks=tuple(_track(box.payload) for box in split(index) if box.kind == "trak"),
    )


def _track(trak: memoryview) -> Track:
    header = needed(trak, "mdia", "mdhd")
    wide = bytes(header[:1]) == b"\x01"
    timescale, ticks = fields(">IQ" if wide else ">II", header, 20 if wide else 12)
    handler = bytes(needed(trak, "mdia", "hdlr")[8:12]).decode("latin-1")
    table = needed(trak, "mdia", "minf", "stbl")
    entry = next(split(needed(table, "stsd")[8:]), None)
    if entry is None:
        raise UnreadableError("a track has no sample entry")
    times = needed(table, "stts")
    (rows,) = fields(">I", times, 4)
    sizes = needed(table, "stsz")
    uniform, samples = fields(">II", sizes, 4)
    if 8 + 8 * rows > len(times) or (not uniform and 12 + 4 * samples > len(sizes)):
        raise UnreadableError("a table of the index is shorter than it says")
    lasting = tuple((count, each) for count, each in struct.iter_unpack(">II", times[8 : 8 + 8 * rows]))
    weights = uniform * samples if uniform else sum(fields(f">{samples}I", sizes, 12))
    common = Track(handler, entry.kind, timescale, ticks, lasting, samples, weights)
    if handler == "vide":
        return _pictures(common, entry.payload)
    return _sound(common, entry.payload) if handler == "soun" and entry.kind == "mp4a" else common


def _pictures(track: Track, entry: memoryview) -> Track:
    width, height = fields(">HH", entry, 24)
    inner = entry[_VISUAL_FIELDS:]
    configuration = lookup(inner, "avcC")
    coded = None
    if configuration is not None:
        (length,) = fields(">H", configuration, 6)
        coded = h264.read(bytes(configuration[8 : 8 + length]))
    colour, full_range = (None, None) if coded is None else (coded.colour, coded.full_range)
    box = lookup(inner, "colr")
    if box is not None and bytes(box[:4]) == b"nclx":
        primaries, transfer, matrix, last = fields(">HHHB", box, 4)
        colour, full_range = (primaries, transfer, matrix), last >= 0x80
    return Track(
        track.handler, track.coding, track.timescale, track.ticks, track.lasting, track.samples, track.bytes,
        width=width, height=height, pictures=coded, colour=colour, full_range=full_range,
    )  # fmt: skip


def _sound(track: Track, entry: memoryview) -> Track:
    stream = needed(entry[_AUDIO_FIELDS:], "esds")
    return Track(
        track.handler, track.coding, track.timescale, track.ticks, track.lasting, track.samples, track.bytes,
        sound=_aac(bytes(_specific(stream[4:]))),
    )  # fmt: skip


def _specific(descriptors: memoryview) -> memoryview:
    """Return DecoderSpecificInfo out of an ES_Descriptor (ISO/IEC 14496-1 7.2.6)."""
    stream = _descriptor(descriptors, 3)
    (flags,) = fields(">B", stream, 2)
    skipped = 3 + 2 * bool(flags & 0x80) + 2 * bool(flags & 0x20)
    if flags & 0x40:
        skipped += 1 + fields(">B", stream, skipped)[0]
    return _descriptor(_descriptor(stream[skipped:], 4)[13:], 5)


def _descriptor(content: memoryview, tag: int) -> memoryview:
    """Return the body of the first descriptor of a tag; lengths have seven bits a byte (ISO/IEC 14496-1 8.3.3)."""
    at = 0
    while at < len(content):
        found, length, at = content[at], 0, at + 1
        while at < len(content):
            byte, at = content[at], at + 1
            length = length << 7 | byte & 0x7F
            if byte < 0x80:
                break
        if found == tag:
            return content[at : at + length]
        at += length
    raise UnreadableError(f"the sound's description has no descriptor of tag {tag}")


def _aac(specific: bytes) -> Sound:
    if len(specific) < 2:
        raise UnreadableError("the configuration of the sound is too short")
    bits = int.from_bytes(specific[:2], "big")
    index = bits >> 7 & 0xF
    if bits >> 11 == 31 or index >= len(_RATES):
        raise UnreadableError("the configuration of the sound has a form that is not read")
    return Sound(object_type=bits >> 11, rate=_RATES[index], channels=bits >> 3 & 0xF)
