"""Plays a case step by step: resolves what steps say of each other, asks the client, does what is the kit's to do."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts import clock
from contracts.clientside import files, webhooks
from contracts.clientside.arguments import Arguments, UnknownError
from contracts.clientside.case import Case, Step
from contracts.clientside.play import Said
from contracts.clientside.protocol import Reply
from contracts.clientside.world import World

Ask = Callable[[str, Mapping[str, Any], float], Reply]
"""Call, arguments and seconds to the deadline; raises a PlayerError when nothing proper came."""


class PlayerError(Exception):
    """The client's side did not answer as the protocol wants; the message is what the report says."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a case is played with."""

    case: Case
    world: World
    """Set up for it."""
    folder: Path
    """Where its files are."""
    said: dict[str, Said]
    """Filled as it goes, by the names of steps."""
    drawn: Mapping[str, Any] | None = None
    """The input that stands for `$input`."""
    broken_off: threading.Event = field(default_factory=threading.Event)
    """Set once nobody waits for verdicts any more."""


class Stepping:
    """One case under way."""

    def __init__(self, stage: Stage, ask: Ask) -> None:
        """Begin.

        Args:
            stage: case, world, files.
            ask: asks the client.
        """
        self._case = case = stage.case
        self._world = stage.world
        self._known = Arguments(case, stage.folder, stage.folder, stage.said, stage.drawn)
        self._ask = ask
        self._begun = clock.now()
        self._pending: dict[str, Future[None]] = {}
        self.said = stage.said
        for name, kind in case.files.items():
            files.write(stage.folder / name, kind)

    def play(self) -> None:
        """Play all steps.

        Raises:
            PlayerError: the client's side broke off.
            WorldError: the emulator did.
        """
        with ThreadPoolExecutor(max(1, len(self._case.steps)), "kit-step") as pool:
            for step in self._case.steps:
                if step.kit:
                    self._do(step)
                    continue
                arguments = self._arguments(step)
                if arguments is None:
                    continue
                said = Said(step.name, step.call, arguments, began=self._elapsed())
                self.said[step.name] = said
                if step.background:
                    self._pending[step.name] = pool.submit(self._call, said)
                else:
                    self._call(said)
            for name in list(self._pending):
                self._join(name)

    def _elapsed(self) -> float:
        return clock.now() - self._begun

    @property
    def _left(self) -> float:
        return max(0.1, self._case.deadline - self._elapsed())

    def _call(self, said: Said) -> None:
        try:
            said.reply = self._ask(said.call, said.arguments, self._left)
        except PlayerError as error:
            said.failure = str(error)
            raise
        finally:
            said.ended = self._elapsed()

    def _join(self, name: str) -> None:
        self._pending.pop(name).result()

    def _arguments(self, step: Step) -> dict[str, Any] | None:
        try:
            return self._known.of(step)
        except UnknownError as error:
            self.said[step.name] = Said(step.name, step.call, dict(step.arguments), failure=str(error))
            return None

    # ------------------------------------------------------------------------------------------- the kit's own steps

    def _do(self, step: Step) -> None:
        told = step.arguments
        match step.call:
            case "advance":
                self._world.advance(told.get("seconds"))
            case "plan":
                self._world.arm(told)
            case "settle":
                self._world.wait_for(
                    str(told["on"]), int(told["count"]), min(self._left, float(told.get("seconds", 5)))
                )
            case "join":
                self._join(str(told["step"]))
            case "sign":
                signed = webhooks.signed(str(told["kind"]), clock.wall())
                self.said[step.name] = Said(step.name, "sign", told, Reply("saw", signed))
            case _:
                self._world.replay(self._world.deliveries()[int(told.get("nth", 1)) - 1]["id"])
