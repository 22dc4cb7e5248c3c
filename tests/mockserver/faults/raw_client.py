"""A client without a library: bytes out, bytes in, and how the connection ended. It bears whatever a server does."""

import http.client
import io
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from mockserver.testing import World

APP = "klingai/video-v2-6"
PATIENCE = 10.0
"""Real seconds after which an answer that does not go on counts as hanging."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came over one connection."""

    raw: bytes
    ending: Literal["closed", "reset", "open"]
    """open: the server has said nothing more, and not closed."""

    @property
    def head(self) -> bytes:
        """Status line and headers."""
        return self.raw.partition(b"\r\n\r\n")[0]

    @property
    def rest(self) -> bytes:
        """Everything after the headers, chunk sizes and all."""
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def status(self) -> int:
        """HTTP status."""
        return int(self.head.split(b" ", 2)[1])

    @property
    def headers(self) -> dict[str, str]:
        """Headers, names in lower case."""
        rows = (line.split(b": ", 1) for line in self.head.split(b"\r\n")[1:])
        return {name.decode().lower(): value.decode("latin-1") for name, value in rows}

    @property
    def chunks(self) -> list[bytes]:
        """The chunks of a chunked body; the last one as far as it came."""
        found, rest = [], self.rest
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            found.append(rest[: int(size, 16)])
            rest = rest[int(size, 16) + 2 :]
        return found

    @property
    def ended(self) -> bool:
        """Whether a chunked body came to its proper end."""
        return self.rest.endswith(b"0\r\n\r\n")

    @property
    def body(self) -> bytes:
        """The body, by whichever length the headers give it."""
        return b"".join(self.chunks) if self.headers.get("transfer-encoding") == "chunked" else self.rest

    def json(self) -> Any:  # JSON
        """The body parsed."""
        return json.loads(self.body)


class RawConnection:
    """One connection with one request on it."""

    def __init__(self, opened: socket.socket) -> None:
        """Take over a connection."""
        self.socket = opened
        self._got = bytearray()

    def until(self, wanted: bytes) -> bytes:
        """Read until some bytes have come and return everything so far."""
        while wanted not in self._got:
            got = self.socket.recv(65536)
            assert got, f"the connection closed after {bytes(self._got)!r}"
            self._got += got
        return bytes(self._got)

    def all(self, patience: float = PATIENCE) -> Seen:
        """Read to the end, of the answer or of the connection."""
        self.socket.settimeout(patience)
        ending: Literal["closed", "reset", "open"] = "closed"
        try:
            while got := self.socket.recv(65536):
                self._got += got
                if _whole(bytes(self._got)):
                    ending = "open"
                    break
        except ConnectionResetError:
            ending = "reset"
        except TimeoutError:
            ending = "open"
        return Seen(bytes(self._got), ending)


class RawClient:
    """Sends requests in the name of a world."""

    def __init__(self, world: World) -> None:
        """Use a world's key."""
        self.world = world
        parts = urlsplit(world.base_url)
        self._address = (parts.hostname or "", parts.port or 80)

    @contextmanager
    def connection(
        self,
        method: str,
        target: str,
        *,
        body: Any = None,
        **headers: str,  # JSON or bytes
    ) -> Iterator[RawConnection]:
        """Send a request and hand its connection over; underscores in header names are hyphens."""
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        target = target.removeprefix(self.world.base_url)
        told = {
            "Host": f"{self._address[0]}:{self._address[1]}",
            "Authorization": f"Bearer {self.world.api_key}",
            "Content-Length": str(len(content)),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        with socket.create_connection(self._address, timeout=PATIENCE) as opened:
            lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
            opened.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + content)
            yield RawConnection(opened)

    def send(
        self,
        method: str,
        target: str,
        *,
        body: Any = None,
        **headers: str,  # JSON or bytes
    ) -> Seen:
        """Send a request and return everything that comes."""
        with self.connection(method, target, body=body, **headers) as opened:
            return opened.all()

    def run(self, prompt: str = "A boat", *, more: dict[str, Any] | None = None, **given: Any) -> Seen:
        """Submit a run."""
        body = {"app": APP, "input": {"prompt": prompt, **given}, **(more or {})}
        return self.send("POST", "/apps/run", body=body, X_API_Version="2")

    def task(self, prompt: str = "A boat") -> str:
        """Submit a run and return its task's id."""
        return cast("str", self.run(prompt).json()["id"])

    def video(self) -> str:
        """Run a task to its end and return its video's address."""
        task = self.task()
        self.world.advance()
        return cast("str", self.send("GET", f"/tasks/{task}", X_API_Version="2").json()["output"]["video"])

    def arm(self, on: str, fault: str, *, nth: int = 1, **arguments: Any) -> None:  # of any type
        """Arm one fault in the place of whatever was armed."""
        step = {"on": on, "nth": nth, "do": {"fault": fault, **arguments}}
        self.world.control("PUT", "/plan", {"steps": [step]})

    def ledger(self) -> list[dict[str, Any]]:
        """What became of what is armed."""
        return cast("list[dict[str, Any]]", self.world.control("GET", "/plan")["ledger"])

    def state(self) -> str:
        """What became of the one step that is armed."""
        (entry,) = self.ledger()
        return cast("str", entry["state"])


class _Bytes:
    """What http.client takes for a socket."""

    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)

    def makefile(self, _mode: str) -> io.BytesIO:
        """Return the bytes as a file."""
        return self._file


def _whole(raw: bytes) -> bool:
    """Whether some bytes are a complete answer."""
    if b"\r\n\r\n" not in raw:
        return False
    answer = http.client.HTTPResponse(cast("socket.socket", _Bytes(raw)))
    try:
        answer.begin()
        if answer.chunked or answer.length is not None:
            answer.read()
            return True
    except (http.client.HTTPException, ValueError):
        pass
    return False
