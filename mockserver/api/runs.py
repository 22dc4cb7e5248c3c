"""POST /apps/run and its older address: a request becomes a task (D4, D9, rest.md §4)."""

import asyncio
import difflib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from contracts import schemas
from contracts.apps import table
from contracts.apps.files import FileFacts
from contracts.apps.judgement import Judgement
from contracts.apps.table import AppVersion
from contracts.apps.video_v2_6 import FILE_FIELDS, MOST_UNKNOWN, judge, sample_prompt
from contracts.wire.ids import parse_timestamp
from contracts.wire.problems import Problem
from contracts.wire.statuses import Status
from mockserver import catalogue, data_uri, images, sessions, storage, task
from mockserver.api import bodies, making, outputs, waiting
from mockserver.api.call import Answer, Call, Resource, kind
from mockserver.clock import LAST_MOMENT, within_time
from mockserver.faults import outcomes
from mockserver.media import GivenImage
from mockserver.sessions import Session
from mockserver.storage import StoredFile
from mockserver.task import Task

LATEST_START = 24 * 3600.0
"""Seconds that a scheduled task needs before the end of the emulator's time, webhook retries included."""

_log = logging.getLogger(__name__)


async def run(call: Call) -> Answer:
    """Judge a request and make its task."""
    try:
        return await _run(call)
    finally:
        if call.exchange.task_id is None:
            outcomes.book_refusal(call.hits)


async def _run(call: Call) -> Answer:
    request = call.json_object()
    # The query first: a wrong word in it is refused whatever the body says.
    waits = call.flag("wait") or request.get("wait") is True
    app, function = _app(call, request)
    _check_members(request, function)
    given = request.get("input")
    named = await _look_up(call, given)
    found = {value: file.facts for value, file in named.items()}
    # From here to the task's making nothing waits, so that two runs cannot lease one worker.
    session = _session(call, request, app)
    document, messages = _with_sample(call, app, given)
    judgement = judge(app.name, document, found.__getitem__, call.world.behaviour.enforce)
    if judgement.violations:
        raise bodies.invalid([violation.document() for violation in judgement.violations])
    call.world.afford(judgement.price)
    if isinstance(document, dict) and storage.refer(document["prompt"], own_hosts(call)).owner:
        # Old clients upload any text that looks like base64 or names a file and send its address instead (wire.md §6).
        _log.warning("exchange %s: the prompt is the address of an uploaded file", call.exchange.id)
    if request.get("session") == "new":
        call.world.make_room_for_session()
    input_files = tuple(dict.fromkeys(file.stored.id for file in named.values() if file.stored is not None))
    made = making.make(call, request, app, judgement, images=_images(judgement, named), input_files=input_files)
    if made.images:
        call.emulator.worlds.relieve(call.world)
    call.exchange.task_id = made.id
    _enter_session(call, request, session, made, app)
    if call.view.file_objects:
        # Whatever tells of the end, a stream or a webhook, is to know the size of the file.
        await outputs.video(call, made)
    if waits:
        await waiting.for_end(call, made)
    now = call.now
    shown = task.result(made, made.index(now), call.view)
    call.tell(made, made.index(now))
    await waiting.for_webhook(call, made)
    if waits and made.status(now) in {Status.FAILED, Status.CANCELLED}:
        state = made.life[made.index(now)]
        code = "task_failed" if state.status is Status.FAILED else "task_cancelled"
        raise Problem(code, state.error or "task cancelled", meta={"task": shown})
    told = [*messages, *_unknown_parameters(request), *(warning.document() for warning in judgement.warnings)]
    return Resource(shown, messages=told)


