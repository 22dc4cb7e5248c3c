"""HTTP itself: paths, methods, HEAD, other origins, and the document that describes it all."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from contracts import operations
from contracts.serverside import clips
from contracts.serverside.caller import UNSET
from contracts.serverside.check import check
from contracts.serverside.exchange import Exchange
from contracts.serverside.probe import NOBODY, Probe
from contracts.wire.statuses import TERMINAL

ORIGIN = "https://page.example"

PREFLIGHT = ("authorization", "content-type", "x-client-source", "x-api-version", "x-inf-target-url")

EXPOSED = ("retry-after", "x-ratelimit-remaining", "x-ratelimit-reset")

_OF_THE_RESOURCE = frozenset(
    {"content-type", "etag", "last-modified", "accept-ranges", "content-disposition", "cache-control", "link", "allow"}
)
"""Headers that say something of what is asked for; others belong to one exchange or to what lies on its way."""

UNSTEADY = frozenset(
    {"tasks.list", "tasks.queue_stats", "account.billing", "account.balance", "sessions.list", "files.list"}
)
"""What may differ from one moment to the next because of what is under way, or by the signature of a URL."""


def _words(value: str | None) -> set[str]:
    return {word.strip().lower() for word in (value or "").split(",") if word.strip()}


def _told(answer: Exchange) -> tuple[int | None, bytes]:
    return answer.status, answer.body


@check("http.the-prefix-means-nothing", "REQ-HTTP-001")
def the_prefix_means_nothing(probe: Probe) -> None:
    """Under /v1 lies what lies at the root."""
    for path in ("/me", f"/apps/{probe.app}", "/store/apps", "/scopes"):
        plain, prefixed = (probe.call.send("GET", prefix + path) for prefix in ("", "/v1"))
        same = _told(plain) == _told(prefixed)
        told = f"{prefixed.line()} is {'' if same else 'not '}what {plain.line()} is; both are to be the same"
        probe.holds("REQ-HTTP-001", same and plain.status == 200, told)
    answer = probe.call.send("POST", "/v1/tasks/list", json={"limit": 1})
    probe.equal("REQ-HTTP-001", answer.status, 200, f"{answer.line()}: the status")
    probe.problem("REQ-HTTP-001", probe.call.send("GET", f"/v1/tasks/{NOBODY}"), 404, "not_found")


@check("http.doubled-slashes-mean-one", "REQ-HTTP-002")
def doubled_slashes_mean_one(probe: Probe) -> None:
    """Wherever in a path they stand."""
    plain = probe.call.send("GET", "/me")
    plain.member("user")
    for path in ("//me", "///me", "/v1//me", "//v1/me"):
        answer = probe.call.send("GET", path)
        same = _told(answer) == _told(plain) and plain.status == 200
        probe.holds("REQ-HTTP-002", same, f"{answer.line()}: expected what {plain.line()} answers")
    for method, path in (("GET", "/store//apps"), ("POST", "//tasks//list")):
        answer = probe.call.send(method, path, json={} if method == "POST" else UNSET)
        probe.equal("REQ-HTTP-002", answer.status, 200, f"{answer.line()}: the status")


@check("http.a-type-needs-no-body", "REQ-HTTP-003")
def a_type_needs_no_body(probe: Probe) -> None:
    """A JSON content type without a body is no mistake: clients send it with every call."""
    made = clips.record_of(probe.call.send("POST", "/files", json={"files": [{"uri": ""}]}))
    headers = {"Content-Type": "application/json"}
    for method, path, status in (
        ("GET", "/me", 200),
        ("GET", "/tasks", 200),
        ("POST", "/tasks/list", 200),
        ("POST", f"/sessions/{NOBODY}/keepalive", 404),
        ("POST", f"/tasks/{NOBODY}/cancel", 404),
        ("DELETE", f"/files/{made['id']}", 204),
    ):
        answer = probe.call.send(method, path, headers=headers)
        what = f"{answer.line()} with a JSON content type and no body: the status"
        probe.equal("REQ-HTTP-003", answer.status, status, what)


def _paths() -> Mapping[str, set[str]]:
    """Return what each path of the contract allows."""
    found: dict[str, set[str]] = {}
    for row in operations.load():
        if row.emulated:
            found.setdefault(row.path, set()).add(row.method)
    return found


def _filled(path: str) -> str:
    kinds = {"{kind}": "u", "{owner}": "00000000", "{name}": "none.png", "{namespace}": "nobody"}
    return re.sub(r"\{[a-z_]+\}", lambda match: kinds.get(match[0], NOBODY), path)


@check("http.a-method-that-is-not-there", "REQ-HTTP-004")
def a_method_that_is_not_there(probe: Probe) -> None:
    """On every path another method is 405, and Allow names all that there are."""
    for path, methods in _paths().items():
        _not_there(probe, "PATCH", path, methods)
    for method, path in (("DELETE", "/me"), ("POST", "/openapi.json"), ("PUT", "/tasks/{id}"), ("PUT", "/apps/run")):
        _not_there(probe, method, path, _paths()[path])


def _not_there(probe: Probe, method: str, path: str, methods: Iterable[str]) -> None:
    answer = probe.call.send(method, _filled(path))
    if probe.problem("REQ-HTTP-004", answer, 405, "method_not_allowed"):
        allowed = {word.upper() for word in _words(answer.header("allow"))}
        fine = set(methods) <= allowed and method not in allowed
        told = f"{answer.line()}: Allow names {sorted(allowed)}; expected {sorted(methods)} and not {method}"
        probe.holds("REQ-HTTP-004", fine, told)


def _head_is_get(probe: Probe, path: str, *, steady: bool = True, **how: Any) -> None:  # noqa: ANN401  # of Caller.send
    """Compare GET, HEAD, and GET once more."""
    first, head, second = (probe.call.send(method, path, **how) for method in ("GET", "HEAD", "GET"))
    probe.equal("REQ-HTTP-005", head.status, first.status, f"{head.line()}: the status")
    probe.equal("REQ-HTTP-005", head.body, b"", f"{head.line()}: the body")
    got, wanted = (
        {name.lower(): value for name, value in row.headers if name.lower() in _OF_THE_RESOURCE}
        for row in (head, first)
    )
    probe.equal("REQ-HTTP-005", got, wanted, f"{head.line()}: the headers")
    length = head.header("content-length")
    fine = not steady or length in {None, str(len(first.body))}
    told = f"{head.line()}: Content-Length {length}; the body of GET has {len(first.body)} bytes"
    probe.holds("REQ-HTTP-005", fine, told)
    if steady and first.status == 200:
        same = first.body == second.body
        told = f"{second.line()} is {'' if same else 'not '}the same as before; a GET or HEAD changes nothing"
        probe.holds("REQ-HTTP-011", same, told)


@check("http.head-is-get-without-a-body", "REQ-HTTP-005", "REQ-HTTP-011")
def head_is_get_without_a_body(probe: Probe) -> None:
    """On every route that has GET: same status, same headers, no body; and GET twice says the same."""
    app = str(probe.call.send("GET", f"/apps/{probe.app}").member("id"))
    name = probe.app.partition("@")[0].partition("/")
    values = {"{id}": app, "{namespace}": name[0], "{name}": name[2], "{version_id}": probe.app.rpartition("@")[2]}
    for row in operations.load():
        if row.emulated and row.method == "GET" and "/tasks/{id}" not in row.path and row.tag != "files":
            # Of sessions only the refusal is looked at here: there may be none.
            filled = re.sub(r"\{[a-z_]+\}", lambda match: values.get(match[0], NOBODY), row.path)
            _head_is_get(probe, filled, steady=row.id not in UNSTEADY)
    _head_is_get(probe, f"/tasks/{NOBODY}")


@check("http.head-of-a-file-is-get-without-a-body", "REQ-HTTP-005", "REQ-HTTP-011")
def head_of_a_file_is_get_without_a_body(probe: Probe) -> None:
    """Of what is said of a file, and of its bytes."""
    made = clips.uploaded(probe.call, clips.png())
    _head_is_get(probe, f"/files/{made['id']}", steady=False)
    _head_is_get(probe, made["uri"], key=None, version=None)
    _head_is_get(probe, "/files", steady=False)
    probe.call.send("DELETE", f"/files/{made['id']}")
    _head_is_get(probe, made["uri"], key=None, version=None)


@check("http.head-of-a-task-is-get-without-a-body", "REQ-HTTP-005", "REQ-HTTP-011", needs=("spend",))
def head_of_a_task_is_get_without_a_body(probe: Probe) -> None:
    """Of a finished task, on each of its routes, and of its video."""
    task = probe.specimens.completed()
    for row in operations.load():
        if row.emulated and row.method == "GET" and "/tasks/{id}" in row.path:
            _head_is_get(probe, row.path.replace("{id}", str(task["id"])))
    video = task["output"]["video"]
    _head_is_get(probe, video if isinstance(video, str) else video["uri"], key=None, version=None)


@check("http.a-task-ended-stays-the-same", "REQ-HTTP-011", needs=("spend",))
def a_task_ended_stays_the_same(probe: Probe) -> None:
    """What was read of a finished task is read again after everything else has been read."""
    task = probe.specimens.completed()
    rows = [row for row in operations.load() if row.emulated and row.method == "GET" and "/tasks/{id}" in row.path]
    paths = [row.path.replace("{id}", str(task["id"])) for row in rows]
    before, after = ([probe.call.send("GET", path) for path in paths] for _ in range(2))
    for first, second in zip(before, after, strict=True):
        probe.equal("REQ-HTTP-011", second.body, first.body, f"{second.line()}, asked again: the body")
    status = probe.call.send("GET", f"/tasks/{task['id']}/status").member("status")
    ended = status in {int(row) for row in TERMINAL}
    probe.holds("REQ-HTTP-011", ended, f"task {task['id']}, which had ended, has status {status}")


@check("http.pages-may-ask", "REQ-HTTP-006")
def pages_may_ask(probe: Probe) -> None:
    """A preflight from any origin is allowed, with the headers that the JavaScript client sends."""
    for path, method in (
        ("/apps/run", "POST"),
        ("/me", "GET"),
        (f"/files/{NOBODY}", "DELETE"),
        ("/tasks/list", "POST"),
    ):
        for origin in (ORIGIN, "http://localhost:5173"):
            headers = {
                "Origin": origin,
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": ", ".join(PREFLIGHT),
            }
            answer = probe.call.send("OPTIONS", path, key=None, version=None, headers=headers)
            fine = answer.status in {200, 204} and answer.header("access-control-allow-origin") in {origin, "*"}
            told = f"{answer.line()} from {origin}: Access-Control-Allow-Origin is "
            told += f"{answer.header('access-control-allow-origin')!r}; expected 200 or 204 and that origin"
            probe.holds("REQ-HTTP-006", fine, told)
            named = _words(answer.header("access-control-allow-headers"))
            # To browsers `*` means every header but Authorization.
            wanting = set(PREFLIGHT) - named - (set(PREFLIGHT[1:]) if "*" in named else set())
            told = f"{answer.line()} from {origin}: the allowed headers are {sorted(named)}; missing {sorted(wanting)}"
            probe.holds("REQ-HTTP-006", not wanting, told)
            methods = _words(answer.header("access-control-allow-methods"))
            told = f"{answer.line()} from {origin}: the allowed methods are {sorted(methods)}; expected {method} there"
            probe.holds("REQ-HTTP-006", methods & {method.lower(), "*"}, told)


@check("http.pages-may-read", "REQ-HTTP-007")
def pages_may_read(probe: Probe) -> None:
    """A script of another origin sees when to come back and how often it may, on successes and refusals."""
    for path in ("/me", f"/tasks/{NOBODY}", "/nothing/here"):
        answer = probe.call.send("GET", path, headers={"Origin": ORIGIN})
        shown = _words(answer.header("access-control-expose-headers"))
        wanting = sorted(set(EXPOSED) - shown) if "*" not in shown else []
        told = f"{answer.line()} to a page of {ORIGIN}: exposed are {sorted(shown)}; missing {wanting}"
        probe.holds("REQ-HTTP-007", not wanting, told)
        origin = answer.header("access-control-allow-origin")
        told = f"{answer.line()} to a page of {ORIGIN}: Access-Control-Allow-Origin is {origin!r}"
        probe.holds("REQ-HTTP-007", origin in {ORIGIN, "*"}, f"{told}; without it nothing can be read")


@check("http.what-is-not-there", "REQ-HTTP-008")
def what_is_not_there(probe: Probe) -> None:
    """A path that nobody has is 404, whatever the method."""
    for method, path in (
        ("GET", "/nothing"),
        ("GET", f"/tasks/{NOBODY}/colour"),
        ("POST", "/me/again"),
        ("DELETE", "/apps/a/b/c/d"),
        ("GET", "/v2/me"),
    ):
        probe.problem("REQ-HTTP-008", probe.call.send(method, path), 404, "not_found")


@check("http.what-is-not-emulated", "REQ-HTTP-009", needs=("control",))
def what_is_not_emulated(probe: Probe) -> None:
    """The vendor's other paths say that they are not here."""
    known = {re.sub(r"\{[^}]+\}", "{}", path) for path in _paths()}
    for row in operations.load():
        # A method that is lacking on a path that is there is a 405.
        if not row.emulated and re.sub(r"\{[^}]+\}", "{}", row.path) not in known:
            answer = probe.call.send(row.method, _filled(row.path))
            if probe.problem("REQ-HTTP-009", answer, 501, "not_emulated"):
                detail = str(answer.members.get("detail"))
                named = row.path in detail
                told = f"{answer.line()}: the detail is {detail!r}; expected {row.path} in it"
                probe.holds("REQ-HTTP-009", named, told)


@check("http.it-describes-itself", "REQ-HTTP-010")
def it_describes_itself(probe: Probe) -> None:
    """The OpenAPI document is of version 3.1 and names every operation."""
    answer = probe.call.send("GET", "/openapi.json", key=None, version=None)
    document = answer.members
    version = str(document.get("openapi"))
    probe.holds("REQ-HTTP-010", version.startswith("3.1"), f"{answer.line()}: openapi is {version!r}; expected 3.1")
    named = {
        (method.upper(), re.sub(r"\{[^}]+\}", "{}", path))
        for path, item in document["paths"].items()
        for method in item
    }
    wanting = [
        f"{row.method} {row.path}"
        for row in operations.load()
        if row.emulated and (row.method, re.sub(r"\{[^}]+\}", "{}", row.path)) not in named
    ]
    told = f"{answer.line()}: {'all operations are named' if not wanting else f'missing are {wanting}'}"
    probe.holds("REQ-HTTP-010", not wanting, told)
