"""Rate limits: their headers always, the limits themselves where a switch turns them on."""

import email.utils
import math

from contracts.serverside.caller import Caller
from contracts.serverside.check import check
from contracts.serverside.exchange import Exchange
from contracts.serverside.levers import Levers
from contracts.serverside.probe import NOBODY, Probe
from contracts.wire.ids import parse_timestamp
from contracts.wire.statuses import Status

MOST = {"run": 100, "get": 1000, "upload": 50}
"""Calls in a minute."""


def _call(call: Caller, rate: str) -> Exchange:
    """Make a call that counts in a window, costs nothing and is refused."""
    if rate == "get":
        return call.send("GET", f"/tasks/{NOBODY}")
    return call.send("POST", "/files" if rate == "upload" else "/apps/run", json={})


def _left(answer: Exchange) -> tuple[int | None, int | None]:
    """Return what the two headers say."""
    left, reset = (answer.header(f"x-ratelimit-{name}") or "" for name in ("remaining", "reset"))
    return (int(left) if left.isdecimal() else None), (int(reset) if reset.isdecimal() else None)


@check("limit.headers-count-down", "REQ-LIMIT-001", "REQ-LIMIT-003")
def headers_count_down(probe: Probe) -> None:
    """Each call leaves one less, of no more than there are, until a moment within a minute."""
    for rate, most in MOST.items():
        first, second = (_call(probe.call, rate) for _ in range(2))
        (left, reset), (after, end) = _left(first), _left(second)
        if left is None or reset is None or after is None or end is None:
            told = f"{second.line()}: X-RateLimit-Remaining and -Reset are {(after, end)}; expected two whole numbers"
            probe.holds("REQ-LIMIT-003", False, told)  # noqa: FBT003  # the verdict
            continue
        now = email.utils.parsedate_to_datetime(second.header("date") or "").timestamp() if second.header("date") else 0
        soon = not now or -2 <= end - now <= 62
        told = f"{second.line()}: X-RateLimit-Reset is {end}, which is {end - now:.0f} s from its Date"
        probe.holds("REQ-LIMIT-003", soon, f"{told}; expected Unix seconds at the end of this minute")
        probe.holds("REQ-LIMIT-001", left < most, f"{first.line()}: {left} of {most} calls are left after one of them")
        if reset == end:
            told = f"{second.line()}: X-RateLimit-Remaining, {left} the call before,"
            probe.equal("REQ-LIMIT-001", after, max(0, left - 1), told)


@check("limit.a-fresh-minute-has-all-of-them", "REQ-LIMIT-001", "REQ-LIMIT-005", needs=("any-key", "control"))
def a_fresh_minute_has_all_of_them(probe: Probe) -> None:
    """100 runs, 1000 looks at tasks and 50 uploads; each window by itself, on the world's clock."""
    call, levers = probe.world("minute")
    for rate, most in MOST.items():
        answer = _call(call, rate)
        told = f"{answer.line()}: X-RateLimit-Remaining after the first call of its kind"
        probe.equal("REQ-LIMIT-001", _left(answer)[0], most - 1, told)
    levers.advance(60)
    for rate, most in MOST.items():
        answer = _call(call, rate)
        told = f"{answer.line()}: X-RateLimit-Remaining, a minute of the world's clock later,"
        probe.equal("REQ-LIMIT-005", _left(answer)[0], most - 1, told)


@check("limit.both-addresses-of-a-run-count-together", "REQ-LIMIT-001", needs=("any-key", "control"))
def both_addresses_of_a_run_count_together(probe: Probe) -> None:
    """POST /run is POST /apps/run."""
    call, _ = probe.world("addresses")
    left = [_left(call.send("POST", path, json={}))[0] for path in ("/apps/run", "/run", "/apps/run")]
    told = "X-RateLimit-Remaining of POST /apps/run, POST /run and POST /apps/run once more"
    probe.equal("REQ-LIMIT-001", left, [99, 98, 97], told)


