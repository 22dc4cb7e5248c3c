"""What becomes of a task: every outcome as a function from the life of a task that completes to another life.

The functions are pure. Whatever they are given and in whatever order they come, the life they return has only legal
transitions, offsets that do not decrease, progress that never falls, and 100 percent exactly at completion.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from contracts.plans import catalogue
from contracts.plans.catalogue import Slot
from contracts.wire.statuses import TERMINAL, Status
from mockserver import timeline
from mockserver.faults.armed import Hits
from mockserver.faults.ledger import Hit
from mockserver.timeline import LOG_TASK, Step, Timeline

SLOTS: tuple[Slot, ...] = ("pace", "end", "output", "cancel")
"""Slots of outcomes, in the order in which they shape a life; `cancel` acts only once somebody cancels."""

SHORTEST = 0.001
"""Seconds before anything can happen to a task, so that a run response is never terminal (D9)."""

_EARLY, _LATE = 0.1, 0.6
"""Part of the render that has passed when a refusal comes, and when a picture is found wanting (app.md §2.3)."""


def shape(life: Timeline, hits: Hits, failure: str | None = None) -> Timeline:
    """Return the life of a task with its outcomes.

    Args:
        life: of a task that completes.
        hits: what is armed for its run.
        failure: text that the task fails with of itself; an armed end counts instead.
    """
    for slot in SLOTS:
        hit = hits.get(slot)
        if hit is not None:
            life = OUTCOMES[hit.name](life, hit)
        elif slot == "end" and failure is not None:
            life = fail(life, failure, at=_LATE if failure.startswith("[-1]") else _EARLY)
    return life


def book(life: Timeline, hits: Hits, failure: str | None = None) -> None:
    """Book which outcomes a task that was made has; the arguments are those of `shape`.

    `cancel_ignored` stays under way until somebody cancels or the task ends.
    """
    shaped = shape(life, hits, failure)
    for slot in ("pace", "end", "output"):
        hit = hits.get(slot)
        if hit is None:
            continue
        others: Hits = {name: other for name, other in hits.items() if name != slot}
        if slot == "end" or shape(life, others, failure) != shaped:
            hit.consume()
        else:
            hit.doubt("it changed nothing in this task's life")


def book_refusal(hits: Hits) -> None:
    """Book the outcomes of a run that made no task."""
    for slot in SLOTS:
        if slot in hits:
            hits[slot].doubt("the run was refused before a task was made")


def book_end(hits: Hits) -> None:
    """Book what can no longer happen to a task that has ended."""
    if "cancel" in hits:
        hits["cancel"].doubt("the task ended before anybody cancelled it")


def fail(life: Timeline, error: str, *, at: float, status: Status = Status.RUNNING) -> Timeline:
    """Return a life that fails.

    Args:
        life: the life otherwise; if it never gets to that status, it stays as it is.
        error: the text.
        at: part of the render that has passed, with running.
        status: where it fails: at the moment when it would have gone on.
    """
    first = next((number for number, step in enumerate(life) if step.status is status), None)
    if first is None:
        return life
    following = next((step for step in life[first:] if step.status is not status), life[-1])
    begin = life[first].offset
    moment = begin + (following.offset - begin) * at if status is Status.RUNNING else following.offset
    moment = round(max(moment, SHORTEST), 6)
    kept = [step for step in life if step.offset <= moment and step.status <= status]
    if error.startswith("[1"):
        # Upstream refuses what it is asked before it begins: nothing was submitted, and there is no progress.
        kept = [step for step in kept if not step.progress]
    return (*kept, Step(moment, Status.FAILED, kept[-1].progress, (LOG_TASK, error), error=error))


def ignored_cancel(life: Timeline, elapsed: float, *, after: float) -> Timeline:
    """Return the life of a task that is cancelled at `elapsed` and goes on to its end.

    One without an end completes `after` seconds later; one that is refused at admission is refused all the same.
    """
    if timeline.last(life).status is Status.REJECTED:
        return life
    reached = timeline.index_at(life, elapsed)
    kept = life[: reached + 1]
    moment = max(round(elapsed, 6), kept[-1].offset)
    asked = Step(moment, Status.CANCELLING, kept[-1].progress, (LOG_TASK, "cancel requested"))
    rest = [
        step if step.status in TERMINAL else replace(step, status=Status.CANCELLING, offset=max(step.offset, moment))
        for step in life[reached + 1 :]
    ]
    if timeline.end(life) is None:
        end = max(moment, life[-1].offset) + round(after, 3)
        rest.append(Step(end, Status.COMPLETED, 100, (LOG_TASK, "video uploaded")))
    return (*kept, asked, *rest)


def _completed(life: Timeline, _hit: Hit) -> Timeline:
    return life


def _failed(life: Timeline, hit: Hit) -> Timeline:
    known = catalogue.failures()[hit["failure"]]
    at = known.at if hit["at"] is None else hit["at"]
    return fail(life, hit["error"] or known.error, at=at, status=known.status)


def _rejected(life: Timeline, hit: Hit) -> Timeline:
    return (life[0], Step(SHORTEST, Status.REJECTED, 0, error=hit["error"]))


def _cancelled(life: Timeline, hit: Hit) -> Timeline:
    moment = max(round(life[-1].offset * hit["at"], 3), SHORTEST)
    kept = [step for step in life if step.offset <= moment and step.status not in TERMINAL]
    said = (LOG_TASK, "task cancelled by the platform")
    return (*kept, Step(moment, Status.CANCELLED, kept[-1].progress, said))


def _stuck(life: Timeline, hit: Hit) -> Timeline:
    (status,) = (status for status in Status if status.text == hit["status"])
    if status not in {Status.RUNNING, Status.CANCELLING}:
        return tuple(step for step in life if step.status <= status)
    kept, _ = _split(life, hit["progress"])
    if status is Status.RUNNING:
        return kept
    return (*kept, Step(kept[-1].offset, status, kept[-1].progress, (LOG_TASK, "cancel requested")))


def _slow(life: Timeline, hit: Hit) -> Timeline:
    first, *rest = life
    return (first, *(replace(step, offset=max(round(step.offset * hit["factor"], 3), SHORTEST)) for step in rest))


def _progress_stalls(life: Timeline, hit: Hit) -> Timeline:
    kept, rest = _split(life, hit["at"])
    return (*kept, *(replace(step, offset=round(step.offset + hit["seconds"], 3)) for step in rest))


def _progress_jumps(life: Timeline, _hit: Hit) -> Timeline:
    told = [step for step in life if step.status is not Status.RUNNING or step.log is not None]
    return tuple(step if step.status in TERMINAL else replace(step, progress=0) for step in told)


def _output_late(life: Timeline, hit: Hit) -> Timeline:
    end = life[-1]
    if end.status is not Status.COMPLETED or hit["seconds"] < SHORTEST:
        return life
    # Completed all along: only the last step of a life has the output.
    return (*life, Step(round(end.offset + hit["seconds"], 6), Status.COMPLETED, 100))


def _cancel_ignored(life: Timeline, _hit: Hit) -> Timeline:
    return life


def _split(life: Timeline, percent: int) -> tuple[Timeline, Timeline]:
    """Split a life where its render has so much progress; a step that shows it is drawn in if there is none."""
    number = next(number for number, step in enumerate(life) if step.progress > percent or step.status > Status.RUNNING)
    kept, rest = life[:number], life[number:]
    before, after = kept[-1], rest[0]
    if before.progress == percent:
        return kept, rest
    rise = after.progress - before.progress
    part = min(1.0, (percent - before.progress) / rise) if rise > 0 else 0.5
    moment = round(before.offset + (after.offset - before.offset) * part, 3)
    return (*kept, Step(moment, Status.RUNNING, percent)), rest


OUTCOMES: Mapping[str, Callable[[Timeline, Hit], Timeline]] = MappingProxyType(
    {
        "completed": _completed,
        "failed": _failed,
        "rejected": _rejected,
        "cancelled": _cancelled,
        "stuck": _stuck,
        "slow": _slow,
        "progress_stalls": _progress_stalls,
        "progress_jumps": _progress_jumps,
        "output_late": _output_late,
        "cancel_ignored": _cancel_ignored,
    }
)
"""Every outcome of the catalogue by its name."""
