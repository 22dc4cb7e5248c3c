"""What the server writes and where, and that it serves whether or not anybody can read it."""

import io
import os
import shlex
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest
from PIL import Image

from mockserver.clock import real_now

from .processes import COMMAND, PATIENCE, environment, serving

KEY = {"authorization": "Bearer test-key"}


@pytest.mark.parametrize("redirection", [">&-", ">/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full", "reader gone"])
def test_it_serves_without_a_stdout(tmp_path: Path, redirection: str) -> None:
    """Closed, full or read by nobody: the line is lost, the server is not, and its end is as quiet as ever."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    reading, writing = os.pipe()
    os.close(reading)
    command = f"exec {shlex.quote(str(COMMAND))} serve --log-requests --port {port}"
    process = subprocess.Popen(
        ["/bin/sh", "-c", command if redirection == "reader gone" else f"{command} {redirection}"],
        cwd=tmp_path,
        env=environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writing)
    try:
        statuses = []
        for _ in range(2):
            begin = real_now()
            while process.poll() is None and real_now() - begin < PATIENCE:
                try:
                    statuses.append(httpx.get(f"http://127.0.0.1:{port}/me", headers=KEY).status_code)
                    break
                except httpx.ConnectError:
                    pass
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.wait()
    assert statuses == [200, 200]
    assert process.returncode == 0
    assert all("GET /me 200" in line for line in errors.splitlines())


def test_broken_bodies_are_not_commented_on_stderr(tmp_path: Path) -> None:
    """Libraries that parse forms and pictures warn; whoever sent them is told, and the log stays readable."""
    file = io.BytesIO()
    Image.new("RGB", (320, 320)).save(file, "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01")
    with serving("--port", "0", "--enforce", "observed", cwd=tmp_path) as served:
        form = {"content-type": "multipart/form-data; boundary=B"}
        for body in (b"--B\r\nx", b"no boundary", b"--B\r\n\xff: \0\r\n\r\n"):
            assert httpx.post(f"{served.url}/files", content=body, headers=KEY | form).status_code == 400
        answer = httpx.post(f"{served.url}/files", headers=KEY, files={"file": ("a.jpg", file.getvalue())}).json()
        run = {"app": "klingai/video-v2-6", "input": {"prompt": "x", "image": answer["data"]["uri"]}}
        httpx.post(f"{served.url}/apps/run", headers=KEY, json=run)
        assert served.terminate() == (0, "")


def test_headers_of_a_proxy_change_nothing(tmp_path: Path) -> None:
    """Nothing stands in front, so whoever says that it came by https makes it up."""
    made_up = {"x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.1"}
    with serving("--port", "0", cwd=tmp_path) as served:
        created = httpx.post(f"{served.url}/files", json={"files": [{"uri": ""}]}, headers=KEY | made_up).json()
        assert created["data"][0]["upload_url"].startswith(served.url)
