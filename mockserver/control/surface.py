"""The ASGI application under /_mock: guards, routes, plain JSON (SECURITY.md)."""

import hmac
import logging
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema_rs
import orjson
from starlette.types import Receive, Scope, Send

from contracts.wire import problems
from contracts.wire.problems import Problem
from mockserver import documents
from mockserver.api.call import find_header, kind
from mockserver.control import openapi
from mockserver.control.command import Command, Page, Reply, Route
from mockserver.control.routes import routes
from mockserver.emulator import Emulator
from mockserver.middleware import body, head, keys
from mockserver.routing import Router

MOST_JSON = 1024 * 1024
"""Bytes of a body."""

_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})

_HOST = re.compile(r"([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")

_log = logging.getLogger(__name__)


class ControlPlane:
    """Answers everything under /_mock."""

    def __init__(self, emulator: Emulator) -> None:
        """Build the routes."""
        self._emulator = emulator
        table = list(routes())
        table.append(
            Route("GET", "/openapi.json", self._describe, "This document.", needs_key=False),
        )
        self._table = table
        self._router = Router((route.method, route.path, route) for route in table)
        self._validators = {
            (route.method, route.path): jsonschema_rs.Draft202012Validator(dict(route.takes))
            for route in table
            if route.takes is not None
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        problem = None
        try:
            head.check(scope)
            self._guard(scope)
            with self._emulator.until_closing():
                reply = await self._serve(scope, receive)
        except Problem as refused:
            problem = refused
        except Exception:  # noqa: BLE001  # whatever fails here is our bug: a problem for the caller, the traceback for the log
            _log.exception("control plane failed: %s %s", scope["method"], scope["path"])
            problem = Problem(
                "internal_error", "the emulator itself failed; its log has the details. Please report it."
            )
        headers: Mapping[str, str] = {}
        if problem is not None:
            status, content = problem.status, orjson.dumps(problems.body(problem, "v2"))
            headers, content_type = problem.headers, problems.PROBLEM_JSON
        elif isinstance(reply, Page):
            status, content, content_type, headers = 200, reply.content, reply.content_type, reply.headers
        else:
            status, content, content_type = reply.status, orjson.dumps(reply.document), "application/json"
        encoded = [
            (b"content-type", content_type.encode("ascii")),
            (b"content-length", str(len(content)).encode("ascii")),
            (b"cache-control", b"no-store"),
            *((name.lower().encode("ascii"), value.encode("latin-1")) for name, value in headers.items()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": encoded})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})

    def _guard(self, scope: Scope) -> None:
        """Refuse what a web page or another machine may have sent.

        Raises:
            Problem: 403.
        """
        settings = self._emulator.settings
        host = find_header(scope, b"host") or ""
        if settings.control_token is not None:
            given = find_header(scope, b"x-mock-token") or ""
            if not hmac.compare_digest(given.encode(), settings.control_token.encode()):
                raise Problem("forbidden", "the control plane needs the header X-Mock-Token with the server's token")
        elif not settings.is_loopback:
            raise Problem("forbidden", "bound beyond loopback, the control plane needs --control-token at the start")
        elif _host_name(host) not in self._own_names:
            # A rebound DNS name would let any web page steer the emulator.
            raise Problem(
                "forbidden", f"the Host header {host[:100]!r} is not this emulator's; use 127.0.0.1 or localhost"
            )
        origin = find_header(scope, b"origin")
        if origin is not None and origin.lower().partition("://")[2] != host.lower():
            raise Problem("forbidden", "web pages of other origins may not use the control plane")

    @cached_property
    def _own_names(self) -> frozenset[str]:
        settings = self._emulator.settings
        public = urlsplit(settings.public_url or "").hostname
        return _LOCAL | {settings.host.lower()} | ({public} if public else set())

    async def _serve(self, scope: Scope, receive: Receive) -> Reply | Page:
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        match = self._router.find(path)
        if match is None:
            raise Problem(
                "not_found", f"there is no {path[:200]} under /_mock; GET /_mock/openapi.json lists what there is"
            )
        found = match.take(scope["method"])
        if found is None:
            raise Problem(
                "method_not_allowed",
                f"{scope['method'][:20]} is not allowed here; allowed: {match.allowed}",
                headers={"Allow": match.allowed},
            )
        route, params = found
        key = keys.bearer(find_header(scope, b"authorization"))
        query = {
            name: values[-1]
            for name, values in parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True).items()
        }
        unknown = sorted(query.keys() - route.query.keys())
        if unknown:
            takes = ", ".join(route.query) or "none"
            raise Problem(
                "invalid_request", f"there is no query parameter {unknown[0][:64]!r} here; there are: {takes}"
            )
        command = Command(
            emulator=self._emulator,
            params=params,
            query=query,
            document=await self._document(route, scope, receive),
            base_url=self._emulator.settings.public_url or f"{scope['scheme']}://{find_header(scope, b'host')}",
            key=key,
        )
        if route.needs_key:
            _ = command.world  # says so when there is no key
        return await route.handler(command)

    async def _document(self, route: Route, scope: Scope, receive: Receive) -> Mapping[str, Any]:
        if route.method == "GET":
            return {}
        content = await body.read(receive, find_header(scope, b"content-length"), MOST_JSON) or b""
        if not content:
            document: Any = {}
        else:
            content_type = (find_header(scope, b"content-type") or "").partition(";")[0].strip().lower()
            if content_type != "application/json":
                # A form or text/plain is what a foreign page can send without asking first.
                raise Problem("unsupported_media_type", "the body must be sent as Content-Type: application/json")
            document = documents.parse(content)
        validator = self._validators.get((route.method, route.path))
        if validator is not None:
            error = next(validator.iter_errors(document), None)
            if error is not None:
                raise Problem("invalid_request", _told(route, error))
        if not isinstance(document, dict):
            raise Problem("invalid_request", f"the body is {kind(document)}; expected a JSON object")
        return document

    async def _describe(self, _command: Command) -> Reply:
        return Reply(openapi.document(self._table))


def _told(route: Route, error: jsonschema_rs.ValidationError) -> str:
    """Say what is wrong with a body, in words of ours where the validator's would not help."""
    takes = route.takes or {}
    where = "".join(f"/{part}" for part in error.instance_path) or "the body"
    keyword = str(list(error.schema_path)[-1]) if error.schema_path else ""
    names = ", ".join(takes.get("properties", {}))
    like = "" if route.example is None else f"; for example {orjson.dumps(dict(route.example)).decode()}"
    if keyword == "additionalProperties":
        return f"{error.message[:200]}; {route.method} /_mock{route.path} takes {names}{like}"
    if keyword in {"oneOf", "required"} and not error.instance_path:
        return f"the body is incomplete or says too much; {route.method} /_mock{route.path} takes {names}{like}"
    return f"{where}: {error.message[:300]}{like}"


def _host_name(host: str) -> str:
    """Return the name in a Host header, without port and brackets; nothing if there is more than that in it."""
    match = _HOST.fullmatch(host)
    return match[1].strip("[]").lower() if match else ""
