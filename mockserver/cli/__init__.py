"""The command `inferencesh-mock`: parses and composes, nothing else.

Settings come from flags, then INFERENCESH_MOCK_* variables, then `[tool.inferencesh-mock]` in pyproject.toml or
`inferencesh-mock.toml`. Exit codes: 0 ok, 1 the verdict is no, 2 wrong usage, 3 our own fault.
"""

import sys

import click

from mockserver import __version__
from mockserver.cli.adaptors import adaptor
from mockserver.cli.checking import check, drift
from mockserver.cli.conforming import conform
from mockserver.cli.documents import openapi
from mockserver.cli.outputs import hush
from mockserver.cli.parity import parity
from mockserver.cli.plans import plan, scenarios
from mockserver.cli.reports import report
from mockserver.cli.serving import serve
from mockserver.cli.videos import inspect, render


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="inferencesh-mock")
def cli() -> None:
    """An offline emulator of the inference.sh API for the app klingai/video-v2-6."""


for _command in (serve, scenarios, plan, check, drift, conform, adaptor, report, render, inspect, openapi, parity):
    cli.add_command(_command)


def main() -> None:
    """Run the command."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2 if isinstance(error, click.UsageError) else 3)
    except OSError as error:
        hush()
        about = f"{error.filename}: " if error.filename else "cannot print: "
        click.echo(f"Error: {about}{error.strerror or error}", err=True)
        sys.exit(3 if error.filename else 2)
    except click.exceptions.Abort:
        click.echo("interrupted; nothing is said of what was not finished", err=True)
        sys.exit(130)
