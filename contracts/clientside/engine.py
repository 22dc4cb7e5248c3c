"""Plays cases, several at once, and yields what happens as events."""

import contextlib
import queue
import re
import shutil
import tempfile
import threading
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from contracts import clock
from contracts.clientside import examples, files, judging, modes
from contracts.clientside.case import Case, Mode, Witness
from contracts.clientside.events import CaseBegan, CaseEnded, Event, RunBegan, RunEnded
from contracts.clientside.play import Ending, Play, Said
from contracts.clientside.players.stepping import PlayerError, Stage
from contracts.clientside.protocol import Hello
from contracts.clientside.world import World, WorldError


class Player(Protocol):
    """A way to drive a client."""

    hello: Hello
    mode: Mode
    witnesses: frozenset[Witness]

    @property
    def broken(self) -> str | None:
        """Why nothing can be played any more, or None."""

    @property
    def one_by_one(self) -> bool:
        """Whether the next case has to wait until this one is over."""

    def play(self, stage: Stage) -> Ending | None:
        """Play a case; raises a PlayerError when the client's side breaks off.

        Returns:
            How the case's own program ended; None where there is no such program.
        """

    def break_off(self) -> None:
        """End what is under way: nobody waits for verdicts any more."""

    def stderr(self, case: Case) -> str:
        """What the client's side wrote there during a case, as far as that can be told."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """Where the worlds are."""

    base_url: str
    control_token: str | None = None
    seed: int = 0
    run: str = "kit"
    """Part of every key, so that two runs on one emulator do not meet."""

    def key(self, case: Case) -> str:
        """Return the API key of a case's own world: the words of its name."""
        words = re.sub(r"[^a-z0-9]+", "-", case.name).strip("-")
        return f"{self.run}-{words}"

    def world(self, case: Case) -> World:
        """Return a case's own world."""
        return World(self.base_url, self.key(case), self.control_token)


def run(
    player: Player,
    emulator: Emulator,
    cases: Sequence[Case],
    *,
    parallel: int | None = None,
    inputs: Mapping[str, Mapping[str, Any]] | None = None,
) -> Generator[Event, None, None]:
    """Play cases; who closes it early breaks the run off, and what is under way is not waited for longer than it takes.

    Args:
        player: drives the client.
        emulator: where the worlds are.
        cases: in the order they are begun.
        parallel: cases at once; the client's own word unless given, which it never exceeds.
        inputs: what stands for `$input`, by the name of the case; drawn by the emulator's seed unless given.
    """
    begun = clock.now()
    hello = player.hello
    told = described(emulator)
    names = tuple(case.name for case in cases)
    witnesses = tuple(sorted(player.witnesses))
    yield RunBegan(hello, player.mode, witnesses, names, emulator.seed, told)
    given = examples.drawn(cases, emulator.seed) if inputs is None else inputs
    events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
    at_once = min(hello.max_parallel, parallel or hello.max_parallel)
    broken_off = threading.Event()

    def play(case: Case) -> None:
        if not broken_off.is_set():
            _case(player, emulator, case, given.get(case.name), broken_off, events)

    def play_all() -> None:
        with ThreadPoolExecutor(at_once, "kit-case") as pool:
            for case in cases:
                played = pool.submit(play, case)
                if player.one_by_one:
                    played.result()
        events.put(None)

    with ThreadPoolExecutor(1, "kit-run") as background:
        background.submit(play_all)
        try:
            while (event := events.get()) is not None:
                yield event
        except BaseException:  # Ctrl-C, or whoever takes the events closes the run
            broken_off.set()
            player.break_off()
            raise
    yield RunEnded(clock.now() - begun, player.broken)


def described(emulator: Emulator) -> Mapping[str, Any]:
    """Return what the emulator says of itself."""
    world = World(emulator.base_url, emulator.run, emulator.control_token)
    try:
        return world.ask("GET", "/health")
    finally:
        world.close()


def _case(
    player: Player,
    emulator: Emulator,
    case: Case,
    drawn: Mapping[str, Any] | None,
    broken_off: threading.Event,
    events: "queue.SimpleQueue[Any]",
) -> None:
    """Play one case; whatever happens, it ends with one CaseEnded."""
    try:
        events.put(CaseBegan(case))
        events.put(_played(player, emulator, case, drawn, broken_off))
    except Exception as error:  # noqa: BLE001  # the kit's own fault must not hang the run, and counts as such
        told = f"the kit failed: {type(error).__name__}: {error}"
        events.put(CaseEnded(case, tuple(judging.unplayed(case, "harness-error", told)), None))


def _played(
    player: Player, emulator: Emulator, case: Case, drawn: Mapping[str, Any] | None, broken_off: threading.Event
) -> CaseEnded:
    excuse = judging.excused(case, player.hello.supports)
    if excuse is not None:
        return CaseEnded(case, tuple(excuse), None)
    unplayable = modes.unplayable(case, player.mode, player.witnesses)
    if unplayable is not None:
        return CaseEnded(case, tuple(judging.unplayed(case, "not-observable", unplayable)), None)
    if player.broken is not None:
        return CaseEnded(
            case, tuple(judging.unplayed(case, "not-run", f"the client's side broke: {player.broken}")), None
        )
    begun = clock.now()
    world = emulator.world(case)
    folder = Path(tempfile.mkdtemp(prefix="inferencesh-mock-conform-"))
    place = files.identity(folder)
    broke: PlayerError | None = None
    ending: Ending | None = None
    said: dict[str, Said] = {}
    try:
        world.set_up(case)
        try:
            ending = player.play(Stage(case, world, folder, said, drawn, broken_off))
        except PlayerError as error:
            broke = error
        if broke is None and files.identity(folder) != place:
            broke = PlayerError("the folder for the case's files is not any more what it was")
        if ending is not None:
            world.settle()
        play = Play(
            case=case,
            mode=player.mode,
            witnesses=player.witnesses,
            folder=folder,
            base_url=world.base_url,
            api_key=world.api_key,
            seen=world.look(videos="download" in case.capabilities and broke is None),
            said=said,
            stderr=player.stderr(case),
            ending=ending or Ending(),
            files=tuple(files.listed(folder)) if files.identity(folder) == place else (),
        )
        if broke is not None:
            emitted = judging.unplayed(case, "harness-error", str(broke))
        elif play.ending.cannot:
            emitted = judging.declined(case, play.ending.told)
        else:
            emitted = judging.judged(play)
        world.leave()
        return CaseEnded(case, tuple(emitted), play, clock.now() - begun)
    except WorldError as error:
        return CaseEnded(case, tuple(judging.unplayed(case, "harness-error", str(error))), None, clock.now() - begun)
    finally:
        world.close()
        if files.identity(folder) == place:
            with contextlib.suppress(RecursionError):
                shutil.rmtree(folder, ignore_errors=True)
        else:
            # Whatever stands there now: what it leads to is not ours.
            with contextlib.suppress(OSError):
                folder.unlink()
