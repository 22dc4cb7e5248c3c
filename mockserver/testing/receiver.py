"""A webhook target on loopback: takes what comes, remembers it, and answers as it is told."""

import hmac
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

MOST_BODY = 16 * 1024 * 1024
"""Bytes read of one request."""


@dataclass(frozen=True, slots=True)
class ReceivedWebhook:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes
    complete: bool
    """Whether all came that Content-Length promises."""
    verified: bool | None
    """Whether the Standard Webhooks signature fits; None: there is none, or no secret to check it with."""

    @property
    def json(self) -> Any:  # noqa: ANN401  # JSON
        """The body, parsed.

        Raises:
            ValueError: it is not JSON.
        """
        return json.loads(self.body)


class WebhookReceiver:
    """A server on a free port of 127.0.0.1, in threads of its own; a context manager."""

    def __init__(self, secret: Callable[[], str | None] = lambda: None) -> None:
        """Start it.

        Args:
            secret: tells the secret that signatures are checked with.
        """
        self._secret = secret
        self._news = threading.Condition()
        self._received: list[ReceivedWebhook] = []
        self._answers: list[tuple[int, bytes]] = [(200, b"ok")]
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="webhook-receiver", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """What a run names as its `webhook`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    @property
    def received(self) -> list[ReceivedWebhook]:
        """What has come so far, in the order of its coming."""
        with self._news:
            return list(self._received)

    def answer(self, *statuses: int, body: str = "ok") -> None:
        """Answer with these statuses in turn from now on, the last one for ever."""
        if not statuses:
            raise ValueError("name at least one status, such as answer(503, 200)")
        for status in statuses:
            if type(status) is not int or not 200 <= status <= 599:
                raise ValueError(f"{status!r} is no status; expected numbers from 200 to 599, such as answer(503, 200)")
        with self._news:
            self._answers = [(status, body.encode()) for status in statuses]

    def wait(self, count: int = 1, timeout: float = 10.0) -> list[ReceivedWebhook]:
        """Return what has come as soon as it is so much; waits on an event.

        Raises:
            TimeoutError: less came within so many real seconds.
        """
        with self._news:
            if not self._news.wait_for(lambda: len(self._received) >= count, timeout):
                raise TimeoutError(
                    f"waited {timeout:g} s for {count} webhooks at {self.url}; {len(self._received)} came"
                )
            return list(self._received)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Remember a request and return what it is answered with."""
        complete = len(body) >= int(headers.get("content-length", "0"))
        found = ReceivedWebhook(path, headers, body, complete, _verified(self._secret(), headers, body))
        with self._news:
            self._received.append(found)
            answer = self._answers[0] if len(self._answers) == 1 else self._answers.pop(0)
            self._news.notify_all()
        return answer

    def close(self) -> None:
        """Stop it; harmless when it has stopped."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop."""
        self.close()


def _handler(receiver: WebhookReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 30.0

        def do_POST(self) -> None:  # what http.server calls
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                length = min(MOST_BODY, int(headers.get("content-length", "0")))
                status, body = receiver.take(self.path, headers, self.rfile.read(length))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True  # the sender has gone; what came is remembered

        def log_message(self, *_: object) -> None:
            """Say nothing: a test's output is the test's."""

    return Handler


def _verified(secret: str | None, headers: dict[str, str], body: bytes) -> bool | None:
    """Check a signature; that its time is the present is left to the test, whose clock may stand elsewhere."""
    given: Sequence[str] = [headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")]
    if secret is None or not given[2]:
        return None
    from standardwebhooks.webhooks import Webhook

    try:
        moment = datetime.fromtimestamp(int(given[1]), UTC)
        expected = Webhook(secret).sign(given[0], moment, body.decode("utf-8"))
    except (ValueError, OverflowError, OSError):
        return False
    return any(hmac.compare_digest(expected, one) for one in given[2].split(" "))
