"""The commands for single videos: `render` makes one, `inspect` reads one."""

import sys
from pathlib import Path

import click

from mockserver import settings


@click.command()
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
            click.echo(offline.explained(violation, document))
        sys.exit(1)
    except offline.FailedError as error:
        click.echo(str(error))
        sys.exit(1)
    except (offline.OfflineError, ValueError) as error:
        raise click.UsageError(str(error)) from None
    for warning in rendered.warnings:
        click.echo(f"warning: {warning.message}", err=True)
    # A video on its way into a pipe is not to end in our words.
    told = f"{output}: {len(rendered.content)} bytes, replay {rendered.replay}"
    click.echo(told, err=output.exists() and not output.is_file())


@click.command()
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
