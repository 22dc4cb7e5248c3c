"""The control plane of one world, over HTTP: small requests of a test, so no client library and no connection kept."""

import http.client
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

PATIENCE_SECONDS = 60.0
"""Real time that an answer may take."""


class ControlPlane:
    """Sends requests under /_mock in the name of one key."""

    def __init__(self, base_url: str, api_key: str, token: str | None = None) -> None:
        """Describe where.

        Args:
            base_url: of the emulator.
            api_key: names the world.
            token: what X-Mock-Token has to say, of an emulator bound beyond loopback.
        """
        self._base = urlsplit(base_url)
        self._headers = {"Authorization": f"Bearer {api_key}"} | ({} if token is None else {"X-Mock-Token": token})

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,  # noqa: ANN401  # JSON
        params: dict[str, str] | None = None,
        seconds: float = PATIENCE_SECONDS,
    ) -> dict[str, Any]:
        """Send a request and return its answer.

        Raises:
            RuntimeError: it was refused; the message is the problem's detail.
            ConnectionError: nobody answers there.
        """
        name = f"/_mock/{path.removeprefix('/')}"
        kind = http.client.HTTPSConnection if self._base.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._base.hostname or "", self._base.port, timeout=seconds)
        headers = self._headers if body is None else {**self._headers, "Content-Type": "application/json"}
        target = self._base.path.rstrip("/") + name + (f"?{urlencode(params)}" if params else "")
        try:
            connection.request(method, target, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            status, content = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise ConnectionError(f"{method} {name}: the emulator at {self._base.geturl()}: {error}") from None
        finally:
            connection.close()
        try:
            document: dict[str, Any] = json.loads(content)
        except ValueError:
            raise RuntimeError(f"{method} {name}: no emulator answers at {self._base.geturl()}") from None
        if status >= 400:
            raise RuntimeError(f"{method} {name}: {document.get('detail', document)}")
        return document
