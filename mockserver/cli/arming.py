"""What --plan, --scenario, --replay and --world say together."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts.plans import scenarios
from contracts.plans.plan import Plan
from contracts.plans.scenarios import ScenarioError
from contracts.wire.money import MICROCENTS_PER_USD
from mockserver import plan_file, world_export, world_token
from mockserver.plan_file import PlanFile, PlanFileError
from mockserver.settings import SettingsError
from mockserver.world_export import Export, ExportError
from mockserver.world_token import TokenError, WorldToken


@dataclass(frozen=True, slots=True)
class Armed:
    """What is armed, and what comes with it."""

    plan: Plan = field(default_factory=Plan)
    token: WorldToken | None = None
    behaviour: Mapping[str, Any] = field(default_factory=dict)
    """Settings that the scenario or the export brings, unchecked."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Options that the export answers: clock and credits."""
    source: str = ""
    """The option and what it names, for messages."""


def read(options: Mapping[str, Any], given: Collection[str]) -> Armed:
    """Return what is armed.

    Args:
        options: of `serve`, by name.
        given: names of those on the command line; they put aside what variables and files say instead.

    Raises:
        SettingsError: a file or a token is wrong, or two of them do not belong together.
    """
    for rivals in (("plan", "scenario", "world"), ("seed", "replay"), ("seed", "world")):
        options = _rivals(options, rivals, given)
    try:
        export = None if options["world"] is None else world_export.read(Path(options["world"]))
        token = None if options["replay"] is None else world_token.parse(options["replay"])
        found = _plan(options) if export is None else PlanFile(export.plan, export.behaviour)
    except TokenError as error:
        raise SettingsError(f"--replay: {error}") from None
    except (ExportError, PlanFileError, ScenarioError) as error:
        raise SettingsError(str(error)) from None
    if export is not None:
        _check_same(export, token)
        token = token or export.token
    if token is not None:
        _check_hash(token, found.plan, options)
    behaviour = dict(found.settings)
    if export is not None and behaviour.pop("webhook_secret", None) is not None and options["webhook_secret"] is None:
        raise SettingsError("the exported world signs its webhooks, and exports hold no secret; give --webhook-secret")
    return Armed(found.plan, token, behaviour, {} if export is None else _options(export), _source(options))


def _plan(options: Mapping[str, Any]) -> PlanFile:
    if options["scenario"] is not None:
        scenario = scenarios.find(options["scenario"])
        return PlanFile(scenario.plan, scenario.settings)
    return PlanFile(Plan()) if options["plan"] is None else plan_file.read(Path(options["plan"]))


def _source(options: Mapping[str, Any]) -> str:
    return next(
        (f"--{name} {options[name]}" for name in ("plan", "scenario", "world") if options[name] is not None), ""
    )


def _options(export: Export) -> Mapping[str, Any]:
    return {
        "clock": export.clock["mode"],
        "clock_scale": export.clock["scale"],
        "clock_start": export.clock["start"],
        "credits": export.credits / MICROCENTS_PER_USD,
    }


def _rivals(options: Mapping[str, Any], names: Collection[str], given: Collection[str]) -> Mapping[str, Any]:
    """Return the options with at most one of these."""
    told = [name for name in names if options[name] is not None]
    first = [name for name in told if name in given] or told
    if len(first) > 1:
        raise SettingsError(f"--{first[0]} and --{first[1]} do not go together; give one of them")
    return {**options, **{name: None for name in told if name not in first}}


def _check_same(export: Export, token: WorldToken | None) -> None:
    if token is not None and (token.seed, token.fingerprint) != (export.token.seed, export.token.fingerprint):
        raise SettingsError(f"--replay is {token}, but the export is of another world: {export.token}")


def _check_hash(token: WorldToken, plan: Plan, options: Mapping[str, Any]) -> None:
    if plan.hash == token.plan:
        return
    source = next((f"--{name}" for name in ("plan", "scenario", "world") if options[name] is not None), None)
    if source is None:
        raise SettingsError(
            f"the token is of a world whose plan has the hash {token.plan}, and none is given (the empty one has "
            f"{plan.hash}); give it with --plan FILE, --scenario NAME or --world FILE, as GET /_mock/export answers"
        )
    raise SettingsError(
        f"the plan of {source} has the hash {plan.hash}, but the token is of a world with another: {token.plan}"
    )
