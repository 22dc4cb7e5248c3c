"""A command: a program that is run once for each case, is told by its environment what to do, and ends with a code.

    KIT_CASE            name of the case
    KIT_CONTEXT         what it asks for, as JSON: see `context`
    KIT_OUT             an empty folder for what the client writes
    KIT_DEADLINE_MS     how long it may take
    KIT_BASE_URL, INFERENCE_BASE_URL, KIT_API_KEY, INFERENCE_API_KEY

Exit codes: 0 it has made the calls, 1 the client has raised an error and no more calls were made, 77 the client has no
such thing, which a program has to say before its first request. Any other, a signal, and no end at all are failures.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from contracts.clientside import files, lines, modes
from contracts.clientside.arguments import Arguments
from contracts.clientside.case import Case, Mode
from contracts.clientside.play import TRACES, Ending, Said
from contracts.clientside.players import program
from contracts.clientside.players.process import GRACE, StartError, tail
from contracts.clientside.players.program import Ended, Limits
from contracts.clientside.players.stepping import PlayerError, Stage
from contracts.clientside.protocol import Hello, Reply
from contracts.clientside.unheard import Unheard

DONE, RAISED, CANNOT = 0, 1, 77


class CommandPlayer:
    """Plays each case by a run of one command: the wire is seen, what lies on the disk, and the exit code."""

    mode: Mode = "command"
    witnesses = modes.HEARD["command"]

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], folder: Path, hello: Hello) -> None:
        """Play by a command.

        Args:
            argv: of the command; `{base_url}`, `{api_key}` and `{out}` stand for what they say.
            environment: what every run sees, beside what this module adds.
            folder: where it runs.
            hello: what is known of its client.
        """
        self._argv, self._environment, self._folder = argv, environment, folder
        self.hello = hello
        self._stderr: dict[str, str] = {}
        self._heard_of = False
        self._broken: str | None = None

    @property
    def broken(self) -> str | None:
        """Why nothing can be played any more: nothing of it has ever arrived, so it may be talking to somebody else."""
        return self._broken

    @property
    def one_by_one(self) -> bool:
        """True until something of it has arrived: if nothing does, only one case has been played for it."""
        return not self._heard_of

    def stderr(self, case: Case) -> str:
        """What it wrote during a case, there or on stdout."""
        return self._stderr.get(case.name, "")

    def break_off(self) -> None:
        """Nobody waits for verdicts any more; the programs under way see it by their stage."""

    def play(self, stage: Stage) -> Ending:
        """Play a case.

        Raises:
            PlayerError: the command cannot be started, or has put something else in the place of its folder.
        """
        case = stage.case
        place = files.identity(stage.folder)
        with TemporaryDirectory(prefix="inferencesh-mock-given-") as given:
            self._ask(stage, Path(given))
            try:
                ended = self._run(stage, Path(given))
            except StartError as error:
                raise PlayerError(str(error)) from None
        if files.identity(stage.folder) != place:
            raise PlayerError("KIT_OUT is not the folder any more that it was; a client writes into it, and leaves it")
        # The judges look for the case's files beside those that the client wrote, as they were given.
        for name, kind in case.files.items():
            (stage.folder / name).unlink(missing_ok=True)
            files.write(stage.folder / name, kind)
        self._stderr[case.name] = ended.output
        contacted = bool(stage.world.journal())
        ending = _ending(ended, contacted=contacted)
        if ending.cannot:
            return ending
        self._heard_of = self._heard_of or contacted
        if not self._heard_of and any(step.call in TRACES for step in case.steps):
            self._broken = f"nothing arrived in {case.name}; the client may be talking to somebody else"
        if not ending.broke:
            _tell(stage, ended, ending.told)
        return ending

    def _ask(self, stage: Stage, given: Path) -> None:
        """Write down what is asked for, with the case's files in their folder."""
        for name, kind in stage.case.files.items():
            files.write(given / name, kind)
        known = Arguments(stage.case, given, stage.folder, stage.said, stage.drawn)
        for step in stage.case.steps:
            stage.said[step.name] = Said(step.name, step.call, known.of(step, keep=True), failure="not told")

    def _run(self, stage: Stage, given: Path) -> Ended:
        case, world = stage.case, stage.world
        stands = {"{base_url}": world.base_url, "{api_key}": world.api_key, "{out}": str(stage.folder)}
        argv = [_replaced(word, stands) for word in self._argv]
        told = {
            "KIT_CASE": case.name,
            "KIT_CONTEXT": json.dumps(context(stage, given)),
            "KIT_OUT": str(stage.folder),
            "KIT_DEADLINE_MS": str(round(case.deadline * 1000)),
            "KIT_BASE_URL": world.base_url,
            "KIT_API_KEY": world.api_key,
            "INFERENCE_BASE_URL": world.base_url,
            "INFERENCE_API_KEY": world.api_key,
        }
        seconds = case.deadline + GRACE
        limits = Limits(seconds, GRACE, stage.folder, stage.broken_off)
        return program.run(argv, {**self._environment, **told}, self._folder, limits)


