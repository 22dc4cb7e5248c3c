"""A plan or a scenario in a file of the user's own, JSON or TOML.

PlanFileError
    The file cannot be read, or what stands in it is no plan; the message names the file, the place and what is wrong.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from contracts.plans import plan, scenarios
from contracts.plans.plan import Plan, PlanError
from contracts.plans.scenarios import ScenarioError
from mockserver import reading
from mockserver.reading import ReadingError


class PlanFileError(ValueError):
    """A file that is no plan."""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What a file says."""

    plan: Plan
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Behaviour settings that it brings, if it is a scenario; unchecked."""


def read(file: Path) -> PlanFile:
    """Read a file: a plan, a list of steps, or a scenario as in fixtures/scenarios.

    Raises:
        PlanFileError: it is none of them.
    """
    try:
        text = reading.text_of(file)
    except ReadingError as error:
        raise PlanFileError(f"cannot read {file}: {error}") from None
    try:
        document = orjson.loads(text) if file.suffix == ".json" else tomllib.loads(text)
        if isinstance(document, dict) and "summary" in document and file.suffix != ".json":
            scenario = scenarios.read(file.stem, text)
            return PlanFile(scenario.plan, scenario.settings)
        return PlanFile(plan.parse(document))
    except PlanError as error:
        raise PlanFileError(f"{file}: {error}") from None
    except ScenarioError as error:
        raise PlanFileError(f"{file}: {str(error).removeprefix(f'{file.stem}: ')}") from None
    except (ValueError, RecursionError) as error:
        form = "JSON" if file.suffix == ".json" else "TOML"
        raise PlanFileError(f"{file}: {error}; expected {form} (a name that ends in .json is read as JSON)") from None
