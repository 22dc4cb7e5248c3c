"""The command `inferencesh-mock`: parses and composes, nothing else.

Settings come from flags, then INFERENCESH_MOCK_* variables, then `[tool.inferencesh-mock]` in pyproject.toml or
`inferencesh-mock.toml`. Exit codes: 0 ok, 1 the verdict is no, 2 wrong usage, 3 our own fault.
"""

import ipaddress
import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from contracts.wire.ids import parse_timestamp
from mockserver import __version__, settings, settings_file
from mockserver.clock import within_time
from mockserver.settings import MICROCENTS_PER_USD, Behaviour, Settings, SettingsError

_LIKE = "expected a base without query and fragment, such as http://mock.test:8787 or https://mock.test/api"

_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:]+\]?")

MOST_SCALE = 1_000_000
"""World seconds per real second, as at PUT /_mock/clock: a day passes in a tenth of a second."""

ENV_PREFIX = "INFERENCESH_MOCK"

EXAMPLES = """
\b
Examples:
  inferencesh-mock serve
  inferencesh-mock serve --port 0 --latency instant
  inferencesh-mock serve --clock manual --seed 7
  inferencesh-mock serve --enforce observed --app-version 2026-08
  INFERENCESH_MOCK_PORT=9000 inferencesh-mock serve
"""


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


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="inferencesh-mock")
def cli() -> None:
    """An offline emulator of the inference.sh API for the app klingai/video-v2-6."""


@cli.command(epilog=EXAMPLES, context_settings={"auto_envvar_prefix": ENV_PREFIX})
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to bind.")
@click.option(
    "--port", default=8787, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 picks a free one."
)
@click.option("--seed", type=int, help="Same seed, key and requests: same ids, times and bytes.")
@behaviour_options
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
    type=Finite(0, 1_000_000),
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
def serve(**options: Any) -> None:  # noqa: ANN401  # whatever click parsed
    """Start the emulator.

    Prints `serving http://HOST:PORT` once it answers; Ctrl-C ends it.
    """
    try:
        chosen = to_settings(options)
    except SettingsError as error:
        raise click.UsageError(str(error)) from None
    from mockserver import server

    if not chosen.is_loopback:
        click.echo(
            f"warning: bound to {chosen.host}, other machines can reach this emulator; "
            "the control plane needs X-Mock-Token",
            err=True,
        )
    try:
        server.run(chosen)
    except server.ServerError as error:
        raise click.ClickException(str(error)) from None


@cli.command()
@click.option(
    "--app-version",
    type=click.Choice(settings.choices("app_version")),
    default="2026-05",
    show_default=True,
    help=settings.HELP["app_version"],
)
@click.option(
    "--envelope",
    type=click.Choice(settings.choices("envelope")),
    default="superset",
    show_default=True,
    help=settings.HELP["envelope"],
)
@click.option("--control", is_flag=True, help="The control plane's document instead.")
def openapi(app_version: Any, envelope: Any, *, control: bool) -> None:  # noqa: ANN401  # checked by click
    """Print the OpenAPI document as JSON."""
    import orjson

    from contracts import openapi as vendor
    from mockserver.control import openapi as control_plane
    from mockserver.control.routes import routes

    shown = control_plane.document(routes()) if control else vendor.document(app_version, envelope)
    click.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())


