"""Every operation, asked with a request that works and one part of it bent."""

import base64
import logging
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts import operations, schemas
from mockserver.control.routes import routes

from . import pictures, shapes
from .asgi import APP
from .bench import Bench

EACH = 40
"""Bent requests to one operation."""

PICTURE = "data:image/png;base64," + base64.b64encode(pictures.png(300, 300)).decode()
RUN = {
    "app": APP,
    "input": {
        "prompt": "a cat",
        "mode": "pro",
        "duration": "5",
        "aspect_ratio": "1:1",
        "sound": True,
        "image": PICTURE,
    },
    "webhook": "http://192.0.2.1/hook",
    "session": "new",
    "session_timeout": 60,
    "run_at": "2026-06-01T00:00:10Z",
    "infra": "cloud",
    "workers": ["a"],
    "metadata": {},
    "function": "run",
}
CURSOR = {
    "limit": 5,
    "direction": "next",
    "search": {"term": "a", "fields": ["id"]},
    "filters": [{"field": "id", "operator": "in", "value": ["a", "b"]}, {"field": "id", "operator": ">", "value": ""}],
    "sort": [{"field": "id", "dir": "desc"}],
}
FILE = {
    "files": [{"uri": "", "filename": "a.png", "content_type": "image/png", "size": 3, "path": None}],
    "category": "x",
}

BODIES: dict[str, Any] = {
    "runs.create": RUN,
    "runs.create_legacy": RUN,
    "tasks.search": CURSOR,
    "tasks.cancel": {"force": False, "timeout": 100},
    "files.create": FILE,
    "files.search": CURSOR,
    "apps.search": CURSOR,
    "apps.versions_search": CURSOR,
    "store.search": CURSOR,
    "store.estimate": {"input": RUN["input"], "function": "run"},
}
PATHS = {
    "objects.put": "/{upload}",
    "objects.get": "/{output}",
    "files": "{file}",
    "sessions": "{session}",
    "apps": shapes.APP_ID,
    "store": shapes.APP_ID,
    "tasks": "{running}",
    "usage": "{done}",
}
QUERIES = {
    "tasks.list": "limit=3&filters=[]&sort=[]&search=a",
    "tasks.stream": "last_event_id=2",
    "runs.create": "wait=true",
}


def _targets() -> dict[str, tuple[str, str, str, Any]]:
    """Return method, path, query and body of a request that works, for every operation and control route."""
    found: dict[str, tuple[str, str, str, Any]] = {}
    for row in operations.load():
        if not row.emulated:
            continue
        path = PATHS.get(row.id) or row.path.replace("{id}", PATHS.get(row.path.split("/")[1], ""))
        path = path.replace("{namespace}/{name}", APP).replace("{version_id}", "7kq2v605").replace("{sid}", "{session}")
        found[row.id] = (row.method, path, QUERIES.get(row.id, ""), BODIES.get(row.id))
    for route in routes():
        kind = route.path.split("/")[1]
        of = {"journal": "{exchange}", "deliveries": "{delivery}", "tasks": "{done}"}.get(kind, "")
        path = "/_mock" + route.path.replace("{id}", of).replace("{name}", "start.js")
        found[f"{route.method} {route.path}"] = (
            route.method, path, "limit=3" * ("limit" in route.query), route.example
        )  # fmt: skip
    return found


TARGETS = _targets()


def _places(document: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the address of every value in a document."""
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [at, *(place for key, value in inner for place in _places(value, (*at, key)))]


def _replaced(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    bent = dict(document) if isinstance(document, dict) else list(document)
    bent[place[0]] = _replaced(document[place[0]], place[1:], value)
    return bent


@st.composite
def bodies(draw: st.DrawFn, document: Any) -> bytes:
    """A body that works, with one to three of its values replaced; or what is no such body at all."""
    if document is None or draw(st.integers(0, 9)) == 0:
        other: bytes = draw(shapes.bodies)
        return other
    bent = document
    for _ in range(draw(st.integers(1, 3))):
        bent = _replaced(bent, draw(st.sampled_from(_places(bent))), draw(shapes.documents))
    return orjson.dumps(bent)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """An emulator, its log silent: a failure is told by the status."""
    logging.disable(logging.CRITICAL)
    made = Bench()
    yield made
    made.close()
    logging.disable(logging.NOTSET)


def test_a_request_that_works_is_known_for_every_operation(bench: Bench) -> None:
    """What is bent below is a request that succeeds when it is straight."""
    for name, (method, path, query, body) in TARGETS.items():
        bench.run(bench.renew())
        content = b"\x00" if name == "objects.put" else b"" if body is None else orjson.dumps(body)
        straight = path.replace("{running}", "{done}") if method == "DELETE" else path
        # A waited run would have nothing to say to a client that leaves at once.
        target = f"{straight}?{query}" if query and "wait" not in query else straight
        reply = bench.run(bench.send(method, target, {"content-type": "application/json"}, content))
        assert reply.status in {200, 204}, (name, reply.status, reply.body)
        row = operations.by_id().get(name)
        if row is not None and row.response is not None and reply.headers.get("content-type") == "application/json":
            for document in reply.data if row.is_list else [reply.data]:
                assert [error.message for error in schemas.validator(row.response).iter_errors(document)] == [], name


@pytest.mark.parametrize("name", TARGETS)
def test_no_bent_request_makes_an_operation_fail(bench: Bench, name: str) -> None:
    """One part that is wrong, missing or absurd is refused, and what was sent can still be looked at."""
    method, path, query, body = TARGETS[name]

    @settings(max_examples=EACH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(content=bodies(body), headers=shapes.headers, extra=shapes.queries)
    def bent(content: bytes, headers: dict[str, str], extra: str) -> None:
        asked = "&".join(part for part in (query if path != "/{upload}" else "", extra) if part)
        target = f"{path}{'&' if path == '/{upload}' else '?'}{asked}" if asked else path
        bench.run(bench.send(method, target, {"content-type": "application/json"} | headers, content))
        bench.run(bench.look())

    bent()
