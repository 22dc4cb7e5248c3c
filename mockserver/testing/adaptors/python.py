"""The adaptor of the official Python client, synchronous: `pip install inferencesh` beside the kit.

A translator and nothing else: what the client leaves out, it leaves out, and what the client raises is told as it is.
"""

import hashlib
import importlib.metadata
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from contracts.clientside.adapting import CannotError, serve

SUPPORTS = (
    "run",
    "run.wait",
    "webhook",
    "stream",
    "stream.ndjson",
    "get",
    "wait",
    "cancel",
    "upload",
    "download",
    "session",
)  # fmt: skip - a list of words


class Official:
    """Translates calls for `inferencesh.Inference`."""

    supports = SUPPORTS
    name = "inferencesh (Python, sync)"

    def __init__(self, library: Any) -> None:  # noqa: ANN401  # the module, imported late
        """Adapt the imported package."""
        self.library = library
        version = importlib.metadata.version("inferencesh")
        self.client: Mapping[str, str] = MappingProxyType(
            {"name": self.name, "version": version, "language": "python", "homepage": "https://inference.sh"}
        )

    def run(self, order: Mapping[str, Any], app: str, **told: Any) -> dict[str, Any]:  # noqa: ANN401  # as calls.toml says
        """Submit, and wait if that is wanted."""
        api = self._api(order)
        params = {"app": app, "input": paths(told["input"])}
        params |= {key: told[key] for key in ("webhook", "session") if key in told}
        if told.get("wait") and not told.get("timeout_ms"):
            return task_told(api.run(params))
        found = api.run(params, wait=False)
        if not told.get("wait"):
            return task_told(found)
        return task_told(api.wait_for_completion(found["id"], timeout=told["timeout_ms"] / 1000))

    def stream(self, order: Mapping[str, Any], task: str, transport: str = "ndjson", **_: Any) -> dict[str, Any]:  # noqa: ANN401  # as calls.toml says
        """Follow a task; it takes no time limit."""
        if transport != "ndjson":
            raise CannotError(f"stream.{transport}")
        with self._api(order).stream_task(task) as stream:
            updates = [{"status": row.get("status"), "progress": row.get("progress")} for row in stream]
            return streamed(updates, stream.result)

    def get(self, order: Mapping[str, Any], task: str) -> dict[str, Any]:
        """Fetch a task."""
        return task_told(self._api(order).get_task(task).data)

    def wait(self, order: Mapping[str, Any], task: str, by: str = "", **told: Any) -> dict[str, Any]:  # noqa: ANN401  # as calls.toml says
        """Wait for the end."""
        if by:
            raise CannotError(f"wait.{by}")
        return task_told(self._api(order).wait_for_completion(task, timeout=seconds(told)))

    def cancel(self, order: Mapping[str, Any], task: str) -> dict[str, Any]:
        """Cancel a task."""
        self._api(order).cancel(task)
        return {}

    def upload(self, order: Mapping[str, Any], path: str, media_type: str) -> dict[str, Any]:
        """Upload a file."""
        options = self.library.UploadFileOptions(content_type=media_type)
        return {"uri": self._api(order).upload_file(path, options)["uri"]}

    def download(self, _order: Mapping[str, Any], url: str, path: str) -> dict[str, Any]:
        """Let the client's File fetch an output into its cache, and take it from there."""
        cached = Path(str(self.library.File(uri=url).path))
        shutil.move(cached, path)
        content = Path(path).read_bytes()
        return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def end_session(self, order: Mapping[str, Any], session: str) -> dict[str, Any]:
        """End a session."""
        self._api(order).sessions.end(session)
        return {}

    def told(self, error: Exception) -> dict[str, Any]:
        """Return what the error's members tell; what is in its text, the text tells."""
        return error_told(error)

    def forget(self, case: str) -> None:
        """Keep nothing: each call has a client of its own."""

    def _api(self, order: Mapping[str, Any]) -> Any:  # noqa: ANN401  # a class of a package that need not be there
        return self.library.Inference(api_key=order["api_key"], base_url=order["base_url"])


def paths(value: Any) -> Any:  # noqa: ANN401  # JSON
    """Return an input in the client's own form: a local file is the text of its path."""
    if isinstance(value, Mapping) and set(value) == {"$file"}:
        return value["$file"]["path"]
    if isinstance(value, Mapping):
        return {key: paths(member) for key, member in value.items()}
    return [paths(member) for member in value] if isinstance(value, list) else value


def task_told(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a task as the client's user sees it."""
    names = ("id", "status", "progress", "output", "error")
    return {**{name: found.get(name) for name in names}, "session": found.get("session_id")}


def streamed(updates: list[dict[str, Any]], end: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what a stream told."""
    return {"updates": updates[-2000:], "end": None if end is None else task_told(end)}


def seconds(told: Mapping[str, Any]) -> float | None:
    """Return a time limit in the client's unit."""
    return told["timeout_ms"] / 1000 if told.get("timeout_ms") else None


def error_told(error: Exception) -> dict[str, Any]:
    """Return what an error's members tell. The body of a problem is one, as text, and is read as a user would."""
    try:
        body = json.loads(getattr(error, "response_body", None) or "{}")
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    violations = body.get("errors")
    return {
        "class": type(error).__name__,
        "message": str(error) or repr(error),
        "status": getattr(error, "status_code", None),
        "code": getattr(error, "code", None) if hasattr(error, "status_code") else None,
        "request_id": body.get("request_id"),
        "violations": violations if isinstance(violations, list) else None,
        "timeout": isinstance(error, TimeoutError) or "Timeout" in type(error).__name__,
    }


def library(*needed: str) -> Any:  # noqa: ANN401  # a module
    """Import the client, or end with what to install."""
    try:
        for name in needed:
            importlib.import_module(name)
        return importlib.import_module("inferencesh")
    except ImportError as error:
        sys.exit(f"this adaptor needs the official client ({error}): pip install {' '.join(('inferencesh', *needed))}")


def served(adapted: Official) -> None:
    """Serve, with the client's cache of files in a folder that goes when it ends."""
    with tempfile.TemporaryDirectory(prefix="inferencesh-mock-adaptor-") as cache:
        os.environ["FILE_CACHE_DIR"] = cache
        serve(adapted)


def main() -> None:
    """Serve."""
    served(Official(library("requests")))


if __name__ == "__main__":
    main()
