"""Keys: who is let in, who is not, and what keys do not see of each other."""

import re
from typing import Any

from contracts import operations
from contracts.operations import Operation
from contracts.serverside import clips
from contracts.serverside.caller import UNSET
from contracts.serverside.check import check
from contracts.serverside.exchange import Exchange
from contracts.serverside.levers import Levers
from contracts.serverside.probe import NOBODY, Probe


def _path(row: Operation, **values: str) -> str:
    """Fill a path in, with nobody's id where a value is missing."""
    return re.sub(r"\{([a-z_]+)\}", lambda match: values.get(match[1], NOBODY), row.path)


def _ask(probe: Probe, row: Operation, path: str, **how: Any) -> Exchange:  # noqa: ANN401  # of Caller.send
    """Call an operation; a POST carries an empty object."""
    return probe.call.send(row.method, path, json={} if row.method == "POST" else UNSET, **how)


@check("auth.a-bearer-key-opens", "REQ-AUTH-001")
def a_bearer_key_opens(probe: Probe) -> None:
    """With the key in the Authorization header a call is answered, and without it the same call is not."""
    for key, status in ((probe.target.api_key, 200), (None, 401)):
        answer = probe.call.send("GET", "/me", key=key)
        shown = "no key" if key is None else "`Authorization: Bearer KEY`"
        probe.equal("REQ-AUTH-001", answer.status, status, f"{answer.line()} with {shown}: the status")


@check("auth.no-key-no-answer", "REQ-AUTH-002")
def no_key_no_answer(probe: Probe) -> None:
    """Every operation that needs a key is 401 without one."""
    for row in operations.load():
        if row.emulated and row.auth == "key":
            answer = _ask(probe, row, _path(row), key=None)
            what = f"{answer.line()} without a key: the refusal"
            probe.equal("REQ-AUTH-002", (answer.status, answer.code), (401, "unauthorized"), what)


@check("auth.a-malformed-header-is-no-key", "REQ-AUTH-002")
def a_malformed_header_is_no_key(probe: Probe) -> None:
    """`Bearer` and one word it has to be."""
    key = probe.target.api_key
    for value in ("Bearer", f"Basic {key}", f"Bearer{key}", f"Bearer {key} {key}", f"Token {key}", key, ""):
        answer = probe.call.send("GET", "/tasks", key=None, headers={"Authorization": value})
        shown = value.replace(key, "KEY")
        told = (answer.status, answer.code)
        what = f"{answer.line()} with `Authorization: {shown}`: the refusal"
        probe.equal("REQ-AUTH-002", told, (401, "unauthorized"), what)


@check("auth.open-routes-ask-for-no-key", "REQ-AUTH-010")
def open_routes_ask_for_no_key(probe: Probe) -> None:
    """The store and the OpenAPI document answer anybody, and nobody differently."""
    app = probe.call.send("GET", f"/apps/{probe.app.partition('@')[0]}").member("id")
    for row in operations.load():
        if not row.emulated or row.auth != "none" or row.tag == "files":
            continue
        body = {"input": probe.cheap} if row.id == "store.estimate" else {} if row.method == "POST" else UNSET
        answer = probe.call.send(row.method, _path(row, id=app), json=body, key=None)
        probe.equal("REQ-AUTH-010", answer.status, 200, f"{answer.line()} without a key: the status")


@check("auth.any-key-opens-a-world", "REQ-AUTH-003", needs=("any-key", "control"))
def any_key_opens_a_world(probe: Probe) -> None:
    """A key that nobody has used finds an empty world with play money, and finds it again."""
    key = f"{probe.target.api_key}.fresh/1="
    Levers(probe.keyed(key)).reset()
    seen = []
    for path in ("/tasks", "/files"):
        answer = probe.call.send("GET", path, key=key)
        probe.equal("REQ-AUTH-003", answer.member("items"), [], f"{answer.line()} with a fresh key: the items")
    made = clips.uploaded(probe.keyed(key), clips.png())
    for other in (key, f"{key}-next"):
        answer = probe.call.send("GET", f"/files/{made['id']}", key=other)
        seen.append(answer.status)
    told = "a file that one new key has made, for that key and for another new one: the statuses"
    probe.equal("REQ-AUTH-003", seen, [200, 404], told)


