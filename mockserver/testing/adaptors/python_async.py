"""The adaptor of the official Python client, asynchronous: `pip install inferencesh aiohttp aiofiles`."""

import asyncio
from collections.abc import Mapping
from typing import Any

from contracts.clientside.adapting import CannotError
from mockserver.testing.adaptors import python


class OfficialAsync(python.Official):
    """Translates calls for `inferencesh.AsyncInference`; each call has an event loop of its own."""

    name = "inferencesh (Python, async)"
    offers = "AsyncInference"

    def run(self, order: Mapping[str, Any], app: str, **told: Any) -> dict[str, Any]:  # noqa: ANN401  # as calls.toml says
        """Submit, and wait if that is wanted."""
        return asyncio.run(self._run(order, app, told))

    async def _run(self, order: Mapping[str, Any], app: str, told: Mapping[str, Any]) -> dict[str, Any]:
        api = self._api(order)
        params = {"app": app, "input": python.paths(told["input"])}
        params |= {key: told[key] for key in ("webhook", "session") if key in told}
        if told.get("wait") and not told.get("timeout_ms"):
            return python.task_told(await api.run(params))
        found = await api.run(params, wait=False)
        if told.get("wait"):
            found = await api.wait_for_completion(found["id"], **self.limited(told))
        return python.task_told(found)

    def stream(self, order: Mapping[str, Any], task: str, transport: str = "", **_: Any) -> dict[str, Any]:  # noqa: ANN401  # as calls.toml says
        """Follow a task; it takes no time limit."""
        self.speaks(transport)
        return asyncio.run(self._stream(order, task))

    async def _stream(self, order: Mapping[str, Any], task: str) -> dict[str, Any]:
        async with self._api(order).stream_task(task) as stream:
            updates = [{"status": row.get("status"), "progress": row.get("progress")} async for row in stream]
            return python.streamed(updates, stream.result)

    def get(self, order: Mapping[str, Any], task: str) -> dict[str, Any]:
        """Fetch a task."""
        return python.task_told(python.record(asyncio.run(self._api(order).get_task(task))))

    def wait(self, order: Mapping[str, Any], task: str, by: str = "", **told: Any) -> dict[str, Any]:  # noqa: ANN401  # as calls.toml says
        """Wait for the end."""
        if by:
            raise CannotError(f"wait.{by}")
        return python.task_told(asyncio.run(self._api(order).wait_for_completion(task, **self.limited(told))))

    def cancel(self, order: Mapping[str, Any], task: str) -> dict[str, Any]:
        """Cancel a task."""
        asyncio.run(self._api(order).cancel(task))
        return {}

    def upload(self, order: Mapping[str, Any], path: str, media_type: str) -> dict[str, Any]:
        """Upload a file."""
        options = self.library.UploadFileOptions(content_type=media_type)
        return {"uri": asyncio.run(self._api(order).upload_file(path, options))["uri"]}

    def end_session(self, order: Mapping[str, Any], session: str) -> dict[str, Any]:
        """End a session."""
        asyncio.run(self._api(order).sessions.end(session))
        return {}


def main() -> None:
    """Serve."""
    python.served(OfficialAsync(python.library("aiohttp", "aiofiles")))


if __name__ == "__main__":
    main()
