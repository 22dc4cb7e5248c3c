"""The adaptor of the official Python client, synchronous: `pip install inferencesh` beside the kit.

A translator and nothing else: what the client leaves out, it leaves out, and what the client raises is told as it is.
It fits releases from 0.4.29 on, for it looks at the package: what a release has no method for is not claimed, and a
time limit is told to those that take one. It needs nothing but the client, `requests` and this project on the path.
"""

import hashlib
import importlib.metadata
import inspect
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

METHODS: Mapping[str, str] = MappingProxyType(
    {
        "stream": "stream_task",
        "get": "get_task",
        "wait": "wait_for_completion",
        "cancel": "cancel",
        "upload": "upload_file",
        "session": "sessions",
    }
)
"""By capability: the member of the client's class that shows it."""

READERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"stream.ndjson": ("_iter_ndjson", "_aiter_ndjson"), "stream.sse": ("_iter_sse", "_aiter_sse")}
)
"""By form of a stream: what reads its lines, in either class. A release has one form, and no public name tells it."""


class Official:
    """Translates calls for `inferencesh.Inference`."""

    name = "inferencesh (Python, sync)"
    offers = "Inference"

    def __init__(self, library: Any) -> None:  # noqa: ANN401  # the module, imported late
        """Adapt the imported package."""
        self.library = library
        self.made = getattr(library, self.offers)
        self.supports = supports(self.made)
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
        return task_told(api.wait_for_completion(found["id"], **self.limited(told)))

    def stream(self, order: Mapping[str, Any], task: str, transport: str = "", **_: Any) -> dict[str, Any]:  # noqa: ANN401  # as calls.toml says
        """Follow a task; it takes no time limit."""
        self.speaks(transport)
        with self._api(order).stream_task(task) as stream:
            updates = [{"status": row.get("status"), "progress": row.get("progress")} for row in stream]
            return streamed(updates, stream.result)

    def get(self, order: Mapping[str, Any], task: str) -> dict[str, Any]:
        """Fetch a task."""
        return task_told(record(self._api(order).get_task(task)))

    def wait(self, order: Mapping[str, Any], task: str, by: str = "", **told: Any) -> dict[str, Any]:  # noqa: ANN401  # as calls.toml says
        """Wait for the end."""
        if by:
            raise CannotError(f"wait.{by}")
        return task_told(self._api(order).wait_for_completion(task, **self.limited(told)))

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

    def speaks(self, transport: str) -> None:
        """Refuse a form of streams that this release does not read. Raises CannotError."""
        if transport and f"stream.{transport}" not in self.supports:
            raise CannotError(f"stream.{transport}")

    def limited(self, told: Mapping[str, Any]) -> dict[str, float]:
        """Return a time limit in the client's own terms; before 0.7.7 it takes none."""
        takes = "timeout" in inspect.signature(self.made.wait_for_completion).parameters
        return {"timeout": told["timeout_ms"] / 1000} if takes and told.get("timeout_ms") else {}

    def _api(self, order: Mapping[str, Any]) -> Any:  # noqa: ANN401  # a class of a package that need not be there
        return self.made(api_key=order["api_key"], base_url=order["base_url"])


def supports(made: type) -> tuple[str, ...]:
    """Return what a class of the client is able to do."""
    methods = [capability for capability, name in METHODS.items() if hasattr(made, name)]
    forms = [form for form, names in READERS.items() if any(hasattr(made, name) for name in names)]
    return ("run", "run.wait", "webhook", "download", *methods, *(forms if "stream" in methods else ()))


def record(found: Any) -> Any:  # noqa: ANN401  # what the client returns
    """Return the task of an answer: since 0.7.22 it is a member of it."""
    return getattr(found, "data", found)


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


def error_told(error: Exception) -> dict[str, Any]:
    """Return what an error's members tell. The body of a problem is one, as text, and is read as a user would.

    Before 0.5.2 it is the error of `requests`, whose `response` has the status and the body.
    """
    answer = getattr(error, "response", None)
    try:
        body = json.loads(getattr(error, "response_body", None) or getattr(answer, "text", None) or "{}")
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    violations, error_in_it = body.get("errors"), body.get("error")
    inner = error_in_it if isinstance(error_in_it, dict) else {}
    code = str(body.get("type", "")).rpartition("/")[2] or inner.get("code")
    return {
        "class": type(error).__name__,
        "message": str(error) or repr(error),
        "status": getattr(error, "status_code", getattr(answer, "status_code", None)),
        "code": (getattr(error, "code", None) if hasattr(error, "status_code") else None) or code,
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
