"""Faults of webhooks."""

from typing import Any

from contracts.wire import webhooks as wire
from mockserver import egress, webhooks
from mockserver.webhooks import Webhooks
from tests.mutants.mutant import mutant
from tests.mutants.surgery import Surgery


def _bent(surgery: Surgery, bend: Any) -> None:
    surgery.wrap(wire, "body", lambda original, **given: bend(original(**given)))


@mutant("REQ-WEBHOOK-001")
def sent_twice(surgery: Surgery) -> None:
    """Every webhook comes twice."""

    async def attempt(original: Any, self: Any, *given: Any, **named: Any) -> Any:
        await original(self, *given, **named)
        return await original(self, *given, **named)

    surgery.wrap(Webhooks, "_attempt", attempt)


@mutant("REQ-WEBHOOK-001")
def no_word_of_a_cancel(surgery: Surgery) -> None:
    """A cancelled task has no webhook."""

    def start(original: Any, self: Any, delivery: Any) -> None:
        if b'"status":12' not in delivery.body:
            original(self, delivery)

    surgery.wrap(Webhooks, "_start", start)


@mutant("REQ-WEBHOOK-002")
def one_key_more(surgery: Surgery) -> None:
    """The body has a key that the page does not know."""
    _bent(surgery, lambda body: {**body, "event": "task.completed"})


@mutant("REQ-WEBHOOK-003")
def error_is_null(surgery: Surgery) -> None:
    """Without an error `error` is null."""
    _bent(surgery, lambda body: {**body, "error": body["error"] or None})


@mutant("REQ-WEBHOOK-004")
def old_number(surgery: Surgery) -> None:
    """A completed task is 9 in its webhook: old and new numbers mixed."""
    _bent(surgery, lambda body: {**body, "status": 9})


@mutant("REQ-WEBHOOK-005")
def one_attempt_fewer(surgery: Surgery) -> None:
    """A delivery is given up after four attempts."""
    surgery.replace(webhooks, "ATTEMPT_OFFSETS", (0.0, 1.0, 5.0, 25.0))


@mutant("REQ-WEBHOOK-005")
def backs_off_too_soon(surgery: Surgery) -> None:
    """The second attempt comes after two seconds."""
    surgery.replace(webhooks, "ATTEMPT_OFFSETS", (0.0, 2.0, 5.0, 25.0, 125.0))


@mutant("REQ-WEBHOOK-006")
def redirect_counts_as_delivered(surgery: Surgery) -> None:
    """A redirect is taken for a delivery."""

    async def post(original: Any, *given: Any, **named: Any) -> Any:
        reply = await original(*given, **named)
        return egress.Reply(200, reply.body) if 300 <= reply.status < 400 else reply

    surgery.wrap(egress.Egress, "post", post)


@mutant("REQ-WEBHOOK-009")
def foreign_target_is_forgotten(surgery: Surgery) -> None:
    """A delivery that may not be sent has no reason."""
    surgery.replace(egress, "_refusal", lambda *_: "")
