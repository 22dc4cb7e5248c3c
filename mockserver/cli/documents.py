"""The command `openapi`: the documents that describe the emulator."""

from typing import Any

import click

from mockserver import settings


@click.command()
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
