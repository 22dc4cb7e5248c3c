"""Videos that are broken on purpose: each fault is a small pure function over the bytes of a good file of ours.

| fault | what a client meets |
|---|---|
| `truncated` | a download that stopped: fewer bytes than the index needs |
| `without_moov` | media without an index; nothing can be played |
| `empty` | no bytes at all |
| `html` | an error page that says it is a video |
| `wrong_type` | a good video that says it is text |
| `corrupt_frame` | one picture whose data are garbage |
| `without_sound` | the sound track is missing, though sound was asked for |
| `lying_duration` | headers that say twice the length |
| `odd_crop` | pictures that decode two pixels smaller than the headers say |
| `wrong_count` | a second of pictures fewer than asked for |
"""

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from mockserver.media import h264_reader, reader
from mockserver.media.bits import rbsp, u, ue
from mockserver.media.nal import nal_unit
from mockserver.media.rewriting import rewrite

VIDEO = "video/mp4"

_PAGE = b"""<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>
"""

_TICKS_PER_PICTURE = 1000
_PICTURES_PER_CHUNK = 24
"""Our writer puts a second of pictures into each chunk; the last holds the one picture more."""


class Broken(NamedTuple):
    """What is sent instead of the good file."""

    content: bytes
    content_type: str


def truncated(good: bytes, at: int | None = None) -> Broken:
    """Only the first `at` bytes; the first half by default."""
    return Broken(good[: len(good) // 2 if at is None else at], VIDEO)


def without_moov(good: bytes) -> Broken:
    """Everything but the index."""
    return Broken(b"".join(good[box.start : box.end] for box in reader.boxes(good) if box.kind != b"moov"), VIDEO)


def empty(_good: bytes) -> Broken:
    """No bytes."""
    return Broken(b"", VIDEO)


def html(_good: bytes) -> Broken:
    """A gateway's error page under the type of a video."""
    return Broken(_PAGE, VIDEO)


def wrong_type(good: bytes) -> Broken:
    """The good file under the type of plain text."""
    return Broken(good, "text/plain; charset=utf-8")


def corrupt_frame(good: bytes) -> Broken:
    """The picture in the middle: its data, after the slice header, are ones."""
    pictures = _pictures(good)
    place, size = pictures.samples[len(pictures.samples) // 2]
    # Length of the NAL unit, its header byte and the slice header stay; the latter needs less than four bytes.
    first = place + min(size - 1, 9)
    return Broken(good[:first] + b"\xff" * (place + size - first) + good[place + size :], VIDEO)


def without_sound(good: bytes) -> Broken:
    """The sound track is left out of the index; a silent file stays as it is."""
    return Broken(
        rewrite(good, lambda handler, kind, body: None if (handler, kind) == ("soun", b"trak") else body), VIDEO
    )


def lying_duration(good: bytes) -> Broken:
    """Movie, track and media headers say twice the length; the samples stay what they are."""

    def doubled(_handler: str, kind: bytes, body: bytes) -> bytes:
        at = {b"mvhd": 16, b"tkhd": 20, b"mdhd": 16}.get(kind)
        return body if at is None else _with(body, at, 2 * struct.unpack_from(">I", body, at)[0])

    return Broken(rewrite(good, doubled), VIDEO)


def odd_crop(good: bytes) -> Broken:
    """The sequence parameter set crops one step, two pixels, more at the right and at the bottom."""

    def cropped(_handler: str, kind: bytes, body: bytes) -> bytes:
        return _cropped(body) if kind == b"stsd" and b"avcC" in body else body

    return Broken(rewrite(good, cropped), VIDEO)


def wrong_count(good: bytes) -> Broken:
    """The last second of pictures and the one after it are gone, from tables and headers alike."""
    count = len(_pictures(good).samples) - _PICTURES_PER_CHUNK - 1
    chunks = count // _PICTURES_PER_CHUNK

    def shorter(handler: str, kind: bytes, body: bytes) -> bytes:
        if handler != "vide":
            return body
        match kind:
            case b"stts":
                return _with(body, 8, count)
            case b"stsz":
                return _with(body, 8, count)[: 12 + 4 * count]
            case b"stco":
                return _with(body, 4, chunks)[: 8 + 4 * chunks]
            case b"stsc":
                return _with(body, 4, 1)[: 8 + 12]
            case b"mdhd":
                return _with(body, 16, count * _TICKS_PER_PICTURE)
            case _:
                return body

    return Broken(rewrite(good, shorter), VIDEO)


FAULTS: Mapping[str, Callable[[bytes], Broken]] = MappingProxyType(
    {
        fault.__name__: fault
        for fault in (
            truncated,
            without_moov,
            empty,
            html,
            wrong_type,
            corrupt_frame,
            without_sound,
            lying_duration,
            odd_crop,
            wrong_count,
        )
    }
)
"""Every fault by its name."""


def play(kind: str, good: bytes, at: int | None = None) -> Broken:
    """Break a video.

    Args:
        kind: a name of FAULTS.
        good: a file of ours.
        at: with `truncated`, bytes that are left.
    """
    return truncated(good, at) if kind == "truncated" else FAULTS[kind](good)


def _pictures(good: bytes) -> reader.TrackTable:
    index = next(box for box in reader.boxes(good) if box.kind == b"moov")
    return next(table for table in reader.tracks(good, index) if table.handler == "vide")


def _with(body: bytes, at: int, value: int) -> bytes:
    """Contents with 32 bits replaced."""
    return body[:at] + struct.pack(">I", value) + body[at + 4 :]


def _cropped(description: bytes) -> bytes:
    """An `stsd` whose SPS crops one step more; the sizes of the boxes around it follow."""
    at = description.index(b"avcC") + 4
    (length,) = struct.unpack_from(">H", description, at + 6)
    sps = description[at + 8 : at + 8 + length]
    changed = _crop_sps(sps)
    grown = len(changed) - length
    body = description[: at + 6] + struct.pack(">H", len(changed)) + changed + description[at + 8 + length :]
    entry = 8  # after version, flags and count lies the sample entry
    for place in (entry, at - 8):
        body = _with(body, place, struct.unpack_from(">I", body, place)[0] + grown)
    return body


def _crop_sps(sps: bytes) -> bytes:
    """The SPS of ours with wider cropping: the bits before and after it stay (ITU-T H.264 7.3.2.1.1)."""
    payload = sps[1:].replace(b"\0\0\3", b"\0\0")
    bits = "".join([u(byte, 8) for byte in payload]).rstrip("0")[:-1]
    reading = h264_reader.BitReader(sps)
    reading.u(24)
    reading.ue()  # seq_parameter_set_id
    reading.ue()  # log2_max_frame_num_minus4
    if reading.ue() == 0:  # pic_order_cnt_type
        reading.ue()
    reading.ue()  # max_num_ref_frames
    reading.u(1)
    reading.ue()
    reading.ue()
    reading.u(2)  # frame_mbs_only_flag 1, direct_8x8_inference_flag
    head = bits[: reading.at]
    left, right, top, bottom = (reading.ue() for _ in range(4)) if reading.u(1) else (0, 0, 0, 0)
    crop = "1" + ue(left) + ue(right + 1) + ue(top) + ue(bottom + 1)
    return nal_unit(sps[0], rbsp(head + crop + bits[reading.at :]))
