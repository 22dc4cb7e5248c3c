"""What the client tests share: servers, environments, running clients, and a fresh API key for every test."""

import gc
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from mockserver.settings import Behaviour, Settings
from mockserver.testing import RunningServer, serving
from tests import components

from .child import DEADLINE_SECONDS, Driver
from .environments import EXTENSIONS, Environments, MissingError
from .hurry import Case
from .releases import JAVASCRIPT, PythonClient
from .servers import Servers

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    running = Servers(tmp_path_factory.mktemp("servers"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def environments() -> Environments:
    return Environments()


@pytest.fixture
def api_key(request: pytest.FixtureRequest) -> str:
    """A key nobody else uses, so a world nobody else sees."""
    return "inf_" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:24]


@pytest.fixture(scope="session")
def drive(environments: Environments, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Driver]]:
    """Starts the driver of a Python client in its environment; one process each, kept until the session ends."""
    running: dict[PythonClient, Driver] = {}

    def start(client: PythonClient) -> Driver:
        if client not in running or not running[client].running:
            try:
                python = environments.python(client.release.version)
            except MissingError as missing:
                components.missing(str(missing))
            # In an empty folder: the client takes any text that names an existing file for an upload.
            folder = tmp_path_factory.mktemp(str(client))
            running[client] = Driver([str(python), "-I", str(HERE / "driver.py"), client.mode], folder)
        return running[client]

    yield start
    for driver in running.values():
        driver.stop()


@pytest.fixture(scope="session")
def javascript_folder(environments: Environments) -> Path:
    """The folder in which the JavaScript client is installed."""
    try:
        return environments.javascript(JAVASCRIPT)
    except MissingError as missing:
        components.missing(str(missing))


@pytest.fixture(scope="session")
def javascript(javascript_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """The driver of the JavaScript client, in Node with the hook that adds the file extensions its imports lack."""
    argv = ["node", "--import", str(EXTENSIONS), str(HERE / "driver.mjs"), str(javascript_folder)]
    with Driver(argv, tmp_path_factory.mktemp("javascript")) as driver:
        yield driver


@pytest.fixture(scope="session")
def png(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A start frame the app takes: a PNG with no side under 300 pixels."""
    path = tmp_path_factory.mktemp("image") / "start.png"
    Image.linear_gradient("L").resize((640, 360)).convert("RGB").save(path)
    return path


@pytest.fixture(scope="session")
def fetch() -> Iterator[Callable[[str], httpx.Response]]:
    """GET without any key, which is how an output URL is meant to be used; no proxy, no netrc."""
    with httpx.Client(trust_env=False) as client:
        yield client.get


@pytest.fixture(scope="session")
def assert_mp4(fetch: Callable[[str], httpx.Response]) -> Callable[[str], None]:
    """Fails unless the URL answers with an MP4, judged by the box every such file begins with."""

    def check(url: str) -> None:
        response = fetch(url)
        assert response.status_code == 200, f"{url} answered {response.status_code}: {response.text[:300]}"
        assert response.content[4:8] == b"ftyp"

    return check


@pytest.fixture(scope="session")
def pain_server() -> Iterator[RunningServer]:
    """An emulator with cheap videos, whose tasks take as long today as they did yesterday."""
    with serving(Settings(port=0, seed=7, behaviour=Behaviour(media="tiny"))) as server:
        with httpx.Client(base_url=server.base_url, trust_env=False, timeout=DEADLINE_SECONDS) as first:
            run = {"app": "klingai/video-v2-6", "input": {"prompt": "A boat"}, "wait": True}
            first.post("/apps/run", json=run, headers={"Authorization": "Bearer warm-up"}).raise_for_status()
        yield server


@pytest.fixture
def case(
    pain_server: RunningServer,
    api_key: str,
    drive: Callable[[PythonClient], Driver],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Case]:
    """A world for one test and hurried clients of it, in an empty folder and off any proxy."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.setenv("FILE_CACHE_DIR", str(tmp_path / "files"))
    monkeypatch.chdir(tmp_path)  # the client takes any text that names an existing file for an upload
    yield Case(pain_server.world(api_key), drive, monkeypatch)
    gc.collect()  # the client leaves sockets open; whoever else collects them would be told
