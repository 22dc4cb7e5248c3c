"""Faults of accounts."""

from tests.mutants.mutant import mutant
from tests.mutants.surgery import Surgery


@mutant("REQ-ACCOUNT-001")
def everybody_is_one_user(surgery: Surgery) -> None:
    """All keys act for the same user."""

    def same(found):
        found["user"]["id"] = "0" * 26

    surgery.alter("account.me", by=lambda answer: answer.change(same) if answer.status == 200 else None)


@mutant("REQ-ACCOUNT-002")
def balance_in_cents(surgery: Surgery) -> None:
    """GET /billing/balance is in cents."""

    def cents(found):
        found["balance"] //= 1_000_000

    surgery.alter("account.balance", by=lambda answer: answer.change(cents))


@mutant("REQ-ACCOUNT-003")
def no_engine_preset(surgery: Surgery) -> None:
    """There is no preset `engine`."""

    def cut(found):
        found["presets"] = found["presets"][:2]

    surgery.alter("account.scopes", by=lambda answer: answer.change(cut))


@mutant("REQ-ACCOUNT-004")
def scopes_in_another_order(surgery: Surgery) -> None:
    """Scopes read `action:resource`."""

    def turn(found):
        for row in found["scopes"]:
            row["value"] = ":".join(reversed(row["value"].split(":")))

    surgery.alter("account.scopes", by=lambda answer: answer.change(turn))