@check("auth.files-are-ones-own", "REQ-AUTH-004", needs=("other-key",))
def files_are_ones_own(probe: Probe) -> None:
    """Another key neither sees a file nor deletes it."""
    made = clips.uploaded(probe.call, clips.png())
    stranger = probe.other()
    for method in ("GET", "DELETE", "GET"):
        probe.problem("REQ-AUTH-004", stranger.send(method, f"/files/{made['id']}"), 404, "not_found")
    for method, path in (("GET", "/files?limit=100"), ("POST", "/files/list")):
        answer = stranger.send(method, path, json={"limit": 100} if method == "POST" else UNSET)
        ids = [row.get("id") for row in answer.member("items")]
        told = f"{answer.line()} with another key: {made['id']} is {'' if made['id'] in ids else 'not '}listed"
        probe.holds("REQ-AUTH-004", made["id"] not in ids, f"{told}; it is not that key's")
    answer = probe.call.send("GET", f"/files/{made['id']}")
    probe.equal("REQ-AUTH-004", answer.status, 200, f"{answer.line()}, after another key's DELETE: the status")
    probe.call.send("DELETE", f"/files/{made['id']}")


@check("auth.tasks-are-ones-own", "REQ-AUTH-004", needs=("other-key", "spend"))
def tasks_are_ones_own(probe: Probe) -> None:
    """On no route that names a task does another key meet it, and nothing it sends there does anything."""
    task = str(probe.specimens.completed()["id"])
    stranger = probe.other()
    money = stranger.send("GET", "/billing/balance").member("balance")
    for row in operations.load():
        if row.emulated and row.path.startswith(("/tasks/{id}", "/usage/tasks/{id}")):
            body = {} if row.method == "POST" else UNSET
            answer = stranger.send(row.method, _path(row, id=task), json=body)
            what = f"{answer.line()} with another key: the refusal"
            probe.equal("REQ-AUTH-004", (answer.status, answer.code), (404, "not_found"), what)
    for method, path in (("GET", "/tasks?limit=100"), ("POST", "/tasks/list")):
        answer = stranger.send(method, path, json={"limit": 100} if method == "POST" else UNSET)
        ids = [row.get("id") for row in answer.member("items")]
        told = f"{answer.line()} with another key: {task} is {'' if task in ids else 'not '}listed"
        probe.holds("REQ-AUTH-004", task not in ids, f"{told}; it is not that key's")
    answer = probe.call.send("GET", f"/tasks/{task}/files?role=output")
    probe.holds("REQ-AUTH-004", answer.data, f"{answer.line()}, after another key's DELETEs: the output is to be there")
    left = stranger.send("GET", "/billing/balance").member("balance")
    probe.equal("REQ-AUTH-004", left, money, "another key's balance, whose tasks these are not,")


@check("auth.sessions-are-ones-own", "REQ-AUTH-004", needs=("other-key", "spend"))
def sessions_are_ones_own(probe: Probe) -> None:
    """Another key neither sees a session, keeps it alive nor ends it."""
    session = str(probe.task(session="new").get("session_id"))
    stranger = probe.other()
    for method, path in (
        ("GET", f"/sessions/{session}"),
        ("POST", f"/sessions/{session}/keepalive"),
        ("DELETE", f"/sessions/{session}"),
    ):
        probe.problem("REQ-AUTH-004", stranger.send(method, path), 404, "SESSION_NOT_FOUND")
    answer = stranger.send("GET", "/sessions")
    ids = [row.get("id") for row in answer.rows]
    probe.holds("REQ-AUTH-004", session not in ids, f"{answer.line()} with another key lists {ids}, not {session}")
    answer = probe.call.send("GET", f"/sessions/{session}")
    told = f"{answer.line()}, after another key's DELETE: its status"
    probe.equal("REQ-AUTH-004", answer.member("status"), "active", told)
    probe.call.send("DELETE", f"/sessions/{session}")


