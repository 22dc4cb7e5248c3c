"""Refusals: their shape, their codes, the list of a 422, and bodies that are no bodies."""

from collections.abc import Iterator
from typing import Any

from contracts import requirements
from contracts.serverside import clips
from contracts.serverside.always import judge
from contracts.serverside.check import check
from contracts.serverside.exchange import Exchange, UnexpectedError
from contracts.serverside.probe import NOBODY, Probe

MOST_JSON = 1024 * 1024

SHAPE = ("REQ-ERR-001", "REQ-ERR-002", "REQ-ERR-003", "REQ-ERR-004", "REQ-ERR-006")

OBJECT_PATHS = ("/tasks/list", "/files/list", "/apps/list", "/store/apps/list", "/files", "/apps/run", "/run")
"""POSTs whose body is an object; nothing else in it can cost anything."""

Refused = Iterator[tuple[Exchange, int, str]]
"""An answer, with the status and the code that it should have."""


def _shaped(probe: Probe, refused: Refused) -> None:
    """Give a verdict on the shape of refusals, and on the code of each."""
    for answer, status, code in refused:
        probe.problem("REQ-ERR-006", answer, status, code)
        for requirement, kept, told in judge(answer, probe.target):
            if requirement in SHAPE:
                probe.holds(requirement, kept, told)


@check("err.problems-have-one-shape", *SHAPE)
def problems_have_one_shape(probe: Probe) -> None:
    """Every refusal that costs nothing to provoke has its code, its status and the members of a problem."""

    def refused() -> Refused:
        send = probe.call.send
        yield send("GET", f"/tasks/{NOBODY}"), 404, "not_found"
        yield send("DELETE", f"/tasks/{NOBODY}"), 404, "not_found"
        yield send("POST", f"/tasks/{NOBODY}/cancel"), 404, "not_found"
        yield send("GET", f"/files/{NOBODY}"), 404, "not_found"
        yield send("GET", f"/apps/{NOBODY}"), 404, "not_found"
        yield send("GET", f"/store/apps/{NOBODY}", key=None), 404, "not_found"
        yield send("GET", "/there/is/nothing/here"), 404, "not_found"
        yield send("GET", f"/sessions/{NOBODY}"), 404, "SESSION_NOT_FOUND"
        yield send("POST", f"/sessions/{NOBODY}/keepalive"), 404, "SESSION_NOT_FOUND"
        yield send("GET", "/me", key=None), 401, "unauthorized"
        yield send("PATCH", "/me"), 405, "method_not_allowed"
        yield send("POST", "/tasks/list", content=b"{"), 400, "invalid_request"
        yield send("GET", "/me", version="9"), 400, "invalid_request"
        unknown = {"filters": [{"field": "status", "operator": "eq", "value": "asleep"}]}
        yield send("POST", "/tasks/list", json=unknown), 400, "invalid_filter"
        yield send("POST", "/files", json={}), 422, "validation_error"
        yield send("GET", "/apps/nobody/nothing"), 404, "not_found"

    _shaped(probe, refused())


@check("err.files-refuse-in-the-same-shape", *SHAPE)
def files_refuse_in_the_same_shape(probe: Probe) -> None:
    """The store behind file URLs speaks of problems as everybody else does."""
    content = clips.png()
    made = clips.uploaded(probe.call, content)

    def refused() -> Refused:
        beyond = {"Range": f"bytes={len(content)}-"}
        yield probe.call.send("GET", made["uri"], headers=beyond, key=None), 416, "range_not_satisfiable"
        tampered = made["upload_url"] + "0"
        yield probe.call.send("PUT", tampered, content=content, key=None), 403, "forbidden"
        probe.call.send("DELETE", f"/files/{made['id']}")
        yield probe.call.send("GET", made["uri"], key=None), 404, "not_found"

    _shaped(probe, refused())


