"""The command `report`: reports of several clients put side by side, and what a report looks like."""

from pathlib import Path

import click

from mockserver.cli.kit import ensure_kit
from mockserver.cli.outputs import ensure_writable, telling, write_all

EXAMPLES = """
\b
Examples:
  inferencesh-mock report merge sync.json async.json --html matrix.html
  inferencesh-mock report merge reports/*.json --markdown matrix.md

Exit codes: 0 done, whatever the reports say; 2 a file is no report, or nothing can be written; 3 we failed.
"""


@click.group()
def report() -> None:
    """Work with what `conform --report` has written."""


@report.command(epilog=EXAMPLES)
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write one page with all evidence.")
@click.option("--markdown", type=click.Path(dir_okay=False, path_type=Path), help="Write the matrix as Markdown.")
def merge(files: tuple[Path, ...], html: Path | None, markdown: Path | None) -> None:
    """Put the reports of several clients into one matrix, in the order they are named.

    FILES are what `conform --report` wrote, one for each client. The matrix is printed too.
    """
    ensure_kit()
    from rich.console import Console

    from contracts.clientside.reports import matrix, page, reading

    ensure_writable((html, markdown), read=files)
    try:
        reports = [reading.read(file) for file in files]
    except reading.ReportError as error:
        raise click.UsageError(str(error)) from None
    written = write_all(
        {
            "html": (html, lambda file: file.write_text(page.render(reports), "utf-8")),
            "markdown": (markdown, lambda file: file.write_text(matrix.markdown(reports), "utf-8")),
        }
    )
    with telling():
        Console().print(matrix.table(reports), highlight=False)
    written.ensure()


@report.command()
def schema() -> None:
    """Print the JSON Schema of a report."""
    from contracts.clientside.reports import reading

    click.echo(reading.schema_text(), nl=False)
