"""Streams of tasks, as NDJSON and as server-sent events."""

from contracts.counting import counted
from contracts.serverside.check import check
from contracts.serverside.probe import NDJSON, NOBODY, SSE, Probe
from contracts.serverside.transcripts import judge_resumed, judge_transcript
from contracts.wire import transcripts
from contracts.wire.statuses import TERMINAL
from contracts.wire.streams import StreamFormat

_TRANSCRIPT = (
    "REQ-STREAM-002", "REQ-STREAM-003", "REQ-STREAM-004", "REQ-STREAM-008", "REQ-STREAM-012", "REQ-STREAM-013",
    "REQ-STREAM-015", "REQ-STREAM-018", "REQ-TASK-003", "REQ-TASK-005",
)  # fmt: skip
"""What a transcript is judged on; a promise that it does not break is kept."""

_ENDS = frozenset(int(status) for status in TERMINAL)

MOST_TENS = 60
"""Times ten seconds of the server's clock that a task is followed for its heartbeats."""

_FORMS: tuple[tuple[StreamFormat, str], ...] = (("ndjson", NDJSON), ("sse", SSE))


@check("stream.transcript-is-legal", *_TRANSCRIPT, needs=("spend",))
def transcript_is_legal(probe: Probe) -> None:
    """From the snapshot to the end: whole tasks, legal statuses, rising progress, plain ASCII, no envelope."""
    for form, accept in _FORMS:
        task = probe.task()
        before = probe.call.send("GET", f"/tasks/{task['id']}").resource
        lines, ended = probe.lines(f"/tasks/{task['id']}/stream", accept)
        broken = judge_transcript(lines, form, before=before)
        for requirement in _TRANSCRIPT:
            mine = [finding for finding in broken if finding.requirement == requirement]
            told = "; ".join(map(str, mine[:3])) or f"kept by the {len(lines)} lines of a {form} stream"
            probe.holds(requirement, not mine, told)
        for finding in broken:
            if finding.requirement not in _TRANSCRIPT:
                probe.holds(finding.requirement, condition=False, told=str(finding))
        probe.holds("REQ-STREAM-004", ended, f"the {form} stream of task {task['id']} came to a proper end: {ended}")
        probe.ended(task["id"])


@check("stream.snapshot-comes-at-once", "REQ-STREAM-002", needs=("control", "spend"))
def snapshot_comes_at_once(probe: Probe) -> None:
    """On a clock that stands still the task as it stands is told all the same, and it is what GET tells."""
    call, levers = probe.world("snapshot", latency="quick")
    task = call.send("POST", "/apps/run", json={"app": probe.app, "input": probe.cheap}).member("id")
    levers.advance(1.5)
    wanted = call.send("GET", f"/tasks/{task}").resource
    for form, accept in _FORMS:
        with probe.impatient(call, 2.0).opened(f"/tasks/{task}/stream", headers={"Accept": accept}) as stream:
            first = next(stream.pieces(2.0), b"").decode("utf-8", "replace")
        events = [entry.data for entry in transcripts.read(first.splitlines(), form) if entry.kind == "event"]
        told = {name: events[0].get(name) if events else None for name in ("id", "status", "progress", "updated_at")}
        now = {name: wanted.get(name) for name in told}
        probe.equal("REQ-STREAM-002", told, now, f"the first line of a {form} stream, within two seconds,")


@check("stream.accept-chooses", "REQ-STREAM-001", needs=("spend",))
def accept_chooses(probe: Probe) -> None:
    """NDJSON for its two names, server-sent events for everything else."""
    task = probe.specimens.completed()
    for accept, wanted in (
        ("application/x-ndjson", "application/x-ndjson"),
        ("application/jsonl", "application/x-ndjson"),
        ("text/event-stream", "text/event-stream"),
        ("*/*", "text/event-stream"),
        ("application/json", "text/event-stream"),
    ):
        answer = probe.call.send("GET", f"/tasks/{task['id']}/stream", headers={"Accept": accept})
        probe.equal("REQ-STREAM-001", answer.media_type, wanted, f"{answer.line()} with Accept {accept}: the type")


@check("stream.headers-suit-old-clients", "REQ-STREAM-011", "REQ-STREAM-012", needs=("spend",))
def headers_suit_old_clients(probe: Probe) -> None:
    """Chunked, never compressed, and no charset on NDJSON."""
    task = probe.specimens.completed()
    for accept in (NDJSON, SSE):
        told = {"Accept": accept, "Accept-Encoding": "gzip, deflate, br"}
        answer = probe.call.send("GET", f"/tasks/{task['id']}/stream", headers=told)
        framing = (answer.header("transfer-encoding"), answer.header("content-encoding"))
        probe.equal("REQ-STREAM-011", framing, ("chunked", None), f"{answer.line()}: transfer and content encoding")
        if accept == NDJSON:
            kind = answer.header("content-type") or ""
            probe.holds("REQ-STREAM-012", "charset" not in kind.lower(), f"{answer.line()}: Content-Type is {kind!r}")


@check("stream.finished-task-sends-one-line", "REQ-STREAM-005", needs=("spend",))
def finished_task_sends_one_line(probe: Probe) -> None:
    """One line, terminal, and a clean close."""
    task = probe.specimens.completed()
    for form, accept in _FORMS:
        lines, ended = probe.lines(f"/tasks/{task['id']}/stream", accept)
        events = [entry for entry in transcripts.read(lines, form) if entry.kind == "event"]
        told = f"the {form} stream of a finished task has {counted(len(events), 'event')} and a proper end: {ended}"
        probe.holds("REQ-STREAM-005", len(events) == 1 and ended, f"{told}; expected one event and an end")


