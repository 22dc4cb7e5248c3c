"""The rendering process: `python -m mockserver.media.worker`. Reads orders from its input, answers on its output.

Both ways a message is four bytes of length and a pickle; an answer is the file, or the error that rendering raised.
The process ends with its input, so it never outlives its server.
"""

import pickle
import struct
import sys
from typing import IO, Any

LENGTH = struct.Struct(">I")


def send(stream: IO[bytes], message: Any) -> None:  # noqa: ANN401  # whatever both sides agree on
    """Write a message."""
    text = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    stream.write(LENGTH.pack(len(text)) + text)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:  # noqa: ANN401  # whatever both sides agree on
    """Read a message.

    Raises:
        EOFError: the other side is gone.
    """
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    text = stream.read(length)
    if len(text) < length:
        raise EOFError
    return pickle.loads(text)  # noqa: S301  # from our own process, over a pipe of ours


def main() -> None:
    """Render until the input ends."""
    from mockserver.media.film import render

    orders, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            order = receive(orders)
        except EOFError:
            return
        try:
            answer: bytes | Exception = render(*order)
        except Exception as error:  # noqa: BLE001  # told to the server, which raises it where the video was asked for
            answer = error
        send(answers, answer)


if __name__ == "__main__":
    main()
