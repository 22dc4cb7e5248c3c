"""The commands for plans: `scenarios` shows those that ship, `plan check` tells what is wrong with one's own."""

import sys
from pathlib import Path

import click

SCENARIO_EXAMPLES = """
\b
Examples:
  inferencesh-mock scenarios
  inferencesh-mock scenarios lost-response > mine.toml
  inferencesh-mock serve --scenario lost-response
"""

CHECK_EXAMPLES = """
\b
Examples:
  inferencesh-mock plan check mine.toml
  inferencesh-mock plan check mine.toml && inferencesh-mock serve --plan mine.toml
"""


@click.command(epilog=SCENARIO_EXAMPLES)
@click.argument("name", required=False)
def scenarios(name: str | None) -> None:
    """List the plans that ship, one line each; with a name, print that one as TOML."""
    from contracts import fixtures
    from contracts.plans import scenarios as shipped

    if name is not None:
        try:
            found = shipped.find(name)
        except shipped.ScenarioError as error:
            raise click.UsageError(str(error)) from None
        click.echo(fixtures.path("scenarios", f"{found.name}.toml").read_text("utf-8"), nl=False)
        return
    rows = shipped.load().values()
    width = max(len(row.name) for row in rows)
    for row in rows:
        click.echo(f"{row.name:{width}}  {row.summary}")


@click.group()
def plan() -> None:
    """Look at plans of your own."""


@plan.command(epilog=CHECK_EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check a plan, JSON or TOML; exit code 1 and the place where it is wrong when it is none."""
    from mockserver import plan_file, settings
    from mockserver.settings import Behaviour, SettingsError

    if not file.is_file():
        raise click.UsageError(f"there is no file {file}")
    try:
        found = plan_file.read(file)
        settings.change(Behaviour(), dict(found.settings))
    except plan_file.PlanFileError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except SettingsError as error:
        click.echo(f"{file}: settings: {error}", err=True)
        sys.exit(1)
    steps, chaos = len(found.plan.steps), len(found.plan.chaos)
    counted = f"{steps} step{'' if steps == 1 else 's'}"
    counted += f" and {chaos} of chaos" if chaos else ""
    click.echo(f"{file}: {counted}, hash {found.plan.hash}")
