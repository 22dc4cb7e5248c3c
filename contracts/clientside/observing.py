"""Judges a project's own tests from the wire alone: each case waits under its key for whoever uses it."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from contracts import clock
from contracts.clientside import judging, modes
from contracts.clientside.case import Case, Mode
from contracts.clientside.engine import Emulator, described
from contracts.clientside.events import CaseBegan, CaseEnded, Event, RunBegan, RunEnded
from contracts.clientside.play import Play
from contracts.clientside.protocol import Hello
from contracts.clientside.world import World, WorldError

MODE: Mode = "observe"
WITNESSES = modes.HEARD[MODE]


class Observation:
    """The worlds of cases, armed, and what was seen in them."""

    def __init__(self, emulator: Emulator, cases: Sequence[Case], hello: Hello) -> None:
        """Choose the cases of which the wire tells something.

        Args:
            emulator: where the worlds are.
            cases: that are wanted.
            hello: what is known of the client.
        """
        self._emulator, self._hello = emulator, hello
        self._cases = cases
        self._worlds: dict[str, World] = {}
        self._begun = clock.now()
        self._others = 0
        self.untouched: list[str] = []
        """Names of the cases of which nobody has used the key; known after `events`."""

    def __enter__(self) -> Self:
        """Arm the worlds.

        Raises:
            WorldError: the emulator does not take them.
        """
        with contextlib.ExitStack() as opened:
            for case in offered(self._cases):
                world = self._worlds[case.name] = self._emulator.world(case)
                opened.callback(world.close)
                world.set_up(case)
            self._others = int(described(self._emulator)["worlds"])
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._opened.close()

    @property
    def waiting(self) -> int:
        """How many cases are armed."""
        return len(self._worlds)

    @property
    def strangers(self) -> int:
        """How many keys have been used that are of no case."""
        return int(described(self._emulator)["worlds"]) - self._others

    def events(self) -> Iterator[Event]:
        """Judge what has been seen so far; of what nobody has touched nothing is said."""
        touched = {name for name, world in self._worlds.items() if world.journal()}
        self.untouched = [name for name in self._worlds if name not in touched]
        chosen = [case for case in self._cases if case.name not in self.untouched]
        names = tuple(case.name for case in chosen)
        server = described(self._emulator)
        yield RunBegan(self._hello, MODE, tuple(sorted(WITNESSES)), names, self._emulator.seed, server)
        for case in chosen:
            yield CaseBegan(case)
            yield self._judged(case)
        yield RunEnded(clock.now() - self._begun)

    def _judged(self, case: Case) -> CaseEnded:
        world = self._worlds.get(case.name)
        if world is None:
            told = modes.unplayable(case, MODE, WITNESSES) or ""
            return CaseEnded(case, tuple(judging.unplayed(case, "not-observable", told)), None)
        try:
            world.settle()
            play = Play(case, MODE, WITNESSES, Path.cwd(), world.base_url, world.api_key, world.look())
        except WorldError as error:
            return CaseEnded(case, tuple(judging.unplayed(case, "harness-error", str(error))), None)
        return CaseEnded(case, tuple(judging.judged(play)), play)


def offered(cases: Sequence[Case]) -> list[Case]:
    """Return the cases of which the wire alone tells something."""
    return [case for case in cases if modes.unplayable(case, MODE, WITNESSES) is None]