def _unknown_parameters(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Tell of members that are no parameter: they are ignored, and a misspelt `webhook` would never be called."""
    known = list(schemas.load("run-request")["properties"])
    found = []
    for name in [name for name in request if name not in known][:MOST_UNKNOWN]:
        near = next(iter(difflib.get_close_matches(name[:64].lower(), known, n=1)), None)
        hint = f"; the nearest parameter is {near}" if near else ""
        found.append(
            {
                "level": "warning",
                "code": "unknown_parameter",
                "message": f"{name[:64]!r} is not a parameter of a run{hint}; it is ignored",
                "meta": {"parameter": name[:64]},
            }
        )
    return found


def _app(call: Call, request: Mapping[str, Any]) -> tuple[AppVersion, Any]:
    """Return the version asked for; a session of another app is told before an unknown app is."""
    reference = request.get("app")
    app_id = request.get("app_id")
    default = call.world.behaviour.app_version
    if isinstance(reference, str) and reference:
        session = request.get("session")
        known = call.world.sessions.get(session) if isinstance(session, str) else None
        if known is not None and reference.partition("@")[0] != table.load().reference:
            raise Problem(
                "APP_MISMATCH", f"session {known.id} belongs to {table.load().reference}, not to {reference[:120]!r}"
            )
        version = catalogue.resolve(reference, default)
    elif isinstance(app_id, str) and app_id:
        if not catalogue.app_exists(app_id):
            raise Problem(
                "not_found", f"there is no app with the id {app_id[:64]!r}; GET /apps lists the ones there are"
            )
        version = table.load().versions[default]
    else:
        told = "is missing" if reference is None else f"is {kind(reference)}" if reference != "" else "is empty"
        raise Problem(
            "invalid_request",
            f"`app` {told}; expected a reference such as {table.load().reference!r} or `namespace/name@version`",
        )
    wanted = request.get("version_id")
    if isinstance(wanted, str) and wanted:
        version = catalogue.version_by_id(wanted)
    return version, request.get("function")


def _check_members(request: Mapping[str, Any], function: object) -> None:
    checked = {key: value for key, value in request.items() if key != "app"}
    bodies.check({"app": table.load().reference, **checked}, "run-request", "REQ-RUN-012")
    found = []
    if function and function != table.load().function:
        found.append(
            bodies.violation(
                "/function",
                "REQ-RUN-011",
                f"the app has no function {str(function)[:64]!r}",
                f"one of: {table.load().function}",
                str(function),
            )
        )
    if request.get("session_timeout") is not None and request.get("session") != "new":
        found.append(
            bodies.violation(
                "/session_timeout", "REQ-SESSION-003", "session_timeout only goes with session new", 'session "new"'
            )
        )
    if request.get("webhook") and urlsplit_or_none(request["webhook"]) is None:
        found.append(
            bodies.violation(
                "/webhook", "REQ-WEBHOOK-001", "webhook is not a URL", "an http(s) URL", str(request["webhook"])
            )
        )
    if request.get("run_at"):
        try:
            within_time(parse_timestamp(request["run_at"]) + LATEST_START)
        except ValueError as error:
            found.append(bodies.violation("/run_at", "REQ-RUN-014", str(error), "an RFC 3339 time", request["run_at"]))
    if found:
        raise bodies.invalid(found)


def urlsplit_or_none(url: str) -> str | None:
    """Return the host of an http(s) URL, or None when it is no such URL."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    printable = url.isascii() and url.isprintable() and " " not in url
    return parts.hostname if usable and printable else None


def _session(call: Call, request: Mapping[str, Any], app: AppVersion) -> Session | None:
    wanted = request.get("session")
    if not wanted or wanted == "new":
        return None
    session = call.world.sessions.get(wanted)
    if session is None:
        raise sessions.not_found(str(wanted))
    session.check_active(call.now)
    if session.app is not app:
        raise Problem(
            "VERSION_MISMATCH",
            f"session {session.id} runs version {session.app.id} of the app, not {app.id}; "
            f"ask for {table.load().reference}@{session.app.id}, or start a new session",
        )
    last = call.world.tasks.get(session.task_id or "")
    if last is not None and not last.is_over(call.now):
        raise Problem(
            "WORKER_LEASED", f"the worker of session {session.id} is busy with task {last.id}; wait for its end"
        )
    return session


def _enter_session(
    call: Call, request: Mapping[str, Any], session: Session | None, made: Task, app: AppVersion
) -> None:
    world = call.world
    if request.get("session") == "new":
        identifier = world.rng.identifier("session")
        session = Session(
            id=identifier,
            app=app,
            worker_id=world.rng.derived("worker", identifier),
            idle_seconds=request.get("session_timeout") or sessions.DEFAULT_IDLE_SECONDS,
            created=call.now,
            touched=call.now,
        )
        world.sessions[identifier] = session
    if session is None:
        return
    made.session_id = session.id
    session.task_id = made.id
    session.calls += 1
    session.called = session.touched = made.created
    session.busy_until = made.ended() or LAST_MOMENT
    world.watch_session(session)


@dataclass(frozen=True, slots=True)
class _Named:
    """A file that an input names."""

    facts: FileFacts
    stored: StoredFile | None = None
    """Its record, if it is an upload of ours."""
    content: bytes | None = None
    """Its bytes as they are now: deleting or replacing the upload later changes no video."""


async def _look_up(call: Call, given: object) -> dict[str, _Named]:
    """Return what is known of every file the input names."""
    found: dict[str, _Named] = {}
    if isinstance(given, dict):
        for field in FILE_FIELDS:
            value = given.get(field)
            if isinstance(value, str) and value and value not in found:
                found[value] = await _named(call, value)
    return found


async def facts_of_input(call: Call, given: object) -> dict[str, FileFacts]:
    """Return what is known of every file that an input names, by the string that names it."""
    return {value: file.facts for value, file in (await _look_up(call, given)).items()}


async def _named(call: Call, value: str) -> _Named:
    reference = storage.refer(value, own_hosts(call))
    match reference.kind:
        case "data":
            content = data_uri.decode(value)
            if content is None:
                return _Named(FileFacts("malformed"))
            return _Named(await asyncio.to_thread(images.inspect, content, "inline"), None, content)
        case "foreign":
            return _Named(FileFacts("foreign"))
        case "malformed":
            return _Named(FileFacts("malformed"))
        case "file":
            name = reference.name
            stored = call.world.storage
            file = None
            if reference.owner in {"", stored.owner}:
                file = stored.by_name(name) if reference.owner else stored.get(name)
            if file is None:
                return _Named(FileFacts("unknown"))
            content = file.content
            if content is None:
                return _Named(FileFacts("pending"), file)
            facts = file.facts
            if facts is None:
                facts = await asyncio.to_thread(images.inspect, content)
                if file.content is content:
                    file.facts = facts
            return _Named(facts, file, content)
        case "output":
            made = call.world.task_of_output(reference.name)
            # One of our videos: there, but no picture.
            return _Named(FileFacts("unknown") if made is None else FileFacts("uploaded", size=0, format="mp4"))
        case _:
            return _Named(FileFacts("unknown"))


def own_hosts(call: Call) -> frozenset[str]:
    """Return every `host:port` under which this emulator is reached, lower-case."""
    public = (call.emulator.settings.public_url or "").partition("://")[2].partition("/")[0]
    own = {public.lower(), (call.header(b"host") or "").lower()}
    server = call.scope.get("server")
    if server and server[1]:
        own |= {f"{name}:{server[1]}" for name in (str(server[0]).lower(), "127.0.0.1", "localhost", "[::1]")}
    return frozenset(own - {""})


def _with_sample(call: Call, app: AppVersion, given: object) -> tuple[object, list[dict[str, Any]]]:
    """Fill in the app's sample prompt where the world is told to, and say so."""
    if given is None:
        given = {}
    if call.world.behaviour.empty_input == "reject" or not isinstance(given, dict) or "prompt" in given:
        return given, []
    told = {
        "level": "warning",
        "code": "sample_prompt_used",
        "message": "the input has no prompt; --empty-input sample filled in the app's sample prompt",
        "meta": {"pointer": "/prompt"},
    }
    return {**given, "prompt": sample_prompt(app.name)}, [told]


def _images(judgement: Judgement, named: Mapping[str, _Named]) -> dict[str, GivenImage]:
    """Return the pictures that an accepted input uses, by field."""
    accepted = judgement.accepted or {}
    used = {field: named[accepted[field]] for field in FILE_FIELDS if accepted.get(field)}
    return {field: GivenImage(file.facts.content_id or "", file.content) for field, file in used.items()}
