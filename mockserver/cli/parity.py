"""The command `parity`: what is promised, by whose word, and which tests show it."""

import click

EXAMPLES = """\b
Examples:
  inferencesh-mock parity
  inferencesh-mock parity --area stream
  inferencesh-mock parity --format html > parity.html
  inferencesh-mock parity --format json | jq '.requirements[] | select(.label == "assumed") | .id'
"""
FORMATS = ("text", "markdown", "json", "html")


@click.command(epilog=EXAMPLES)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="What to print.")
@click.option("--area", help="Only this area, such as stream.")
def parity(form: str, area: str | None) -> None:
    """Print every promise with its label, source, tests and the decision where sources differ."""
    import shutil

    import orjson

    from contracts import parity as contract
    from contracts import parity_page, parity_text

    try:
        rows = contract.rows(area)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--area") from None
    match form:
        case "json":
            shown = orjson.dumps(contract.document(rows), option=orjson.OPT_INDENT_2).decode() + "\n"
        case "html":
            shown = parity_page.html(rows)
        case "markdown":
            shown = contract.markdown(rows)
        case _:
            columns = shutil.get_terminal_size((parity_text.WIDTH, 24)).columns
            lines = parity_text.text(rows, min(columns, parity_text.WIDTH)).splitlines(keepends=True)
            # A heading stands at the margin; click leaves the style out where nobody would see it.
            shown = "".join(line if line[0].isspace() else click.style(line, bold=True) for line in lines)
    click.echo(shown, nl=False)
