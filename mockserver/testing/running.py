"""An emulator in a thread of the test process, and the worlds a test steers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from mockserver import rng
from mockserver.settings import Settings

START_SECONDS = 20.0
"""How long a start may take on a busy machine before it counts as failed."""


class RunningServer:
    """A serving emulator."""

    def __init__(self, base_url: str, settings: Settings) -> None:
        """Describe a server that serves at `base_url`."""
        self.base_url = base_url
        self.settings = settings

    def world(self, api_key: str | None = None) -> "World":
        """Return the world of a key; without one, of a key that nobody has used."""
        return World(self.base_url, api_key or f"test_{rng.fresh_seed():016x}")


class World:
    """What a test holds: the address, a key of its own, and the control plane of that key."""

    def __init__(self, base_url: str, api_key: str) -> None:
        """Name a world; it comes into being on first use."""
        self.base_url = base_url
        self.api_key = api_key

    def configure(self, **behaviour: Any) -> None:  # noqa: ANN401  # settings of several types
        """Change how this world behaves, for example `configure(latency="instant", enforce="observed")`."""
        self.control("PATCH", "/settings", behaviour)

    def freeze(self) -> None:
        """Make this world's clock a test clock, which stands still until `advance`."""
        self.control("PUT", "/clock", {"mode": "manual"})

    def advance(self, seconds: float | None = None) -> list[dict[str, Any]]:
        """Move the test clock by seconds, or until idle when None; return what fired, in order.

        Raises:
            RuntimeError: the clock is not frozen; call `freeze` first.
        """
        moved = self.control("POST", "/clock/advance", {"until": "idle"} if seconds is None else {"seconds": seconds})
        fired: list[dict[str, Any]] = moved["fired"]
        return fired

    def journal(self, **filters: str) -> list[dict[str, Any]]:
        """Return the exchanges of this world, the oldest first; filters as in GET /_mock/journal."""
        listed = self.control("GET", "/journal", params={"limit": "100000", **filters})
        exchanges: list[dict[str, Any]] = listed["exchanges"]
        return exchanges[::-1]

    def deliveries(self, **filters: str) -> list[dict[str, Any]]:
        """Return the webhook deliveries of this world, the oldest first; filters as in GET /_mock/deliveries."""
        listed = self.control("GET", "/deliveries", params={"limit": "100000", **filters})
        found: list[dict[str, Any]] = listed["deliveries"]
        return found[::-1]

    def task(self, task_id: str) -> dict[str, Any]:
        """Return what only the emulator knows of a task."""
        return self.control("GET", f"/tasks/{task_id}")

    def reset(self) -> None:
        """Make the world as if its key had never been used."""
        self.control("POST", "/reset")

    def control(
        self,
        method: str,
        path: str,
        body: Any = None,  # noqa: ANN401  # JSON
        params: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """Send a request to the control plane and return its answer.

        Raises:
            RuntimeError: it was refused; the message is the problem's detail.
        """
        import httpx

        answer = httpx.request(
            method,
            f"{self.base_url}/_mock/{path.removeprefix('/')}",
            json=body,
            params=params,
            headers={"Authorization": f"Bearer {self.api_key}"},
            timeout=60.0,
            trust_env=False,
        )
        document: dict[str, Any] = answer.json()
        if answer.is_error:
            raise RuntimeError(f"{method} /_mock/{path.removeprefix('/')}: {document.get('detail', answer.text)}")
        return document


@contextmanager
def serving(settings: Settings | None = None) -> Iterator[RunningServer]:
    """Run an emulator in a thread for as long as the context lasts.

    Args:
        settings: as for `create_app`; the port is a free one unless the settings name one other than the default.

    Raises:
        RuntimeError: it did not start.
    """
    # Here and not at the top: pytest loads this module at every start, whoever uses it.
    from mockserver.app import create_app
    from mockserver.server import Server, address, bind

    chosen = settings or Settings(port=0)
    if chosen.port == Settings().port:
        chosen = replace(chosen, port=0)
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
