"""Faults of prices and charges."""

import dataclasses

from contracts.wire.statuses import Status
from mockserver.api import apps, runs
from mockserver.task import Task
from mockserver.world import World
from tests.mutants.mutant import mutant
from tests.mutants.surgery import Answer, Surgery


def _priced(surgery: Surgery, wrong) -> None:
    """Judge inputs with other prices, in estimates and runs alike."""

    def judge(original, version, document, *rest):
        found = original(version, document, *rest)
        return dataclasses.replace(found, price=wrong(found, document))

    surgery.wrap(apps, "judge", judge)
    surgery.wrap(runs, "judge", judge)


@mutant("REQ-MONEY-001")
def balance_with_a_fraction(surgery: Surgery) -> None:
    """The balance is a decimal number."""

    def decimal(found):
        found["balance"] = found["balance"] + 0.5

    surgery.alter("account.billing", by=lambda answer: answer.change(decimal))


@mutant("REQ-MONEY-002")
def std_costs_what_pro_costs(surgery: Surgery) -> None:
    """A silent clip in std costs what one in pro costs."""
    swap = {21_000_000: 35_000_000, 42_000_000: 70_000_000}
    _priced(surgery, lambda found, _document: swap.get(found.price, found.price))


@mutant("REQ-MONEY-003")
def sound_is_free(surgery: Surgery) -> None:
    """A clip with sound costs what a silent one costs."""
    _priced(
        surgery, lambda found, _document: found.price // 2 if found.price in {70_000_000, 140_000_000} else found.price
    )


@mutant("REQ-MONEY-004")
def voice_without_a_marker_is_charged(surgery: Surgery) -> None:
    """A voice is charged although the prompt holds no marker."""

    dear = {70_000_000: 84_000_000, 140_000_000: 168_000_000}

    def marked(found, document):
        return dear.get(found.price, found.price) if document.get("voice_id") else found.price

    _priced(surgery, marked)


@mutant("REQ-MONEY-005")
def failures_are_charged(surgery: Surgery) -> None:
    """A failed task costs 21 cents."""
    surgery.wrap(Task, "charge", lambda original, self: original(self) or 21_000_000)


@mutant("REQ-MONEY-006")
def cancelled_while_running_is_free(surgery: Surgery) -> None:
    """Whatever is cancelled costs nothing."""
    surgery.wrap(
        Task, "charge", lambda original, self: 0 if self.life[-1].status is Status.CANCELLED else original(self)
    )


@mutant("REQ-MONEY-006")
def cancelled_in_the_queue_is_charged(surgery: Surgery) -> None:
    """Whatever is cancelled costs its price."""
    surgery.wrap(Task, "charge", lambda original, self: original(self) or self.judgement.price)


@mutant("REQ-MONEY-007")
def credit_without_end(surgery: Surgery) -> None:
    """A run that cannot be paid for is accepted."""
    surgery.replace(World, "afford", lambda _self, _price: None)


@mutant("REQ-MONEY-007")
def tasks_under_way_not_counted(surgery: Surgery) -> None:
    """What is under way counts as unspent."""

    def afford(original, self, price):
        if self.balance() < price:
            original(self, price)

    surgery.wrap(World, "afford", afford)


@mutant("REQ-MONEY-008")
def cost_before_the_end(surgery: Surgery) -> None:
    """A task that has not ended has a cost of 0 and not 404."""

    def nothing(answer: Answer) -> None:
        if answer.status == 404:
            answer.status, answer.headers["content-type"] = 200, "application/json"
            answer.json = {"total": 0, "charged": 0}

    surgery.alter("usage.task_cost", by=nothing)


@mutant("REQ-MONEY-008")
def charged_twice(surgery: Surgery) -> None:
    """A completed task costs its price twice."""
    surgery.wrap(Task, "charge", lambda original, self: 2 * original(self))
