"""The command `serve`.

Settings come from flags, then INFERENCESH_MOCK_* variables, then `[tool.inferencesh-mock]` in pyproject.toml or
`inferencesh-mock.toml`.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from contracts.wire.money import MICROCENTS_PER_USD
from mockserver import __version__, settings, settings_file
from mockserver.cli.flags import to_settings
from mockserver.clock import MOST_SCALE
from mockserver.settings import MOST_CREDITS, Behaviour, SettingsError

ENV_PREFIX = "INFERENCESH_MOCK"

EXAMPLES = """
\b
Examples:
  inferencesh-mock serve
  inferencesh-mock serve --port 0 --latency instant
  inferencesh-mock serve --clock manual --seed 7
  inferencesh-mock serve --enforce observed --app-version 2026-08
  inferencesh-mock serve --scenario lost-response
  inferencesh-mock serve --world export.json
  INFERENCESH_MOCK_PORT=9000 inferencesh-mock serve
"""


_FILE = click.Path(dir_okay=False)


def behaviour_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for every behaviour setting that takes one of a few values or a number."""
    for name, text in reversed(list(settings.HELP.items())):
        choices, bounds = settings.choices(name), settings.bounds(name)
        if choices or bounds:
            default = getattr(Behaviour(), name)
            option = click.option(
                "--" + name.replace("_", "-"),
                type=click.IntRange(bounds.least, bounds.most)
                if bounds
                else click.Choice([str(value) for value in choices]),
                default=default if bounds else str(default),
                show_default=True,
                help=text,
            )
            command = option(command)
    return command


class Finite(click.FloatRange):
    """A number in a range that is a number: TOML and Python's own reader also know `nan` and `inf`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """Return the number."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


@click.command(epilog=EXAMPLES, context_settings={"auto_envvar_prefix": ENV_PREFIX})
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to bind.")
@click.option(
    "--port", default=8787, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 picks a free one."
)
@click.option("--seed", type=int, help="Same seed, key and requests: same ids, times and bytes.")
@behaviour_options
@click.option("--plan", type=_FILE, metavar="FILE", help="Arm this plan in every world; JSON or TOML.")
@click.option("--scenario", metavar="NAME", help="Arm a plan that ships, with its settings; `scenarios` lists them.")
@click.option(
    "--replay", metavar="TOKEN", help="Repeat the world of this token: its seed, and its ids whatever the key is."
)
@click.option(
    "--world", type=_FILE, metavar="FILE", help="Repeat an exported world: token, plan, behaviour, clock, credits."
)
@click.option("--webhook-secret", metavar="whsec_...", help=settings.HELP["webhook_secret"])
@click.option(
    "--allow-egress",
    multiple=True,
    metavar="HOST[:PORT]",
    help="Let webhooks go there too; loopback is always allowed. Repeatable.",
)
@click.option(
    "--clock",
    type=click.Choice(["real", "scaled", "manual"]),
    default="real",
    show_default=True,
    help="How the worlds' time runs.",
)
@click.option(
    "--clock-scale",
    type=Finite(min=0, max=MOST_SCALE, min_open=True),
    default=1.0,
    show_default=True,
    help="World seconds per real second, with --clock scaled.",
)
@click.option(
    "--clock-start",
    metavar="TIME",
    help="RFC 3339 time at which clocks start; manual ones start at 2026-06-01T00:00:00Z.",
)
@click.option("--public-url", metavar="URL", help="Base of the URLs we mint, instead of the request's Host.")
@click.option(
    "--control-token", metavar="TOKEN", help="What X-Mock-Token must say on /_mock/; needed when bound beyond loopback."
)
@click.option(
    "--credits",
    type=Finite(0, MOST_CREDITS // MICROCENTS_PER_USD),
    default=100.0,
    show_default=True,
    help="Play money of a new world in USD.",
)
@click.option(
    "--max-worlds",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    help="Worlds kept; the longest unused one goes first.",
)
@click.option(
    "--media-cache-dir",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Keep rendered videos there as well, up to 1 GiB; the next start finds them.",
)
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    is_eager=True,
    expose_value=False,
    callback=settings_file.read,
    help="Settings file instead of inferencesh-mock.toml or pyproject.toml.",
)
@click.option("--log-requests", is_flag=True, help="Write one line on stderr for every request.")
@click.pass_context
def serve(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401  # whatever click parsed
    """Start the emulator.

    Prints `serving http://HOST:PORT` once it answers; Ctrl-C ends it.
    """
    given = {name for name in options if context.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    try:
        chosen = to_settings(options, given)
    except SettingsError as error:
        raise click.UsageError(str(error)) from None
    from mockserver import server

    if not chosen.is_loopback:
        click.echo(
            f"warning: bound to {chosen.host}, other machines can reach this emulator; "
            "the control plane needs X-Mock-Token",
            err=True,
        )
    if chosen.replays is not None and chosen.replays.version != __version__:
        click.echo(
            f"warning: the token is of version {chosen.replays.version}, and this is {__version__}; bytes may differ",
            err=True,
        )
    try:
        server.run(chosen)
    except server.ServerError as error:
        raise click.ClickException(str(error)) from None
