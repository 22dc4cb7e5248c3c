"""What every case is judged by, whatever else it is about."""

from collections.abc import Mapping
from typing import Any

from contracts import operations
from contracts.clientside import hearing, records
from contracts.clientside.judge import judge
from contracts.clientside.modes import FIXES
from contracts.clientside.play import TASK_CALLS, TRACES, Play, Said
from contracts.clientside.verdicts import FailedCheck
from contracts.counting import counted
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
    if play.seen.changed is not None:
        raise FailedCheck(_changed(play.seen.changed))
    if not play.seen.journal:
        broke = f"{ending.told}, and " if ending.told else ""
        raise FailedCheck(f"{broke}nothing arrived at {play.base_url}. {FIXES}")
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
    if play.seen.changed is not None:
        raise FailedCheck(_changed(play.seen.changed))
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
def report_is_true(play: Play) -> str:
    """What the client says of each task is what the server knows of it."""
    compared = 0
    for said, told in play.replies("saw"):
        if said.call in TASK_CALLS:
            end = hearing.end(told)
            compared += isinstance(end, Mapping) and _is_true(play, said, end)
    return f"{counted(compared, 'report')} compared" if compared else "no task was told of, and none compared"


def _changed(told: str) -> str:
    return f"the world was changed under the case, so that nothing is known: {told}"


def _is_true(play: Play, said: Said, end: Mapping[str, Any]) -> bool:
    """Tell whether there was anything to compare."""
    step, name = said.step, end.get("id")
    if name is not None and name not in play.seen.tasks:
        raise FailedCheck(f"{step}: the client tells of task {name}, and the server has none of that id")
    status = None if end.get("status") is None else play.status(end["status"])
    if status not in TERMINAL:
        return name is not None
    known = next(iter(records.spoken_of(play, said, end)), None)
    if known is None:
        made = ", ".join(f"{task} {row['status_text']}" for task, row in play.seen.tasks.items()) or "none"
        raise FailedCheck(f"{step}: the client says that a task is {status.text} and names none; the server has {made}")
    if status.text != known["status_text"]:
        raise FailedCheck(f"{step}: the client says that the task is {status.text}, the server {known['status_text']}")
    if not records.could_know(play, known):
        raise FailedCheck(
            f"{step}: the client says that the task is {status.text}, and was told so by nobody: "
            f"its last request about {known['id']} was over before the task"
        )
    if status != Status.COMPLETED:
        return True
    url, progress = records.video(end), end.get("progress")
    if url is not None and url != known["output_url"]:
        raise FailedCheck(f"{step}: the client says that the video is at {url}, the server {known['output_url']}")
    if progress not in {None, 100, known["timeline"][-1]["progress"]}:
        raise FailedCheck(f"{step}: the client says that the task is completed, and its progress {progress}")
    return True
