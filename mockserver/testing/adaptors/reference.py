"""The adaptor of the reference client."""

import hashlib
import threading
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from contracts.clientside.adapting import serve
from contracts.clientside.reference import Client
from contracts.clientside.reference_reading import ClientError, TimeLimitError
from contracts.clientside.reference_webhooks import Receiver, verified
from mockserver import __version__


class Reference:
    """Translates calls for the reference client."""

    client: Mapping[str, str] = MappingProxyType(
        {"name": "inferencesh-mock reference", "version": __version__, "language": "python"}
    )
    supports: tuple[str, ...] = (
        "run",
        "run.wait",
        "stream",
        "stream.ndjson",
        "stream.sse",
        "get",
        "wait",
        "wait.poll",
        "cancel",
        "list",
        "upload",
        "download",
        "session",
        "webhook",
        "webhook.verify",
        "webhook.receive",
    )  # fmt: skip - a list of words

    make = Client

    def __init__(self) -> None:
        """Know no case yet."""
        self._clients: dict[str, Client] = {}
        self._receivers: dict[str, Receiver] = {}
        self._lock = threading.Lock()

    def run(self, order: Mapping[str, Any], app: str, **told: Any) -> dict[str, Any]:  # noqa: ANN401  # as calls.toml says
        """Submit, and wait if that is wanted."""
        api = self._api(order)
        options = {key: told[key] for key in ("webhook", "session") if key in told}
        task = api.run(app, told["input"], _seconds(told), **options)
        if told.get("wait"):
            task = {**api.wait(task["id"], _seconds(told)), "session_id": task.get("session_id")}
        return _task(task)

    def stream(self, order: Mapping[str, Any], task: str, **told: Any) -> dict[str, Any]:  # noqa: ANN401  # as calls.toml says
        """Follow a task, and look how it has ended."""
        api = self._api(order)
        updates = [
            {"status": row.get("status"), "progress": row.get("progress")}
            for row in api.stream(task, told.get("transport", "ndjson"), _seconds(told))
        ]
        return {"updates": updates[-2000:], "end": _task(api.wait(task, _seconds(told), poll=True))}

    def get(self, order: Mapping[str, Any], task: str) -> dict[str, Any]:
        """Fetch a task."""
        return _task(self._api(order).get(task))

    def wait(self, order: Mapping[str, Any], task: str, **told: Any) -> dict[str, Any]:  # noqa: ANN401  # as calls.toml says
        """Wait for the end."""
        return _task(self._api(order).wait(task, _seconds(told), poll=told.get("by") == "poll"))

    def cancel(self, order: Mapping[str, Any], task: str) -> dict[str, Any]:
        """Cancel a task."""
        return self._api(order).cancel(task)

    def list(self, order: Mapping[str, Any], page: int = 100) -> dict[str, Any]:
        """List all ids."""
        return {"ids": self._api(order).list(page)}

    def upload(self, order: Mapping[str, Any], path: str, media_type: str) -> dict[str, Any]:
        """Upload a file."""
        return {"uri": self._api(order).upload(path, media_type)}

    def download(self, order: Mapping[str, Any], url: str, path: str) -> dict[str, Any]:
        """Fetch a video."""
        count = self._api(order).download(url, path)
        return {"bytes": count, "sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest()}

    def end_session(self, order: Mapping[str, Any], session: str) -> dict[str, Any]:
        """End a session."""
        self._api(order).end_session(session)
        return {}

    def verify_webhook(
        self, _order: Mapping[str, Any], headers: Mapping[str, str], body: str, secret: str
    ) -> dict[str, Any]:
        """Check a webhook."""
        told = verified(headers, body.encode(), secret)
        return {"valid": told is not None, "task": told and told["id"], "status": told and told.get("status")}

    def listen(self, order: Mapping[str, Any], secret: str | None = None) -> dict[str, Any]:
        """Open a receiver for the case."""
        receiver = Receiver(secret)
        with self._lock:
            self._receivers[order["case"]] = receiver
        return {"url": receiver.url}

    def heard(self, order: Mapping[str, Any], count: int, timeout_ms: int) -> dict[str, Any]:
        """Tell what the receiver has made known."""
        return {"events": self._receivers[order["case"]].heard(count, timeout_ms / 1000)}

    def told(self, error: Exception) -> dict[str, Any]:
        """Return all that an error knows."""
        known = dict(error.known) if isinstance(error, ClientError) else {}
        names = ("status", "code", "task", "request_id", "retry_after", "violations")
        return {
            "class": type(error).__name__,
            "message": str(error),
            "timeout": isinstance(error, TimeLimitError),
            **{name: known.get(name) for name in names},
        }

    def forget(self, case: str) -> None:
        """Close the case's client."""
        with self._lock:
            client, receiver = self._clients.pop(case, None), self._receivers.pop(case, None)
        if client is not None:
            client.close()
        if receiver is not None:
            receiver.close()

    def _api(self, order: Mapping[str, Any]) -> Client:
        with self._lock:
            if order["case"] not in self._clients:
                self._clients[order["case"]] = self.make(order["base_url"], order["api_key"])
            return self._clients[order["case"]]


def _task(task: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": task.get("id"),
        "status": task.get("status"),
        "progress": task.get("progress"),
        "output": task.get("output"),
        "error": task.get("error"),
        "session": task.get("session_id"),
    }


def _seconds(told: Mapping[str, Any]) -> float | None:
    return told["timeout_ms"] / 1000 if told.get("timeout_ms") else None


if __name__ == "__main__":
    serve(Reference())
