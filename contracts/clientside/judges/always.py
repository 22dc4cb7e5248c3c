"""What every case is judged by, whatever else it is about."""

from contracts import operations
from contracts.clientside.judge import judge
from contracts.clientside.modes import FIXES
from contracts.clientside.play import TRACES, Play
from contracts.clientside.verdicts import FailedCheck
from contracts.wire.statuses import TERMINAL, Status


@judge("server")
def contact(play: Play) -> None:
    """Some request of a call that the case asks for reached the server; who says that it cannot was asked too."""
    case, ending = play.case, play.ending
    wanted = {name for step in case.steps for name in TRACES.get(step.call, ())}
    asked = play.mode == "observe" or ending.broke or any(row.reply is not None for row in play.said.values())
    if not wanted or not asked:
        return
    if "upload" in case.capabilities:
        wanted |= set(TRACES["upload"])
    if any(row["operation"] in wanted for row in play.seen.journal):
        return
    told = f" ({ending.told})" if ending.told else ""
    if not play.seen.journal:
        raise FailedCheck(f"nothing arrived at {play.base_url}{told}. {FIXES}")
    calls = dict.fromkeys(step.call for step in case.steps if step.call in TRACES)
    came = dict.fromkeys(f"{row['method']} {row['path'][:60]}" for row in play.seen.journal)
    raise FailedCheck(
        f"the case asks for {', '.join(calls)}, and nothing of that arrived at {play.base_url}{told}; "
        f"what came is {'; '.join(list(came)[:4])}"
    )


@judge("server")
def valid_requests(play: Play) -> None:
    """Every request of the client is one that the API knows."""
    known = operations.by_id()
    for row in play.seen.journal:
        line = f"{row['method']} {row['path']}"
        if row["operation"] is None and row["method"] != "OPTIONS":
            raise FailedCheck(f"{line} is no call of the API; it was answered {row['status']}")
        body = row["request"]["body"] or {}
        wants_json = row["operation"] in known and known[row["operation"]].request is not None
        if wants_json and body.get("bytes") and not isinstance(body.get("json"), dict) and row["status"] != 413:
            raise FailedCheck(f"{line}: the body has to be a JSON object, got {str(body)[:120]}")


@judge("server")
def faults_reached(play: Play) -> str | None:
    """Everything that was armed has been met."""
    if play.case.optional_faults:
        return None
    missed = [
        entry["told"]
        for entry in play.seen.ledger
        if entry["state"] in {"unreached", "underway"}
        and not entry["excused"]
        and entry["met"] < max(1, int(entry["expected"]))
    ]
    if missed:
        raise FailedCheck(f"a fault was not reached, so that nothing is known of how it is borne: {missed[0]}")
    return None


@judge("server")
def harness_valid(play: Play) -> None:
    """The emulator answered nothing with a 5xx that was not armed."""
    for row in play.seen.journal:
        if (row["status"] or 0) >= 500 and row["status"] != 501 and not row["faults"]:
            raise FailedCheck(f"{row['method']} {row['path']} was answered {row['status']}, and no plan asked for it")


@judge("client", by_exit=True)
def claims_are_true(play: Play) -> None:
    """The client says of nothing that it cannot, where it claims that it can."""
    if play.ending.broke:
        raise FailedCheck(play.ending.told)
    for said, told in play.replies("cannot"):
        raise FailedCheck(f"{said.step}: the client supports {said.call} by its own word, and cannot: {told['needs']}")


@judge("server", "client")
def report_is_true(play: Play) -> None:
    """What the client says of each task is what the server knows of it."""
    for said, told in play.replies("saw"):
        ends = [told] if "status" in told else [told.get("end")] if said.call == "stream" else []
        for end in ends:
            _is_true(play, said.step, end)


def _is_true(play: Play, step: str, end: object) -> None:
    if not isinstance(end, dict) or end.get("id") is None or end.get("status") is None:
        return
    known = play.seen.tasks.get(end["id"])
    if known is None:
        raise FailedCheck(f"{step}: the client tells of task {end['id']}, and the server has none of that id")
    said = play.status(end["status"])
    if said not in TERMINAL:
        return
    if said.text != known["status_text"]:
        raise FailedCheck(f"{step}: the client says that the task is {said.text}, the server {known['status_text']}")
    video = end["output"].get("video") if isinstance(end.get("output"), dict) else None
    url = video.get("uri") if isinstance(video, dict) else video
    if said == Status.COMPLETED and isinstance(url, str) and url != known["output_url"]:
        raise FailedCheck(f"{step}: the client says that the video is at {url}, the server {known['output_url']}")
