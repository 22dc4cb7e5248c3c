"""A client that does everything right: the worked example of how to write one, and what the kit proves itself on.

Synchronous, on httpx. What it is careful about, and why, stands beside each part; `conform` tells which
case breaks a client that leaves the part out.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx

from contracts import clock, rng
from contracts.clientside.reference_reading import (
    COMPLETED,
    ApiError,
    ClientError,
    Json,
    OutputError,
    SubmissionUnknownError,
    Task,
    TaskError,
    TimeLimitError,
    ended,
    events,
    is_video,
    resource,
    trusted,
    update,
    word,
)

TRIES = 6
MOST_PAUSE = 8.0
MOST_RETRY_AFTER = 120.0
SILENCE = 35.0
"""Seconds without a byte before a stream counts as dead; the server sends a heartbeat every 10."""


class Client:
    """One account at one address."""

    def __init__(self, base_url: str, api_key: str, timeout: float = 30.0) -> None:
        """Connect; the key goes to this address alone, files and videos are fetched without it."""
        self.base_url = base_url.rstrip("/")
        self._api = httpx.Client(headers={"Authorization": f"Bearer {api_key}"}, timeout=timeout, verify=trusted())
        self._store = httpx.Client(timeout=timeout, verify=trusted())

    def close(self) -> None:
        """Close the connections."""
        self._api.close()
        self._store.close()

    # ------------------------------------------------------------------------------------------------------- tasks

    def run(self, app: str, given: Mapping[str, Json], timeout: float | None = None, **options: Json) -> Task:
        """Submit a task; never twice. There is no idempotency key, so whoever lost the answer looks before leaping."""
        body = {"app": app, "input": self._uploaded(given), **options}
        before = {task["id"] for task in self._page({"limit": 1})["items"]}
        try:
            return dict(self._call("POST", "/apps/run", body, limit=timeout))
        except (httpx.TransportError, ApiError) as error:
            if isinstance(error, ApiError) and not error.known.get("unclear"):
                raise
            for attempt in range(3):
                for task in self._page({"limit": 20})["items"]:
                    if task["id"] in before:
                        break
                    if task["input"] == body["input"]:
                        return dict(task)
                self._pause(attempt)
            raise SubmissionUnknownError(f"it is not known whether the run was accepted: {error}") from error

    def get(self, task: str) -> Task:
        """Fetch a task."""
        return dict(self._call("GET", f"/tasks/{task}", task=task))

    def list(self, page: int = 100) -> list[str]:
        """Return the ids of all tasks, page by page."""
        found, cursor = [], None
        while True:
            rows = self._page({"limit": page, **({"cursor": cursor} if cursor else {})})
            found += [task["id"] for task in rows["items"]]
            cursor = rows["next_cursor"]
            if not rows["has_next"] or not cursor:
                return found

    def cancel(self, task: str) -> Task:
        """Cancel a task."""
        return dict(self._call("POST", f"/tasks/{task}/cancel", task=task, again=True) or {})

    def end_session(self, session: str) -> None:
        """End a session."""
        self._call("DELETE", f"/sessions/{session}", again=True)

    def wait(self, task: str, timeout: float | None = None, *, poll: bool = False) -> Task:
        """Return a completed task; how it ended is asked of the task itself, whatever a stream has said.

        Raises:
            TaskError: it failed, was cancelled or rejected.
            TimeLimitError: it has not ended in time.
        """
        deadline = None if timeout is None else clock.now() + timeout
        for attempt in range(10_000):
            if not poll:
                for _ in self.stream(task, timeout=deadline and deadline - clock.now()):
                    pass
            found = self.get(task)
            status = ended(found)
            if status == COMPLETED and found.get("output") is not None:
                return found
            if status is not None and status != COMPLETED:
                raise TaskError(f"task {task} {word(status)}: {found.get('error')}", task=task, status_code=status)
            self._pause(min(attempt, 3), deadline, task)
        raise TimeLimitError(f"task {task} has not ended", task=task)

    def stream(self, task: str, transport: str = "ndjson", timeout: float | None = None) -> Iterator[Task]:
        """Yield the task whenever it has changed, until its stream tells an end; a broken stream is opened again."""
        deadline = None if timeout is None else clock.now() + timeout
        known: Task = {}
        last, failures = None, 0
        kind = "text/event-stream" if transport == "sse" else "application/x-ndjson"
        while failures < TRIES:
            headers = {"Accept": kind, "Cache-Control": "no-cache"} | ({"Last-Event-ID": last} if last else {})
            try:
                left = SILENCE if deadline is None else max(0.05, min(SILENCE, deadline - clock.now()))
                limits = httpx.Timeout(10, read=left)
                url = f"{self.base_url}/tasks/{task}/stream"
                with self._api.stream("GET", url, headers=headers, timeout=limits) as answer:
                    if answer.status_code != 200:
                        answer.read()
                        resource(answer, task)
                    for event, line in events(answer):
                        last = event or last
                        seen = update(line)
                        if deadline is not None and clock.now() > deadline:
                            break  # heartbeats do not prolong it; whether the task has ended is looked at below
                        if seen is None:
                            continue
                        before = dict(known)
                        progress = max(known.get("progress") or 0, seen.get("progress") or 0)
                        known |= {**seen, "progress": progress}
                        failures = 0
                        if known != before:
                            yield dict(known)
                        if ended(known) is not None:
                            return
            except httpx.TransportError:
                pass
            except ApiError as error:
                if error.known["status"] not in {401, 429} and error.known["status"] < 500:
                    raise
            failures += 1
            if ended(self.get(task)) is not None:
                return
            self._pause(failures - 1, deadline, task)

    # ------------------------------------------------------------------------------------------------------- files

    def upload(self, path: str | Path, kind: str) -> str:
        """Upload a file and return its URI; a URL that has expired is asked for anew."""
        content, name = Path(path).read_bytes(), Path(path).name
        for attempt in range(TRIES):
            told = {"uri": "", "filename": name, "content_type": kind, "size": len(content)}
            file = self._call("POST", "/files", {"files": [told]}, again=True)[0]
            try:
                answer = self._store.put(file["upload_url"], content=content, headers={"Content-Type": kind})
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.is_success:
                return str(file["uri"])
            self._pause(attempt)
        raise ClientError(f"{name} could not be uploaded")

    def download(self, url: str, path: str | Path) -> int:
        """Fetch a video whole, from where it broke off; what is no whole video never gets its name."""
        content, total, tag = b"", None, ""
        for attempt in range(TRIES):
            headers = {"Range": f"bytes={len(content)}-", "If-Range": tag} if content and tag else {}
            try:
                with self._store.stream("GET", url, headers=headers) as answer:
                    if answer.status_code == 403:
                        raise OutputError("the address of the video has expired", status=403)
                    if answer.status_code in {200, 206}:
                        content = content if answer.status_code == 206 else b""
                        total = len(content) + int(answer.headers.get("Content-Length", 0))
                        tag = answer.headers.get("ETag", "")
                        for chunk in answer.iter_raw():
                            content += chunk
                        if len(content) == total and is_video(content, answer.headers.get("Content-Type", "")):
                            part = Path(f"{path}.part")
                            part.write_bytes(content)
                            part.replace(path)
                            return len(content)
                        if len(content) == total:
                            break  # all that there is, and no video: to ask again does not make it one
            except httpx.TransportError:
                pass
            self._pause(attempt)
        raise OutputError("what is at the address of the video is no whole video")

    # ------------------------------------------------------------------------------------------------------- means

    def _uploaded(self, value: Json) -> Json:
        if isinstance(value, Mapping) and set(value) == {"$file"}:
            return self.upload(value["$file"]["path"], value["$file"]["type"])
        if isinstance(value, Mapping):
            return {key: self._uploaded(member) for key, member in value.items()}
        return [self._uploaded(member) for member in value] if isinstance(value, list) else value

    def _page(self, asked: Json) -> Json:
        return self._call("POST", "/tasks/list", asked, again=True)

    def _call(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        task: str | None = None,
        again: bool = False,
        limit: float | None = None,
    ) -> Json:
        """Send a request. What comes too soon waits as long as it is told; what may be repeated is, with pauses."""
        again = again or method == "GET"
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                waits = httpx.USE_CLIENT_DEFAULT if limit is None else httpx.Timeout(limit)
                answer = self._api.request(method, self.base_url + path, json=body, timeout=waits)
                return resource(answer, task)
            except httpx.TransportError:
                if last or not again:
                    raise
            except ApiError as error:
                wait = error.known.get("retry_after")
                refused = error.known["status"] in {429, 503} and wait is not None and not error.known["billing"]
                if last or not (refused or (again and error.known.get("unclear"))):
                    raise
                if refused:
                    clock.wait(min(float(wait or 0), MOST_RETRY_AFTER))
                    continue
            self._pause(attempt)
        raise AssertionError("not reached")

    def _pause(self, attempt: int, deadline: float | None = None, task: str | None = None) -> None:
        """Wait twice as long each time, and up to half of it more: who failed together does not return together."""
        seconds = rng.about(1.25 * min(MOST_PAUSE, 0.1 * 2**attempt), 0.2)
        if deadline is not None and clock.now() + seconds > deadline:
            raise TimeLimitError(f"task {task} has not ended in time; it goes on", task=task)
        clock.wait(seconds)