@check("auth.worlds-are-ones-own", "REQ-AUTH-004", needs=("control", "any-key"))
def worlds_are_ones_own(probe: Probe) -> None:
    """Two keys share no clock, no plan and no journal."""
    mine, theirs = (Levers(probe.keyed(f"{probe.target.api_key}-{name}")) for name in ("one", "two"))
    mine.reset()
    theirs.reset()
    before = theirs.get("/plan")
    mine.freeze()
    mine.arm({"steps": [{"on": "get", "always": True, "do": {"fault": "status", "status": 503}}]})
    probe.equal("REQ-AUTH-004", theirs.get("/clock")["mode"], "real", "the clock of another key than the frozen one")
    probe.equal("REQ-AUTH-004", theirs.get("/plan"), before, "the plan of another key than the armed one")
    answer = probe.call.send("GET", f"/tasks/{NOBODY}", key=f"{probe.target.api_key}-two")
    probe.problem("REQ-AUTH-004", answer, 404, "not_found")
    seen = [row.get("path") for row in mine.get("/journal")["exchanges"]]
    told = f"the journal of another key than the one that asked for /tasks/{NOBODY} holds {seen}"
    probe.holds("REQ-AUTH-004", f"/tasks/{NOBODY}" not in seen, told)


ROUTES = (("GET", "/me"), ("GET", "/tasks"), ("POST", "/files"), ("GET", f"/tasks/{NOBODY}"))


def _magic(probe: Probe, requirement: str, word: str, status: int, code: str) -> list[Exchange]:
    """Use keys that contain a word."""
    answers = []
    for key in (f"suite{word}", f"suite{word}_7"):
        for method, path in ROUTES:
            answer = probe.call.send(method, path, key=key, json={} if method == "POST" else UNSET)
            what = f"{answer.line()} with a key that contains {word}: the refusal"
            probe.equal(requirement, (answer.status, answer.code), (status, code), what)
            answers.append(answer)
    return answers


@check("auth.invalid-keys", "REQ-AUTH-005", needs=("any-key",))
def invalid_keys(probe: Probe) -> None:
    """A key that contains `_invalid` is refused."""
    _magic(probe, "REQ-AUTH-005", "_invalid", 401, "unauthorized")


@check("auth.invalid-keys-in-capitals", "REQ-AUTH-011", needs=("any-key",))
def invalid_keys_in_capitals(probe: Probe) -> None:
    """So is one that contains `INVALID`."""
    _magic(probe, "REQ-AUTH-011", "-INVALID", 401, "unauthorized")


@check("auth.forbidden-keys", "REQ-AUTH-006", needs=("any-key",))
def forbidden_keys(probe: Probe) -> None:
    """A key that contains `_forbidden` lacks every scope."""
    _magic(probe, "REQ-AUTH-006", "_forbidden", 403, "insufficient_scope")


@check("auth.broke-keys", "REQ-AUTH-007", needs=("any-key",))
def broke_keys(probe: Probe) -> None:
    """A key that contains `_broke` has no money."""
    _magic(probe, "REQ-AUTH-007", "_broke", 402, "payment_required")


@check("auth.limited-keys", "REQ-AUTH-008", needs=("any-key",))
def limited_keys(probe: Probe) -> None:
    """A key that contains `_limited` has called too often, and is told how long to wait."""
    for answer in _magic(probe, "REQ-AUTH-008", "_limited", 429, "rate_limited"):
        wait = answer.header("retry-after") or ""
        told = f"{answer.line()}: Retry-After is {wait!r}; expected whole seconds of at least 1"
        probe.holds("REQ-AUTH-008", wait.isdecimal() and int(wait) >= 1, told)


@check("auth.keys-are-not-shown", "REQ-AUTH-009", needs=("any-key", "control"))
def keys_are_not_shown(probe: Probe) -> None:
    """Neither the journal, nor a list of settings, nor a refusal repeats a key."""
    key = f"{probe.target.api_key}-not-to-be-shown"
    call = probe.keyed(key)
    call.send("GET", "/me")
    refused = call.send("GET", "/me", key=f"{key}_invalid")
    listed = call.send("GET", "/_mock/journal")
    answers = [refused, listed, call.send("GET", "/_mock/settings"), call.send("GET", "/me")]
    answers += [call.send("GET", f"/_mock/journal/{row['id']}") for row in listed.members["exchanges"]]
    for answer in answers:
        shown = key.encode() in answer.body or any(key in value for _, value in answer.headers)
        told = f"{answer.line()} {'repeats' if shown else 'does not repeat'} the key it was asked with"
        probe.holds("REQ-AUTH-009", not shown, f"{told}; expected a fingerprint at most")
