"""From a request to its handler and back: route, key, journal, rate, body, envelope. Plain ASGI (MEASURED.md)."""

import asyncio
import logging
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

import orjson
from starlette.types import Receive, Scope, Send

from contracts import operations
from contracts.operations import Operation
from contracts.wire import envelopes, problems
from contracts.wire.problems import Problem
from mockserver import rates
from mockserver.api import aim, spoiling
from mockserver.api.call import Answer, Call, Handler, Raw, find_header
from mockserver.api.wire import SeveredError, Wire
from mockserver.emulator import ANONYMOUS, Emulator
from mockserver.journal import Exchange
from mockserver.middleware import body, head, keys
from mockserver.routing import Router, normalise
from mockserver.world import World

MOST_JSON = 1024 * 1024
"""Bytes of a JSON body (SECURITY.md)."""

_log = logging.getLogger(__name__)


class ClientGoneError(Exception):
    """The client left before its request was complete."""


class VendorSurface:
    """The ASGI application of everything that is the vendor's."""

    def __init__(self, emulator: Emulator, handlers: Mapping[str, Handler]) -> None:
        """Bind handlers to the contract's operations.

        Args:
            emulator: the shared state.
            handlers: by operation id; exactly the emulated operations.

        Raises:
            ValueError: an emulated operation lacks a handler, or a handler has no operation.
        """
        rows = operations.load()
        emulated = {row.id for row in rows if row.emulated}
        if emulated != handlers.keys():
            raise ValueError(f"operations and handlers differ in {sorted(emulated ^ handlers.keys())}")
        self._emulator = emulator
        shared = {row.path for row in rows if row.emulated}
        # Where we have a path, what it lacks is a method (405): 501 says that the path is not there (REQ-HTTP-009).
        self._router = Router(
            (row.method, row.path, (row, handlers.get(row.id)))
            for row in rows
            if row.emulated or row.path not in shared
        )
        self._lacking = Router((row.method, row.path, row) for row in rows if not row.emulated and row.path in shared)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            head.check(scope)
        except Problem as problem:
            return await self._turn_away(scope, send, problem)
        path = normalise(scope["path"])
        header = find_header(scope, b"authorization")
        key = keys.bearer(header)
        world = self._world(path, key)
        exchange = Exchange(
            id=world.rng.identifier("exchange"),
            number=len(world.journal) + world.journal.dropped + 1,
            at=world.clock.now(),
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            request_headers=list(scope["headers"]),
        )
        world.journal.open(exchange)
        wire = Wire(self._emulator, scope, receive, send, exchange)
        call: Call | None = None
        responder = Responder(scope, wire, exchange, world)
        try:
            call, handler = self._route(path, scope, receive, wire, world, exchange)
            if call is None or handler is None:
                return await responder.empty(204, {"Allow": call_allow(self._router, path)})
            responder.extra = call.extra_headers
            await self._serve(call, handler, header, key, responder)
        except Problem as problem:
            await responder.refuse(problem)
        except SeveredError:
            pass  # the fault has told the journal how
        except ClientGoneError:
            exchange.outcome = "client-gone"
        except asyncio.CancelledError:
            if not self._emulator.closing:
                raise
            await responder.refuse(self._emulator.ending())
            exchange.outcome = "stopped"
        except Exception:  # noqa: BLE001  # whatever fails here is our bug: the client gets a problem, the log the traceback
            _log.exception("exchange %s failed: %s %s", exchange.id, scope["method"], path)
            told = "the emulator itself failed; its log has the details. Please report it."
            await responder.refuse(Problem("internal_error", told))
            exchange.outcome = "failed"
        finally:
            wire.forget()
            if call is not None:
                _book_rest(call)
            for told in call.ends if call is not None and exchange.reached else ():
                world.webhooks.read(told)
            exchange.ended = world.clock.now()
            world.journal.close(exchange)
            world.purse.answered(exchange)
            if self._emulator.settings.log_requests and sys.stderr is not None:
                with suppress(OSError):  # nobody reads it any more
                    sys.stderr.write(f"{exchange.line()}\n")

    async def _turn_away(self, scope: Scope, send: Send, problem: Problem) -> None:
        """Refuse a request that is too large to be kept: no world is made for it, and no journal has it."""
        form = self._emulator.settings.behaviour.envelope
        content = orjson.dumps(problems.body(problem, form))
        told = {"Content-Type": problems.content_type(form), "Content-Length": str(len(content)), **problem.headers}
        headers = encode_headers(list(told.items()))
        await send({"type": "http.response.start", "status": problem.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})

    def _world(self, path: str, key: str | None) -> World:
        """Return the world a request belongs to: that of its file URL, else that of its key."""
        if path.startswith("/app/files/"):
            owner = path.split("/")[4:5]
            found = self._emulator.worlds.of_owner(owner[0]) if owner else None
            if found is not None:
                return found
        return self._emulator.worlds.of_key(key or ANONYMOUS)

    def _route(
        self, path: str, scope: Scope, receive: Receive, wire: Wire, world: World, exchange: Exchange
    ) -> tuple[Call | None, Handler | None]:
        match = self._router.find(path)
        if match is None:
            raise Problem(
                "not_found",
                f"there is no route {scope['method']} {path[:200]}; GET /openapi.json lists the ones there are",
            )
        if scope["method"] == "OPTIONS":
            exchange.operation = "options"
            return None, None
        found = match.take(scope["method"])
        if found is None:
            lacking = self._lacking.find(path)
            vendor = lacking is not None and lacking.take(scope["method"]) is not None
            known = " (the vendor takes it, this emulator does not)" if vendor else ""
            raise Problem(
                "method_not_allowed",
                f"{scope['method'][:20]} is not allowed on {path[:200]}{known}; allowed: {match.allowed}",
                headers={"Allow": match.allowed},
            )
        (operation, handler), params = found
        exchange.operation = operation.id
        if handler is None:
            raise Problem(
                "not_emulated",
                f"{operation.method} {operation.path} is a route of the vendor that this emulator does not have",
            )
        return Call(self._emulator, operation, world, params, scope, receive, wire, exchange), handler

    async def _serve(
        self, call: Call, handler: Handler, header: str | None, key: str | None, responder: "Responder"
    ) -> None:
        await self._read_body(call)
        call.world.check_open()
        if call.operation.auth == "key":
            keys.admit(header, key, call.now)
        self._rate(call)
        aim.take(call)
        await spoiling.play(call, lambda: self._answer(call, handler, responder))

    async def _answer(self, call: Call, handler: Handler, responder: "Responder") -> None:
        """Carry a call out and send its answer."""
        try:
            envelope = _envelope(call)
            answer: Answer = await handler(call)
        except Problem as problem:
            await responder.problem(problem)
            return
        if isinstance(answer, Raw):
            await responder.send(answer.status, answer.headers, answer.body)
        elif answer is not None and call.operation.success == 204:
            await responder.empty(204, answer.headers)
        elif answer is not None:
            wrapped = envelopes.wrap(envelope, answer.data, status=answer.status, messages=answer.messages)
            await responder.json(wrapped, answer.status, answer.headers)

    def _rate(self, call: Call) -> None:
        """Count the call and note the rate headers, which are always sent (D19)."""
        rate = call.operation.rate
        if rate is None:
            return
        left, reset, within = call.world.count(rate)
        call.extra_headers |= {"X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": str(reset)}
        if not within and call.world.behaviour.rate_limits == "documented":
            wait = rates.retry_after(call.now, reset)
            raise Problem(
                "rate_limited",
                f"more than {rates.PER_MINUTE[rate]} {rate} calls in this minute; try again in {wait} s",
                headers={"Retry-After": str(wait)},
            )

    async def _read_body(self, call: Call) -> None:
        if call.scope["method"] in {"GET", "HEAD"}:
            return
        length = call.header(b"content-length")
        if takes_files(call):
            most, advice = self._emulator.settings.max_upload, ""
        else:
            most, advice = MOST_JSON, "; files are uploaded with POST /files and a PUT, not inside JSON"
        with self._emulator.until_closing():
            content = await body.read(call.receive, length, most, advice)
        if content is None:
            raise ClientGoneError
        call.body = content
        call.exchange.request.add(content)


