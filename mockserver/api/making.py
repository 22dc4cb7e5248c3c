"""An accepted request becomes a task: its id, its life and what is armed for it."""

from collections.abc import Mapping
from typing import Any

from contracts.apps.judgement import Judgement
from contracts.apps.table import AppVersion
from contracts.wire.ids import parse_timestamp
from mockserver import timeline
from mockserver.api.call import Call
from mockserver.faults import outcomes
from mockserver.media import GivenImage
from mockserver.task import Task

_KEPT = ("infra", "workers", "webhook", "setup", "session_timeout", "function", "run_at", "metadata")
"""Members of the request that the task shows again."""


def make(
    call: Call,
    request: Mapping[str, Any],
    app: AppVersion,
    judgement: Judgement,
    *,
    images: Mapping[str, GivenImage],
    input_files: tuple[str, ...],
) -> Task:
    """Make the task of a request that was accepted, take it into the world, and book the outcomes it has.

    Raises:
        Problem: the world was reset meanwhile, or is full; nothing was made.
    """
    world, now = call.world, call.now
    identifier = world.rng.identifier("task")
    assert judgement.expectation is not None  # noqa: S101  # no violations, so there is one
    plain = timeline.build(world.behaviour.latency, judgement.expectation, world.rng.draws("life", identifier))
    hold = max(0.0, parse_timestamp(request["run_at"]) - now) if request.get("run_at") else 0.0
    life = timeline.wait(outcomes.shape(plain, call.hits, judgement.failure), hold)
    made = Task(
        id=identifier,
        created=now,
        app=app,
        given=request.get("input"),
        options={key: request[key] for key in _KEPT if request.get(key) is not None},
        judgement=judgement,
        life=life,
        own_life=life,
        output_name=world.rng.derived("output", identifier)[:8] + ".mp4",
        base_url=call.base_url,
        enforcement=world.behaviour.enforce,
        images=images,
        input_files=input_files,
        armed=None if call.armed is world.armoury.current else call.armed,
        outcomes={slot: call.hits[slot] for slot in outcomes.SLOTS if slot in call.hits},
    )
    world.add_task(made)
    world.purse.submitted(made, call.exchange)
    outcomes.book(plain, call.hits, judgement.failure)
    return made
