"""Videos without a server: what the commands `render` and `inspect` do."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from contracts.apps import table
from contracts.apps.files import FileFacts
from contracts.apps.judgement import InputWarning, Violation
from contracts.apps.table import VersionName
from contracts.apps.video_v2_6 import FILE_FIELDS, judge
from contracts.wire.ids import parse_timestamp
from mockserver import media, reading
from mockserver import replay as replays
from mockserver.clock import within_time
from mockserver.media.inspection import Inspection
from mockserver.reading import ReadingError
from mockserver.replay import Replay

DEFAULT_TIME = "2026-06-01T00:00:00Z"
"""Where manual clocks start as well."""

_FROM_INPUT = "-"
"""Task id that stands for one that follows from the input, so that no option is needed for equal bytes."""

MOST_INPUT_BYTES = 512 * 1024 * 1024
"""Larger files are refused: pictures are smaller, and so is any video of this app."""


class OfflineError(Exception):
    """A file cannot be read or written, or is not what was expected; the message says which, and what to do."""


class FailedError(Exception):
    """The task would be accepted and fail, as the real app does (`observed`); the message is its error."""


class RefusedError(Exception):
    """The input is not accepted."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        """Refuse for these reasons."""
        super().__init__(f"the input breaks {len(violations)} rules")
        self.violations = violations


@dataclass(frozen=True, slots=True)
class Rendered:
    """A video that was written."""

    content: bytes
    warnings: tuple[InputWarning, ...]
    replay: Replay


def read_request(path: Path) -> tuple[dict[str, Any], VersionName | None]:
    """Return the input in a file, and the app version its request asks for, if it does.

    The file holds a whole run request, or its `input` alone.

    Raises:
        OfflineError: it cannot be read, or is no JSON object.
    """
    try:
        document = orjson.loads(reading.text_of(path))
    except ReadingError as error:
        raise OfflineError(f"cannot read {path}: {error}") from None
    except ValueError as error:
        raise OfflineError(f"{path} is no JSON: {error}") from None
    version: VersionName | None = None
    if isinstance(document, dict) and isinstance(document.get("input"), dict):
        app = document.get("app") or table.load().reference
        reference, _, wanted = app.partition("@") if isinstance(app, str) else (app, "", None)
        if reference != table.load().reference:
            raise OfflineError(f"{path} asks for the app {reference!r}; expected {table.load().reference!r}")
        wanted = wanted or document.get("version_id")
        if wanted:
            names = {app.id: name for name, app in table.load().versions.items()}
            if wanted not in names:
                told = ", ".join(f"{key} ({name})" for key, name in names.items())
                raise OfflineError(f"{path} asks for version {wanted!r} of the app; there are {told}")
            version = names[wanted]
        document = document["input"]
    if not isinstance(document, dict):
        raise OfflineError(f'{path} holds no JSON object; expected an input such as {{"prompt": "A boat"}}')
    return document, version


def wanted(version: VersionName | None, replay: str | None = None, **options: str | None) -> Replay:
    """What a video is to be made of besides its input: a token, or options, with a server's defaults.

    Args:
        version: which the request asks for.
        replay: a token; no option goes with it.
        options: `task_id`, `app_version`, `enforce`, `media`, `moov`, `sample_rate`, `created_at`.

    Raises:
        OfflineError: a token and options, or a version that is not the request's.
        ValueError: a token or time that is none.
    """
    given = {name: value for name, value in options.items() if value is not None}
    if replay is not None:
        if given:
            told = ", ".join("--" + name.replace("_", "-") for name in given)
            raise OfflineError(f"--replay says everything; leave out {told}")
        return replays.parse(replay)
    asked = given.get("app_version")
    if version is not None and asked not in {None, version}:
        raise OfflineError(f"the request asks for version {version} of the app, --app-version for {asked}")
    created = within_time(parse_timestamp(given.get("created_at", DEFAULT_TIME)))
    parts = (
        version or given.get("app_version", "2026-05"),
        given.get("enforce", "documented"),
        given.get("media", "full"),
        given.get("moov", "front"),
        given.get("sample_rate", "44100"),
        str(int(created)),
        given.get("task_id", _FROM_INPUT),
    )
    return replays.parse(":".join([replays.FORMAT, *parts]))


def render(document: Mapping[str, Any], pictures: Mapping[str, Path], replay: Replay) -> Rendered:
    """Judge an input and write its video: the same bytes as a server's for the same input and token.

    Args:
        document: the input.
        pictures: files for `image` and `end_image`, instead of what the input says there.
        replay: everything else.

    Raises:
        RefusedError: the input is not accepted.
        FailedError: the task would be accepted and fail.
        OfflineError: a picture cannot be read.
    """
    named = {**document, **{field: str(path) for field, path in pictures.items()}}
    contents = {str(path): _read(path) for path in pictures.values()}
    files = {
        named[field]: _named(field, named[field], contents)
        for field in FILE_FIELDS
        if isinstance(named.get(field), str) and named[field]
    }
    judgement = judge(replay.app_version, named, lambda value: files[value][0], replay.enforce)
    if judgement.violations:
        raise RefusedError(judgement.violations)
    if judgement.failure is not None or judgement.expectation is None:
        raise FailedError(f"this task is accepted and fails, so there is no video: {judgement.failure}")
    accepted = judgement.accepted or {}
    used = {field: files[accepted[field]] for field in FILE_FIELDS if accepted.get(field)}
    images = {field: media.GivenImage(facts.content_id or "", content) for field, (facts, content) in used.items()}
    if replay.task_id == _FROM_INPUT:
        content_ids = {field: image.content_id for field, image in images.items() if image.content_id}
        replay = replace(replay, task_id=replays.input_hash(accepted, content_ids)[:26])
    content = media.render(judgement.expectation, replays.rendition(judgement, images, replay))
    return Rendered(content, judgement.warnings, replay)


def write(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all; what is no ordinary file, such as a pipe, is written into.

    Raises:
        OfflineError: it cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
            return
        target = path.resolve()  # a link stays one
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.replace(file.name, target)  # noqa: PTH105  # the name of an open file is text
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        mask = os.umask(0)
        os.umask(mask)
        target.chmod(0o666 & ~mask)  # as any other new file; temporary ones are their owner's alone
    except OSError as error:
        raise OfflineError(f"cannot write {path}: {error.strerror or error}") from None


def inspected(path: Path) -> Inspection:
    """Inspect a file.

    Raises:
        OfflineError: it cannot be read.
        NotAnMp4Error: it is no MP4 file.
    """
    from mockserver.media.inspection import inspect

    return inspect(_read(path))


def document_of(found: Inspection) -> dict[str, Any]:
    """An inspection as JSON."""
    codes = {str(number): code._asdict() for number, code in found.codes.items()}
    return {**asdict(found), "codes": codes, "problems": list(found.problems), "agrees": found.agrees}


def explained(violation: Violation, document: Mapping[str, Any]) -> str:
    """A violation as a line for people; a picture of this machine is told how to be given."""
    told = f"{violation.pointer or '/'}: {violation.message} (expected {violation.expected}; {violation.rule})"
    field = violation.pointer.removeprefix("/")
    given = document.get(field)
    if field in FILE_FIELDS and isinstance(given, str):
        with suppress(OSError):  # longer than names of files are
            told += f"; here: --{field.replace('_', '-')} {given}" if Path(given).is_file() else ""
    return told


def report(found: Inspection) -> Iterator[str]:
    """An inspection as lines for people."""
    size = "unknown" if found.width is None else f"{found.width}x{found.height}"
    length = "unknown" if found.duration is None else f"{found.duration:.3f} s at {found.fps:g} fps"
    sound = "none" if not found.sound else f"{found.sample_rate} Hz, {found.channels} channels"
    if found.sound_duration is not None:
        sound += f", {found.sound_duration:.3f} s"
    if found.voice is not None:
        sound += f", voice register {found.voice}"
    yield f"file        {found.size} bytes, index {'missing' if found.moov is None else 'at the ' + found.moov}"
    yield f"pictures    {found.frames} of {size}, {found.codec}"
    yield f"length      {length}"
    yield f"sound       {sound}"
    if found.ours:
        yield f"task        {found.task_id}"
        yield f"app         {found.app}, version {found.app_version}"
        yield f"input hash  {found.input_hash}"
        yield f"replay      {found.replay}"
    else:
        yield "origin      not written by inferencesh-mock: no record of a task; only its boxes were read"
    if found.codes:
        told = sorted({f"task {code.task_id}, input {code.input_hash}" for code in found.codes.values()})
        yield f"codes       {len(found.codes)} in the pictures: {'; '.join(told)}"
    for problem in found.problems:
        yield f"problem     {problem}"
    if found.agrees:
        yield "agrees      yes"


def _read(path: Path) -> bytes:
    try:
        return reading.bytes_of(path, MOST_INPUT_BYTES)
    except ReadingError as error:
        raise OfflineError(f"cannot read {path}: {error}") from None


def _named(field: str, value: str, contents: Mapping[str, bytes]) -> tuple[FileFacts, bytes | None]:
    """What is known of a file that the input names, and its bytes: given here, inline, or foreign as on a server."""
    from mockserver import data_uri, images, storage

    if value in contents:
        return images.inspect(contents[value]), contents[value]
    try:
        host = urlsplit(value).netloc.lower()
    except ValueError:
        host = ""
    reference = storage.refer(value, frozenset({host} - {""}))
    if reference.kind == "data":
        content = data_uri.decode(value)
        return FileFacts("malformed") if content is None else images.inspect(content, "inline"), content
    if reference.kind in {"file", "output"}:
        flag = field.replace("_", "-")
        raise OfflineError(f"{field} is a file on an emulator, {value[:120]}; give its bytes with --{flag} FILE")
    return FileFacts("malformed" if reference.kind == "malformed" else "foreign"), None