class Responder:
    """Sends one answer."""

    def __init__(self, scope: Scope, wire: Wire, exchange: Exchange, world: World) -> None:
        """Prepare to answer a request."""
        self._head = scope["method"] == "HEAD"
        self._wire = wire
        self._exchange = exchange
        self._world = world
        self.extra: Mapping[str, str] = {}

    async def json(self, document: object, status: int, headers: Mapping[str, str]) -> None:
        """Send a JSON document."""
        await self.send(status, [("Content-Type", "application/json"), *headers.items()], orjson.dumps(document))

    async def problem(self, problem: Problem) -> None:
        """Send a problem."""
        form = self._world.behaviour.envelope
        document = problems.body(problem, form, request_id=self._exchange.id)
        headers = list(problem.headers.items())
        if not any(name.lower() == "content-type" for name in problem.headers):
            headers.insert(0, ("Content-Type", problems.content_type(form)))
        await self.send(problem.status, headers, orjson.dumps(document))

    async def empty(self, status: int, headers: Mapping[str, str]) -> None:
        """Send an answer without a body."""
        await self.send(status, list(headers.items()), b"")

    async def send(self, status: int, headers: Sequence[tuple[str, str]], content: bytes) -> None:
        """Send an answer; HEAD gets everything but the body."""
        encoded = encode_headers([*headers, *self.extra.items(), ("X-Request-Id", self._exchange.id)])
        if status not in {204, 304} and not any(name == b"content-length" for name, _ in encoded):
            encoded.append((b"content-length", str(len(content)).encode("ascii")))
        await self._wire.send({"type": "http.response.start", "status": status, "headers": encoded})
        await self._wire.send({"type": "http.response.body", "body": b"" if self._head else content})

    async def refuse(self, problem: Problem) -> None:
        """Send a problem in the place of whatever answer there was to be; an answer under way can only be cut off."""
        self._wire.bend(None)
        if not self._wire.started:
            await self.problem(problem)
            return
        with suppress(SeveredError):
            await self._wire.close()


