"""What a mutant may do to the emulator: replace what its code is made of, or alter answers on their way out."""

import json
from collections.abc import Callable
from typing import Any, Self

import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.serverside.routes import operation_of
from mockserver import app as app_module
from mockserver.api.table import HANDLERS


class Answer:
    """One answer of the vendor's surface, to be altered in place before it is sent."""

    def __init__(self, scope: Scope, start: Message, body: bytes) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: str = scope["query_string"].decode("latin-1")
        self.asked = _headers(scope["headers"])
        """The request's headers, by lower-case name."""
        operation = operation_of(self.method, self.path, "")
        self.operation = None if operation is None else operation.id
        self.status: int = start["status"]
        self.headers = _headers(start["headers"])
        """By lower-case name; Content-Length follows the body."""
        self.body = body

    @property
    def json(self) -> Any:
        """The body as JSON, or None."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @json.setter
    def json(self, document: Any) -> None:
        self.body = json.dumps(document).encode("utf-8")

    @property
    def data(self) -> Any:
        """The resource of a success, in whatever envelope, to be changed in place within `change`."""
        document = self.json
        if isinstance(document, dict) and "data" in document and self.asked.get("x-api-version") != "2":
            return document["data"]
        return document

    def change(self, alter: Callable[[Any], Any]) -> None:
        """Alter the resource of a success: in place, or by returning another."""
        document = self.json
        wrapped = isinstance(document, dict) and "data" in document and self.asked.get("x-api-version") != "2"
        before = document["data"] if wrapped else document
        after = alter(before)
        after = before if after is None else after
        self.json = {**document, "data": after} if wrapped else after

    def refuse(self, status: int, code: str) -> None:
        """Become a problem."""
        told = {"type": f"https://api.inference.sh/errors/{code}", "title": "Mutant", "status": status, "detail": "no"}
        self.status = status
        self.headers["content-type"] = "application/problem+json"
        self.json = {**told, "success": False, "error": {"code": code, "message": "no"}}


class Surgery:
    """The means of one mutant; everything is undone when the context is left."""

    def __init__(self) -> None:
        self._patch = pytest.MonkeyPatch()
        self._alterations: list[tuple[frozenset[str], Callable[[Answer], None]]] = []
        self._surfaces: list[Callable[[ASGIApp], ASGIApp]] = []

    def __enter__(self) -> Self:
        make = app_module.create_app

        def create_app(*given: Any) -> Starlette:
            made = make(*given)
            if self._alterations:
                made.router.default = _Altered(made.router.default, self._alterations)
            for wrap in self._surfaces:
                made.router.default = wrap(made.router.default)
            return made

        self._patch.setattr(app_module, "create_app", create_app)
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.undo()

    def replace(self, owner: Any, name: str, value: Any) -> None:
        """Put something else in the place of an attribute of a module, class or object."""
        self._patch.setattr(owner, name, value)

    def item(self, table: Any, key: Any, value: Any) -> None:
        """Put something else in the place of a mapping's member, or of a name that a module does not have."""
        self._patch.setitem(table, key, value)

    def wrap(self, owner: Any, name: str, around: Callable[..., Any]) -> None:
        """Replace a function by `around(original, *arguments)`."""
        original = getattr(owner, name)
        self._patch.setattr(owner, name, lambda *args, **named: around(original, *args, **named))

    def handler(self, operation: str, around: Callable[..., Any]) -> None:
        """Replace what answers an operation by the coroutine `around(original, call)`."""
        original = HANDLERS[operation]
        self._patch.setitem(HANDLERS, operation, lambda call: around(original, call))

    def alter(self, *operations: str, by: Callable[[Answer], None]) -> None:
        """Alter answers of some operations, by their ids, or of all when none is named; not those of streams."""
        self._alterations.append((frozenset(operations), by))

    def surround(self, wrap: Callable[[ASGIApp], ASGIApp]) -> None:
        """Lead every request to the vendor's surface through another ASGI application."""
        self._surfaces.append(wrap)


class _Altered:
    """Holds each answer back until it is whole, and alters it."""

    def __init__(self, app: ASGIApp, alterations: list[tuple[frozenset[str], Callable[[Answer], None]]]) -> None:
        self._app = app
        self._alterations = alterations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].endswith("/stream"):
            await self._app(scope, receive, send)
            return
        start: Message = {}
        chunks: list[bytes] = []

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._release(scope, start, b"".join(chunks), send)

        await self._app(scope, receive, hold)

    async def _release(self, scope: Scope, start: Message, body: bytes, send: Send) -> None:
        answer = Answer(scope, start, body)
        before = answer.status, dict(answer.headers), answer.body
        for operations, by in self._alterations:
            if not operations or answer.operation in operations:
                by(answer)
        if (answer.status, answer.headers, answer.body) == before:
            headers = start["headers"]
        else:
            if answer.body != body:
                answer.headers["content-length"] = str(len(answer.body))
            headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in answer.headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


def _headers(pairs: Any) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}
