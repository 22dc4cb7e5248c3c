"""All that is armed in one world: its plan, the server's default, and the scenarios that calls have named."""

import re
from collections.abc import Mapping
from typing import Any

from contracts.plans import scenarios
from contracts.plans.plan import Plan
from mockserver.faults.armed import ArmedPlan

MARKER = re.compile(r"\[\[mock:([^\[\]]*)\]\]")
"""In a prompt: `[[mock:NAME]]` names a scenario, from the client's own side."""


class Armoury:
    """What can happen to the calls of a world.

    The first that there is counts: the scenario that the call's `X-Mock-Scenario` names, the one that the task's
    prompt names, the world's plan, the server's default (ARCHITECTURE.md).
    """

    def __init__(self, default: Plan | None = None) -> None:
        """Start with the server's default alone."""
        self._default = ArmedPlan(default or Plan(), "default")
        self._plan: ArmedPlan | None = None
        self._scenarios: dict[str, ArmedPlan] = {}

    @property
    def current(self) -> ArmedPlan:
        """What meets calls that name no scenario."""
        return self._plan or self._default

    @property
    def own(self) -> Plan:
        """The world's plan; an empty one where the server's default counts."""
        return Plan() if self._plan is None else self._plan.plan

    def arm(self, plan: Plan, source: str = "plan") -> ArmedPlan:
        """Replace the world's plan; its ledger begins anew."""
        self._plan = ArmedPlan(plan, source)
        return self._plan

    def extend(self, plan: Plan) -> ArmedPlan:
        """Add steps to the world's plan."""
        if self._plan is None:
            return self.arm(plan)
        self._plan.extend(plan)
        return self._plan

    def disarm(self) -> ArmedPlan:
        """Take the world's plan and all named scenarios away and return what the plan's ledger says."""
        gone = self.current
        self._plan = None
        self._scenarios.clear()
        return gone

    def named(self, name: str) -> ArmedPlan:
        """Return a scenario, armed on first use: its calls are counted over the whole world.

        Raises:
            ScenarioError: there is none of that name.
        """
        if name not in self._scenarios:
            self._scenarios[name] = ArmedPlan(scenarios.find(name).plan, f"scenario {name}")
        return self._scenarios[name]

    @property
    def all(self) -> list[ArmedPlan]:
        """Everything armed, the world's plan or the default first."""
        return [self.current, *self._scenarios.values()]

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {**self.current.document(), "scenarios": [armed.document() for armed in self._scenarios.values()]}


def marked(given: object) -> str | None:
    """Return the scenario that an input's prompt names, or None."""
    prompt = given.get("prompt") if isinstance(given, Mapping) else None
    found = MARKER.search(prompt) if isinstance(prompt, str) else None
    return found[1] if found else None
