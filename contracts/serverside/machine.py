"""Phase 4: plays of a state machine, drawn by Hypothesis, compared with a simple model after each step.

A play that differs is shrunk to the fewest steps that still differ, and told with those.
"""

from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from contracts import clock
from contracts.counting import counted
from contracts.serverside import forms
from contracts.serverside.always import MOST_FAILURES, Always
from contracts.serverside.docket import Docket
from contracts.serverside.events import Event, Found, PhaseBegan, PhaseEnded, StepBegan, StepEnded
from contracts.serverside.exchange import UnexpectedError
from contracts.serverside.finding import BrokenError, Finding, NotRunError
from contracts.serverside.play import STEPS, Bench, Difference, EnoughError, Play

PHASE = "machine"

AT_ONCE = 50
"""Plays between two words on how far it is."""

MOST_SHRINKING = 5_000
"""Requests that finding the shortest play takes at the most."""

MOST_TOLD = 12
"""Last steps of a play that are told."""


def run(docket: Docket, *, seed: int, max_examples: int) -> Iterator[Event]:
    """Play, and yield what is found; the first difference ends it.

    Args:
        docket: the server; nothing is played where there is a limit, for plays submit runs without asking the price.
        seed: of the steps.
        max_examples: plays.
    """
    rounds = range(0, max_examples, AT_ONCE)
    yield PhaseBegan(PHASE, len(rounds))
    if docket.target.spend is not None:
        yield PhaseEnded(PHASE, "plays submit runs without asking the price, which no limit allows", is_meant=True)
        return
    always = Always(docket.target, PHASE, MOST_FAILURES)
    bench = Bench(docket, always, most=max_examples * STEPS * 4 + MOST_SHRINKING)
    docket.recorder.begin()
    stopped = None
    for number in rounds:
        name = f"plays {number + 1} to {min(number + AT_ONCE, max_examples)}"
        yield StepBegan(PHASE, name)
        begun = clock.now()
        stopped = _play(bench, seed + number, min(AT_ONCE, max_examples - number))
        yield from map(Found, bench.found)
        bench.found.clear()
        yield StepEnded(PHASE, name, clock.now() - begun)
        if stopped is not None or bench.least is not None:
            break
    if bench.least is not None:
        yield Found(_finding(bench.least, seed, stopped or ""))
    for requirement, count in sorted(bench.held.items()):
        told = f"held at {counted(count, 'step')} of plays"
        yield Found(Finding(requirement, "pass", told, "machine.play", PHASE, (), seed))
    yield from map(Found, always.sum_up())
    yield PhaseEnded(PHASE, None if bench.least is not None else stopped)


def _finding(least: Difference, seed: int, remark: str) -> Finding:
    lines = [f"{number}. {row.line()}" for number, row in enumerate(least.steps, 1)]
    left_out = f"({counted(len(lines) - MOST_TOLD, 'step')}), " if len(lines) > MOST_TOLD else ""
    told = f"{least.told}; the steps: {left_out}{', '.join(lines[-MOST_TOLD:])}{remark and f'; {remark}'}"
    return Finding(
        least.requirement, "fail", told, "machine.play", PHASE, tuple(row.number for row in least.steps), seed
    )


def _play(bench: Bench, seed: int, plays: int) -> str | None:
    """Play; return why it had to end before its time, or what has to be said of the difference that was found."""
    settings = hypothesis.settings(
        max_examples=plays,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=False,
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    seeded: Callable[[Any], Any] = hypothesis.seed(seed)
    try:
        run_state_machine_as_test(seeded(_Factory(bench)), settings=settings)
    except BrokenError:
        return None
    except Flaky:
        return "the same steps did not show it again"
    except (UnexpectedError, NotRunError) as error:
        return str(error)
    except EnoughError as error:
        return f"no play with fewer steps was looked for {error}" if bench.least else str(error)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        # The server's answers are anybody's.
        return f"a play could not go on: {forms.stumbled(bench.sent)}"
    return None


class _Factory:
    """What Hypothesis makes plays with, and can hang its seed on."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.__name__ = "Play"

    def __call__(self) -> Play:
        return Play(self._bench)
