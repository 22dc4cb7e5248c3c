"""The rendering process: `python -m mockserver.media.worker`. Reads orders from its input, answers on its output.

A message is a kind, a length and that many bytes. Orders and errors are pickles; files are sent as they are, because
unpickling megabytes would copy them once more while the server's event loop waits. The process ends with its input,
so it never outlives its server.
"""

import pickle
import struct
import sys
from typing import IO

from contracts.apps.expectation import MediaExpectation
from mockserver.media.rendition import Rendition

_HEAD = struct.Struct(">cI")
_ORDER = b"o"
_FILE = b"f"
_ERROR = b"e"


def render_in(orders: IO[bytes], answers: IO[bytes], expectation: MediaExpectation, rendition: Rendition) -> bytes:
    """Have a video rendered by the process behind two pipes.

    Raises:
        EOFError: the process is gone.
        OSError: the same, noticed earlier.
        ValueError: as `mockserver.media.render`.
    """
    _send(orders, _ORDER, pickle.dumps((expectation, rendition), pickle.HIGHEST_PROTOCOL))
    kind, body = _receive(answers)
    if kind == _FILE:
        return body
    error = pickle.loads(body)  # noqa: S301  # from our own process, over a pipe of ours
    assert isinstance(error, Exception)  # noqa: S101  # nothing else is sent
    raise error


def main() -> None:
    """Render until the input ends."""
    from mockserver.media.film import render

    orders, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            _, order = _receive(orders)
        except EOFError:
            return
        try:
            file = render(*pickle.loads(order))  # noqa: S301  # from our own server, over a pipe of ours
        except Exception as error:  # noqa: BLE001  # told to the server, which raises it where the video was asked for
            _send(answers, _ERROR, pickle.dumps(error))
        else:
            _send(answers, _FILE, file)


def _send(stream: IO[bytes], kind: bytes, body: bytes) -> None:
    stream.write(_HEAD.pack(kind, len(body)))
    stream.write(body)
    stream.flush()


def _receive(stream: IO[bytes]) -> tuple[bytes, bytes]:
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise EOFError
    kind, length = _HEAD.unpack(head)
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return kind, body


if __name__ == "__main__":
    main()
