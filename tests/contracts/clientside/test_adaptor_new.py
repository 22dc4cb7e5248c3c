"""`inferencesh-mock adaptor new` writes starters that work at once, and overwrites nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from contracts.clientside import calls
from mockserver.cli import cli
from mockserver.cli.starters import STARTERS
from tests import components

PROGRAMS = {
    "python": (),
    "node": (("node", "nodejs"),),
    "go": (("go", "golang-go"),),
    "bash": (("bash", "bash"), ("curl", "curl"), ("jq", "jq")),
}


def _new(language: str, folder: Path) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["adaptor", "new", language, str(folder)])
    return done.exit_code, done.output


def _run(command: str, folder: Path) -> str:
    """Run a command as its reader would, and return what it printed."""
    # `inferencesh-mock` and `python` are those of the test.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("language", STARTERS)
def test_a_starter_works_as_it_is_written(language: str, tmp_path: Path) -> None:
    """The commands that come next are told, stand in its README, and succeed."""
    for program, package in PROGRAMS[language]:
        components.program(program, package=package)
    folder = tmp_path / "my adaptor"
    code, told = _new(language, folder)
    assert code == 0
    head, _, after = told.partition("next: cd ")
    assert {line.removeprefix("wrote ") for line in head.splitlines()} == {str(file) for file in folder.iterdir()}
    where, *commands = after.splitlines()
    assert where == f"'{folder}'"
    readme = (folder / "README.md").read_text("utf-8")
    printed = [_run(command.strip(), folder) for command in commands if command.strip() in readme]
    assert len(printed) == len(commands)
    assert "every answer is as it should be" in printed[-2]
    assert "submit" in printed[-1]


@pytest.mark.parametrize("language", STARTERS)
def test_a_starter_teaches_nothing_wrong(language: str, tmp_path: Path) -> None:
    """It may lack things, but it pays once, keeps the key to itself and takes only a video for success."""
    for program, package in PROGRAMS[language]:
        components.program(program, package=package)
    starter = STARTERS[language]
    starter.write(tmp_path / "mine")
    if starter.build:
        _run(starter.build, tmp_path / "mine")
    told = _run(
        f"inferencesh-mock conform --adaptor --area submit --area money --allow-partial -- {starter.command}",
        tmp_path / "mine",
    )
    assert f"my client 0.1 ({'javascript' if language == 'node' else language})" in told


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder with something in it stays as it is."""
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    code, told = _new("bash", tmp_path)
    assert code == 2
    assert f"{tmp_path} is not empty, and nothing is overwritten: name a new folder" in told
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    """It may have been made before."""
    assert _new("python", tmp_path)[0] == 0
    assert {file.name for file in tmp_path.iterdir()} == {"adaptor.py", "README.md"}


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    """With the reason, and no traceback."""
    (tmp_path / "file").touch()
    code, told = _new("node", tmp_path / "file")
    assert (code, told.splitlines()[-1]) == (2, f"Error: cannot write into {tmp_path / 'file'}: File exists")


def test_a_language_that_there_is_not_is_refused(tmp_path: Path) -> None:
    """And those that there are are named."""
    code, told = _new("rust", tmp_path / "mine")
    assert code == 2
    assert "'rust' is not one of 'python', 'node', 'go', 'bash'" in told
    assert not (tmp_path / "mine").exists()


def test_every_call_is_shown_with_what_it_takes() -> None:
    """An author needs no file of the package beside the command."""
    told = CliRunner().invoke(cli, ["adaptor", "calls"]).output
    for spec in calls.load().values():
        assert f"{spec.name}: {spec.summary}" in told
        for name in spec.arguments:
            assert f"  with      {name}{'' if name in spec.required else '?'}: " in told
    assert all(f"`{name}`" in told for name in calls.capabilities())
    assert "  saw       updates: a list of {status, progress}\n  saw       end: a task or null\n" in told
    assert "            violations?: what a 422 lists, as the error's user sees it\n" in told
