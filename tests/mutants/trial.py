"""Judges an emulator with a fault in it, by the checks that speak of the requirement meant."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.serverside import check
from contracts.serverside.caller import Recorder
from contracts.serverside.finding import Verdict
from contracts.serverside.results import Results
from contracts.serverside.runner import Wish, run
from contracts.serverside.target import Target
from mockserver.settings import MICROCENTS_PER_USD, Behaviour, Settings
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
    results = Results()
    with mutant.applied(), serving(SETTINGS) as server:
        target = Target(
            server.base_url,
            "mutant",
            app_version=mutant.version,
            spend=1000 * MICROCENTS_PER_USD,
            patience=5,
            task_patience=5,
        )
        for event in run(target, Wish(names=names), Recorder()):
            results.take(event)
    row = results.rows[mutant.requirement]
    return Trial(mutant, row.verdict, row.told)


def try_all(wanted: str = "") -> Iterator[Trial]:
    """Judge the emulator with each mutant whose name contains some text, one after the other."""
    for mutant in load():
        if wanted in mutant.name:
            yield try_mutant(mutant)
