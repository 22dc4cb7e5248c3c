"""The play money of one world: what was granted, what tasks hold, cost and give back, and what was paid twice (D18).

granted = balance + charged; what a task holds is charged when it ends, or free again.

A run is suspected of being a duplicate when its accepted input equals that of an earlier run that made a task and whose
answer never reached the client whole: the client could not know that the first had landed, and tried again. Two equal
runs whose answers arrived are no suspects; somebody may want two clips.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from contracts.wire.ids import timestamp
from contracts.wire.money import MICROCENTS_PER_USD
from contracts.wire.problems import Problem
from contracts.wire.statuses import Status
from mockserver import replay
from mockserver.journal import Exchange
from mockserver.task import Task
from mockserver.timeline import last

MOST_ROWS = 2_000
"""Tasks of which the money is shown, and among which duplicates are looked for; the sums know of all."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """The run that made the task which a duplicate repeats."""

    task_id: str
    exchange_id: str
    arrived: tuple[float, int]
    why: str
    """One sentence for a person."""


@dataclass(slots=True, eq=False)
class Row:
    """The money of one task."""

    task_id: str
    at: float
    """When it was made, Unix seconds on the world's clock."""
    estimate: int
    """Its price in microcents, as all amounts here."""
    held: int
    charged: int = 0
    refunded: int = 0
    """What it had held and cost nothing in the end."""
    state: Literal["held", "charged", "refunded"] = "held"
    why: str = "under way"
    exchange_id: str = ""
    """Of the run."""
    arrived: tuple[float, int] = (0.0, 0)
    """When the run arrived: time and number of its exchange."""
    input: str = ""
    """App version and hash of the accepted input."""
    reached: bool | None = None
    """Whether the answer of the run reached the client whole; None while that is open."""
    lost: str = ""
    """If it did not: what happened, as a clause."""
    earlier: Earlier | None = None
    """Set for a suspect."""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "task_id": self.task_id,
            "at": timestamp(self.at),
            "estimate": self.estimate,
            "held": self.held,
            "charged": self.charged,
            "refunded": self.refunded,
            "state": self.state,
            "why": self.why,
        }

    def suspicion(self) -> dict[str, Any] | None:
        """Why the task may be a duplicate, as JSON; None if nothing suggests it."""
        earlier = self.earlier
        if earlier is None:
            return None
        return {
            "task_id": self.task_id,
            "earlier_task_id": earlier.task_id,
            "exchange_id": self.exchange_id,
            "earlier_exchange_id": earlier.exchange_id,
            "at": timestamp(self.at),
            "cost": self.estimate if self.state == "held" else self.charged,
            "state": self.state,
            "why": earlier.why,
        }


class Purse:
    """Grants, holds and charges of one world."""

    def __init__(self, granted: int) -> None:
        """Start with a grant, in microcents."""
        self.granted = granted
        self.held = 0
        """What the tasks under way may cost."""
        self.charged = 0
        self.refunded = 0
        self._charged_twice = 0
        self._rows: OrderedDict[str, Row] = OrderedDict()
        self._by_input: dict[str, list[Row]] = {}

    @property
    def balance(self) -> int:
        """What is left, that which is held included."""
        return self.granted - self.charged

    def afford(self, price: int) -> None:
        """Pass if a task of this price can be paid besides the ones under way.

        Raises:
            Problem: 402 payment_required.
        """
        free = self.balance - self.held
        if price > free:
            raise Problem(
                "payment_required",
                f"this run costs ${price / MICROCENTS_PER_USD:.2f}, but ${free / MICROCENTS_PER_USD:.2f} are left; "
                "give the world more with POST /_mock/credits",
                meta={"price": price, "available": free},
            )

    def hold(self, task: Task) -> None:
        """Set aside what a new task may cost."""
        price = task.judgement.price
        self.held += price
        self._rows[task.id] = Row(task.id, task.created, estimate=price, held=price)
        while len(self._rows) > MOST_ROWS:
            self._forget(next(iter(self._rows.values())))

    def submitted(self, task: Task, exchange: Exchange) -> None:
        """Note by which run a task was made, and whether it repeats an earlier one."""
        row = self._rows[task.id]
        content_ids = {field: image.content_id for field, image in task.images.items() if image.content_id}
        row.exchange_id = exchange.id
        row.arrived = (exchange.at, exchange.number)
        row.input = f"{task.app.id}/{replay.input_hash(task.judgement.accepted or {}, content_ids)}"
        equal = self._by_input.setdefault(row.input, [])
        for other in equal:
            if other.reached is False:
                self._compare(other, row)
        equal.append(row)

    def answered(self, exchange: Exchange) -> None:
        """Note how the answer of a run went, whole or not."""
        row = self._rows.get(exchange.task_id or "")
        if row is None or row.exchange_id != exchange.id:
            return
        row.reached = exchange.reached
        if not row.reached:
            row.lost = _lost(exchange)
            for other in self._by_input[row.input]:
                self._compare(row, other)

    def settle(self, task: Task) -> None:
        """Book a task that has ended: what it costs is taken, the rest of what it held is free again."""
        price, charged = task.judgement.price, task.charge()
        refunded = price - charged
        self.held -= price
        self.charged += charged
        self.refunded += refunded
        row = self._rows.get(task.id)
        if row is not None:
            row.held, row.charged, row.refunded = 0, charged, refunded
            row.state, row.why = "charged" if charged else "refunded", _why(task)
            if row.earlier is not None:
                self._charged_twice += charged

    @property
    def rows(self) -> Iterator[Row]:
        """The money of each task, the newest first."""
        return reversed(self._rows.values())

    def document(self) -> dict[str, Any]:
        """The sums and the suspects, as JSON."""
        suspicions = (row.suspicion() for row in self.rows)
        return {
            "granted": self.granted,
            "held": self.held,
            "charged": self.charged,
            "refunded": self.refunded,
            "balance": self.balance,
            "would_have_been_enough": self.charged - self._charged_twice,
            "suspects": [suspicion for suspicion in suspicions if suspicion is not None],
        }

    def _compare(self, lost: Row, later: Row) -> None:
        """Suspect a run that repeats one whose answer was lost; the latest of several such is told."""
        if lost.arrived >= later.arrived or (later.earlier is not None and later.earlier.arrived >= lost.arrived):
            return
        if later.earlier is None:
            self._charged_twice += later.charged
        why = (
            f"task {later.task_id} has the same input as task {lost.task_id}, and {lost.lost}: "
            "the client could not know that it had landed"
        )
        later.earlier = Earlier(lost.task_id, lost.exchange_id, lost.arrived, why)

    def _forget(self, row: Row) -> None:
        del self._rows[row.task_id]
        equal = self._by_input.get(row.input, [])
        if row in equal:
            equal.remove(row)
            if not equal:
                del self._by_input[row.input]


def _lost(exchange: Exchange) -> str:
    if exchange.outcome == "client-gone":
        return f"the client was gone before run {exchange.id} was answered"
    if exchange.outcome in {"answered", "failed"} and (exchange.status or 0) >= 500:
        return f"run {exchange.id} was answered with HTTP {exchange.status} after the work was done"
    return f"the answer to run {exchange.id} did not reach the client whole"


def _why(task: Task) -> str:
    step = last(task.life)
    ran = "while it ran" if task.reached(Status.RUNNING) is not None else "before it ran"
    match step.status:
        case Status.FAILED:
            return f"failed, and failed tasks are free: {step.error}"
        case Status.CANCELLED:
            return f"cancelled {ran}"
        case Status.REJECTED:
            return "rejected"
        case _:
            return "completed"
