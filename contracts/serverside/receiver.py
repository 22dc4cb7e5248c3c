"""A receiver of webhooks on this machine: keeps what comes and answers as it is told."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Thread

MOST_BODY = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Delivered:
    """One request that came."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return a header, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Receiver:
    """What came so far."""

    def __init__(self, url: str, arrived: "Queue[Delivered]") -> None:
        """Describe a receiver that listens."""
        self.url = url
        self._arrived = arrived

    def next(self, seconds: float) -> Delivered | None:
        """Wait for the next request, so many real seconds at the most."""
        try:
            return self._arrived.get(timeout=seconds)
        except Empty:
            return None

    def rest(self) -> list[Delivered]:
        """Return what has come and was not taken yet."""
        found = []
        while (one := self.next(0.0)) is not None:
            found.append(one)
        return found


@contextmanager
def receiver(statuses: Sequence[int] = (200,)) -> Iterator[Receiver]:
    """Listen on a loopback port.

    Args:
        statuses: answers to the first requests; the last one is for all further ones.
    """
    arrived: Queue[Delivered] = Queue()
    left = list(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the base class' name
            size = min(int(self.headers.get("Content-Length") or 0), MOST_BODY)
            body = self.rfile.read(size)
            status = left.pop(0) if len(left) > 1 else left[0]
            arrived.put(Delivered("POST", self.path, tuple(self.headers.items()), body))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/moved")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815  # who follows a redirect may come so

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="webhook-receiver", daemon=True)
    thread.start()
    try:
        yield Receiver(f"http://127.0.0.1:{server.server_address[1]}/hook", arrived)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
