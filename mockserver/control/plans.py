"""What is armed in the world, and what became of it; the scenarios there are."""

from typing import Any

from contracts.plans import plan, scenarios, schema
from contracts.plans.plan import Plan, PlanError
from contracts.plans.scenarios import Scenario, ScenarioError
from contracts.wire.problems import Problem
from mockserver.control.command import Command, Reply
from mockserver.world import World


async def get(command: Command) -> Reply:
    """Show plan and ledger."""
    command.world.settle()  # what ended meanwhile may have decided a step
    return Reply(_document(command.world))


async def put(command: Command) -> Reply:
    """Replace the plan, by one of one's own or by a scenario with the settings that it needs."""
    world = command.world
    if "scenario" in command.document:
        scenario = _scenario(command)
        world.behave(scenario.settings)
        world.armoury.arm(scenario.plan, f"scenario {scenario.name}")
    else:
        world.armoury.arm(_plan(command))
    return Reply(_document(world))


async def post(command: Command) -> Reply:
    """Add steps; what the world's own plan had before and its ledger stay."""
    more = _scenario(command).plan if "scenario" in command.document else _plan(command)
    armoury = command.world.armoury
    _check_room(armoury.own, more)
    armoury.extend(more)
    return Reply(_document(command.world))


async def delete(command: Command) -> Reply:
    """Take everything away and show for the last time what became of it."""
    command.world.settle()
    armoury = command.world.armoury
    last = _document(command.world)
    armoury.disarm()
    return Reply(last)


async def describe(_command: Command) -> Reply:
    """Show the JSON Schema of a plan."""
    return Reply(schema.document())


async def list_scenarios(_command: Command) -> Reply:
    """Show every scenario that ships."""
    return Reply(
        {
            "scenarios": [
                {
                    "name": row.name,
                    "summary": row.summary,
                    "source": row.source,
                    "pain_point": row.pain_point,
                    "meet": row.meet,
                    "settings": dict(row.settings),
                    "plan": row.plan.document(),
                }
                for row in scenarios.load().values()
            ]
        }
    )


def _check_room(armed: Plan, more: Plan) -> None:
    """Pass if both together are one plan.

    Raises:
        Problem: 400 and 409.
    """
    for name, count, most in (
        ("steps", len(armed.steps) + len(more.steps), schema.MOST_STEPS),
        ("faults of chaos", len(armed.chaos) + len(more.chaos), schema.MOST_CHANCES),
    ):
        if count > most:
            raise Problem(
                "invalid_request", f"that makes {count} {name}; a plan has at most {most}, PUT /_mock/plan begins anew"
            )
    if armed.chaos and more.chaos and more.seed not in {0, armed.seed}:
        raise Problem(
            "conflict",
            f"chaos is armed with seed {armed.seed}, and a plan has one; add faults without a seed, "
            f"or PUT /_mock/plan with all of them and seed {more.seed}",
        )


def _document(world: World) -> dict[str, Any]:
    return {**world.armoury.document(), "token": str(world.token)}


def _plan(command: Command) -> Plan:
    try:
        return plan.parse(command.document)
    except PlanError as error:
        raise Problem(
            "invalid_request",
            f"{error}; GET /_mock/plan/schema has the whole form",
            meta={"pointer": error.pointer},
        ) from None


def _scenario(command: Command) -> Scenario:
    name = command.document["scenario"]
    if len(command.document) > 1 or not isinstance(name, str):
        raise Problem("invalid_request", 'expected a plan, or {"scenario": NAME} and nothing else')
    try:
        return scenarios.find(name)
    except ScenarioError as error:
        raise Problem("invalid_request", str(error), meta={"pointer": "/scenario"}) from None
