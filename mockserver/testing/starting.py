"""The emulator of a test session, as its options say: in a thread, in a process, or one that runs already."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from mockserver import rng, world_token
from mockserver.settings import Settings, SettingsError
from mockserver.testing.control import ControlPlane
from mockserver.testing.mock import RUN
from mockserver.testing.process import serving_apart
from mockserver.testing.running import RunningServer, serving
from mockserver.world_token import TokenError, WorldToken


@contextmanager
def server(config: pytest.Config, settings: Settings) -> Iterator[RunningServer]:
    """Give the emulator of a session.

    Args:
        config: with the session's options.
        settings: what the fixture says; seed and replay of the options win.
    """
    where = str(config.getoption("inference_server"))
    if "://" in where:
        yield _at(where.rstrip("/"), config)
        return
    if where not in {"thread", "process"}:
        pytest.fail(f"--inference-server is {where!r}; expected thread, process or a URL", pytrace=False)
    with (serving if where == "thread" else serving_apart)(_chosen(config, settings)) as running:
        yield running


def _chosen(config: pytest.Config, settings: Settings) -> Settings:
    seed, token = config.getoption("inference_seed"), config.getoption("inference_replay")
    if token is not None:
        found = _parsed(token)
        return replace(settings, seed=found.seed, replays=found)
    try:
        return settings if seed is None else replace(settings, seed=seed)
    except SettingsError as error:
        wrong = str(error)
    pytest.fail(f"--inference-seed: {wrong}", pytrace=False)


def _parsed(token: str) -> WorldToken:
    try:
        return world_token.parse(token)
    except TokenError as error:
        wrong = str(error)
    pytest.fail(f"--inference-replay: {wrong}", pytrace=False)


def _at(url: str, config: pytest.Config) -> RunningServer:
    """Return a server that somebody else started, if it is there."""
    for name in ("inference_seed", "inference_replay"):
        if config.getoption(name) is not None:
            flag = name.replace("_", "-")
            pytest.fail(f"--{flag} goes with an emulator that pytest starts, not with the one at {url}", pytrace=False)
    token = config.getoption("inference_token")
    wrong = _unreachable(url, token)
    if wrong is not None:
        pytest.fail(f"--inference-server: {wrong}", pytrace=False)
    config.stash[RUN] = f"{rng.fresh_seed():x}"
    return RunningServer(url, control_token=token)


def _unreachable(url: str, token: str | None) -> str | None:
    """Say why nothing is to be had from there, or None."""
    try:
        ControlPlane(url, "", token).request("GET", "/health")
    except ConnectionError as error:
        return f"{error}; is `inferencesh-mock serve` running there?"
    except (OSError, RuntimeError) as error:
        return str(error)
    return None