@check("err.ended-tasks-refuse-in-the-same-shape", *SHAPE, needs=("spend",))
def ended_tasks_refuse_in_the_same_shape(probe: Probe) -> None:
    """A task that has ended cannot be cancelled, and an app does not run in what is no session."""

    def refused() -> Refused:
        ended = probe.specimens.completed()["id"]
        yield probe.call.send("POST", f"/tasks/{ended}/cancel"), 409, "invalid_transition"
        yield probe.run(session=NOBODY), 404, "SESSION_NOT_FOUND"
        yield probe.run(app=f"{probe.app.partition('@')[0]}@00000000"), 404, "not_found"

    _shaped(probe, refused())


@check("err.keys-are-refused-in-the-same-shape", *SHAPE, needs=("any-key",))
def keys_are_refused_in_the_same_shape(probe: Probe) -> None:
    """So are keys that lack a scope, money or patience."""

    def refused() -> Refused:
        for word, status, code in (
            ("forbidden", 403, "insufficient_scope"),
            ("broke", 402, "payment_required"),
            ("limited", 429, "rate_limited"),
        ):
            yield probe.call.send("GET", "/tasks", key=f"suite_{word}"), status, code

    _shaped(probe, refused())


@check("err.every-version-has-the-same-problem", "REQ-ERR-001", "REQ-ERR-002", "REQ-ERR-003")
def every_version_has_the_same_problem(probe: Probe) -> None:
    """A refusal looks the same whatever X-API-Version asks for, so that older clients show its text."""
    for version in ("1", "2", "3", None):
        answer = probe.call.send("GET", f"/tasks/{NOBODY}", version=version)
        document = answer.members
        told = f"{answer.line()} with version {version}: the members are {sorted(document)}"
        members = {"type", "title", "status", "detail"}
        typed = answer.media_type == "application/problem+json"
        probe.holds("REQ-ERR-001", typed and members <= document.keys(), f"{told}, sent as {answer.media_type}")
        error = document.get("error")
        older = document.get("success") is False and isinstance(error, dict) and bool(error.get("message"))
        probe.holds("REQ-ERR-002", older, f"{told}; expected success: false and error with code and message")
        code = error.get("code") if isinstance(error, dict) else None
        probe.equal("REQ-ERR-003", document.get("type"), f"https://api.inference.sh/errors/{code}", f"{told}: type")


@check("err.switch-gives-the-oldest-errors", "REQ-ERR-005", needs=("control",))
def switch_gives_the_oldest_errors(probe: Probe) -> None:
    """Under `envelope: v1` an error is success, status and error, as plain JSON."""
    with probe.switched(envelope="v1"):
        answers = [
            probe.call.send("GET", f"/tasks/{NOBODY}", version=None),
            probe.call.send("POST", "/tasks/list", content=b"{", version="1"),
        ]
    for answer, status, code in zip(answers, (404, 400), ("not_found", "invalid_request"), strict=True):
        document = answer.members
        error = document.get("error") or {}
        got = (answer.media_type, sorted(document), document.get("success"), document.get("status"), error.get("code"))
        wanted = ("application/json", ["error", "status", "success"], False, status, code)
        probe.equal("REQ-ERR-005", got, wanted, f"{answer.line()}: type, members, success, status and code")
        probe.holds("REQ-ERR-005", bool(error.get("message")), f"{answer.line()}: the error's message is to say why")


LIST = ("REQ-ERR-007", "REQ-ERR-008", "REQ-ERR-009", "REQ-ERR-010")


def _wrong(probe: Probe) -> tuple[tuple[dict[str, Any], list[str]], ...]:
    """Inputs with the fields that are wrong in each, in pointer order."""
    far = "https://example.com/a.png"
    if probe.target.app_version == "2026-05":
        return (
            ({"prompt": 5, "mode": "ultra", "duration": "7", "sound": "yes"}, ["duration", "mode", "prompt", "sound"]),
            ({"mode": "std"}, ["prompt"]),
            ({"prompt": "a boat", "aspect_ratio": "5:4", "end_image": far}, ["aspect_ratio", "end_image"]),
        )
    return (
        ({"prompt": 5, "resolution": "4k", "duration": "5", "sound": 1}, ["duration", "prompt", "resolution", "sound"]),
        ({"sound": False}, ["prompt"]),
        ({"prompt": "a boat", "aspect_ratio": "5:4", "end_image": far}, ["aspect_ratio", "end_image"]),
    )


