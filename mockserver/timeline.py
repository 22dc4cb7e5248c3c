"""A task's life as a pure function of profile and seed (ARCHITECTURE.md, idea 1).

A timeline is a tuple of steps; the state at any moment is the last step that has come. Nothing runs in between. `build`
makes the life of a task that completes; `faults/outcomes` makes any other of it.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Literal

from contracts.apps.expectation import MediaExpectation
from contracts.wire.statuses import TERMINAL, Status
from mockserver.rng import Draws

Latency = Literal["instant", "quick", "realistic"]

PROGRESS_STEPS = 12
"""Steps of progress between the start of rendering and the upload; the quick profile promises at least ten."""

WAITING = frozenset({Status.RECEIVED, Status.QUEUED})
"""Statuses of a task that no worker has taken."""

LOG_SETUP, LOG_TASK = 3, 4
"""Log types of the vendor's records (rest.md §6)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a task."""

    offset: float
    """Seconds after the task was created, to the millisecond."""
    status: Status
    progress: int
    """Whole percent, never decreasing, 100 exactly at completion (D10)."""
    log: tuple[int, str] | None = None
    """A line that is added to the log of a type."""
    error: str | None = None


Timeline = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Spans:
    """Seconds that each part of a life takes."""

    admission: float
    queue: float
    start_up: float
    """From dispatch to running, in four equal parts."""
    render: float
    upload: float


def build(latency: Latency, expectation: MediaExpectation, draw: Draws) -> Timeline:
    """Return the life of a task that completes.

    Args:
        latency: the profile.
        expectation: mode, sound and length decide how long a realistic render takes.
        draw: the task's own random numbers.
    """
    spans = _spans(latency, expectation, draw)
    quality = "pro" if expectation.resolution == "1080p" else "std"
    sound = "on" if expectation.sound else "off"
    begin = spans.admission + spans.queue
    part = spans.start_up / 4
    running = begin + spans.start_up
    rendered = running + spans.render
    steps = [
        Step(0.0, Status.RECEIVED, 0),
        Step(spans.admission, Status.QUEUED, 0),
        Step(begin, Status.DISPATCHED, 0),
        Step(begin + part, Status.PREPARING, 0, (LOG_SETUP, "preparing the app")),
        Step(begin + 2 * part, Status.SERVING, 0, (LOG_SETUP, "worker is serving the app")),
        Step(begin + 3 * part, Status.SETTING_UP, 0, (LOG_SETUP, "app is set up")),
        Step(running, Status.RUNNING, 0, (LOG_TASK, f"branch {expectation.branch}, quality {quality}, sound {sound}")),
    ]
    upstream = draw.randrange(8 * 10**17, 9 * 10**17)
    steps.append(
        Step(running + spans.render * 0.02, Status.RUNNING, 1, (LOG_TASK, f"upstream task {upstream} submitted"))
    )
    steps += [
        Step(
            running + spans.render * number / (PROGRESS_STEPS + 1), Status.RUNNING, round(96 * number / PROGRESS_STEPS)
        )
        for number in range(1, PROGRESS_STEPS + 1)
    ]
    steps += [
        Step(rendered, Status.UPLOADING, 98, (LOG_TASK, "upstream task is ready, video downloaded")),
        Step(rendered + spans.upload, Status.COMPLETED, 100, (LOG_TASK, "video uploaded")),
    ]
    return _rounded(steps)


def index_at(timeline: Timeline, elapsed: float) -> int:
    """Return the number of the step a task is in, `elapsed` seconds after its creation."""
    # The microsecond forgives the rounding of adding an offset to a time and taking it off again.
    return max(0, bisect_right(timeline, elapsed + 1e-6, key=lambda step: step.offset) - 1)


def cancel(timeline: Timeline, elapsed: float, *, after: float) -> Timeline:
    """Return the life of a task that is cancelled at `elapsed` and has stopped `after` seconds later."""
    kept = timeline[: index_at(timeline, elapsed) + 1]
    progress = kept[-1].progress
    # A step that is a fraction of a microsecond ahead counts as reached, and the cancel comes after it.
    moment = max(round(elapsed, 6), kept[-1].offset)
    return (
        *kept,
        Step(moment, Status.CANCELLING, progress, (LOG_TASK, "cancel requested")),
        Step(moment + round(after, 3), Status.CANCELLED, progress, (LOG_TASK, "task cancelled")),
    )


def wait(timeline: Timeline, seconds: float) -> Timeline:
    """Return the life of a task that stays queued for so much longer before anything else happens to it."""
    return tuple(
        step if step.status in WAITING else replace(step, offset=round(step.offset + seconds, 6)) for step in timeline
    )


def is_over(timeline: Timeline, elapsed: float) -> bool:
    """Tell whether the task has reached a terminal status."""
    return timeline[index_at(timeline, elapsed)].status in TERMINAL


def last(timeline: Timeline) -> Step:
    """Return the step that ends a life: the first terminal one; of an endless life the last there is."""
    return next((step for step in timeline if step.status in TERMINAL), timeline[-1])


def end(timeline: Timeline) -> float | None:
    """Return the offset of the terminal step in seconds, or None for a life without an end."""
    step = last(timeline)
    return step.offset if step.status in TERMINAL else None


def _spans(latency: Latency, expectation: MediaExpectation, draw: Draws) -> _Spans:
    match latency:
        case "instant":
            # Not zero: a run response is never terminal, and every status is passed (D9).
            return _Spans(admission=0.001, queue=0.001, start_up=0.004, render=0.026, upload=0.008)
        case "quick":
            return _Spans(admission=0.05, queue=0.15, start_up=0.4, render=2.1, upload=0.3)
        case "realistic":
            return _Spans(
                admission=0.05,
                queue=draw.uniform(1, 15),
                start_up=draw.uniform(1, 3),
                render=_render_seconds(expectation, draw),
                upload=draw.uniform(2, 6) + draw.uniform(1, 4),
            )


def _render_seconds(expectation: MediaExpectation, draw: Draws) -> float:
    """Log-normal around the medians of app.md §5.2, up to the next 3 s poll of the upstream."""
    median = 70.0 if expectation.resolution == "720p" else 150.0 if expectation.sound else 120.0
    if expectation.branch in {"voice-control", "start-end-frame"}:
        median *= 1.1
    if expectation.seconds == 10:
        median *= 1.8
    # Sigma 0.6 puts the 99th percentile of a pro clip with sound at the 600 s that were seen.
    return math.ceil(draw.lognormvariate(math.log(median), 0.6) / 3) * 3.0


def _rounded(steps: list[Step]) -> Timeline:
    return tuple(replace(step, offset=round(step.offset, 3)) for step in sorted(steps, key=lambda step: step.offset))
