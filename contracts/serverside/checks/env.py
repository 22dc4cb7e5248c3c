"""Envelopes, versions, and the form of common values."""

import re

from contracts.serverside import clips
from contracts.serverside.check import check
from contracts.serverside.exchange import Exchange
from contracts.serverside.probe import Probe
from contracts.serverside.shapes import kind
from contracts.wire.ids import ID, short


def _keys(answer: Exchange) -> list[str]:
    document = answer.json()
    return sorted(document) if isinstance(document, dict) else [kind(document)]


@check("env.version-2-is-bare", "REQ-ENV-001", "REQ-ENV-009")
def version_2_is_bare(probe: Probe) -> None:
    """X-API-Version: 2 gives the resource itself, and no resource has a member `data`."""
    answer = probe.call.send("GET", "/me", version="2")
    keys = _keys(answer)
    probe.holds("REQ-ENV-001", "user" in keys, f"{answer.line()}: the keys are {keys}; expected those of the resource")
    if "user" not in keys and "data" not in keys:
        probe.skip("REQ-ENV-009", f"{answer.line()}: there is no resource to look at")
        return
    probe.holds("REQ-ENV-009", "data" not in keys, f"{answer.line()}: the keys are {keys}; none is to be `data`")


@check("env.each-version-has-its-envelope", "REQ-ENV-002", "REQ-ENV-003", "REQ-ENV-004", "REQ-ENV-007", "REQ-ENV-008")
def each_version_has_its_envelope(probe: Probe) -> None:
    """1, 3 and no version at all."""
    for version, requirement, wanted in (
        ("1", "REQ-ENV-002", ["data", "status", "success"]),
        ("3", "REQ-ENV-003", ["data", "messages"]),
        (None, "REQ-ENV-004", ["data", "messages", "status", "success"]),
    ):
        answer = probe.call.send("GET", "/me", version=version)
        shown = "without a version" if version is None else f"with version {version}"
        probe.equal(requirement, _keys(answer), wanted, f"{answer.line()} {shown}: the envelope's keys")
        document = answer.members
        if "status" in document:
            told = (document["status"], document.get("success"))
            probe.equal("REQ-ENV-007", told, (answer.status, True), f"{answer.line()}: status and success")
        if "messages" in document:
            probe.equal("REQ-ENV-008", document["messages"], [], f"{answer.line()}: messages, with nothing to say,")


@check("env.errors-say-so-in-every-envelope", "REQ-ENV-007")
def errors_say_so_in_every_envelope(probe: Probe) -> None:
    """`status` is the HTTP status and `success` is false."""
    for version in ("1", "2", "3", None):
        answer = probe.call.send("GET", "/tasks/00000000000000000000000000", version=version)
        document = answer.members
        told = (document.get("status"), document.get("success"))
        shown = "without a version" if version is None else f"with version {version}"
        probe.equal("REQ-ENV-007", told, (404, False), f"{answer.line()} {shown}: status and success")


@check("env.unknown-version-is-refused", "REQ-ENV-006")
def unknown_version_is_refused(probe: Probe) -> None:
    """Anything but 1, 2 and 3 is 400, and the detail names the three."""
    for version in ("4", "0", "two"):
        answer = probe.call.send("GET", "/me", version=version)
        if probe.problem("REQ-ENV-006", answer, 400, "invalid_request"):
            detail = str(answer.members.get("detail"))
            named = all(re.search(rf"\b{number}\b", detail) for number in "123")
            probe.holds("REQ-ENV-006", named, f"{answer.line()}: the detail is {detail!r}; expected 1, 2 and 3 in it")


@check("env.switch-changes-the-envelope", "REQ-ENV-005", needs=("control",))
def switch_changes_the_envelope(probe: Probe) -> None:
    """The emulator's switch gives requests without a version one of the strict forms."""
    for form, wanted in (("v1", ["data", "status", "success"]), ("v3", ["data", "messages"])):
        with probe.switched(envelope=form):
            answer = probe.call.send("GET", "/me", version=None)
        probe.equal("REQ-ENV-005", _keys(answer), wanted, f"{answer.line()} under {form}: the envelope's keys")


@check("env.warnings-travel-in-messages", "REQ-ENV-010", "REQ-ENV-011", needs=("spend",))
def warnings_travel_in_messages(probe: Probe) -> None:
    """An unknown key is told in the answer's messages, and again in the task's log."""
    given = {**probe.cheap, "colour": "red"}
    answer = probe.run(given, version=None)
    messages = answer.members.get("messages") or []
    found = [row for row in messages if row.get("code") == "unknown_field"]
    fine = (
        len(found) == 1 and found[0].get("level") == "warning" and found[0].get("meta", {}).get("pointer") == "/colour"
    )
    probe.holds("REQ-ENV-010", fine, f"{answer.line()}: messages {messages!r:.300}; expected one warning about /colour")
    task = probe.ended(str(answer.member("id")))
    log = probe.log_of(task)
    said = bool(found) and str(found[0]["message"]) in log
    probe.holds("REQ-ENV-011", said, f"the log of task {task['id']} is {log[:300]!r}; expected the warning's message")


@check("env.no-content-is-empty", "REQ-ENV-012", needs=("spend",))
def no_content_is_empty(probe: Probe) -> None:
    """A 204 has no byte, whatever the version."""
    for version in ("2", None):
        made = clips.record_of(probe.call.send("POST", "/files", json={"files": [{"uri": ""}]}))
        answer = probe.call.send("DELETE", f"/files/{made['id']}", version=version)
        told = (answer.status, answer.body)
        probe.equal("REQ-ENV-012", told, (204, b""), f"{answer.line()}: status and body")


@check("env.ids-and-times-have-their-form", "REQ-ENV-013", "REQ-ENV-015")
def ids_and_times_have_their_form(probe: Probe) -> None:
    """26 characters of Crockford's alphabet, the first eight of them alone, and RFC 3339 in UTC."""
    answer = probe.call.send("POST", "/files", json={"files": [{"uri": "", "filename": "a.png"}]})
    made = clips.record_of(answer)
    fine = bool(ID.fullmatch(made["id"])) and made["short_id"] == short(made["id"])
    probe.holds("REQ-ENV-013", fine, f"{answer.line()}: id {made['id']!r}, short_id {made['short_id']!r}")
    time = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,5}[1-9])?Z", made["created_at"])
    probe.holds("REQ-ENV-015", time, f"{answer.line()}: created_at is {made['created_at']!r}")
    probe.call.send("DELETE", f"/files/{made['id']}")


@check("env.same-seed-same-bytes", "REQ-ENV-014", needs=("control", "spend"))
def same_seed_same_bytes(probe: Probe) -> None:
    """A world that is reset, on a clock that stands still, answers the same requests with the same bytes."""
    answers = []
    for _ in range(2):
        call, _ = probe.world("seeded")
        body = {"app": probe.app, "input": probe.cheap}
        answers.append([call.send("POST", "/apps/run", json=body).body, call.send("GET", "/tasks").body])
    first, second = answers
    told = [row.partition(b'"created_at"')[0] for row in first], [row.partition(b'"created_at"')[0] for row in second]
    probe.equal("REQ-ENV-014", told[1], told[0], "what is answered after the reset, up to the first time,")