@check("limit.off-means-off", "REQ-LIMIT-002", needs=("any-key", "control"))
def off_means_off(probe: Probe) -> None:
    """Nobody is stopped unless the switch says so."""
    for switch, last in (("off", 422), ("documented", 429)):
        call, _ = probe.world("switch", rate_limits=switch)
        statuses = [_call(call, "upload").status for _ in range(51)]
        told = f"POST /files 51 times in a minute, rate_limits: {switch}: the statuses but the last, and the last,"
        probe.equal("REQ-LIMIT-002", (set(statuses[:-1]), statuses[-1]), ({422}, last), told)


@check("limit.one-too-many", "REQ-LIMIT-004", "REQ-LIMIT-005", needs=("any-key", "control"))
def one_too_many(probe: Probe) -> None:
    """429 and how long to wait, after which the call is let in; another key was never stopped."""
    other, others = probe.world("patient", rate_limits="documented")
    _begin_a_minute(others)
    for rate in ("upload", "run"):
        call, levers = probe.world("hasty", rate_limits="documented")
        _begin_a_minute(levers)
        answer = [_call(call, rate) for _ in range(MOST[rate] + 1)][-1]
        if not probe.problem("REQ-LIMIT-004", answer, 429, "rate_limited"):
            continue
        left, reset = _left(answer)
        wait = math.ceil((reset or 0) - parse_timestamp(levers.get("/clock")["now"]))
        what = f"{answer.line()}, call {MOST[rate] + 1} of a minute that ends in {wait} s: Retry-After and what is left"
        if not probe.equal("REQ-LIMIT-004", (answer.header("retry-after"), left), (str(wait), 0), what):
            continue
        free = _call(other, rate)
        told_of = f"{free.line()} with another key: the status"
        probe.holds(
            "REQ-LIMIT-005", free.status != 429, f"{told_of} is {free.status}; another key's calls are not its own"
        )
        levers.advance(wait - 1)
        early = _call(call, rate)
        told_of = f"{early.line()}, one second too early: the status"
        probe.equal("REQ-LIMIT-004", early.status, 429, told_of)
        levers.advance(1)
        late = _call(call, rate)
        probe.holds("REQ-LIMIT-004", late.status != 429, f"{late.line()} after Retry-After: expected to be let in")


def _begin_a_minute(levers: Levers) -> None:
    """Where a minute is about to end, there is no second to come too early."""
    levers.advance(65 - parse_timestamp(levers.get("/clock")["now"]) % 60)


@check("limit.excess-waits-or-fails", "REQ-LIMIT-006", "REQ-LIMIT-007", needs=("control", "spend"))
def excess_waits_or_fails(probe: Probe) -> None:
    """With one task at once the second stays queued until the first has ended; or it fails late, by the switch."""
    body = {"app": probe.app, "input": probe.cheap}
    for way, requirement in (("queue", "REQ-LIMIT-006"), ("fail", "REQ-LIMIT-007")):
        call, levers = probe.world(f"excess-{way}")
        levers.configure(latency="quick", concurrency=1, concurrency_excess=way)
        first, second = (call.send("POST", "/apps/run", json=body).member("id") for _ in range(2))
        levers.advance(2.0)
        running = call.send("GET", f"/tasks/{first}/status").member("status")
        waiting = call.send("GET", f"/tasks/{second}/status").member("status")
        if way == "queue":
            told = f"while the first task is {running} the second is {waiting}"
            probe.holds(
                requirement, running > Status.QUEUED >= waiting, f"{told}; expected queued, {int(Status.QUEUED)}"
            )
        levers.advance()
        ends = [call.send("GET", f"/tasks/{task}").resource for task in (first, second)]
        statuses = [row.get("status") for row in ends]
        if way == "queue":
            probe.equal(requirement, statuses, [10, 10], "the statuses of both tasks at the end")
        else:
            probe.equal(requirement, statuses, [10, 11], "the statuses of both tasks at the end")
            error = str(ends[1].get("error"))
            probe.holds(requirement, error.startswith("[1303]"), f"the second task's error is {error!r}")