@check("err.a-422-lists-what-is-wrong", *LIST, needs=("spend",))
def a_422_lists_what_is_wrong(probe: Probe) -> None:
    """All violations at once, in pointer order, each with its rule; the detail names the first."""
    for given, fields in _wrong(probe):
        answer = probe.run(given, price=clips.price("high-sound", 5))
        if (answer.status, answer.code) != (422, "validation_error"):
            told = f"{answer.line()} with the input {given}: expected 422 validation_error about {fields}"
            raise UnexpectedError(f"{told}, got {answer.beginning}")
        document = answer.members
        if not _is_list_of_violations(probe, answer, document):
            continue
        rows = document["data"]
        pointers = [row["pointer"] for row in rows]
        line = f"{answer.line()} with the input {given}"
        # A field may break several rules; it is named as often.
        probe.equal("REQ-ERR-009", list(dict.fromkeys(pointers)), [f"/{name}" for name in fields], f"{line}: pointers")
        unknown = sorted({row["rule"] for row in rows} - requirements.load().keys())
        fits = all(pointer.startswith("/") and "#" not in pointer for pointer in pointers)
        probe.holds(
            "REQ-ERR-008", fits and not unknown, f"{line}: pointers {pointers}, rules that nobody has: {unknown}"
        )
        detail, first = str(document.get("detail")), rows[0]
        named = fields[0] in detail or first["message"] in detail
        told = f"{line}: the detail is {detail!r}; expected one sentence about /{fields[0]}"
        probe.holds("REQ-ERR-010", named and "\n" not in detail, told)


@check("err.a-422-has-its-list-everywhere", "REQ-ERR-007")
def a_422_has_its_list_everywhere(probe: Probe) -> None:
    """Calls that cost nothing list their violations too."""
    app = probe.call.send("GET", f"/apps/{probe.app.partition('@')[0]}").member("id")
    for path, body in (
        ("/files", {}),
        ("/files", {"files": [{"uri": 5}, {"uri": "", "size": "big"}]}),
        (f"/store/apps/{app}/estimate", {"input": probe.cheap, "function": "walk"}),
    ):
        answer = probe.call.send("POST", path, json=body)
        if probe.problem("REQ-ERR-007", answer, 422, "validation_error"):
            _is_list_of_violations(probe, answer, answer.members)


def _is_list_of_violations(probe: Probe, answer: Exchange, document: dict[str, Any]) -> bool:
    rows = document.get("data")
    members = {"pointer", "rule", "message", "expected", "received"}
    fine = (
        isinstance(rows, list)
        and bool(rows)
        and all(isinstance(row, dict) and row.keys() == members and isinstance(row["pointer"], str) for row in rows)
    )
    told = f"{answer.line()}: data is {rows!r:.300}; expected a list of objects with {sorted(members)}"
    listed = probe.holds("REQ-ERR-007", fine, told)
    same = document.get("errors") == rows
    probe.holds("REQ-ERR-007", same, f"{answer.line()}: errors {'repeats' if same else 'does not repeat'} data")
    return listed


@check("err.a-limit-says-how-far-it-goes", "REQ-ERR-012", needs=("any-key", "control"))
def a_limit_says_how_far_it_goes(probe: Probe) -> None:
    """A key that announces file after file is stopped at last, and told by which limit."""
    call, levers = probe.world("collector")
    many = {"files": [{"uri": ""}] * 10_000}
    answer = call.send("POST", "/files", json=many)
    for _ in range(4):
        if answer.status != 200:
            break
        answer = call.send("POST", "/files", json=many)
    if probe.problem("REQ-ERR-012", answer, 402, "limit_exceeded"):
        meta = answer.members.get("meta") or {}
        amounts = [meta.get(name) for name in ("limit", "current")]
        told = f"{answer.line()}: meta is {meta}; expected resource, limit and current"
        probe.holds("REQ-ERR-012", bool(meta.get("resource")) and all(type(row) is int for row in amounts), told)
    levers.reset()


