"""Runs: what is answered, what is ignored, what is refused."""

from typing import Any

from contracts.apps import table
from contracts.apps.table import VERSIONS
from contracts.serverside.cases import violations_of
from contracts.serverside.check import check
from contracts.serverside.exchange import Exchange, UnexpectedError
from contracts.serverside.probe import Probe, task_of
from contracts.serverside.specimens import PROMPT, id_of
from contracts.wire.statuses import TERMINAL, Status

_MOST_WAIT = 25.0
"""Seconds that a waited run is held (D9)."""

_SLIM = frozenset({"id", "short_id", "status", "status_text", "output", "created_at", "updated_at"})
_WHEN_SET = frozenset({"error", "session_id", "run_at"})

_LATER = "2039-06-01T00:00:00Z"
_NOWHERE = "https://inferencesh-mock-check.invalid/hook"
"""A name that never resolves (RFC 6761)."""


def _wrong_duration(version: str) -> Any:  # noqa: ANN401  # JSON
    """Return a duration that this version refuses and the other takes."""
    return 5 if version == "2026-05" else "5"


def _duration_rule(version: str) -> tuple[str, str]:
    return "/duration", "REQ-INPUT-010" if version == "2026-05" else "REQ-INPUT-011"


@check("run.both-addresses", "REQ-RUN-001", needs=("spend",))
def both_addresses(probe: Probe) -> None:
    """POST /run and POST /apps/run accept and refuse the same."""
    answers = [probe.run(path=path) for path in ("/run", "/apps/run")]
    shapes = [(row.status, sorted(task_of(row))) for row in answers]
    probe.equal("REQ-RUN-001", shapes[0], shapes[1], "POST /run: the status and members of the answer to a run")
    refusals = [probe.run({**probe.cheap, "aspect_ratio": "16:10"}, path=path) for path in ("/run", "/apps/run")]
    told = [(row.status, row.code) for row in refusals]
    what = "POST /run and POST /apps/run: status and code of the refusal of an input"
    probe.equal("REQ-RUN-001", told, [(422, "validation_error")] * 2, what)
    for row in answers:
        probe.dismiss(row)


@check("run.slim-result-at-once", "REQ-RUN-002", "REQ-RUN-003", "REQ-RUN-004", needs=("spend",))
def slim_result_at_once(probe: Probe) -> None:
    """A status that is not terminal, its name, and no member that is not set."""
    answer = probe.run()
    result = answer.resource
    known = {int(status) for status in Status} - {int(status) for status in TERMINAL}
    told = f"{answer.line()}: status {result.get('status')!r}; expected 200 at once and a status that is not terminal"
    probe.holds("REQ-RUN-002", answer.status == 200 and result.get("status") in known, told)
    keys = set(result)
    told = f"{answer.line()}: the members are {sorted(keys)}; expected {sorted(_SLIM)}"
    unset = [name for name in _WHEN_SET if name in keys and not result[name]]
    probe.holds("REQ-RUN-003", keys >= _SLIM and keys <= _SLIM | _WHEN_SET and not unset, told)
    if result.get("status") in {int(status) for status in Status}:
        wanted = Status(result["status"]).text
        probe.equal("REQ-RUN-004", result.get("status_text"), wanted, f"{answer.line()}: status_text")
    probe.dismiss(answer)


@check("run.waits-for-the-end", "REQ-RUN-004", "REQ-RUN-005", needs=("spend",))
def waits_for_the_end(probe: Probe) -> None:
    """`wait` in the body or in the query; after 25 s the state is told as it is."""
    for what, answer in (
        ("wait: true in the body", probe.run(wait=True)),
        ("?wait=true", probe.run(path="/apps/run?wait=true")),
    ):
        status = answer.member("status")
        if status not in {int(row) for row in Status}:
            raise UnexpectedError(f"{answer.line()}: expected a task with a known status, got {answer.beginning}")
        ended = status in {int(row) for row in TERMINAL}
        fine = ended or answer.seconds >= _MOST_WAIT - 1
        told = f"{what}: after {answer.seconds:.1f} s the status was {status!r}"
        probe.holds("REQ-RUN-005", fine, told if fine else f"{told}; expected the task's end, or 25 s")
        wanted = Status(status).text
        probe.equal("REQ-RUN-004", answer.resource.get("status_text"), wanted, f"{answer.line()}: status_text")
        probe.ended(str(answer.member("id")))


@check("run.waited-failure-is-422", "REQ-RUN-006", needs=("control", "spend"))
def waited_failure_is_422(probe: Probe) -> None:
    """A run that is waited for and fails is answered with an error."""
    with probe.switched(enforce="observed", latency="instant"):
        answer = probe.run({**probe.cheap, "prompt": ""}, wait=True)
    probe.problem("REQ-RUN-006", answer, 422, "task_failed")


