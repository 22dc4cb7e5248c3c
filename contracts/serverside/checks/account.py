"""Who a key is, what is left, and what keys may do."""

import re

from contracts.serverside.check import check
from contracts.serverside.probe import Probe

_SCOPE = re.compile(r"[a-z][a-z_]*:(read|write|execute)")

_BALANCE = ["balance"]


@check("account.it-names-user-and-team", "REQ-ACCOUNT-001")
def it_names_user_and_team(probe: Probe) -> None:
    """Both with an id, and the same ones each time."""
    answer, again = probe.call.send("GET", "/me"), probe.call.send("GET", "/me")
    for name in ("user", "team"):
        found = answer.member(name)
        named = isinstance(found, dict) and bool(found.get("id")) and isinstance(found["id"], str)
        probe.holds(
            "REQ-ACCOUNT-001", named, f"{answer.line()}: {name} is {found!r:.200}; expected an object with an id"
        )
    probe.equal("REQ-ACCOUNT-001", again.data, answer.data, f"{again.line()}, asked again: what it says")


@check("account.another-key-is-another-user", "REQ-ACCOUNT-001", needs=("any-key",))
def another_key_is_another_user(probe: Probe) -> None:
    """Whoever asks is named, and not just anybody."""
    ids = [probe.call.send("GET", "/me", key=key).member("user")["id"] for key in ("suite-one", "suite-two")]
    told = f"GET /me names the users {ids} for two keys; expected two different ones"
    probe.holds("REQ-ACCOUNT-001", len(set(ids)) == 2, told)


@check("account.billing-and-balance-agree", "REQ-ACCOUNT-002")
def billing_and_balance_agree(probe: Probe) -> None:
    """`{balance, currency, status}` and `{balance}`, with the same number."""
    for _ in range(5):
        before, billing, after = (probe.call.send("GET", f"/billing{path}") for path in ("/balance", "", "/balance"))
        if before.data == after.data:  # else something was charged meanwhile
            break
    keys = sorted(billing.resource)
    probe.equal("REQ-ACCOUNT-002", keys, ["balance", "currency", "status"], f"{billing.line()}: the members")
    probe.equal("REQ-ACCOUNT-002", sorted(after.resource), _BALANCE, f"{after.line()}: the members")
    told = f"{after.line()}: the balance, beside that of /billing,"
    probe.equal("REQ-ACCOUNT-002", after.member("balance"), billing.member("balance"), told)
    whole = type(billing.member("balance")) is int
    probe.holds(
        "REQ-ACCOUNT-002", whole, f"{billing.line()}: balance is {billing.member('balance')!r}; expected microcents"
    )


@check("account.scopes-groups-and-presets", "REQ-ACCOUNT-003", "REQ-ACCOUNT-004")
def scopes_groups_and_presets(probe: Probe) -> None:
    """Every scope reads `resource:action`; groups and presets speak of scopes that there are."""
    answer = probe.call.send("GET", "/scopes")
    scopes, groups, presets = (answer.member(name) for name in ("scopes", "groups", "presets"))
    values = [row.get("value") for row in scopes]
    odd = [value for value in values if not _SCOPE.fullmatch(str(value))]
    told = f"{answer.line()}: {odd or 'no scopes'} read otherwise than resource:read, :write or :execute"
    probe.holds("REQ-ACCOUNT-004", values and not odd, told)
    ids = [row.get("id") for row in presets]
    missing = sorted({"standard", "read", "engine"} - set(ids))
    probe.holds("REQ-ACCOUNT-003", not missing, f"{answer.line()}: the presets are {ids}; missing {missing}")
    known = {row.get("id") for row in groups}
    lost = sorted({str(row.get("group")) for row in scopes} - {str(row) for row in known})
    probe.holds("REQ-ACCOUNT-003", known and not lost, f"{answer.line()}: groups of scopes that are not listed: {lost}")
    resources = {str(value).partition(":")[0] for value in values}
    inside = {value for row in presets for value in row.get("scopes") or []}
    odd = sorted(value for value in inside if value != "*" and value.partition(":")[0] not in resources)
    probe.holds("REQ-ACCOUNT-004", not odd, f"{answer.line()}: presets name scopes of nothing that is listed: {odd}")
    reading = next((row.get("scopes") or [] for row in presets if row.get("id") == "read"), [])
    writing = [value for value in reading if not value.endswith(":read")]
    probe.holds("REQ-ACCOUNT-003", not writing, f"{answer.line()}: scopes of the preset `read` that do more: {writing}")
