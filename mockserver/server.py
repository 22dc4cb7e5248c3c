"""Runs the emulator under uvicorn: one line when it really answers, and a quick, clean end."""

import gc
import logging
import os
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

import uvicorn
from starlette.applications import Starlette

from mockserver.app import create_app
from mockserver.connection import HttpConnection
from mockserver.emulator import Emulator
from mockserver.settings import Settings

SHUTDOWN_SECONDS = 1
"""How long connections may take to end; the whole server is gone within 2 s of SIGTERM."""


class ServerError(Exception):
    """The server cannot start; the message says why and what to do."""


class Server(uvicorn.Server):
    """A uvicorn server that ends open streams when it is told to stop."""

    def __init__(self, app: Starlette, settings: Settings, on_serving: Callable[[], None]) -> None:
        """Make a server for an emulator's application.

        Args:
            app: from `create_app`.
            settings: where to listen.
            on_serving: called once requests are really answered.
        """
        self._on_serving = on_serving
        self.emulator: Emulator = app.state.emulator
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                log_level="warning",
                access_log=False,
                use_colors=False,  # uvicorn would ask stdout, which may be closed
                proxy_headers=False,  # there is none in front, so what says it comes from one is made up
                server_header=False,
                http=HttpConnection,  # tells faults the connection under each exchange
                ws="none",  # nothing here speaks WebSocket; with a library installed uvicorn would try to
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End on SIGINT and SIGTERM, and with exit code 0: uvicorn's own way raises the signal again afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._on_serving()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End streams first: they would keep their connections open until the time-out."""
        self.emulator.begin_closing()
        await super().shutdown(sockets)


def bind(settings: Settings) -> socket.socket:
    """Return the listening socket.

    Raises:
        ServerError: the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise ServerError(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror or error}; "
            "is another one running? Use --port 0 for a free port"
        ) from None
    listener.listen(2048)
    return listener


def address(listener: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        ServerError: the address cannot be had.
    """
    _occupy_standard_streams()
    listener = bind(settings)
    _raise_open_files()
    _quieten()
    app = create_app(settings)
    url = address(listener)
    server = Server(app, settings, lambda: _announce(url))
    # Ten thousand streams make many objects that live long; without this the collector pauses everybody (MEASURED.md).
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1000)
    try:
        server.run(sockets=[listener])
    finally:
        _flush(sys.stderr)


def _occupy_standard_streams() -> None:
    """Open nothing in the place of streams that were closed: a socket there would make libuv abort when it closes."""
    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(opened)


def _announce(url: str) -> None:
    """Write the one line on stdout; a server whose stdout is closed, full or read by nobody serves all the same."""
    if sys.stdout is None:
        return
    with suppress(OSError, ValueError):
        sys.stdout.write(f"serving {url}\n")
    _flush(sys.stdout)


def _flush(stream: TextIO | None) -> None:
    """Write out what a standard stream holds; what cannot be written is dropped, for Python would exit with 120."""
    if stream is None:
        return
    try:
        stream.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _quieten() -> None:
    """Keep libraries from commenting on stderr what clients send; they are told in the answer (images.py, files.py)."""
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module="PIL")


def _raise_open_files() -> None:
    """Allow as many open connections as the system lets us: every stream is one, and the usual 1024 are soon gone."""
    try:
        import resource
    except ImportError:  # no such limit on this system
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # some systems name a limit they do not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
