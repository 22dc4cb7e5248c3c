"""Sessions: a worker kept warm between runs."""

from typing import Any

from contracts.apps import table
from contracts.serverside.check import check
from contracts.serverside.exchange import Exchange
from contracts.serverside.probe import NOBODY, Probe


def _opened(probe: Probe, **members: int) -> tuple[Exchange, str]:
    answer = probe.run(probe.cheap, session="new", **members)
    return answer, str(answer.member("session_id"))


@check("session.run-opens-one", "REQ-SESSION-001", "REQ-SESSION-002", "REQ-SESSION-005", "REQ-SESSION-006",
       "REQ-SESSION-008", needs=("spend",))  # fmt: skip
def run_opens_one(probe: Probe) -> None:
    """From `session: new` over keepalive to the end, after which it stays readable and cannot be used."""
    answer, session = _opened(probe)
    probe.holds("REQ-SESSION-001", len(session) > 8, f"{answer.line()}: session_id is {session!r}")
    probe.ended(str(answer.member("id")))
    found = probe.call.send("GET", f"/sessions/{session}")
    told = {name: found.resource.get(name) for name in ("status", "expires_at", "idle_timeout", "call_count")}
    fine = told["status"] == "active" and told["expires_at"] and told["idle_timeout"] and told["call_count"] == 1
    probe.holds("REQ-SESSION-002", fine, f"{found.line()}: {told}")
    kept = probe.call.send("POST", f"/sessions/{session}/keepalive")
    later = kept.member("expires_at") >= found.member("expires_at")
    probe.holds("REQ-SESSION-005", later, f"{kept.line()}: {found.member('expires_at')} -> {kept.member('expires_at')}")
    ended = probe.call.send("DELETE", f"/sessions/{session}")
    probe.equal("REQ-SESSION-006", ended.status, 204, f"{ended.line()}: the end")
    after = probe.call.send("GET", f"/sessions/{session}")
    probe.equal("REQ-SESSION-006", after.member("status"), "ended", f"{after.line()}: the status after it")
    for method, path in (("POST", "/keepalive"), ("DELETE", "")):
        again = probe.call.send(method, f"/sessions/{session}{path}")
        probe.problem("REQ-SESSION-008", again, 410, "SESSION_ENDED")
    used = probe.run(probe.cheap, session=session)
    probe.problem("REQ-SESSION-008", used, 410, "SESSION_ENDED")


@check("session.unknown-is-404", "REQ-SESSION-007", needs=("spend",))
def unknown_is_404(probe: Probe) -> None:
    """On every route, and in a run."""
    for method, path in (("GET", ""), ("POST", "/keepalive"), ("DELETE", "")):
        answer = probe.call.send(method, f"/sessions/{NOBODY}{path}")
        probe.problem("REQ-SESSION-007", answer, 404, "SESSION_NOT_FOUND")
    answer = probe.run(probe.cheap, session=NOBODY)
    probe.problem("REQ-SESSION-007", answer, 404, "SESSION_NOT_FOUND")


@check("session.timeout-has-its-bounds", "REQ-SESSION-003", needs=("spend",))
def timeout_has_its_bounds(probe: Probe) -> None:
    """1 to 3600 seconds, and only with a new session."""
    wrong: tuple[dict[str, Any], ...] = (
        {"session": "new", "session_timeout": 0},
        {"session": "new", "session_timeout": 3601},
        {"session_timeout": 60},
    )
    for members in wrong:
        answer = probe.run(probe.cheap, **members)
        fine = answer.is_refused(400, 422)
        told = f"{answer.line()} {answer.code or 'without a code'} with {members}; expected a refusal with its code"
        probe.holds("REQ-SESSION-003", fine, told)
    answer, session = _opened(probe, session_timeout=3600)
    found = probe.call.send("GET", f"/sessions/{session}")
    probe.equal("REQ-SESSION-003", found.member("idle_timeout"), 3600, f"{found.line()}: idle_timeout")
    probe.ended(str(answer.member("id")))
    probe.call.send("DELETE", f"/sessions/{session}")


@check("session.other-version-is-refused", "REQ-SESSION-009", needs=("spend",))
def other_version_is_refused(probe: Probe) -> None:
    """Neither another app nor another version runs in it."""
    answer, session = _opened(probe)
    probe.ended(str(answer.member("id")))
    spec = table.load()
    other = next(row for name, row in spec.versions.items() if name != probe.target.app_version)
    given = {"prompt": "x", "resolution": "720p", "sound": False} if other.name == "2026-08" else {"prompt": "x"}
    body = {"app": f"{spec.reference}@{other.id}", "input": given, "session": session}
    version = probe.call.send("POST", "/apps/run", json=body)
    probe.problem("REQ-SESSION-009", version, 409, "VERSION_MISMATCH")
    app = probe.call.send("POST", "/apps/run", json={"app": "other/app", "input": {}, "session": session})
    probe.problem("REQ-SESSION-009", app, 409, "APP_MISMATCH")
    probe.call.send("DELETE", f"/sessions/{session}")


@check("session.busy-worker-is-leased", "REQ-SESSION-010", needs=("control", "spend"))
def busy_worker_is_leased(probe: Probe) -> None:
    """While its last task runs, another run is refused."""
    call, _ = probe.world("leased")
    body = {"app": probe.app, "input": probe.cheap}
    session = call.send("POST", "/apps/run", json={**body, "session": "new"}).member("session_id")
    answer = call.send("POST", "/apps/run", json={**body, "session": session})
    probe.problem("REQ-SESSION-010", answer, 409, "WORKER_LEASED")


@check("session.expires-when-idle", "REQ-SESSION-004", "REQ-SESSION-008", needs=("control", "spend"))
def expires_when_idle(probe: Probe) -> None:
    """After its idle timeout on the server's clock it cannot be used any more."""
    call, levers = probe.world("idle")
    body = {"app": probe.app, "input": probe.cheap}
    made = call.send("POST", "/apps/run", json={**body, "session": "new", "session_timeout": 60})
    session = made.member("session_id")
    levers.advance()
    while call.send("GET", f"/tasks/{made.member('id')}/status").member("status") < 10:
        levers.advance(1)
    levers.advance(59)
    early = call.send("GET", f"/sessions/{session}")
    probe.equal("REQ-SESSION-004", early.member("status"), "active", f"{early.line()}: the status a second before")
    levers.advance(61)
    late = call.send("GET", f"/sessions/{session}")
    probe.equal("REQ-SESSION-004", late.member("status"), "expired", f"{late.line()}: the status after it")
    used = call.send("POST", "/apps/run", json={**body, "session": session})
    probe.problem("REQ-SESSION-008", used, 410, "SESSION_EXPIRED")
