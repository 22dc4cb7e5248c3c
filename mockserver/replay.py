"""What makes a video: the accepted input and a token. Both again, anywhere, and the same bytes come out (D15, D21)."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import orjson

from contracts.apps import table
from contracts.apps.judgement import Judgement
from contracts.apps.table import Enforcement, VersionName
from contracts.apps.video_v2_6 import FILE_FIELDS
from mockserver.media import NOT_FETCHED, GivenImage, MediaMode, Rendition
from mockserver.world_token import MARK

FORMAT = "1"
"""First part of a token; another number when the parts change."""

MOST_ID_BYTES = 200
"""Of a task id in UTF-8: longer ones go into no code that fits into the pictures."""

_QUOTES = re.compile(r"[\"“”„«»]")
"""What may begin or end a quotation."""


class ReplayError(ValueError):
    """A token that cannot be read; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Replay:
    """Everything but the input that the bytes of a video depend on.

    As text: `1:APP-VERSION:ENFORCE:MEDIA:MOOV:SAMPLE-RATE:CREATED:TASK-ID`. Nothing in it belongs to a world or a
    server: all that is seeded in a video is seeded by the task id.
    """

    app_version: VersionName
    enforce: Enforcement
    media: MediaMode
    moov: Literal["front", "end"]
    sample_rate: Literal[44100, 48000]
    created_at: int
    """Unix seconds."""
    task_id: str

    def __str__(self) -> str:
        """The token."""
        parts = (self.app_version, self.enforce, self.media, self.moov, self.sample_rate, self.created_at)
        return ":".join([FORMAT, *map(str, parts), self.task_id])


def parse(token: str) -> Replay:
    """Read a token.

    Raises:
        ReplayError: it is not one of ours.
    """
    if token.strip().startswith(MARK):
        raise ReplayError(
            f"{token.strip()[:200]!r} is the token of a world: `inferencesh-mock serve --replay` takes it; "
            f"that of a video looks like {_EXAMPLE}"
        )
    parts = token.strip().split(":", 7)
    if len(parts) != 8 or parts[0] != FORMAT:
        raise ReplayError(f"{token[:200]!r} is no replay token; expected eight parts, such as {_EXAMPLE}")
    _, version, enforce, media, moov, rate, created, task_id = parts
    known = (
        ("app version", version, tuple(table.load().versions)),
        ("enforcement", enforce, get_args(Enforcement)),
        ("media mode", media, get_args(MediaMode)),
        ("place of the moov", moov, ("front", "end")),
        ("sample rate", rate, ("44100", "48000")),
    )
    for name, value, choices in known:
        if value not in choices:
            raise ReplayError(f"the {name} of the replay token is {value[:40]!r}; expected {' or '.join(choices)}")
    if re.fullmatch(r"-?[0-9]{1,12}", created) is None or not task_id:
        raise ReplayError(f"{token[:200]!r} ends in no time and task id; expected something like {_EXAMPLE}")
    if len(task_id.encode("utf-8", "replace")) > MOST_ID_BYTES or not task_id.isprintable():
        raise ReplayError(f"the task id is {task_id[:80]!r}; expected printable text of at most {MOST_ID_BYTES} bytes")
    return Replay(
        app_version="2026-08" if version == "2026-08" else "2026-05",
        enforce="observed" if enforce == "observed" else "documented",
        media="tiny" if media == "tiny" else "realistic-size" if media == "realistic-size" else "full",
        moov="end" if moov == "end" else "front",
        sample_rate=48000 if rate == "48000" else 44100,
        created_at=int(created),
        task_id=task_id,
    )


def rendition(judgement: Judgement, images: Mapping[str, GivenImage], replay: Replay) -> Rendition:
    """What a video shows and records of an accepted input.

    Args:
        judgement: one that accepts.
        images: for `image` and `end_image` the picture; foreign ones, never fetched, may be left out.
        replay: the rest.
    """
    accepted = judgement.accepted or {}
    app = table.load().versions[replay.app_version]
    start, end = (images.get(field, NOT_FETCHED) if accepted.get(field) else None for field in FILE_FIELDS)
    content_ids = {field: image.content_id for field, image in images.items() if image.content_id}
    return Rendition(
        task_id=replay.task_id,
        app=table.load().reference,
        app_version=app.id,
        prompt_hash=hashlib.sha256(str(accepted["prompt"]).encode()).hexdigest(),
        created_at=replay.created_at,
        moov=replay.moov,
        sample_rate=replay.sample_rate,
        media=replay.media,
        input_hash=input_hash(accepted, content_ids),
        replay=str(replay),
        prompt=str(accepted["prompt"]),
        start_image=start,
        end_image=end,
        spoken_words=spoken_words(accepted["prompt"], app.marker) if accepted.get("voice_id") else 0,
    )


def input_hash(accepted: Mapping[str, Any], content_ids: Mapping[str, str]) -> str:
    """The accepted input as a SHA-256 in hex: of its JSON with sorted keys.

    A picture whose bytes are known counts by its bytes, so that it does not matter where it was uploaded.
    """
    known = {
        field: f"sha256:{content_ids[field]}"
        for field in FILE_FIELDS
        if accepted.get(field) is not None and field in content_ids
    }
    text = orjson.dumps({**accepted, **known}, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


def spoken_words(prompt: str, marker: str) -> int:
    """How many words of a prompt the voice speaks.

    After each marker: the quotation that follows it before the next marker, or, where nothing is quoted, everything
    up to the next marker or the end. `marker` is the regular expression of the app's version.
    """
    spans = re.split(marker, prompt)[1:]
    return sum(len(_spoken(span).split()) for span in spans)


def _spoken(span: str) -> str:
    opening = _QUOTES.search(span)
    if opening is None:
        return span
    closing = _QUOTES.search(span, opening.end())
    return span[opening.end() : closing.start() if closing else None]


_EXAMPLE = "1:2026-05:documented:full:front:44100:1780272000:7kq2v605mjer7htm68rg47xqmh"
