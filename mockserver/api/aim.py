"""Which armed plan governs a call and what it meets there; a test may steer from its client (ARCHITECTURE.md)."""

from contracts.plans.catalogue import operation_name
from contracts.plans.scenarios import ScenarioError
from contracts.wire.problems import Problem
from mockserver import documents
from mockserver.api.call import Call
from mockserver.faults import armoury
from mockserver.faults.armed import ArmedPlan
from mockserver.task import Task

HEADER = b"x-mock-scenario"


def take(call: Call) -> None:
    """Note on a call which plan governs it and what it meets there.

    Raises:
        Problem: 400, a header or prompt names a scenario that there is not.
    """
    task = _task(call)
    given = task.given if task is not None else _input(call)
    try:
        call.armed = _governing(call, task, given)
    except ScenarioError as error:
        raise Problem("invalid_request", str(error)) from None
    call.hits = call.armed.meet(operation_name(call.operation.id), given, by=call.exchange.id, at=call.now)
    call.exchange.faults = tuple(hit.name for hit in call.hits.values())


def _governing(call: Call, task: Task | None, given: object) -> ArmedPlan:
    armed = call.world.armoury
    named = call.header(HEADER)
    if named is not None:
        return armed.named(named)
    if task is not None:
        return task.armed or armed.current
    marked = armoury.marked(given)
    return armed.current if marked is None else armed.named(marked)


def _task(call: Call) -> Task | None:
    """Return the task that a call names, in its path or by the file name of its video."""
    if call.operation.id.startswith("tasks.") and "id" in call.params:
        return call.world.tasks.get(call.params["id"])
    if call.operation.id == "objects.get" and call.params.get("kind") == "t":
        return call.world.task_of_output(call.params["name"])
    return None


def _input(call: Call) -> object:
    """Return the input of a run, as far as it can be read; the handler says what is wrong with it."""
    armed = call.world.armoury.current.entries
    if operation_name(call.operation.id) != "run" or not (armed or b"mock:" in call.body):
        return None  # nobody asks, and the handler reads it anyway
    try:
        document = documents.parse(call.body or b"{}")
    except Problem:
        return None
    return document.get("input") if isinstance(document, dict) else None