def context(stage: Stage, given: Path) -> dict[str, Any]:
    """Return KIT_CONTEXT.

    `calls` are to be made in their order, one after the other, but for those in the `background`. An argument
    `@NAME.PATH`, where NAME is the `as` of an earlier call, stands for that member of what the call returned.

    Args:
        stage: with the calls written down.
        given: where the case's files are.
    """
    case = stage.case
    return {
        "kit": lines.VERSION,
        "case": case.name,
        "property": case.proves,
        "base_url": stage.world.base_url,
        "api_key": stage.world.api_key,
        "calls": [
            {"as": step.name, "call": step.call, "with": dict(stage.said[step.name].arguments)}
            | ({"background": True} if step.background else {})
            for step in case.steps
        ],
        "files": {name: str(given / name) for name in case.files},
        "out": str(stage.folder),
        "deadline_ms": round(case.deadline * 1000),
    }


def _replaced(word: str, stands: Mapping[str, str]) -> str:
    for placeholder, value in stands.items():
        word = word.replace(placeholder, value)
    return word


def _ending(ended: Ended, *, contacted: bool) -> Ending:
    written = tail(ended.output)
    wrote = f"its output ends with: {written}" if written else "it wrote nothing"
    if ended.stopped is not None or ended.code < 0:
        return Ending(f"{ended.how}; {wrote}", broke=True)
    if ended.code == CANNOT and not contacted:
        return Ending(f"exit code {CANNOT} says that the client cannot", cannot=True)
    if ended.code == CANNOT:
        return Ending(f"{ended.how}, after a request; what cannot be is to be said before; {wrote}", broke=True)
    known = ended.code in {DONE, RAISED}
    told = ended.how if known else f"{ended.how}; expected {DONE}, {RAISED} or {CANNOT}"
    return Ending(f"{told}; {wrote}", broke=not known)


def _tell(stage: Stage, ended: Ended, told: str) -> None:
    """Put into the place of words what the exit code says of each call."""
    rows = list(stage.said.values())
    failed = len(rows) if ended.code == DONE else _reached(stage)
    for number, said in enumerate(rows):
        said.ended = ended.seconds
        if number < failed:
            said.reply = Reply("saw", Unheard(f"exit code {DONE}", {"exit_code": ended.code}))
            said.failure = None
        elif number == failed:
            document = {"class": f"exit code {ended.code}", "message": tail(ended.output)}
            said.reply = Reply("raised", Unheard(f"an error: {told}", document))
            said.failure = None
        else:
            said.ended = None
            said.failure = "not made, for an earlier call raised an error"


def _reached(stage: Stage) -> int:
    """Return the number of the last call that the server has seen anything of: in it, the error was raised."""
    journal = [row["operation"] for row in stage.world.journal()]
    reached, at = 0, 0
    for number, step in enumerate(stage.case.steps):
        if step.call not in TRACES:
            continue
        found = next((place for place in range(at, len(journal)) if journal[place] in TRACES[step.call]), None)
        if found is None:
            break
        reached, at = number, found + 1
    return reached
