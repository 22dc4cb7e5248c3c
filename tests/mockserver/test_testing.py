"""What users' own tests are given: a running emulator, fresh worlds, pytest fixtures."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

import mockserver.testing
from mockserver.settings import Behaviour, Settings
from mockserver.testing import RunningServer, World, serving

from .asgi import APP
from .processes import environment

RUN = {"app": APP, "input": {"prompt": "a cat"}}


def run(world: World, **members: object) -> str:
    answer = httpx.post(
        f"{world.base_url}/apps/run", json=RUN | members, headers={"authorization": f"Bearer {world.api_key}"}
    )
    return str(answer.raise_for_status().json()["data"]["id"])


def test_the_exports_are_these() -> None:
    """The public surface changes only on purpose."""
    assert mockserver.testing.__all__ == [
        "InferenceMock",
        "Inspection",
        "ReceivedWebhook",
        "RunningServer",
        "WebhookReceiver",
        "World",
        "inspect",
        "serving",
    ]
    assert all(getattr(mockserver.testing, name).__name__ == name for name in mockserver.testing.__all__)
    with pytest.raises(AttributeError, match="has no 'Nothing'; it has InferenceMock"):
        _ = mockserver.testing.Nothing


def test_a_world_can_be_steered(inference_mock: World) -> None:
    """Freeze, run, advance, look at what happened, reset."""
    inference_mock.configure(latency="realistic")
    inference_mock.freeze()
    task = run(inference_mock, webhook="http://192.0.2.1/")
    assert inference_mock.task(task)["timeline"][0]["status"] == "received"
    assert inference_mock.advance(0) == []
    fired = inference_mock.advance()
    assert fired[-1]["kind"] == "delivery"
    assert [row["operation"] for row in inference_mock.journal(operation="runs.create")] == ["runs.create"]
    assert [row["state"] for row in inference_mock.deliveries(task=task)] == ["captured"]
    inference_mock.reset()
    assert inference_mock.journal() == []


def test_each_world_is_a_fresh_one(inference_server: RunningServer, inference_mock: World) -> None:
    """Two tests never meet."""
    run(inference_mock)
    assert inference_server.world().journal() == []
    assert inference_server.world(inference_mock.api_key).journal() != []
    assert inference_server.world().api_key != inference_mock.api_key


def test_a_refusal_is_told(inference_mock: World) -> None:
    """The error of a helper is the problem's detail."""
    with pytest.raises(RuntimeError, match="latncy"):
        inference_mock.configure(latncy="quick")
    with pytest.raises(RuntimeError, match=r"clock\.freeze\(\)"):
        inference_mock.advance(1)


def test_servers_run_side_by_side_and_end() -> None:
    """Each with its own settings and port; after the context the port is closed."""
    with serving(Settings(behaviour=Behaviour(envelope="v2"))) as first, serving() as second:
        assert first.base_url != second.base_url
        key = {"authorization": "Bearer k"}
        assert "data" not in httpx.get(f"{first.base_url}/me", headers=key).json()
        assert "data" in httpx.get(f"{second.base_url}/me", headers=key).json()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{first.base_url}/me")


def test_the_fixtures_are_there_without_any_set_up(tmp_path: Path) -> None:
    """A test file that names `inference_mock` is all a user writes."""
    (tmp_path / "test_mine.py").write_text(
        "import httpx\n"
        "def test_mine(inference_mock, inference_server):\n"
        "    assert inference_mock.base_url == inference_server.base_url\n"
        "    key = {'authorization': f'Bearer {inference_mock.api_key}'}\n"
        "    assert httpx.get(f'{inference_mock.base_url}/me', headers=key).status_code == 200\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "test_mine.py"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
