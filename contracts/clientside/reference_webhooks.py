"""How the reference client receives webhooks: signatures by Standard Webhooks, and each end made known once."""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

MOST_BODY = 1024 * 1024


def verified(headers: Mapping[str, str], body: bytes, secret: str) -> dict[str, Any] | None:
    """Return what a webhook tells, or None where its signature does not fit or its time is not about now."""
    try:
        Webhook(secret).verify(body, dict(headers))
        told = json.loads(body)
    except (WebhookVerificationError, ValueError):
        return None
    return told if isinstance(told, dict) and told.get("id") else None


class Receiver:
    """Listens on a free port of 127.0.0.1 until it is closed."""

    def __init__(self, secret: str | None) -> None:
        """Open; without a secret nothing is checked."""
        self._secret = secret
        self._news = threading.Condition()
        self._ends: dict[str, dict[str, Any]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def heard(self, count: int, seconds: float) -> list[dict[str, Any]]:
        """Return the ends so far, each once, when there are so many or the time is over."""
        with self._news:
            self._news.wait_for(lambda: len(self._ends) >= count, seconds)
            return list(self._ends.values())

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take a delivery and return the status of the answer; what is known already is thanked for all the same."""
        told = self.read(headers, body)
        if told is None:
            return 400
        with self._news:
            self.note(told)
            self._news.notify_all()
        return 204

    def read(self, headers: Mapping[str, str], body: bytes) -> dict[str, Any] | None:
        """Return what a delivery tells, or None if it is not to be believed."""
        if self._secret is not None:
            return verified(headers, body, self._secret)
        try:
            told = json.loads(body)
        except ValueError:
            return None
        return told if isinstance(told, dict) and told.get("id") else None

    def note(self, told: Mapping[str, Any]) -> None:
        """Keep an end: by its task, for copies of a webhook and of its news come at any time and in any order."""
        self._ends.setdefault(told["id"], {"task": told["id"], "status": told.get("status")})

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 30.0

        def do_POST(self) -> None:  # what http.server calls
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                body = self.rfile.read(min(MOST_BODY, int(headers.get("content-length", "0"))))
                self.send_response(receiver.take(headers, body))
                self.send_header("Content-Length", "0")
                self.end_headers()
            except (OSError, ValueError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
