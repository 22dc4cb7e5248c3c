"""The environments of the clients: made once, made again when incomplete, and honest about what is missing."""

from pathlib import Path

import pytest

from .environments import Environments, MissingError, made
from .releases import JAVASCRIPT


class Maker:
    """Makes a folder and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, folder: Path) -> None:
        self.times += 1
        folder.mkdir(parents=True)


def test_a_complete_environment_is_used_again(tmp_path: Path) -> None:
    """The second asking for the same contents makes nothing."""
    maker = Maker()
    for _ in range(2):
        made(tmp_path / "one", "the same contents", maker)
    assert maker.times == 1


def test_an_environment_of_other_contents_is_made_again(tmp_path: Path) -> None:
    """A changed pin or release means a new environment, not the old one."""
    maker = Maker()
    for contents in ("before", "after"):
        made(tmp_path / "one", contents, maker)
    assert maker.times == 2


def test_an_environment_left_half_made_is_made_again(tmp_path: Path) -> None:
    """A folder without its stamp, which is what an interrupted build leaves, is thrown away."""

    def interrupted(folder: Path) -> None:
        (folder / "half").mkdir(parents=True)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made(tmp_path / "one", "contents", interrupted)
    maker = Maker()
    assert list(made(tmp_path / "one", "contents", maker).iterdir()) == [tmp_path / "one" / "complete"]
    assert maker.times == 1


def test_an_unreachable_index_is_named_and_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no package index answers, the error says that it is the index that is missing, for every release."""
    for name, value in (
        ("PIP_CONFIG_FILE", "/dev/null"),
        ("PIP_NO_CACHE_DIR", "1"),
        ("PIP_INDEX_URL", "http://127.0.0.1:1/simple"),  # nothing listens there
        ("PIP_EXTRA_INDEX_URL", ""),
        ("PIP_FIND_LINKS", ""),
        ("NO_PROXY", "127.0.0.1"),
        ("no_proxy", "127.0.0.1"),
    ):
        monkeypatch.setenv(name, value)
    environments = Environments(tmp_path)
    with pytest.raises(MissingError, match=r"Python package index is not reachable") as first:
        environments.python("0.36.0")
    with pytest.raises(MissingError) as second:
        environments.python("0.31.1")
    assert second.value is first.value


def test_missing_node_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Node on the path the error names Node."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingError, match=r"Node\.js"):
        Environments(tmp_path).javascript(JAVASCRIPT)