def _book_rest(call: Call) -> None:
    """Doubt what a call was to meet and has not; a cancel may still come to the task that it made."""
    for slot, hit in call.hits.items():
        if slot != "cancel" or call.exchange.task_id is None:
            hit.doubt("the call ended before it")


def _envelope(call: Call) -> envelopes.Envelope:
    try:
        return envelopes.choose(call.header(b"x-api-version"), call.world.behaviour.envelope)
    except envelopes.UnknownVersionError as error:
        raise Problem("invalid_request", str(error)) from None


def takes_files(call: Call) -> bool:
    """Tell whether a call may carry a whole file: a presigned PUT, or the older multipart form."""
    if call.operation.id == "objects.put":
        return True
    return call.operation.id == "files.create" and (call.header(b"content-type") or "").lower().startswith("multipart/")


def call_allow(router: Router[tuple[Operation, Handler | None]], path: str) -> str:
    """Return the `Allow` value of a path."""
    match = router.find(path)
    return "" if match is None else match.allowed


def encode_headers(headers: Sequence[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Return headers as ASGI wants them; a line break in a value is a bug or an attack, and is refused."""
    encoded = []
    for name, value in headers:
        if "\r" in value or "\n" in value:
            raise ValueError(f"header {name} has a line break in its value")
        encoded.append((name.lower().encode("ascii"), value.encode("latin-1", "replace")))
    return encoded
