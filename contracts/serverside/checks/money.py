"""Money: prices, what is charged and what is not."""

from collections.abc import Mapping
from typing import Any

from contracts.apps.table import VersionName
from contracts.serverside import clips, estimates
from contracts.serverside.caller import Caller
from contracts.serverside.check import check
from contracts.serverside.clips import Kind
from contracts.serverside.probe import NOBODY, Probe
from contracts.serverside.specimens import PROMPT
from contracts.wire.statuses import Status

_FAILS_LATE: Mapping[VersionName, Mapping[str, Any]] = {
    "2026-05": {"prompt": PROMPT, "mode": "std", "aspect_ratio": "21:9"},
    "2026-08": {"prompt": PROMPT, "resolution": "720p", "sound": True},
}
"""What is seen to fail only once the task runs (REQ-INPUT-048 ff.)."""


def _run(probe: Probe, call: Caller, given: Any = None) -> str:  # noqa: ANN401  # JSON
    """Run in a world of play money, which is not the purse's."""
    body = {"app": probe.app, "input": probe.cheap if given is None else given}
    return str(call.send("POST", "/apps/run", json=body).member("id"))


@check("money.is-whole-microcents", "REQ-MONEY-001")
def is_whole_microcents(probe: Probe) -> None:
    """Wherever an amount stands it is an integer, and 21 cents are 21,000,000."""
    answer = probe.call.send("GET", "/billing")
    balance = answer.member("balance")
    probe.holds("REQ-MONEY-001", type(balance) is int, f"{answer.line()}: balance is {balance!r}; expected an integer")
    with estimates.judged(probe) as store:
        answer = store.take(probe.cheap)
    amount = answer.member("microcents")
    same = type(amount) is int and amount == 21_000_000
    told = f"{answer.line()}: a clip of $0.21 is estimated at {amount!r}; expected 21000000 microcents"
    probe.holds("REQ-MONEY-001", same, told)


def _prices(probe: Probe, requirement: str, *kinds: Kind) -> None:
    """Compare estimates with the list."""
    with estimates.judged(probe) as store:
        image = str(clips.uploaded(probe.call, clips.png())["uri"]) if "high-voice" in kinds else ""
        for kind in kinds:
            for seconds in (5, 10):
                answer = store.take(clips.clip(probe.target.app_version, kind, seconds, image))
                told = f"{answer.line()}: what a {kind} clip of {seconds} s is estimated at, in microcents,"
                probe.equal(requirement, answer.member("microcents"), clips.price(kind, seconds), told)


@check("money.silent-clips", "REQ-MONEY-002")
def silent_clips(probe: Probe) -> None:
    """By resolution and length."""
    _prices(probe, "REQ-MONEY-002", "low-silent", "high-silent")


@check("money.clips-with-sound", "REQ-MONEY-003")
def clips_with_sound(probe: Probe) -> None:
    """Twice what silence costs."""
    _prices(probe, "REQ-MONEY-003", "high-sound")


@check("money.clips-with-a-voice", "REQ-MONEY-004")
def clips_with_a_voice(probe: Probe) -> None:
    """More than sound, but only where the prompt says what is spoken."""
    _prices(probe, "REQ-MONEY-004", "high-voice")
    with estimates.judged(probe) as store:
        image = str(clips.uploaded(probe.call, clips.png())["uri"])
        for seconds in (5, 10):
            given = clips.clip(probe.target.app_version, "high-voice", seconds, image) | {"prompt": PROMPT}
            answer = store.take(given)
            told = f"{answer.line()}: what a clip of {seconds} s with a voice and no marker is estimated at"
            probe.equal("REQ-MONEY-004", answer.member("microcents"), clips.price("high-sound", seconds), told)


@check("money.a-failure-is-free", "REQ-MONEY-005", needs=("control", "any-key", "spend"))
def a_failure_is_free(probe: Probe) -> None:
    """A task that fails after it has begun costs nothing, and the balance stays."""
    call, levers = probe.world("failing", enforce="observed")
    before = call.send("GET", "/billing/balance").member("balance")
    task = _run(probe, call, _FAILS_LATE[probe.target.app_version])
    levers.advance()
    found = call.send("GET", f"/tasks/{task}/status")
    told = f"{found.line()}, with an input that the app takes and its model does not: the status"
    if probe.equal("REQ-MONEY-005", found.member("status"), int(Status.FAILED), told):
        cost = call.send("GET", f"/usage/tasks/{task}/cost")
        probe.equal("REQ-MONEY-005", cost.member("charged"), 0, f"{cost.line()}: what a failed task was charged")
        after = call.send("GET", "/billing/balance").member("balance")
        probe.equal("REQ-MONEY-005", after, before, "the balance after a failed task")


@check("money.a-refusal-is-free", "REQ-MONEY-005", needs=("control", "any-key", "spend"))
def a_refusal_is_free(probe: Probe) -> None:
    """An input that is refused leaves the balance as it was."""
    call, _ = probe.world("refused")
    before = call.send("GET", "/billing/balance").member("balance")
    answer = call.send("POST", "/apps/run", json={"app": probe.app, "input": {"prompt": 5}})
    after = call.send("GET", "/billing/balance").member("balance")
    probe.equal("REQ-MONEY-005", after, before, f"{answer.line()}, an input that is refused: the balance after it")


