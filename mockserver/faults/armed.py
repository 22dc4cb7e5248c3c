"""An armed plan: which of its steps a call meets, and the ledger of that."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from contracts.plans.catalogue import ANY, WEBHOOK, Slot
from contracts.plans.plan import Match, Plan, Step
from mockserver.faults.ledger import Entry, Hit
from mockserver.rng import seeded

Hits = Mapping[Slot, Hit]
"""What a call meets, one fault or outcome for each slot."""

NOTHING: Hits = MappingProxyType({})


class ArmedPlan:
    """A plan with the count of the calls it has seen."""

    def __init__(self, plan: Plan, source: str) -> None:
        """Arm a plan.

        Args:
            plan: what is armed.
            source: for the ledger: "plan", "default", or "scenario NAME".
        """
        self.plan = plan
        self.source = source
        self.entries = _entries(plan)

    def extend(self, more: Plan) -> None:
        """Arm further steps; what was counted stays, and the new ones count from now on.

        All chances of a plan are drawn with one seed, that of the first, so that the whole plan repeats them.
        """
        armed = self.plan
        seed = armed.seed if armed.chaos else more.seed
        self.plan = Plan((*armed.steps, *more.steps), (*armed.chaos, *more.chaos), seed)
        self.entries += _entries(Plan(more.steps, more.chaos, seed), first=len(armed.chaos))

    def meet(self, operation: str, given: object, *, by: str, at: float) -> Hits:
        """Count a call and return what it meets.

        Args:
            operation: named as in a plan (`contracts.plans.catalogue.operation_name`), or "webhook".
            given: the input of the task that the call is about, for `match`; None when it is about none.
            by: id of the exchange or delivery.
            at: the world's time.
        """
        if not self.entries:
            return NOTHING
        hits: dict[Slot, Hit] = {}
        for entry in self.entries:
            if not _concerns(entry.step.on, operation) or not _fits(entry.step.match, given):
                continue
            entry.calls += 1
            if not _comes(entry):
                continue
            hit = Hit(entry, by, at)
            slot = entry.step.do.fault.slot
            if slot in hits:
                hit.doubt(f"{hits[slot].name}, which stands before it, took the call")
            else:
                hits[slot] = hit
        return hits

    def document(self) -> dict[str, Any]:
        """Plan and ledger as JSON."""
        return {
            "source": self.source,
            "hash": self.plan.hash,
            "plan": self.plan.document(),
            "ledger": [entry.document() for entry in self.entries],
        }

    @property
    def open_entries(self) -> list[Entry]:
        """What a test should not end with: steps that were not met, or not to the end."""
        return [entry for entry in self.entries if entry.state in {"unreached", "underway"} and not entry.excused]


def _entries(plan: Plan, first: int = 0) -> list[Entry]:
    """Return the entries of a plan whose first chance has this number."""
    chances = [Entry(chance, seeded(plan.seed, number)) for number, chance in enumerate(plan.chaos, first)]
    return [*map(Entry, plan.steps), *chances]


def _comes(entry: Entry) -> bool:
    if isinstance(entry.step, Step):
        return entry.step.covers(entry.calls)
    return entry.draws is not None and entry.draws.random() < entry.step.probability


def _concerns(on: str, operation: str) -> bool:
    return on == operation or (on == ANY and operation != WEBHOOK)


def _fits(match: Match | None, given: object) -> bool:
    return match is None or match.fits(given)
