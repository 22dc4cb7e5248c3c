"""The end of a server that somebody still wants something of: quick, quiet, exit code 0."""

import asyncio
import signal
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import orjson
import pytest
from starlette.types import Message

from mockserver.clock import real_now

from .asgi import APP, HOST, Client, emulated, scope_of
from .processes import Served, serving

END_SECONDS = 2.0
KEY = {"authorization": "Bearer test-key"}
HALF = "Host: 127.0.0.1\r\nAuthorization: Bearer test-key\r\nContent-Length: 100\r\n"


def half_sent(served: Served, start: str) -> socket.socket:
    """Open a connection, send a part of a request, and return once the server works on it."""
    parts = urlsplit(served.url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=20)
    connection.sendall(start.encode())
    return connection


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_half_sent_requests_do_not_hold_up_the_end(tmp_path: Path, number: signal.Signals) -> None:
    """Half a body is answered 503 and the connection closed, half a head is closed; nothing on stderr."""
    with serving("--port", "0", cwd=tmp_path) as served:
        created = httpx.post(f"{served.url}/files", json={"files": [{"uri": ""}]}, headers=KEY).json()
        upload = urlsplit(created["data"][0]["upload_url"])
        opened = [
            half_sent(served, f"{line} HTTP/1.1\r\n{HALF}{more}\r\n\r\n" + '{"app":')
            for line, more in (
                ("POST /apps/run", ""),
                (f"PUT {upload.path}?{upload.query}", ""),
                ("POST /files", "Content-Type: multipart/form-data; boundary=B"),
                ("POST /_mock/credits", "Content-Type: application/json"),
            )
        ]
        cut = half_sent(served, "POST /apps/run HTTP/1.1\r\nHost: x\r\nAuthoriz")
        while sum(row["status"] is None for row in journal(served)) < 3:
            pass
        begin = real_now()
        served.process.send_signal(number)
        answers = [everything(connection) for connection in opened]
        assert everything(cut) == b""
        _, errors = served.process.communicate(timeout=20)
        taken = real_now() - begin
    assert (served.process.returncode, errors) == (0, "")
    assert taken < END_SECONDS
    for answer in answers:
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 ")
        assert b"connection: close" in head.lower()
        assert orjson.loads(body)["type"].endswith("/service_unavailable")


def journal(served: Served) -> list[dict[str, object]]:
    """Return the exchanges, those under way with them."""
    rows: list[dict[str, object]] = httpx.get(f"{served.url}/_mock/journal", headers=KEY).json()["exchanges"]
    return rows


def everything(connection: socket.socket) -> bytes:
    """Read to the end and close."""
    found = b""
    with connection:
        while part := connection.recv(65536):
            found += part
    return found


@pytest.mark.anyio
async def test_half_a_body_is_refused_with_the_server() -> None:
    """Whoever has not sent the whole body is answered 503 at once, and so is who comes later."""
    async with emulated() as client:
        half = client.open("POST", "/apps/run", body=b'{"app":', broken=True)
        half_told = client.open("POST", "/_mock/credits", body=b"{", broken=True)
        while not half.bytes_read or not half_told.bytes_read:
            await client.get("/me")
        client.emulator.begin_closing()
        for connection in (half, half_told):
            reply = await connection.finished()
            assert (reply.status, reply.headers["connection"]) == (503, "close")
        late = await client.post("/apps/run", {"app": APP, "input": {"prompt": "x"}})
        assert (late.status, late.code) == (503, "service_unavailable")


@pytest.mark.anyio
@pytest.mark.parametrize("closing", [False, True])
async def test_a_cancelled_request_is_answered_only_when_the_server_ends(client: Client, closing: bool) -> None:
    """Whoever cancels one while the server runs meant it; at the end it is a 503 like the others, and no traceback."""
    body = orjson.dumps({"app": APP, "input": {"prompt": "x"}})
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    answer: list[Message] = []

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        answer.append(message)

    headers = [(b"host", HOST.encode()), (b"authorization", b"Bearer test-key")]
    waiting = asyncio.ensure_future(client.app(scope_of("POST", "/apps/run?wait=true", headers), receive, send))
    while not client.world.tasks:
        await client.get("/me")
    client.emulator.closing = closing
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled() is not closing
    assert [message.get("status") for message in answer] == ([503, None] if closing else [])
