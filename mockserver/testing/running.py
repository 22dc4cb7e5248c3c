"""A running emulator that tests talk to: in a thread of their process, in a process of its own, or somewhere."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from mockserver import rng
from mockserver.settings import Settings
from mockserver.testing.world import World

START_SECONDS = 20.0
"""How long a start may take on a busy machine before it counts as failed."""


class RunningServer:
    """A serving emulator."""

    def __init__(self, base_url: str, settings: Settings | None = None, control_token: str | None = None) -> None:
        """Describe a server.

        Args:
            base_url: where it serves.
            settings: what it was started with; None where somebody else started it.
            control_token: what its control plane wants; the settings' own unless given.
        """
        self.base_url = base_url
        self.settings = settings
        self.control_token = control_token or (None if settings is None else settings.control_token)

    def world(self, api_key: str | None = None) -> World:
        """Return the world of a key; without one, of a key that nobody has used."""
        return World(self.base_url, api_key or f"test_{rng.fresh_seed():016x}", self.control_token)


@contextmanager
def serving(settings: Settings | None = None, *, port: int | None = None) -> Iterator[RunningServer]:
    """Run an emulator in a thread for as long as the context lasts.

    Args:
        settings: as for `create_app`; the port is a free one unless the settings name one other than the default.
        port: the one to take, whatever the settings say.

    Raises:
        RuntimeError: it did not start.
        ServerError: the port cannot be had.
    """
    # Here and not at the top: pytest loads this module at every start, whoever uses it.
    from mockserver.app import create_app
    from mockserver.server import Server, address, bind

    chosen = settings or Settings(port=0)
    if port is not None or chosen.port == Settings().port:
        chosen = replace(chosen, port=port or 0)
    listener = bind(chosen)
    ready = threading.Event()
    server = Server(create_app(chosen), chosen, ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="inferencesh-mock", daemon=True)
    thread.start()
    try:
        if not ready.wait(START_SECONDS):
            raise RuntimeError(f"the emulator did not start within {START_SECONDS:g} s; its log says why")
        yield RunningServer(address(listener), chosen)
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
