"""The command `parity`: what is promised, by whose word, and which tests show it."""

import click

FORMATS = ("markdown", "json", "html")


@click.command()
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="markdown", show_default=True, help="What to print."
)
@click.option("--area", help="Only this area, such as STREAM.")
def parity(form: str, area: str | None) -> None:
    """Print every promise with its label, source, tests and the decision where sources differ."""
    import orjson

    from contracts import parity as contract
    from contracts import parity_page

    try:
        rows = contract.rows(area)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if form == "json":
        click.echo(orjson.dumps(contract.document(rows), option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo(parity_page.html(rows) if form == "html" else contract.markdown(rows), nl=False)
