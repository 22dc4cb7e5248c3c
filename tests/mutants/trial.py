"""Judges an emulator with a fault in it, by the checks that speak of the requirement meant; and one without, by all."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from contracts.apps.table import VERSIONS
from contracts.serverside import check
from contracts.serverside.caller import Recorder
from contracts.serverside.finding import Verdict
from contracts.serverside.results import Results
from contracts.serverside.runner import EXAMPLES, PHASES, Wish, run
from contracts.serverside.target import Target
from mockserver.settings import Behaviour, Settings
from mockserver.testing import serving
from tests.mutants.mutant import Mutant, load

SETTINGS = Settings(port=0, seed=7, behaviour=Behaviour(latency="instant", media="tiny"))
"""As quick as the emulator can be; the seed makes a trial repeat."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What the suite said of one mutant."""

    mutant: Mutant
    verdict: Verdict
    """On the requirement meant."""
    told: str

    @property
    def caught(self) -> bool:
        """Whether the suite found the requirement meant to be broken."""
        return self.verdict == "fail"


def try_mutant(mutant: Mutant) -> Trial:
    """Judge the emulator with a mutant's fault in it."""
    names = mutant.checks or tuple(row.name for row in check.load() if mutant.requirement in row.requirements)
    if not names:
        raise ValueError(f"{mutant.name}: no check cites {mutant.requirement}; name the checks that are to be run")
    with mutant.applied(), serving(SETTINGS) as server:
        results = _judged(Target(server.base_url, "mutant", app_version=mutant.version), Wish(names=names))
    row = results.rows[mutant.requirement]
    return Trial(mutant, row.verdict, row.told)


def try_all(wanted: str = "") -> Iterator[Trial]:
    """Judge the emulator with each mutant whose name contains some text, one after the other."""
    for mutant in load():
        if wanted in mutant.name:
            yield try_mutant(mutant)


def try_unmutated(seed: int, phases: tuple[str, ...] = PHASES, max_examples: int = EXAMPLES) -> Results:
    """Judge the emulator as it is, with a seed for it and for the suite; the app's versions take turns."""
    version = VERSIONS[seed % len(VERSIONS)]
    settings = replace(SETTINGS, seed=seed, behaviour=replace(SETTINGS.behaviour, app_version=version))
    with serving(settings) as server:
        target = Target(server.base_url, "unmutated", app_version=version)
        return _judged(target, Wish(phases, seed=seed, max_examples=max_examples))


def _judged(target: Target, wish: Wish) -> Results:
    results = Results()
    unlimited = replace(target, spend=None, patience=5, task_patience=5)
    for event in run(unlimited, wish, Recorder()):
        results.take(event)
    return results
