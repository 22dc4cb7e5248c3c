"""What a client leaves in its folder: listed and read no further than a limit, whatever lies there."""

import os
from pathlib import Path

import pytest

from contracts.clientside import files


def test_what_lies_beyond_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size is told without its hash, and a judge sees its beginning."""
    monkeypatch.setattr(files, "MOST_WRITTEN", 4)
    for name, text in (("a", "abc"), ("b", "abcdef")):
        (tmp_path / name).write_text(text)
    assert [(row["name"], row["bytes"], bool(row["sha256"])) for row in files.listed(tmp_path)] == [
        ("a", 3, True),
        ("b", 6, False),
    ]
    assert files.content(tmp_path / "b") == b"abcd"


def test_there_is_an_end_to_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many files."""
    monkeypatch.setattr(files, "MOST_FILES", 3)
    for number in range(5):
        (tmp_path / str(number)).touch()
    assert len(files.listed(tmp_path)) == 3


def test_what_is_no_file_is_not_listed(tmp_path: Path) -> None:
    """Links, pipes and folders without end are none; a name that is no text is shown as one."""
    (tmp_path / "link").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / os.fsdecode(b"\xff\x1b")).touch()
    assert [row["name"] for row in files.listed(tmp_path)] == ["\\udcff\\x1b"]
    assert files.content(tmp_path / "link") is None


def test_folders_can_be_as_deep_as_they_like(tmp_path: Path) -> None:
    """What no path reaches is left out."""
    before = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(30):
            Path("f" * 200).mkdir()
            os.chdir("f" * 200)
        Path("file").touch()
    finally:
        os.chdir(before)
    assert files.listed(tmp_path) == []


def test_a_link_is_no_folder(tmp_path: Path) -> None:
    """Not even one to the folder itself."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    assert files.identity(tmp_path / "folder") is not None
    assert files.identity(tmp_path / "link") is files.identity(tmp_path / "none") is None