@check("run.references", "REQ-RUN-007", "REQ-RUN-009")
def references(probe: Probe) -> None:
    """The id after the @ chooses the version; what does not exist is not found."""
    spec = table.load()
    for version in VERSIONS:
        reference = f"{spec.reference}@{spec.versions[version].id}"
        answer = probe.run({"prompt": PROMPT, "duration": _wrong_duration(version)}, app=reference)
        told = violations_of(answer) if answer.status == 422 else (answer.status, answer.code)
        what = f"{reference} with the duration that only the other version takes: the refusal"
        probe.equal("REQ-RUN-007", told, [_duration_rule(version)], what)
    for reference in (f"{spec.reference}@00000000", "klingai/no-such-app", "nobody/video-v2-6"):
        answer = probe.run(app=reference)
        probe.problem("REQ-RUN-009", answer, 404, "not_found")


@check("run.bare-reference", "REQ-RUN-008")
def bare_reference(probe: Probe) -> None:
    """Without a version it is that of 2026-05."""
    if probe.levers is None:
        _bare(probe, "2026-05")
        return
    for version in VERSIONS:
        with probe.switched(app_version=version):
            _bare(probe, version)


def _bare(probe: Probe, version: str) -> None:
    reference = table.load().reference
    answer = probe.run({"prompt": PROMPT, "duration": _wrong_duration(version)}, app=reference)
    told = violations_of(answer) if answer.status == 422 else (answer.status, answer.code)
    what = f"{reference} with duration {_wrong_duration(version)!r}, which {version} does not take: the refusal"
    probe.equal("REQ-RUN-008", told, [_duration_rule(version)], what)


@check("run.refused-is-nothing", "REQ-RUN-010")
def refused_is_nothing(probe: Probe) -> None:
    """No task comes of it, and the balance stays what it was."""
    before = _newest(probe), _balance(probe)
    answer = probe.run({**probe.cheap, "aspect_ratio": "16:10"})
    after = _newest(probe), _balance(probe)
    told = f"{answer.line()}: the newest task and the balance were {before} before it, and are {after} after it"
    probe.holds("REQ-RUN-010", answer.status == 422 and before == after, told)


@check("run.unknown-function", "REQ-RUN-011")
def unknown_function(probe: Probe) -> None:
    """422 at /function, and the item lists the names there are."""
    answer = probe.run(function="walk")
    if answer.status != 422:
        probe.problem("REQ-RUN-011", answer, 422, "validation_error")
        return
    rows = answer.members.get("data") or [{}]
    told = f"{answer.line()}: {rows!r:.300}; expected one item at /function that names `run`"
    fine = len(rows) == 1 and rows[0].get("pointer") == "/function" and "run" in str(rows[0].get("expected"))
    probe.holds("REQ-RUN-011", fine, told)


@check("run.app-is-needed", "REQ-RUN-012")
def app_is_needed(probe: Probe) -> None:
    """Missing, null, a number or a list: 400."""
    for app in (None, 5, ["klingai/video-v2-6"]):
        probe.problem("REQ-RUN-012", probe.run(app=app), 400, "invalid_request")
    answer = probe.call.send("POST", "/apps/run", json={"input": probe.cheap})
    probe.problem("REQ-RUN-012", answer, 400, "invalid_request")


@check("run.members-come-back", "REQ-RUN-013", "REQ-RUN-014", needs=("spend",))
def members_come_back(probe: Probe) -> None:
    """What the API knows comes back as it was sent; what it does not know is ignored."""
    sent: dict[str, Any] = {
        "infra": "cloud",
        "workers": ["worker-1"],
        "webhook": _NOWHERE,
        "run_at": _LATER,
        "setup": {"a": 1},
    }
    answer = probe.run(colour="red", **sent)
    told = f"{answer.line()}: a run with the member colour, which the API does not know"
    if not probe.holds("REQ-RUN-013", id_of(answer), f"{told}; expected a task with an id, got {answer.beginning}"):
        return
    task = probe.call.send("GET", f"/tasks/{answer.member('id')}").resource
    got = {name: task.get(name) for name in sent}
    probe.equal("REQ-RUN-014", got, sent, "what the task shows of the members that were sent")
    probe.dismiss(answer)


@check("run.twice-is-two-tasks", "REQ-RUN-015", needs=("spend",))
def twice_is_two_tasks(probe: Probe) -> None:
    """The same request again makes another task with a price of its own."""
    headers = {"Idempotency-Key": "inferencesh-mock-check"}
    answers = [probe.run(headers=headers) for _ in range(2)]
    identifiers = [str(answer.member("id")) for answer in answers]
    told = f"the same run sent twice made the tasks {identifiers}; expected two"
    probe.holds("REQ-RUN-015", len(set(identifiers)) == 2, told)
    costs = [_cost(probe, identifier) for identifier in identifiers]
    told = f"they were charged {costs} microcents; expected the same price twice"
    probe.holds("REQ-RUN-015", costs[0] == costs[1] and isinstance(costs[0], int) and costs[0] > 0, told)


def _cost(probe: Probe, identifier: str) -> Any:  # noqa: ANN401  # JSON
    probe.ended(identifier)
    return probe.call.send("GET", f"/usage/tasks/{identifier}/cost").member("charged")


def _newest(probe: Probe) -> Any:  # noqa: ANN401  # JSON
    rows = probe.call.send("GET", "/tasks").member("items")
    return rows[0]["id"] if rows else None


def _balance(probe: Probe) -> Any:  # noqa: ANN401  # JSON
    answer: Exchange = probe.call.send("GET", "/billing/balance")
    return answer.data
