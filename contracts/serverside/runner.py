"""Runs the phases over a server and yields events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from contracts.serverside import check, clock, fuzzed, generated, machine, scripted
from contracts.serverside.caller import Caller, Recorder
from contracts.serverside.events import Event, RunBegan, RunEnded
from contracts.serverside.exchange import UnexpectedError
from contracts.serverside.levers import Levers
from contracts.serverside.probe import Specimens
from contracts.serverside.purse import Purse
from contracts.serverside.target import Target


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be run."""

    phases: tuple[str, ...] = ("scripted",)
    areas: tuple[str, ...] = ()
    """Empty for all."""
    names: tuple[str, ...] = ()
    """Checks by name; empty for all of the areas."""
    seed: int = 0
    max_examples: int = 20
    """Generated cases of each operation or scenario."""


def run(target: Target, wish: Wish, recorder: Recorder) -> Iterator[Event]:
    """Judge a server.

    Args:
        target: the server.
        wish: what is to be run.
        recorder: where exchanges are kept, as evidence for whoever reports.
    """
    begun = clock.now()
    purse = Purse(target.spend)
    stranger = Caller(target, recorder, target.api_key)
    levers_there = Levers.found(stranger)
    stranger.close()
    if levers_there and not target.insecure_key:
        # An emulator: any key opens a world, so a second one can be made up.
        target = replace(target, insecure_key=True, other_key=target.other_key or f"{target.api_key}-other")
    specimens = Specimens(target, recorder, purse)
    try:
        levers = Levers(specimens.call) if levers_there else None
        yield RunBegan(target, wish.phases, wish.seed, _server(specimens))
        if "scripted" in wish.phases:
            yield from scripted.run(_chosen(wish), target, recorder, purse, levers, specimens)
        if "generated" in wish.phases:
            yield from generated.run(
                target, recorder, purse, levers, specimens, seed=wish.seed, max_examples=wish.max_examples
            )
        if "schemathesis" in wish.phases:
            yield from fuzzed.run(target, recorder, seed=wish.seed, max_examples=wish.max_examples)
        if "machine" in wish.phases:
            plays = max(1, wish.max_examples // 2)
            yield from machine.run(target, recorder, specimens, levers, seed=wish.seed, max_examples=plays)
        yield RunEnded(clock.now() - begun, purse.charged)
    finally:
        specimens.close()


def _chosen(wish: Wish) -> Sequence[check.Check]:
    return [
        row
        for row in check.load()
        if (not wish.areas or row.area in wish.areas) and (not wish.names or row.name in wish.names)
    ]


def _server(specimens: Specimens) -> str:
    """Return what the server calls itself in its OpenAPI document."""
    answer = specimens.call.send("GET", "/openapi.json", key=None, version=None)
    try:
        info = answer.json()["info"]
        return f"{info['title']} {info['version']}"
    except (UnexpectedError, KeyError, TypeError):
        return ""
