"""Judges of what is carried: problems to the user, files to the store, videos to the disk, webhooks to the receiver."""

import hashlib
from collections.abc import Mapping
from typing import Any

from contracts.clientside import files, hearing
from contracts.clientside.judge import judge
from contracts.clientside.play import Play
from contracts.clientside.verdicts import BlockedCheck, FailedCheck
from contracts.counting import counted


@judge("server", "client")
def tells_problem(play: Play, *, step: str, member: str) -> str:
    """The error has this member of the problem that the server answered: status, code, request_id or violations."""
    told = hearing.raised(play, step)
    refused = [row for row in play.exchanges() if (row["status"] or 0) >= 400]
    problem = hearing.answered(refused[-1]) if refused else None
    if not isinstance(problem, Mapping):
        raise BlockedCheck("nothing was refused with a problem")
    if member == "violations":
        return _violations(problem.get("errors", []), told.get("violations") or [])
    wanted: Any = {"status": problem.get("status"), "request_id": problem.get("request_id")}.get(member)
    if member == "code":
        wanted = str(problem.get("type", "")).rpartition("/")[2]
    if told.get(member) != wanted and str(wanted) not in str(told.get("message")):
        raise FailedCheck(f"{step}: expected the error's {member} to be {wanted!r}, got {told.get(member)!r}")
    return f"{member} {wanted}"


def _violations(wanted: list[Any], told: list[Any]) -> str:
    for row in wanted:
        words = {row["rule"], row["message"]}
        if not any(row["pointer"] in one.values() and words & set(map(str, one.values())) for one in told):
            missing = f"{row['rule']} at {row['pointer']}"
            raise FailedCheck(f"expected {len(wanted)} violations, got {len(told)}; {missing} is not among them")
    return f"{len(wanted)} violations"


@judge("server", "client", by_exit=True)
def uploaded(play: Play, *, step: str, file: str) -> str:
    """The call came back, and the store has taken the file: what the client sent at first, and no less of it.

    Whether a client sends the file's own bytes when nothing disturbs it is another check's.
    """
    hearing.came_back(play, step)
    sent = [(row["status"] or 500, row["request"]["body"] or {}) for row in play.exchanges("upload")]
    wanted = {play.sha256(play.folder / file), *(body.get("sha256") for _, body in sent[:1])}
    taken = [body for status, body in sent if status < 300]
    whole = next((body for body in taken if body.get("bytes") and body.get("sha256") in wanted), None)
    if whole is None:
        raise FailedCheck(
            f"{step} came back as if all were well, and the store has not taken {file}: "
            f"of {counted(len(sent), 'upload')} it took {len(taken)}, none with these bytes"
        )
    return f"{whole['bytes']} bytes"


@judge("server")
def file_declared(play: Play, *, media_type: str) -> None:
    """Every file was declared with this media type before it was sent."""
    for row in hearing.called(play, "files.create"):
        files = hearing.sent(row).get("files") or [{}]
        if files[0].get("content_type") != media_type:
            raise FailedCheck(f"expected the file to be declared as {media_type}, got {files[0].get('content_type')!r}")


@judge("server")
def names_the_upload(play: Play, *, field: str) -> str:
    """The input names the file by the URI that the server gave it."""
    answers = [hearing.answered(row) for row in hearing.called(play, "files.create")]
    known = {file.get("uri") for answer in answers if isinstance(answer, list) for file in answer}
    got = (hearing.sent(hearing.called(play, "run")[-1]).get("input") or {}).get(field)
    got = got.get("uri") if isinstance(got, Mapping) else got
    if got not in known:
        raise FailedCheck(f"expected input.{field} to be the URI of the upload, got {str(got)[:120]!r}")
    return str(got)


@judge("server", "client", "disk", by_exit=True)
def whole_or_none(play: Play, *, step: str, file: str, least: int = 1) -> str:
    """Either the call came back and the file is the whole video, or it raised an error and there is no file.

    With `least`, says something only where the video was asked for so often.
    """
    _, reply = hearing.replied(play, step)
    if len(play.exchanges("download")) < least:
        raise BlockedCheck(f"the video was asked for fewer than {counted(least, 'time')}")
    known = [row["output_url"] for row in play.seen.tasks.values() if row["output_url"]]
    if not known:
        raise BlockedCheck("there is no video")
    content = files.content(play.folder / file)
    if reply.kind == "raised":
        if content is not None:
            raise FailedCheck(f"{step} raised an error, and {file} is there with {len(content)} bytes")
        return "an error, and no file"
    wanted = play.seen.videos[known[-1]]
    if content is None or hashlib.sha256(content).digest() != hashlib.sha256(wanted).digest():
        got = "there is no file" if content is None else f"{file} has {len(content)} bytes"
        raise FailedCheck(f"{step} came back as if all were well, and {got}, not the video's {len(wanted)}")
    return f"{len(content)} bytes"


@judge("client", "disk", by_exit=True)
def nothing_kept(play: Play, *, step: str, file: str) -> None:
    """Once the call has raised an error there is no file; a client that noticed nothing is told so elsewhere."""
    hearing.raised(play, step)
    path = play.folder / file
    if path.is_file():
        raise FailedCheck(f"{step} raised an error, and {file} is there with {path.stat().st_size} bytes")


@judge("server")
def goes_on(play: Play, *, on: str) -> str:
    """The call after a broken one asks only for what is missing."""
    rows = play.exchanges(on)
    if len(rows) < 2:
        raise BlockedCheck(f"{on} was not called again")
    wanted = hearing.header(rows[1], "Range") or ""
    if not wanted.startswith("bytes=") or wanted == "bytes=0-":
        raise FailedCheck(f"the second {on} asks for everything again: Range is {wanted!r}")
    return wanted


@judge("client")
def heard_once(play: Play, *, step: str, runs: list[str]) -> str:
    """The receiver made the end of each of these runs known, each exactly once."""
    told = hearing.saw(play, step)["events"]
    for run in runs:
        task = hearing.saw(play, run)["id"]
        count = sum(event["task"] == task for event in told)
        if count != 1:
            raise FailedCheck(f"{step}: expected the end of {run} once, and it was told {counted(count, 'time')}")
    return f"{len(told)} ends"


@judge("server")
def first_attempt(play: Play, *, accepted: bool) -> str:
    """Every webhook's first attempt was accepted with 2xx within its time, or refused."""
    rows = [row for row in play.seen.deliveries if row["attempts"]]
    if not rows:
        raise BlockedCheck("no webhook was sent")
    for row in rows:
        attempt = row["attempts"][0]
        if (attempt["outcome"] == "delivered") != accepted:
            wanted = "2xx within 10 s" if accepted else "a refusal"
            raise FailedCheck(
                f"expected {wanted} for a webhook, got {attempt['status'] or attempt['outcome']}: {attempt['reason']}"
            )
    return counted(len(rows), "webhook")


@judge("server")
def copies_accepted(play: Play) -> str:
    """Every webhook came again after it was delivered, and every copy was accepted."""
    copies = [attempt for row in play.seen.deliveries for attempt in row["attempts"][1:]]
    if not copies:
        raise BlockedCheck("no copy was sent")
    for attempt in copies:
        if attempt["outcome"] != "delivered":
            raise FailedCheck(f"expected 2xx for a copy, got {attempt['status'] or attempt['outcome']}")
    return f"{len(copies)} copies"
