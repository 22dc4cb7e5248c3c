"""Changes the index of an MP4 file in place of its boxes, and keeps everything else where its tables say."""

import struct
from collections.abc import Callable

from mockserver.media import reader
from mockserver.media.boxes import box
from mockserver.media.reader import Box

_PARENTS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})

Edit = Callable[[str, bytes, bytes], bytes | None]
"""Takes the handler of the track (`vide`, `soun`, or empty outside of tracks), the kind of a box and its contents;
returns the new contents, or None to leave the box out. For boxes that hold boxes it is asked before these are."""


def rewrite(file: bytes, edit: Edit) -> bytes:
    """The file with its `moov` edited; chunk offsets follow when the media move.

    Raises:
        DamagedError: the file is no row of whole boxes, or has no `moov`.
    """
    top = list(reader.boxes(file))
    index = next((found for found in top if found.kind == b"moov"), None)
    if index is None:
        raise reader.DamagedError("the file has no moov to be changed")
    media = next((found for found in top if found.kind == b"mdat"), index)
    edited = _edited(file, index, edit, "")
    moved = len(edited) - (index.end - index.start)
    if moved and media.start > index.start:
        # Sizes do not change any more, so the second round only shifts offsets.
        edited = _edited(edited, next(reader.boxes(edited)), lambda _, kind, body: _shifted(kind, body, moved), "")
    return file[: index.start] + edited + file[index.end :]


def _edited(file: bytes, parent: Box, edit: Edit, handler: str) -> bytes:
    if parent.kind == b"trak":
        found = reader.child(file, parent, b"mdia", b"hdlr")
        handler = "" if found is None else file[found.body + 8 : found.body + 12].decode("latin-1")
    contents = edit(handler, parent.kind, parent.contents(file))
    if contents is None:
        return b""
    if parent.kind not in _PARENTS:
        return box(parent.kind, contents)
    inner = [_edited(file, found, edit, handler) for found in reader.boxes(file, parent.body, parent.end)]
    return box(parent.kind, *inner)


def _shifted(kind: bytes, contents: bytes, by: int) -> bytes:
    if kind != b"stco":
        return contents
    places = [place + by for (place,) in struct.iter_unpack(">I", contents[8:])]
    return contents[:8] + struct.pack(f">{len(places)}I", *places)
