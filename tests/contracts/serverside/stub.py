"""A server that is no emulator: it knows a few routes, and most of what it says is wrong in a small way."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Answers = Mapping[str, tuple[int, Any]]
"""Status and document by path."""

ANSWERS: Answers = {
    "/me": (200, {"success": True, "data": {"user": {"id": "u1"}}}),
    "/tasks": (200, {"items": []}),
    "/apps/run": (200, {"id": "task-1", "status": 9}),
    "/files": (201, []),
}

OTHERWISE = (404, {"error": "nope"})


class Handler(BaseHTTPRequestHandler):
    """Reads whatever comes, and answers it in one way."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one segment: else each answer waits for an acknowledgement

    def answer(self) -> None:
        """Write the answer."""
        raise NotImplementedError

    def _take(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.answer()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _take  # noqa: N815  # the base class' names

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class _Stub(Handler):
    answers: Answers = ANSWERS
    otherwise: tuple[int, Any] = OTHERWISE

    def answer(self) -> None:
        """Answer by the path."""
        status, document = self.answers.get(self.path.partition("?")[0], self.otherwise)
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def stub(answers: Answers = ANSWERS, otherwise: tuple[int, Any] = OTHERWISE) -> Iterator[str]:
    """Serve the stub on a loopback port and yield its base URL.

    Args:
        answers: by path.
        otherwise: what any other path is answered with.
    """
    with listening(type("Stub", (_Stub,), {"answers": answers, "otherwise": otherwise})) as base_url:
        yield base_url


@contextmanager
def listening(handler: type[Handler]) -> Iterator[str]:
    """Serve a handler on a loopback port and yield its base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
