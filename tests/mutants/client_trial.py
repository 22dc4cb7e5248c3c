"""Judges clients in this process: the kit's cases, a real emulator, and the adaptor's object called directly."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from contracts.clientside import case as cases
from contracts.clientside import engine, judging, lines, modes, protocol
from contracts.clientside.adapting import Adapted, answer
from contracts.clientside.case import WITNESSES, Case, Mode
from contracts.clientside.events import CaseEnded
from contracts.clientside.play import Said
from contracts.clientside.players.stepping import Stage, Stepping
from contracts.clientside.protocol import Hello, Kind, Order, Reply
from contracts.clientside.unheard import Unheard
from contracts.clientside.verdicts import Emitted
from mockserver.settings import Settings
from mockserver.testing import serving
from mockserver.testing.adaptors.reference import Reference
from tests.mutants import client_mutant
from tests.mutants.client_mutant import ClientMutant

OTHERS = 2
"""Cases beside those about a mutant's check, where not all of its area are played."""

PARALLEL = 8
"""Cases at once; most of their time is waiting."""


class ObjectPlayer:
    """Plays cases through an adaptor's object, with the lines of the protocol but no process."""

    mode: Mode = "adaptor"
    witnesses = frozenset(WITNESSES)
    broken = None
    one_by_one = False

    def __init__(self, adapted: Adapted) -> None:
        """Take the object and hear its hello."""
        self._adapted = adapted
        told = {"kit": lines.VERSION, "client": dict(adapted.client), "supports": list(adapted.supports)}
        self.hello: Hello = protocol.hello({**told, "max_parallel": PARALLEL})

    def play(self, stage: Stage) -> None:
        """Play a case."""

        def ask(call: str, arguments: Mapping[str, Any], seconds: float) -> Reply:
            order = Order(stage.case.name, stage.world.base_url, stage.world.api_key, call, arguments, seconds)
            line = json.dumps(answer(self._adapted, json.loads(json.dumps(order.line(0)))), default=str)
            return protocol.reply(call, json.loads(line))

        try:
            Stepping(stage, ask).play()
        finally:
            self._adapted.forget(stage.case.name)

    def stderr(self, _case: Case) -> str:
        """Nothing is written there."""
        return ""


@dataclass(slots=True)
class Trial:
    """What the cases said of one client."""

    ended: list[CaseEnded] = field(default_factory=list)

    def _of(self, *verdicts: str) -> Iterator[tuple[str, Emitted]]:
        for event in self.ended:
            for emitted in event.emitted:
                if emitted.verdict in verdicts:
                    yield event.case.name, emitted

    @property
    def failed(self) -> set[str]:
        """Ids of the checks that failed somewhere, whatever their level; a SHOULD fails with a warning."""
        return {emitted.check for _, emitted in self._of("fail", "warn")}

    @property
    def blunders(self) -> list[str]:
        """What the kit itself got wrong."""
        return [f"{name}: {emitted.check}: {emitted.told}" for name, emitted in self._of("harness-error")]

    def heard_less(self, check: str, mode: Mode) -> set[str]:
        """Judge the cases once more in which a check failed, as another way to drive the client would hear them.

        Returns:
            The verdicts on the check; none where the disk is a witness, for what lay there has gone.
        """
        failed = ("fail", "warn")
        plays = [
            event.play
            for event in self.ended
            if event.play
            and any(
                row.check == check and row.verdict in failed and "disk" not in row.witnesses for row in event.emitted
            )
        ]
        less = [replace(play, mode=mode, witnesses=modes.HEARD[mode], said=_by_exit(play.said)) for play in plays]
        return {row.verdict for play in less for row in judging.judged(play) if row.check == check}

    def told(self, *verdicts: str) -> list[str]:
        """Return what was said of each check with such a verdict, by case."""
        return [f"{name}: {emitted.check} {emitted.verdict}: {emitted.told}" for name, emitted in self._of(*verdicts)]


def _by_exit(said: Mapping[str, Said]) -> dict[str, Said]:
    """Leave of what a client said what an exit code tells: the first error, and no more after it."""
    found, silent = {}, False
    for name, row in said.items():
        raised = row.reply is None or row.reply.kind == "raised"
        kind: Kind = "raised" if raised else "saw"
        found[name] = replace(row, reply=None if silent else Reply(kind, Unheard("an exit code", {})))
        silent = silent or raised
    return found


def try_client(adapted: Adapted, chosen: Iterable[Case], *, parallel: int = PARALLEL) -> Trial:
    """Play cases to a client and return what was said of it."""
    trial = Trial()
    rows = list(chosen)
    with serving(Settings(port=0, seed=7, max_worlds=max(1000, 4 * len(rows)))) as server:
        emulator = engine.Emulator(server.base_url, seed=7)
        for event in engine.run(ObjectPlayer(adapted), emulator, rows, parallel=parallel):
            if isinstance(event, CaseEnded):
                trial.ended.append(event)
    return trial


def of_areas(*areas: str) -> list[Case]:
    """Return the cases of some areas."""
    return [row for row in cases.cases() if row.area in areas]


def nearest(mutant: ClientMutant) -> list[Case]:
    """Return those cases of a mutant's area that are about its check, and the first ones, which are about others."""
    area = of_areas(mutant.area)
    concerned = [row for row in area if any(probe.check.id == mutant.check for probe in row.probes)]
    return list({row.name: row for row in [*concerned, *area[:OTHERS]]}.values())


def try_mutant(mutant: ClientMutant, chosen: Iterable[Case] | None = None) -> Trial:
    """Play cases, those of a mutant's area unless given, to the reference client with its sin."""
    with mutant.applied():
        return try_client(Reference(), of_areas(mutant.area) if chosen is None else chosen)


def try_all(wanted: str = "") -> Iterator[tuple[ClientMutant, Trial]]:
    """Try each mutant whose name contains some text, one after the other."""
    for mutant in client_mutant.load():
        if wanted in mutant.name:
            yield mutant, try_mutant(mutant)
