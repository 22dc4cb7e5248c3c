"""Faults of envelopes."""

from tests.mutants.mutant import mutant
from tests.mutants.surgery import Answer, Surgery


@mutant("REQ-ENV-004")
def envelope_forgotten_on_one_route(surgery: Surgery) -> None:
    """GET /me answers with the bare resource to a request without a version."""

    def bare(answer: Answer) -> None:
        if "x-api-version" not in answer.asked:
            answer.json = answer.data

    surgery.alter("account.me", by=bare)
