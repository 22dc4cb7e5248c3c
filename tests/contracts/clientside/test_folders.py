"""A program may do what it likes with its own folder, and the kit goes nowhere by that."""

import os
import sys
import threading
from pathlib import Path

import pytest

from contracts.clientside import case as cases
from contracts.clientside import engine
from contracts.clientside.events import CaseEnded
from contracts.clientside.players import program
from contracts.clientside.players.command import CommandPlayer
from contracts.clientside.protocol import Hello
from mockserver.settings import Settings
from mockserver.testing import serving


@pytest.mark.parametrize(
    "body",
    [
        "shutil.rmtree(out); os.symlink('THERE', out)",
        "shutil.rmtree(out)",
        "shutil.rmtree(out); open(out, 'w').close()",
    ],
    ids=["link", "nothing", "file"],
)
def test_what_stands_in_the_place_of_its_folder_is_left_alone(tmp_path: Path, body: str) -> None:
    """The client's side broke, and nothing is written or taken away where a link leads."""
    there = tmp_path / "there"
    there.mkdir()
    (there / "boat.png").write_text("mine")
    body = f"import os, shutil; out = os.environ['KIT_OUT']; {body.replace('THERE', str(there))}"
    case = next(row for row in cases.cases() if row.name == "submit/plain")
    player = CommandPlayer((sys.executable, "-c", body), dict(os.environ), tmp_path, Hello.nameless("folder"))
    with serving(Settings(port=0)) as server:
        found = list(engine.run(player, engine.Emulator(server.base_url), [case]))
    (ended,) = [event for event in found if isinstance(event, CaseEnded)]
    assert {row.verdict for row in ended.emitted} == {"harness-error"}
    assert "KIT_OUT is not the folder any more" in ended.emitted[0].told
    assert [(path.name, path.read_text()) for path in there.iterdir()] == [("boat.png", "mine")]


def test_folders_in_folders_are_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where they are deeper than Python goes, nobody looks further."""

    def walk(_: Path) -> list[tuple[str, list[str], list[str]]]:
        raise RecursionError

    monkeypatch.setattr(program.os, "walk", walk)
    limits = program.Limits(5.0, 0.2, tmp_path, threading.Event())
    ended = program.run((sys.executable, "-c", "pass"), dict(os.environ), tmp_path, limits)
    assert "wrote more than" in ended.how
