"""The JSON Schema documents: valid, closed under reference, and saying yes and no where they should."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs
import pytest

from contracts import operations, requirements, schemas

ID = "01hzy3k5m7n9p0q2r4s6t8v0wx"
NOW = "2026-11-22T20:31:00.25Z"
BASE = {"id": ID, "short_id": ID[:8], "created_at": NOW, "updated_at": NOW}
OWNER = {"user_id": "u", "team_id": "t", "visibility": "private"}
EVENT = {"id": ID, "created_at": NOW, "event_time": NOW, "task_id": ID, "status": 7}
LOG = {"id": ID, "created_at": NOW, "updated_at": NOW, "task_id": ID, "log_type": 1, "content": "aGk="}
RESULT = {**BASE, "status": 1, "status_text": "received", "output": None}
TASK = {
    **BASE,
    **OWNER,
    "is_featured": False,
    "status": 10,
    "progress": 100,
    "app_id": ID,
    "app_version_id": "7kq2v605",
    "app_variant": "",
    "function": "run",
    "infra": "cloud",
    "input": {"prompt": "a boat"},
    "output": {"video": "http://127.0.0.1:8787/app/files/u/x/y.mp4"},
    "rating": "unrated",
    "events": [EVENT],
    "logs": [LOG],
}
FUNCTION = {"name": "run", "input_schema": {}, "output_schema": {}}
VERSION = {"id": "7kq2v605", "input_schema": {}, "output_schema": {}, "functions": {"run": FUNCTION}}
APP = {
    **BASE,
    **OWNER,
    "namespace": "klingai",
    "name": "video-v2-6",
    "description": "",
    "category": "video",
    "version_id": "7kq2v605",
    "version": VERSION,
    "status": "active",
    "status_message": "",
}
FILE = {
    **BASE,
    "uri": "u",
    "upload_url": "",
    "path": "",
    "remote_path": "",
    "content_type": "image/png",
    "size": 3,
    "filename": "a.png",
    "category": "",
    "rating": "unrated",
}
STORE_APP = {"id": ID, "namespace": "klingai", "name": "video-v2-6", "description": "", "category": "video"}
WARNING = {"level": "warning", "code": "unknown_field", "message": "m", "meta": {"pointer": "/promt"}}
VIOLATION = {"pointer": "/prompt", "rule": "REQ-INPUT-002", "message": "m", "expected": "e", "received": "r"}
PROBLEM = {
    "type": "https://api.inference.sh/errors/not_found",
    "title": "Not Found",
    "status": 404,
    "detail": "there is no such task",
    "success": False,
    "error": {"code": "not_found", "message": "there is no such task"},
}
WEBHOOK = {
    "id": "task_abc123",
    "status": 9,
    "output": {},
    "error": "",
    "session_id": None,
    "created_at": "2024-01-15T10:30:00Z",
    "updated_at": "2024-01-15T10:30:05Z",
}
SESSION = {
    **BASE,
    "app_id": ID,
    "app_version_id": "7kq2v605",
    "worker_id": "",
    "status": "active",
    "expires_at": NOW,
    "call_count": 0,
    "idle_timeout": 60,
}
SCOPE = {"value": "apps:read", "label": "l", "description": "d", "group": "apps"}
PRESET = {"id": "standard", "label": "l", "description": "d", "scopes": ["apps", "*"]}
STATS = {
    "total_queued": 0,
    "with_run_at": 0,
    "ready_to_run": 0,
    "in_progress": 0,
    "by_app": [],
    "by_app_function": [],
}
TIMINGS = {
    "task_id": ID,
    "status": 10,
    "total_duration": "1s",
    "total_duration_ms": 1000,
    "groups": [{"label": "running", "start_at": NOW, "end_at": None, "duration": "1s", "duration_ms": 1000}],
    "events": [{"status": "running", "timestamp": NOW}],
}


def _page(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "items": [item],
        "next_cursor": None,
        "prev_cursor": "",
        "has_next": False,
        "has_previous": False,
        "items_per_page": 10,
        "total_items": 1,
    }


def _without(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != key}


# For each document: instances it takes and instances it refuses.
SAMPLES: dict[str, tuple[list[Any], list[Any]]] = {
    "identifier": ([ID], [ID.upper(), ID[:25], "01hzy3k5m7n9p0q2r4s6t8v0wi"]),
    "timestamp": (["2024-01-15T10:30:00Z", NOW], ["2024-01-15T10:30:00.250Z", "2024-01-15T10:30:00+00:00", 1]),
    "status": ([0, 13], [14, -1, "completed"]),
    "output": (
        [
            None,
            {},
            {"video": "http://h/x.mp4"},
            {"video": {"uri": "http://h/x", "content_type": "video/mp4", "size": 1, "filename": "x"}},
        ],
        ["http://h/x.mp4", {"video": 3}, {"video": "x.mp4"}, {"video": "http://h/x.mp4", "output_meta": None}],
    ),
    "task": (
        [TASK, {**TASK, "app": APP, "new_key": 1, "progress": 0, "output": None}],
        [*(_without(TASK, key) for key in ("progress", "short_id", "rating", "output")), {**TASK, "progress": 99.5}],
    ),
    "task-result": ([RESULT, {**RESULT, "session_id": ID}], [_without(RESULT, "status_text"), {**RESULT, "error": ""}]),
    "task-status": ([{"id": ID, "status": 7, "updated_at": NOW}], [{"id": ID, "status": 7}]),
    "task-event": ([EVENT], [_without(EVENT, "event_time")]),
    "task-log": ([LOG, {**LOG, "content": ""}], [{**LOG, "content": "plain text"}, {**LOG, "log_type": 5}]),
    "task-logs": ([{"task_id": ID, "status": 7, "events": [EVENT], "logs": [LOG]}], [{"task_id": ID, "status": 7}]),
    "task-timings": ([TIMINGS], [{**TIMINGS, "total_duration_ms": -1}]),
    "task-telemetry": ([{"timestamp": NOW, "cpu": 0.5}], [{}]),
    "task-file": (
        [{"id": ID, "created_at": NOW, "role": "input", "uri": "u", "filename": "", "content_type": "", "size": 0}],
        [{"id": ID, "created_at": NOW, "role": "in", "uri": "u", "filename": "", "content_type": "", "size": 0}],
    ),
    "task-cost": ([{"total": 35_000_000, "charged": 0}], [{"total": 0.35, "charged": 0.35}, {"total": 1}]),
    "usage-event": ([{"id": ID, "type": "t", "quantity": 1, "unit": "u"}], [{"id": ID}]),
    "file": ([FILE, {**FILE, "metadata": {"width": 300}}], [_without(FILE, "upload_url"), {**FILE, "size": "3"}]),
    "file-create-request": (
        [
            {
                "files": [
                    {"uri": "", "filename": None, "content_type": "image/png", "path": None, "size": 3, "public": None}
                ]
            }
        ],
        [{"files": []}, {}, {"files": [{"size": -1}]}],
    ),
    "deleted-files": ([{"deleted": [ID], "skipped": [{"id": ID, "reason": "failed"}]}], [{"deleted": [ID]}]),
    "session": ([SESSION], [{**SESSION, "status": "closed"}, {**SESSION, "idle_timeout": 3601}]),
    "app": ([APP], [{**APP, "status": "gone"}, _without(APP, "version")]),
    "app-version": ([VERSION], [_without(VERSION, "functions")]),
    "app-function": ([FUNCTION], [_without(FUNCTION, "name")]),
    "app-pricing": (
        [{"prices": {"std_5": 21_000_000}, "description": ""}],
        [{"prices": {"a": 0.21}, "description": ""}],
    ),
    "estimate-request": ([{"input": {"prompt": "x"}}], [{}, {"input": "x"}]),
    "estimate": (
        [
            {"confidence": "exact", "microcents": 1},
            {"confidence": "range", "min": 1, "max": 2},
            {"confidence": "unknown"},
        ],
        [{"confidence": "exact"}, {"confidence": "range", "min": 1}, {"confidence": "sure"}],
    ),
    "store-app": ([STORE_APP], [_without(STORE_APP, "name")]),
    "me": ([{"user": {"id": "u"}, "team": {"id": "t"}}], [{"user": {}}]),
    "billing": (
        [{"balance": 1, "currency": "usd", "status": "active"}],
        [{"balance": 1.5, "currency": "usd", "status": "a"}],
    ),
    "balance": ([{"balance": 0}], [{}]),
    "scopes": (
        [{"scopes": [SCOPE], "groups": [{"id": "apps", "label": "l", "description": ""}], "presets": [PRESET]}],
        [{"scopes": [{**SCOPE, "value": "apps read"}], "groups": [], "presets": []}],
    ),
    "queue-stats": ([STATS], [_without(STATS, "in_progress")]),
    "cursor-request": (
        [{}, {"limit": -1}, {"cursor": "", "filters": [{"field": "status", "operator": "eq", "value": "failed"}]}],
        [{"limit": -2}, {"direction": "up"}, {"filters": [{"field": "status"}]}],
    ),
    "task-page": ([_page(TASK)], [_page({})]),
    "file-page": ([_page(FILE)], [_page({})]),
    "app-page": ([_page(APP)], [_without(_page(APP), "has_next")]),
    "app-version-page": ([_page(VERSION)], [_page({})]),
    "store-page": ([_page(STORE_APP)], [_page({})]),
    "run-request": (
        [
            {"app": "klingai/video-v2-6", "input": None},
            {"app": "a/b", "input": {}, "webhook": None, "session_timeout": 60},
        ],
        [{"input": {}}, {"app": 3}, {"app": "a/b", "session_timeout": 0}, {"app": "a/b", "infra": "moon"}],
    ),
    "cancel-request": ([{}, {"force": True, "timeout": 10000}], [{"timeout": "10s"}]),
    "cancel-result": ([{"id": ID, "status": 8, "cancelled": True}], [{"id": ID, "status": 8, "cancelled": False}]),
    "violation": (
        [VIOLATION, {**VIOLATION, "pointer": ""}],
        [{**VIOLATION, "pointer": "prompt"}, {**VIOLATION, "rule": "max"}, _without(VIOLATION, "expected")],
    ),
    "warning": ([WARNING, _without(WARNING, "meta")], [{**WARNING, "level": "loud"}]),
    "problem": (
        [
            PROBLEM,
            {
                **PROBLEM,
                "error": {"code": "validation_error", "message": "m"},
                "data": [VIOLATION],
                "errors": [VIOLATION],
            },
        ],
        [
            {**PROBLEM, "success": True},
            {**PROBLEM, "error": {"code": "validation_error", "message": "m"}},
            {**PROBLEM, "type": "about:blank"},
            _without(PROBLEM, "detail"),
        ],
    ),
    "requirements-error": (
        [{"satisfied": False, "errors": [{"type": "secret", "key": "K", "message": "m"}]}],
        [{"satisfied": True, "errors": []}, {"errors": [{"type": "secret", "key": "K", "message": "m"}]}],
    ),
    "webhook": ([WEBHOOK], [_without(WEBHOOK, "error"), {**WEBHOOK, "event": "x"}, {**WEBHOOK, "error": None}]),
    "stream-line": (
        [TASK, {"type": "heartbeat"}, {"data": TASK, "fields": ["status"]}],
        [{}, {"id": ID, "status": 7}, {"type": "heartbeat", "at": 1}, {"data": TASK}],
    ),
    "envelope-v1": (
        [{"success": True, "status": 200, "data": None}],
        [{"success": True, "status": 200, "data": 1, "messages": []}, {"success": True, "status": 404, "data": 1}],
    ),
    "envelope-v3": ([{"data": 1, "messages": [WARNING]}], [{"data": 1}, {"data": 1, "messages": [], "success": True}]),
    "envelope-superset": (
        [{"success": True, "status": 200, "data": [], "messages": []}],
        [{"success": True, "status": 200, "data": []}],
    ),
    "video-v2-6-2026-05-input": (
        [{"prompt": ""}, {"prompt": "x" * 3000, "duration": "10", "image": None, "promt": 1}],
        [{}, [], {"prompt": "x", "duration": 5}, {"prompt": "x", "sound": 1}, {"prompt": "x", "mode": None}],
    ),
    "video-v2-6-2026-08-input": (
        [{"prompt": ""}, {"prompt": "x", "duration": 10, "resolution": "720p", "mode": "std"}],
        [
            {},
            {"prompt": "x", "duration": "5"},
            {"prompt": "x", "aspect_ratio": "4:3"},
            {"prompt": "x", "duration": True},
        ],
    ),
    "video-v2-6-output": (
        [{"video": "u"}, {"video": "u", "output_meta": {"outputs": [{"type": "video", "seconds": 5.041}]}}],
        [{}, {"video": {"uri": "u"}}],
    ),
}


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _nodes(child)


def test_every_document_has_samples() -> None:
    """A document nobody has tried may say anything."""
    assert set(SAMPLES) == set(schemas.names())


@pytest.mark.parametrize("name", schemas.names())
def test_a_document_is_valid_2020_12(name: str) -> None:
    """Each declares the dialect, carries its own name, and satisfies the meta-schema."""
    document = schemas.load(name)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["$id"] == schemas.ID_PREFIX + name
    assert document["title"]
    assert document["description"].endswith(".")
    jsonschema_rs.meta.validate(document)


@pytest.mark.parametrize("name", schemas.names())
def test_every_reference_resolves(name: str) -> None:
    """A reference leads to another document or into the same one, never to the network."""
    document = schemas.load(name)
    resolver = schemas.registry().resolver(document["$id"])
    for node in _nodes(document):
        if "$ref" in node:
            assert resolver.lookup(node["$ref"]).contents is not None


@pytest.mark.parametrize(("name", "instance"), [(name, good) for name, (goods, _) in SAMPLES.items() for good in goods])
def test_a_good_instance_is_taken(name: str, instance: Any) -> None:
    """What the sources show is valid."""
    assert [error.message for error in schemas.validator(name).iter_errors(instance)] == []


@pytest.mark.requirement("REQ-APP-013")
@pytest.mark.parametrize(("name", "instance"), [(name, bad) for name, (_, bads) in SAMPLES.items() for bad in bads])
def test_a_bad_instance_is_refused(name: str, instance: Any) -> None:
    """What the sources rule out is invalid."""
    assert not schemas.validator(name).is_valid(instance)


def test_operations_name_documents_that_exist() -> None:
    """Every request and response schema of the route table is a file here."""
    named = {stem for op in operations.load() for stem in (op.request, op.response) if stem}
    assert named - set(schemas.names()) == set()


def test_a_loaded_document_belongs_to_the_caller() -> None:
    """Changing one's copy changes nobody else's."""
    schemas.load("task")["properties"].clear()
    assert schemas.load("task")["properties"]


def test_an_unknown_name_says_which_there_are() -> None:
    """The error is the list of what could have been meant."""
    with pytest.raises(schemas.UnknownSchemaError, match=r"no schema 'tusk'; there are .*task"):
        schemas.load("tusk")


@pytest.mark.requirement("REQ-APP-004", "REQ-APP-005")
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        (
            "video-v2-6-2026-05-input",
            [
                "prompt",
                "image",
                "end_image",
                "voice_id",
                "mode",
                "sound",
                "aspect_ratio",
                "duration",
                "negative_prompt",
            ],
        ),
        (
            "video-v2-6-2026-08-input",
            ["prompt", "image", "end_image", "voice_id", "sound", "resolution", "aspect_ratio", "duration"],
        ),
    ],
)
def test_input_keys_stand_in_the_vendors_order(name: str, keys: list[str]) -> None:
    """Forms made from the schema show the fields as the page lists them."""
    assert list(schemas.load(name)["properties"]) == keys


@pytest.mark.parametrize("name", ["video-v2-6-2026-05-input", "video-v2-6-2026-08-input"])
def test_every_violation_of_an_input_schema_has_its_requirement(name: str) -> None:
    """Whatever keyword fails at whatever key, `x-rules` names the promise, and the promise exists for this version."""
    document = schemas.load(name)
    version = name.removeprefix("video-v2-6-").removesuffix("-input")
    wrong: list[Any] = [{"nested": 1}, [1], 1.5, 7, True, None, "no such word"]
    instances = [{}, 3, *({"prompt": "x", key: value} for key in document["properties"] for value in wrong)]
    seen = set()
    for instance in instances:
        for error in schemas.validator(name).iter_errors(instance):
            keyword = error.kind.name
            field = error.instance_path[0] if error.instance_path else "prompt" if keyword == "required" else None
            owner = document if field is None else document["properties"][field]
            seen.add(owner["x-rules"][keyword])
    assert all(version in requirements.load()[rule].versions for rule in seen)
    declared = {rule for node in _nodes(document) for rule in node.get("x-rules", {}).values()}
    assert seen == declared


def test_the_app_pages_webhook_sample_is_valid() -> None:
    """The sample the page prints, stale status number and all, passes as it stands."""
    sample = copy.deepcopy(WEBHOOK)
    assert list(schemas.load("webhook")["properties"]) == list(sample)
    assert schemas.validator("webhook").is_valid(sample)
