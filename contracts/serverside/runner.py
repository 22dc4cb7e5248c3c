"""Runs the phases over a server and yields events."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from contracts import clock
from contracts.serverside import check, fuzzed, generated, machine, scripted
from contracts.serverside.caller import GoneError, Recorder
from contracts.serverside.docket import Docket
from contracts.serverside.events import Event, PhaseEnded, RunBegan, RunEnded
from contracts.serverside.finding import fault
from contracts.serverside.target import Target

PHASES = ("scripted", "generated", "schemathesis", "machine")
"""All of them, in their order."""

EXAMPLES = 20
"""Generated cases of each operation or kind of input, unless told otherwise: what CI runs, in a minute or two."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be run."""

    phases: tuple[str, ...] = ("scripted",)
    areas: tuple[str, ...] = ()
    """Empty for all."""
    names: tuple[str, ...] = ()
    """Checks by name; empty for all of the areas."""
    seed: int = 0
    max_examples: int = EXAMPLES
    """Generated cases of each operation or scenario."""


def run(target: Target, wish: Wish, recorder: Recorder) -> Generator[Event]:
    """Judge a server.

    Args:
        target: the server.
        wish: what is to be run.
        recorder: where exchanges are kept, as evidence for whoever reports.
    """
    begun = clock.now()
    docket = Docket.opened(target, recorder)
    try:
        yield RunBegan(
            docket.target,
            wish.phases,
            wish.seed,
            docket.server,
            wish.max_examples,
            _about(wish),
            wish.areas,
            wish.names,
            docket.remark,
        )
        for name, phase in _phases(wish, docket):
            try:
                yield from phase
            except GoneError as error:
                yield PhaseEnded(name, str(error), is_last=True)
                break
            except Exception as error:  # noqa: BLE001  # what was seen is to be reported, whatever fails here
                yield PhaseEnded(name, fault(error), is_fault=True)
        yield RunEnded(clock.now() - begun, docket.purse.charged)
    finally:
        docket.close()


def _phases(wish: Wish, docket: Docket) -> Iterator[tuple[str, Iterator[Event]]]:
    seed, examples = wish.seed, wish.max_examples
    if scripted.PHASE in wish.phases:
        yield scripted.PHASE, scripted.run(_chosen(wish), docket)
    if wish.phases == (scripted.PHASE,):
        return
    hurried = docket.hurried()
    drawn = {
        generated.PHASE: generated.run(hurried, seed=seed, max_examples=examples),
        fuzzed.PHASE: fuzzed.run(hurried, seed=seed, max_examples=examples),
        machine.PHASE: machine.run(hurried, seed=seed, max_examples=max(1, examples // 2)),
    }
    yield from ((name, phase) for name, phase in drawn.items() if name in wish.phases)


def _about(wish: Wish) -> frozenset[str] | None:
    if wish.phases != (scripted.PHASE,) or not (wish.areas or wish.names):
        return None
    return frozenset(name for row in _chosen(wish) for name in row.requirements)


def _chosen(wish: Wish) -> Sequence[check.Check]:
    return [
        row
        for row in check.load()
        if (not wish.areas or row.area in wish.areas) and (not wish.names or row.name in wish.names)
    ]