@check("err.a-body-is-an-object", "REQ-ERR-013")
def a_body_is_an_object(probe: Probe) -> None:
    """What is no JSON, or another kind of JSON, is 400."""
    headers = {"Content-Type": "application/json"}
    for path in OBJECT_PATHS:
        for content in (b"{", b"[]"):
            answer = probe.call.send("POST", path, content=content, headers=headers)
            told = (answer.status, answer.code)
            what = f"{answer.line()} with the body {content.decode()}: the refusal"
            probe.equal("REQ-ERR-013", told, (400, "invalid_request"), what)
    for content in (b'"text"', b"7", b"{'a': 1}", b'{"a": 1}}', b"\xff\xfe", b'{"a": NaN}', b"<xml/>"):
        answer = probe.call.send("POST", "/tasks/list", content=content, headers=headers)
        what = f"{answer.line()} with the body {content!r}: the refusal"
        probe.equal("REQ-ERR-013", (answer.status, answer.code), (400, "invalid_request"), what)


@check("err.a-body-has-a-limit", "REQ-ERR-014")
def a_body_has_a_limit(probe: Probe) -> None:
    """A JSON body over 1 MiB is 413, whether its length is told beforehand or not; one below it is not."""
    headers = {"Content-Type": "application/json"}
    for size, pieces in ((MOST_JSON + 1, False), (MOST_JSON + 70_000, True), (MOST_JSON - 1, False)):
        content = b'{"limit": 1, "note": "' + b"x" * (size - 24) + b'"}'
        how = {**headers, **({"Transfer-Encoding": "chunked"} if pieces else {})}
        answer = probe.call.send("POST", "/tasks/list", content=content, headers=how)
        what = f"{answer.line()} with a body of {size} bytes{' of untold length' if pieces else ''}"
        if size > MOST_JSON:
            told = (answer.status, answer.code)
            probe.equal("REQ-ERR-014", told, (413, "payload_too_large"), f"{what}: the refusal")
        else:
            probe.holds("REQ-ERR-014", answer.status not in {413, None}, f"{what}; 1 MiB is allowed")


@check("err.nothing-makes-it-stumble", "REQ-ERR-015", needs=("loopback",))
def nothing_makes_it_stumble(probe: Probe) -> None:
    """Odd requests are refused or answered, but never with a 500 or a traceback."""
    deep = b"[" * 100_000
    for method, path, content in (
        ("GET", "/tasks/%00", None),
        ("GET", "/tasks/%ff%fe", None),
        ("GET", "/files/..%2f..%2fetc%2fpasswd", None),
        ("GET", "/tasks?cursor=%00&limit=x", None),
        ("GET", "/tasks?filters=%7B&limit=99999999999999999999", None),
        ("GET", "/apps/klingai/video-v2-6%0d%0aX-Evil:%201", None),
        ("GET", f"/app/files/t/{NOBODY}/%2e%2e", None),
        ("POST", "/tasks/list", deep),
        ("POST", "/tasks/list", b'{"limit": 1e999}'),
        ("POST", "/tasks/list", b'{"limit": ' + b"9" * 5000 + b"}"),
        ("POST", "/tasks/list", b'{"search": {"term": "\\ud800", "fields": ["id"]}}'),
        ("POST", "/files", b'{"files": [{"uri": "", "filename": "a\\u0000\\r\\nb"}]}'),
        ("POST", "/files", b'{"files": {"uri": ""}}'),
        ("POST", f"/tasks/{NOBODY}/cancel", b'{"timeout": -1, "force": "yes"}'),
    ):
        answer = probe.call.send(method, path, content=content, headers={"Content-Type": "application/json"})
        healthy = answer.status not in {500, None} and b"Traceback" not in answer.body
        shown = "" if content is None else f" with the body {content[:60]!r}"
        told = f"{answer.line()}{shown}: {answer.beginning}; expected neither a 500 nor a traceback nor silence"
        probe.holds("REQ-ERR-015", healthy, told)
    for name, value in (("Accept", "\xff/\xfe"), ("X-API-Version", "\xb2"), ("Authorization", "Bearer \xe9")):
        answer = probe.call.send("GET", "/me", headers={name: value})
        told = f"{answer.line()} with {name}: {value!r}; expected neither a 500 nor silence"
        probe.holds("REQ-ERR-015", answer.status not in {500, None}, told)
