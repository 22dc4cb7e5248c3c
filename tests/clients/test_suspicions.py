"""What was suspected of the official clients and no case of `conform` can show: docs/findings.md has the table."""

import asyncio
import inspect
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from threading import Thread
from typing import Any

import aiohttp
import inferencesh
import pytest
import requests
from inferencesh.models import errors

from tests import components

from .environments import Environments, MissingError
from .hurry import PACE, Case, params


def test_a_long_task_outlasts_the_asynchronous_stream(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream may take 60 s in all, six times: after six minutes of good news `run` raises (limits shortened)."""
    limit, pace = aiohttp.ClientTimeout, 4 * PACE

    def hurried(total: float) -> aiohttp.ClientTimeout:
        return limit(total=total / pace if total == 60 else total)

    monkeypatch.setattr(aiohttp, "ClientTimeout", hurried)
    case.clock(mode="scaled", scale=pace)
    case.also("slow", factor=1000)
    client = inferencesh.async_inference(api_key=case.world.api_key, base_url=case.world.base_url)
    with pytest.raises(TimeoutError):
        asyncio.run(client.run(params()))
    assert len(case.calls("tasks.stream")) == 6


def test_an_upload_has_no_time_limit_and_no_look_after_it(
    case: Case, monkeypatch: pytest.MonkeyPatch, png: Path
) -> None:
    """The bytes are sent by a call without `timeout`, which waits for ever for a store that does not answer.

    Nobody asks afterwards whether they are there; what the store said of them, but that it took them, is not read.
    """
    given: dict[str, Any] = {}
    put = requests.put

    def watched(url: str, **told: Any) -> requests.Response:
        given.update(told)
        answer = put(url, **told)
        answer.headers["ETag"] = '"of something else"'
        return answer

    monkeypatch.setattr(requests, "put", watched)
    assert case.sync.upload_file(str(png))["uri"]
    assert given.keys() == {"data", "headers"}
    assert [row["operation"] for row in case.world.journal()] == ["files.create", "objects.put"]


def test_the_name_of_a_folder_raises(case: Case, tmp_path: Path) -> None:
    """A prompt that happens to name a folder is opened as a file."""
    with pytest.raises(IsADirectoryError):
        case.run(str(tmp_path))
    assert case.tasks() == []


def test_a_word_of_sixteen_letters_is_uploaded(case: Case) -> None:
    """It reads like base64: what the model gets for a prompt is the address of a file of twelve bytes."""
    task = case.submit("supercalifragils")
    assert case.record(task)["input"]["prompt"].startswith("http")


def test_a_task_that_was_fetched_is_no_mapping(case: Case) -> None:
    """`get_task(id)["status"]`, as older samples have it, raises."""
    task = case.submit()
    with pytest.raises(TypeError, match="not subscriptable"):
        case.sync.get_task(task)["status"]


def test_the_wait_of_the_task_api_takes_no_time_limit(case: Case) -> None:
    """`client.wait_for_completion` does, `client.tasks.wait_for_completion` does not."""
    assert "timeout" in inspect.signature(case.sync.wait_for_completion).parameters
    assert "timeout" not in inspect.signature(case.sync.tasks.wait_for_completion).parameters


def test_session_errors_are_exported_and_not_raised(case: Case) -> None:
    """A session that is over raises the general error."""
    run = params()
    session = case.sync.run({**run, "session": "new"}, wait=False)["session_id"]
    case.sync.sessions.end(session)
    with pytest.raises(inferencesh.APIError) as raised:
        case.sync.run({**run, "session": session}, wait=False)
    assert (raised.type, raised.value.code) == (inferencesh.APIError, "SESSION_ENDED")
    assert issubclass(inferencesh.SessionEndedError, inferencesh.APIError)


def test_the_readme_and_the_package_disagree_on_how_long_a_session_idles() -> None:
    """60 seconds in the one, 5 minutes in the other."""
    assert "expire after 60 seconds of inactivity" in str(metadata.metadata("inferencesh").get_payload())
    assert "idle timeout (default: 5 minutes)" in str(errors.SessionExpiredError.__doc__)


def test_what_samples_name_is_not_in_the_package(case: Case) -> None:
    """Neither the method nor the class; statuses are numbers, and the version header is not sent."""
    task = case.submit()
    assert not hasattr(case.sync, "cancel_task")
    assert not hasattr(inferencesh, "StreamingOptions")
    assert case.record(task)["status"] != "completed"
    (call,) = case.calls("runs.create")
    sent = case.world.control("GET", f"/journal/{call['id']}")["request"]["headers"]
    assert "x-api-version" not in {name.lower() for name, _ in sent}


@contextmanager
def stub(*lines: dict[str, Any]) -> Iterator[str]:
    """An address that has one task and this stream of it; the emulator has no deltas, for video apps send none."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stream = self.path.endswith("/stream")
            rows = lines if stream else ({"data": {"id": "t", "status": 7}, "messages": []},)
            body = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-ndjson" if stream else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    serving = Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@pytest.mark.parametrize("output", [None, "absent"])
def test_deltas_and_an_end_without_output(output: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """After deltas, a last line whose output is null raises AttributeError; the client puts the key there itself."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    delta = {"event": "delta", "data": {"delta": {"response": "Ahoy"}, "seq": 1}}
    end = {"id": "t", "status": 10, **({} if output else {"output": None})}
    with stub(delta, end) as base_url:
        client = inferencesh.inference(api_key="any", base_url=base_url)
        with pytest.raises(AttributeError, match="'NoneType' object has no attribute 'update'"):
            client.wait_for_completion("t")


def test_a_forgotten_print_of_release_0_4_29(environments: Environments) -> None:
    """Whoever uses its StreamManager finds every event on standard output."""
    try:
        python = environments.python("0.4.29")
    except MissingError as missing:
        components.missing(str(missing))
    script = """
from inferencesh.client import StreamManager
manager = StreamManager(create_event_source=lambda: iter([{"status": 7}]), auto_reconnect=False)
manager.connect()
"""
    done = subprocess.run([str(python), "-I", "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "  {'status': 7}\n"
