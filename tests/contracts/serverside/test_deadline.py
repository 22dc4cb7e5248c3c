"""An answer has an end, whatever keeps coming."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest

from contracts import clock
from contracts.serverside import caller
from contracts.serverside.caller import Caller, Recorder
from contracts.serverside.exchange import MOST_SHOWN
from contracts.serverside.target import Target

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"


@contextmanager
def dribbling(head: bytes, piece: bytes) -> Iterator[str]:
    """Serve one answer that never ends; yield the base URL."""
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.recv(65_536)
                connection.sendall(head)
                while not over.wait(0.02):
                    connection.sendall(piece)

        thread = Thread(target=answer)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize(
    ("head", "piece", "status"), [(HEAD, b" ", 200), (b"", b"HTTP/1.1 100 Continue\r\n\r\n", None)]
)
def test_an_answer_that_never_ends_is_left(head: bytes, piece: bytes, status: int | None) -> None:
    """A byte now and then, or a promise of one, does not keep anybody waiting for ever."""
    with dribbling(head, piece) as base_url:
        call = Caller(Target(base_url, "k", patience=0.3), Recorder(), "k")
        begun = clock.now()
        answer = call.send("GET", "/me")
        call.close()
    assert answer.status == status
    assert (answer.error or "").startswith("nothing came in time: ")
    assert clock.now() - begun < 5


def test_an_answer_that_is_too_long_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only its beginning: thousands of them would fill the memory."""
    monkeypatch.setattr(caller, "MOST_BODY", 100_000)
    with dribbling(HEAD, b" " * 50_000) as base_url:
        call = Caller(Target(base_url, "k", patience=5), Recorder(), "k")
        answer = call.send("GET", "/me")
        call.close()
    assert answer.error == "the answer is longer than 100000 bytes"
    assert len(answer.body) == MOST_SHOWN


def test_a_stream_has_an_end_of_its_own() -> None:
    """Its lines may come for longer than an answer may take."""
    with dribbling(HEAD, b"{}\n") as base_url:
        call = Caller(Target(base_url, "k", patience=0.1), Recorder(), "k")
        with call.opened("/tasks/t/stream") as stream:
            assert sum(len(piece) for piece in stream.pieces(0.3)) > 0
        call.close()
    assert stream.error == "the stream had not ended after 0.3 s"