@cli.command()
@click.option(
    "--input",
    "request",
    required=True,
    type=click.Path(path_type=Path),
    help="JSON file: a run request, or its input alone.",
)
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help="The MP4 file to write.")
@click.option("--image", type=click.Path(path_type=Path), help="The start image's file.")
@click.option("--end-image", type=click.Path(path_type=Path), help="The end image's file.")
@click.option("--replay", metavar="TOKEN", help="From a video's metadata: repeats it; goes without the options below.")
@click.option("--task-id", help="Shown and recorded; without it, one that follows from the input.")
@click.option(
    "--app-version", type=click.Choice(settings.choices("app_version")), help="2026-05 unless the request says."
)
@click.option("--enforce", type=click.Choice(settings.choices("enforce")), help=settings.HELP["enforce"])
@click.option("--media", type=click.Choice(settings.choices("media")), help=settings.HELP["media"])
@click.option("--moov", type=click.Choice(settings.choices("moov")), help=settings.HELP["moov"])
@click.option(
    "--sample-rate", type=click.Choice([str(rate) for rate in settings.choices("sample_rate")]), help="Of the sound."
)
@click.option("--created-at", metavar="TIME", help="RFC 3339 time recorded in the file; 2026-06-01T00:00:00Z.")
def render(request: Path, output: Path, image: Path | None, end_image: Path | None, **wanted: str | None) -> None:
    """Write the video of an input, as a server would; exit code 1 and the reasons when it is not accepted."""
    from mockserver import offline

    try:
        document, version = offline.read_request(request)
        pictures = {field: path for field, path in (("image", image), ("end_image", end_image)) if path is not None}
        rendered = offline.render(document, pictures, offline.wanted(version, **wanted))
        offline.write(output, rendered.content)
    except offline.RefusedError as error:
        for violation in error.violations:
            click.echo(
                f"{violation.pointer or '/'}: {violation.message} (expected {violation.expected}; {violation.rule})"
            )
        sys.exit(1)
    except offline.FailedError as error:
        click.echo(str(error))
        sys.exit(1)
    except (offline.OfflineError, ValueError) as error:
        raise click.UsageError(str(error)) from None
    for warning in rendered.warnings:
        click.echo(f"warning: {warning.message}", err=True)
    click.echo(f"{output}: {len(rendered.content)} bytes, replay {rendered.replay}")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def inspect(file: Path, *, as_json: bool) -> None:
    """Print what an MP4 file claims; exit code 1 when its parts disagree or it is no MP4."""
    import orjson

    from mockserver import offline
    from mockserver.media.inspection import NotAnMp4Error

    try:
        found = offline.inspected(file)
    except offline.OfflineError as error:
        raise click.UsageError(str(error)) from None
    except NotAnMp4Error as error:
        click.echo(f"{file}: {error}", err=True)
        sys.exit(1)
    if as_json:
        click.echo(orjson.dumps(offline.document_of(found), option=orjson.OPT_INDENT_2).decode())
    else:
        for line in offline.report(found):
            click.echo(line)
    sys.exit(0 if found.agrees else 1)


def to_settings(options: dict[str, Any]) -> Settings:
    """Return the settings that parsed options mean.

    Raises:
        SettingsError: a value that no setting takes, or options that do not go together.
    """
    behaviour = settings.change(
        Behaviour(),
        {
            name: int(options[name]) if name == "sample_rate" else options[name]
            for name in settings.document(Behaviour())
            if name in options
        },
    )
    chosen = Settings(
        behaviour=behaviour,
        host=_host(options["host"]),
        port=options["port"],
        seed=options["seed"],
        clock=options["clock"],
        clock_scale=options["clock_scale"],
        clock_start=_clock_start(options["clock_start"]),
        public_url=_public_url(options["public_url"]),
        allow_egress=tuple(_target(entry) for entry in options["allow_egress"]),
        control_token=options["control_token"],
        credits=round(options["credits"] * MICROCENTS_PER_USD),
        max_worlds=options["max_worlds"],
        log_requests=options["log_requests"],
        media_cache_dir=options["media_cache_dir"],
    )
    if chosen.clock != "scaled" and chosen.clock_scale != 1.0:
        raise SettingsError("--clock-scale goes with --clock scaled")
    if not chosen.is_loopback and not chosen.control_token:
        raise SettingsError(
            f"--host {chosen.host} can be reached from other machines, so --control-token TOKEN is needed as well"
        )
    return chosen


def main() -> None:
    """Run the command."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2 if isinstance(error, click.UsageError) else 3)
    except click.exceptions.Abort:
        sys.exit(130)


def _target(entry: str) -> str:
    name, _, port = entry.rpartition(":") if not entry.endswith("]") and entry.count(":") == 1 else (entry, "", "")
    if not _HOST_NAME.fullmatch(name) or (port and not (port.isdecimal() and 0 < int(port) < 65536)):
        raise SettingsError(
            f"--allow-egress is {entry!r}; expected HOST or HOST:PORT, such as hooks.example.com:443 "
            "(several in the variable are separated by spaces)"
        )
    return entry


def _clock_start(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        moment = within_time(parse_timestamp(text))
    except ValueError as error:
        raise SettingsError(f"--clock-start: {error}") from None
    if moment < 0:
        raise SettingsError(f"--clock-start is {text!r}; the emulator's time begins with 1970, expected a later moment")
    return moment


def _public_url(url: str | None) -> str | None:
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        port_fits = parts.port != 0
    except ValueError:
        raise SettingsError(f"--public-url is {url!r}; {_LIKE}") from None
    plain = url.isascii() and url.isprintable() and not set(url) & set(' ?#"\\<>')
    if not plain or not port_fits or parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise SettingsError(f"--public-url is {url!r}; {_LIKE}")
    return url


def _host(host: str) -> str:
    if host == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        raise SettingsError(f"--host is {host!r}; expected an IP address such as 127.0.0.1, or localhost") from None