@check("stream.resumes-after-an-event", "REQ-STREAM-009", needs=("spend",))
def resumes_after_an_event(probe: Probe) -> None:
    """Neither by header nor by query is an event lost or repeated."""
    task = probe.task()
    path = f"/tasks/{task['id']}/stream"
    whole, _ = probe.lines(path, SSE)
    identified = [number for number, line in enumerate(whole) if line.startswith("id:")]
    probe.ended(task["id"])
    if len(identified) < 3:
        had = counted(len(identified), "event")
        probe.skip("REQ-STREAM-009", f"the stream had only {had}; too few to resume between them")
        return
    # Up to and with the event before the one in the middle.
    before = whole[: identified[len(identified) // 2]]
    last = whole[identified[len(identified) // 2 - 1]].partition(":")[2].strip()
    for way, (resumed, _) in {
        "Last-Event-ID": probe.lines(path, SSE, Last_Event_ID=last),
        "last_event_id": probe.lines(f"{path}?last_event_id={last}", SSE),
    }.items():
        broken = judge_resumed(before, resumed, whole)
        told = "; ".join(map(str, broken)) or "nothing is lost and nothing comes again"
        probe.holds("REQ-STREAM-009", not broken, f"resumed after event {last} by {way}: {told}")


@check("stream.lines-have-no-envelope", "REQ-STREAM-013", needs=("spend",))
def lines_have_no_envelope(probe: Probe) -> None:
    """Whatever version the request names."""
    task = probe.specimens.completed()
    for version in ("1", "2", "3"):
        lines, _ = probe.lines(f"/tasks/{task['id']}/stream", NDJSON, X_API_Version=version)
        (event,) = [entry.data for entry in transcripts.read(lines, "ndjson") if entry.kind == "event"]
        keys = sorted(event or {})
        told = f"with version {version} a line has the keys {keys[:8]}; expected those of a task"
        probe.holds("REQ-STREAM-013", "status" in keys and "data" not in keys, told)


@check("stream.unknown-task-is-a-problem", "REQ-STREAM-014")
def unknown_task_is_a_problem(probe: Probe) -> None:
    """404, and no stream."""
    for accept in (NDJSON, SSE):
        answer = probe.call.send("GET", f"/tasks/{NOBODY}/stream", headers={"Accept": accept})
        probe.problem("REQ-STREAM-014", answer, 404, "not_found")
        probe.equal("REQ-STREAM-014", answer.media_type, "application/problem+json", f"{answer.line()}: the type")


@check("stream.two-streams-agree", "REQ-STREAM-017", needs=("spend",))
def two_streams_agree(probe: Probe) -> None:
    """Two streams of one task and a GET end with the same state."""
    task = probe.task()
    ends = [probe.stream(task["id"])[-1] for _ in range(2)]
    found = probe.ended(task["id"])
    names = ("status", "progress", "updated_at", "output")
    wanted = {name: found.get(name) for name in names}
    for last in ends:
        told = {name: last.get(name) for name in names}
        probe.equal("REQ-STREAM-017", told, wanted, f"the end of a stream of task {task['id']}")


@check("stream.failed-task-says-why", "REQ-STREAM-016", needs=("control", "spend"))
def failed_task_says_why(probe: Probe) -> None:
    """The last line of a failed task has its error."""
    with probe.switched(enforce="observed"):
        given = {**probe.cheap, "aspect_ratio": "4:3"} if probe.target.app_version == "2026-05" else {"prompt": ""}
        task = probe.task(given)
        last = probe.stream(task["id"])[-1]
    told = f"the last line has status {last.get('status')} and error {last.get('error')!r}"
    probe.holds("REQ-STREAM-016", last.get("status") == 11 and last.get("error"), f"{told}; expected 11 and a text")


@check("stream.heartbeats-come", "REQ-STREAM-006", "REQ-STREAM-007", needs=("control", "spend"))
def heartbeats_come(probe: Probe) -> None:
    """Every ten seconds of the server's clock, and a line that is none as well."""
    call, levers = probe.world("heartbeat", latency="realistic")
    for accept, mark in ((NDJSON, b'{"type":"heartbeat"}\n'), (SSE, b": heartbeat\n\n")):
        task = call.send("POST", "/apps/run", json={"app": probe.app, "input": probe.cheap}).member("id")
        with call.opened(f"/tasks/{task}/stream", headers={"Accept": accept}) as stream:
            pieces = stream.pieces(probe.target.patience)
            next(pieces, None)
            tens, ended = 0, False
            while not ended and tens < MOST_TENS:
                levers.advance(10)
                tens += 1
                ended = call.send("GET", f"/tasks/{task}/status").member("status") in _ENDS
            for _ in pieces:
                pass
        beats = bytes(stream.body).count(mark)
        told = f"while a task ran for {tens - 1} to {tens} times 10 s, its {accept} stream had {beats} times {mark!r}"
        probe.holds("REQ-STREAM-006", max(1, tens - 1) <= beats <= tens, f"{told}; expected one every 10 s")
        events = [piece for piece in bytes(stream.body).split(b"\n") if b'"progress"' in piece]
        probe.holds("REQ-STREAM-007", len(events) >= 5, f"beside heartbeats it had {counted(len(events), 'line')}")


@check("stream.named-events", "REQ-STREAM-010", needs=("control", "spend"))
def named_events(probe: Probe) -> None:
    """Under the switch events are called `update`, and `done` comes last."""
    with probe.switched(sse_events="named"):
        task = probe.specimens.completed()
        lines, _ = probe.lines(f"/tasks/{task['id']}/stream", SSE)
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("event:")]
    probe.equal("REQ-STREAM-010", names, ["update", "done"], f"the events of a finished task's stream, {lines[:2]!r},")