@check("money.cancelled-before-and-while-it-ran", "REQ-MONEY-006", needs=("control", "any-key", "spend"))
def cancelled_before_and_while_it_ran(probe: Probe) -> None:
    """Before it ran: nothing. While it ran: the full price."""
    price = clips.price("low-silent", 5)
    for before_running in (True, False):
        call, levers = probe.world("cancelling", latency="realistic")
        task = _run(probe, call)
        status, moved = None, 0
        while not before_running and status != Status.RUNNING and moved < 600:
            levers.advance(1)
            moved += 1
            status = call.send("GET", f"/tasks/{task}/status").member("status")
        cancelled = call.send("POST", f"/tasks/{task}/cancel")
        levers.advance()
        found = call.send("GET", f"/tasks/{task}/status")
        told = f"{found.line()}, after {cancelled.line()}: the status"
        if not probe.equal("REQ-MONEY-006", found.member("status"), int(Status.CANCELLED), told):
            continue
        cost = call.send("GET", f"/usage/tasks/{task}/cost")
        when = "before" if before_running else "while"
        told = f"{cost.line()}: what a task that was cancelled {when} it ran was charged"
        probe.equal("REQ-MONEY-006", cost.member("charged"), 0 if before_running else price, told)


@check("money.cancelled-at-once", "REQ-MONEY-006", needs=("spend",))
def cancelled_at_once(probe: Probe) -> None:
    """Without a clock to stop: the charge is what the task's own events make it."""
    task = str(probe.task()["id"])
    probe.call.send("POST", f"/tasks/{task}/cancel", json={"force": True})
    found = probe.ended(task)
    ran = any(row.get("status") == Status.RUNNING for row in found.get("events") or [])
    done = found["status"] == Status.COMPLETED
    wanted = clips.price("low-silent", 5) if done or ran else 0
    cost = probe.call.send("GET", f"/usage/tasks/{task}/cost")
    told = f"{cost.line()}: what a task that was cancelled at once was charged; it {'ran' if ran else 'never ran'};"
    probe.equal("REQ-MONEY-006", cost.member("charged"), wanted, told)


@check("money.a-world-starts-with-money", "REQ-MONEY-007", needs=("control", "any-key", "spend"))
def a_world_starts_with_money(probe: Probe) -> None:
    """With $100, or what the server was started with; a run that it cannot pay for is 402, one that it can is not."""
    call, levers = probe.world("poor")
    answer = call.send("GET", "/billing/balance")
    wanted = levers.get("/settings")["server"]["credits"]
    probe.equal("REQ-MONEY-007", answer.member("balance"), wanted, f"{answer.line()} of a fresh key: the balance")
    price = clips.price("low-silent", 5)
    levers.grant(price - 1 - wanted)
    body = {"app": probe.app, "input": probe.cheap}
    refused = call.send("POST", "/apps/run", json=body)
    probe.problem("REQ-MONEY-007", refused, 402, "payment_required")
    levers.grant(1)
    accepted = call.send("POST", "/apps/run", json=body)
    probe.equal("REQ-MONEY-007", accepted.status, 200, f"{accepted.line()} with just enough: the status")
    second = call.send("POST", "/apps/run", json=body)
    # What is under way is as good as spent.
    probe.problem("REQ-MONEY-007", second, 402, "payment_required")


@check("money.a-cost-comes-with-the-end", "REQ-MONEY-008", needs=("control", "any-key", "spend"))
def a_cost_comes_with_the_end(probe: Probe) -> None:
    """404 until the task has ended, then what it cost, and so much less is left."""
    call, levers = probe.world("ending")
    before = call.send("GET", "/billing/balance").member("balance")
    task = _run(probe, call)
    levers.advance(0)
    probe.problem("REQ-MONEY-008", call.send("GET", f"/usage/tasks/{task}/cost"), 404, "not_found")
    levers.advance()
    cost = call.send("GET", f"/usage/tasks/{task}/cost")
    price = clips.price("low-silent", 5)
    probe.equal("REQ-MONEY-008", cost.data, {"total": price, "charged": price}, f"{cost.line()}: what it says")
    after = call.send("GET", "/billing/balance").member("balance")
    probe.equal("REQ-MONEY-008", before - after, price, "what the balance has lost with a completed task")


@check("money.a-cost-is-total-and-charged", "REQ-MONEY-001", "REQ-MONEY-008", needs=("spend",))
def a_cost_is_total_and_charged(probe: Probe) -> None:
    """Two integers, of which the second is the price of the list; of nobody's task there is none."""
    task = probe.specimens.completed()
    cost = probe.call.send("GET", f"/usage/tasks/{task['id']}/cost")
    amounts = (cost.member("total"), cost.member("charged"))
    whole = all(type(amount) is int for amount in amounts)
    probe.holds("REQ-MONEY-001", whole, f"{cost.line()}: total and charged are {amounts}; expected integers")
    told = f"{cost.line()}: what the cheapest clip of 5 s was charged"
    probe.equal("REQ-MONEY-008", amounts[1], clips.price("low-silent", 5), told)
    probe.problem("REQ-MONEY-008", probe.call.send("GET", f"/usage/tasks/{NOBODY}/cost"), 404, "not_found")
