"""Replays a golden exchange against a fresh emulator: the same seed, clock and requests give the same bytes."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from contracts.deliveries import GoldenDelivery
from contracts.exchanges import KEY, Answer, Exchange, Request
from contracts.wire.envelopes import VERSION_HEADER, Envelope
from mockserver.app import create_app
from mockserver.settings import Behaviour, Settings, change
from mockserver.testing.asgi import Caller, Received

HOST = "127.0.0.1:8787"
SEED = 7

_VERSION: Mapping[Envelope, str] = {"v1": "1", "v2": "2", "v3": "3"}
_STREAMS = frozenset({"application/x-ndjson", "text/event-stream"})


class ReplayError(RuntimeError):
    """An exchange cannot be played; the message names the request that went wrong and what it was answered."""


def perform(exchange: Exchange, envelope: Envelope) -> Received:
    """Play an exchange in a world of its own and return what its request is answered with.

    Args:
        exchange: what happens before, the request, and what happens while it is open.
        envelope: sent as X-API-Version (the superset by sending none) and set as the form of problems.

    Raises:
        ReplayError: something before or during it was refused.
    """
    return asyncio.run(_perform(exchange, envelope))


def delivery(golden: GoldenDelivery) -> tuple[dict[str, str], bytes]:
    """Play what leads to a webhook and return its own headers and its body, as its last attempt sent them.

    Raises:
        ReplayError: something before it was refused, or nothing was delivered.
    """
    return asyncio.run(_delivery(golden))


def answer(received: Received, operation: str) -> Answer:
    """Return an answer in the form a fixture keeps it in.

    Args:
        received: what the emulator sent.
        operation: whose answer it is.

    Raises:
        ReplayError: it cannot be kept: a header is there twice, or JSON is not written the way we write it.
    """
    headers = dict(received.headers)
    if len(headers) != len(received.headers):
        raise ReplayError(f"a header is there twice: {received.headers}")
    body = received.body
    content_type = headers.get("content-type", "").partition(";")[0]
    if operation == "meta.openapi" and received.status == 200:
        # Made from every other fixture: its bytes here would change with each of them.
        headers.pop("content-length")
        return Answer(received.status, headers, derived="openapi")
    if not body:
        return Answer(received.status, headers)
    if content_type in _STREAMS:
        return Answer(received.status, headers, lines=tuple(body.decode("utf-8").splitlines(keepends=True)))
    if content_type.endswith("json"):
        document = orjson.loads(body)
        if orjson.dumps(document) != body:
            raise ReplayError(f"{operation}: the body is not compact JSON as orjson writes it")
        return Answer(received.status, headers, json=document)
    return Answer(received.status, headers, size=len(body), bytes_sha256=hashlib.sha256(body).hexdigest())


async def _perform(exchange: Exchange, envelope: Envelope) -> Received:
    app = create_app(_settings(exchange.settings, envelope))
    values: dict[str, Any] = {}
    try:
        caller = Caller(app, HOST)
        for request in exchange.before:
            await _ensure(caller, request, values)
        request = exchange.request.filled(values)
        version = {} if envelope == "superset" else {VERSION_HEADER: _VERSION[envelope]}
        call = caller.open(request.method, request.path, version | _headers(request), request.body)
        if exchange.during:
            await call.begun()
            for meanwhile in exchange.during:
                await _ensure(caller, meanwhile, values)
        try:
            return await call.finished()
        except TimeoutError:
            raise ReplayError(f"{exchange.operation}/{exchange.name}: the answer does not end") from None
    finally:
        await app.state.emulator.close()


async def _delivery(golden: GoldenDelivery) -> tuple[dict[str, str], bytes]:
    app = create_app(_settings(golden.settings, "superset"))
    try:
        caller = Caller(app, HOST)
        values: dict[str, Any] = {}
        for request in golden.before:
            await _ensure(caller, request, values)
        listed = await _ensure(caller, Request("GET", "/_mock/deliveries", {}), values)
        if not listed["deliveries"]:
            raise ReplayError(f"webhooks/{golden.name}: nothing was delivered")
        path = f"/_mock/deliveries/{listed['deliveries'][0]['id']}"
        shown = await _ensure(caller, Request("GET", path, {}), values)
        if not shown["attempts"]:
            raise ReplayError(f"webhooks/{golden.name}: no attempt was made yet; the task has to end")
        return shown["attempts"][-1]["headers"], shown["body"].encode("utf-8")
    finally:
        await app.state.emulator.close()


def _settings(behaviour: Mapping[str, Any], envelope: Envelope) -> Settings:
    return Settings(seed=SEED, clock="manual", behaviour=change(Behaviour(envelope=envelope), dict(behaviour)))


async def _ensure(caller: Caller, request: Request, values: dict[str, Any]) -> Any:  # noqa: ANN401  # JSON
    """Send a request that has to succeed and note what it captures."""
    request = request.filled(values)
    # Captures point into the bare resource, whatever the envelope of the exchange itself is.
    headers = {"Authorization": f"Bearer {KEY}", VERSION_HEADER: "2"} | _headers(request)
    document: Any = None
    for _ in range(request.repeat):
        received = await caller.call(request.method, request.path, headers, request.body)
        if received.status >= 400:
            shown = received.body[:500].decode("utf-8", "replace")
            raise ReplayError(f"{request.method} {request.path} was answered {received.status}: {shown}")
        document = orjson.loads(received.body) if received.body else None
    for name, pointer in (request.capture or {}).items():
        values[name] = _at(document, pointer)
    return document


def _headers(request: Request) -> dict[str, str]:
    return ({} if request.json is None else {"Content-Type": "application/json"}) | dict(request.headers)


def _at(document: Any, pointer: str) -> Any:  # noqa: ANN401  # JSON
    for part in pointer.split("/")[1:]:
        document = document[int(part) if isinstance(document, list) else part]
    return document
