"""The command of suite 2: `conform` plays cases to a client and judges it."""

import fnmatch
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli import driving
from mockserver.cli.interrupts import BrokenOff, breaking_off
from mockserver.cli.kit import ensure_kit
from mockserver.cli.outputs import ensure_writable, telling, write_all

if TYPE_CHECKING:
    from contracts.clientside.case import Case, Mode

EXAMPLES = """
\b
Examples:
  inferencesh-mock conform --adaptor -- python -m mockserver.testing.adaptors.reference
  inferencesh-mock conform --adaptor --area stream --allow-partial -- ./my-adaptor
  inferencesh-mock conform --adaptor --case 'submit/*' --report report.json -- node adaptor.mjs
  inferencesh-mock conform --command --area submit --allow-partial -- python my_app.py --url {base_url}
  inferencesh-mock conform --observe --allow-partial -- pytest tests/integration
  inferencesh-mock conform --observe --port 9000 --html report.html
  inferencesh-mock conform --list
  inferencesh-mock conform --list --observe

Exit codes: 0 the client behaves, 1 it does not or not every case was played (see --allow-partial), 2 wrong usage, 3
the kit or the adaptor failed, 130 Ctrl-C, 143 SIGTERM: reports are written of what was played until then.
"""


@click.command(epilog=EXAMPLES, context_settings={"ignore_unknown_options": False})
@click.argument("argv", nargs=-1, type=click.UNPROCESSED)
@click.option("--adaptor", is_flag=True, help="ARGV is an adaptor: it speaks JSON lines, see docs/conformance.md.")
@click.option(
    "--command",
    is_flag=True,
    help="ARGV is run for each case, with KIT_CONTEXT in its environment; {base_url}, {api_key}, {out} are replaced.",
)
@click.option("--observe", is_flag=True, help="Watch tests of your own: ARGV runs them, or you do, until Ctrl-C.")
@click.option("--client", metavar="NAME", help="What reports call the client, with --command and --observe.")
@click.option("--port", type=click.IntRange(0, 65535), help="Of the emulator, with --observe; a free one unless given.")
@click.option(
    "--area", "areas", multiple=True, metavar="AREA", help="Only cases of this area, such as stream. Repeatable."
)
@click.option(
    "--case", "names", multiple=True, metavar="GLOB", help="Only cases so called, such as 'stream/*'. Repeatable."
)
@click.option("--list", "only_list", is_flag=True, help="Show the cases and play none; with -v their checks.")
@click.option("--parallel", type=click.IntRange(1, 64), help="Cases at once; what the adaptor says unless given, or 4.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the emulator.")
@click.option(
    "--profile", default="2026-12", show_default=True, help="The frozen list of checks that the score is made of."
)
@click.option("--allow-partial", is_flag=True, help="Exit with 0 although some cases were not played.")
@click.option("--strict", is_flag=True, help="A SHOULD that does not hold fails the run too.")
@click.option(
    "--expect", type=click.Path(dir_okay=False, path_type=Path), help="conformance.yaml: what is known to fail."
)
@click.option(
    "--write-baseline", type=click.Path(dir_okay=False, path_type=Path), help="Write such a file of this run."
)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the whole run as JSON.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML.")
@click.option("--markdown", type=click.Path(dir_okay=False, path_type=Path), help="Write Markdown for a pull request.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write one page with all evidence.")
@click.option("--badge", type=click.Path(dir_okay=False, path_type=Path), help="Write a badge as shields.io reads it.")
@click.option("--verbose", "-v", is_flag=True, help="Every verdict, and not only those that need a word.")
def conform(argv: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401  # whatever click parsed
    """Play cases to a client, in any language, and say what it gets wrong.

    ARGV, after `--`, is the client's adaptor, its program, or its tests, with arguments; no shell reads it.
    """
    ensure_kit()
    chosen = _chosen(options["areas"], options["names"])
    if options["only_list"]:
        _list(chosen, options)
        return
    mode = driving.mode_of(options, argv)
    written = ("report", "junit", "markdown", "html", "badge", "write_baseline")
    ensure_writable((options[name] for name in written), read=(options["expect"],))
    sys.exit(_judge(mode, argv, chosen, options))


def _list(chosen: list["Case"], options: dict[str, Any]) -> None:
    from contracts.clientside.engine import Emulator

    if options["observe"]:
        for line in driving.waiting(Emulator(""), chosen):
            click.echo(line)
        return
    width = max(len(row.name) for row in chosen)
    for row in chosen:
        click.echo(f"{row.name:<{width}} {row.proves}")
        for probe in row.probes if options["verbose"] else ():
            click.echo(f"    {probe.check.id:<44} {probe.check.level:<6} {probe.check.says}")


def _chosen(areas: tuple[str, ...], globs: tuple[str, ...]) -> list["Case"]:
    from contracts.clientside import case

    unknown = [name for name in areas if name not in case.AREAS]
    if unknown:
        raise click.UsageError(f"there is no area {unknown[0]!r}; there are {', '.join(case.AREAS)}")
    found = [row for row in case.cases() if not areas or row.area in areas]
    for glob in globs:
        if not any(_fits(row, glob) for row in found):
            raise click.UsageError(f"no case is called {glob!r}; `conform --list` shows them")
    return [row for row in found if not globs or any(_fits(row, glob) for glob in globs)]


def _fits(row: "Case", glob: str) -> bool:
    return row.name == glob or fnmatch.fnmatchcase(row.stem, glob)


def _judge(mode: "Mode", argv: tuple[str, ...], chosen: list["Case"], options: dict[str, Any]) -> int:
    from rich.console import Console

    from contracts import clock
    from contracts.clientside import engine, expectations, profiles, scores
    from contracts.clientside.players.stepping import PlayerError
    from contracts.clientside.report import Report, headline
    from contracts.clientside.reports import files, page, terminal
    from mockserver.server import ServerError
    from mockserver.settings import Settings, SettingsError
    from mockserver.testing import serving

    # What the emulator warns of is what the cases make it meet; it stands in the report.
    logging.getLogger("mockserver").addHandler(logging.NullHandler())
    console = Console()
    try:
        profiles.load(options["profile"])
    except profiles.ProfileError as error:
        raise click.UsageError(str(error)) from None
    report = Report(options["profile"])
    expected = None
    if options["expect"]:
        try:
            expected = expectations.read(options["expect"], datetime.fromtimestamp(clock.wall(), UTC).date())
        except expectations.ExpectationError as error:
            raise click.UsageError(str(error)) from None
    try:
        settings = Settings(seed=options["seed"], max_worlds=max(1000, len(chosen) * 4))
    except SettingsError as error:
        raise click.UsageError(str(error)) from None
    broken_off = BrokenOff()
    # Asked to end, it ends as by Ctrl-C, and takes along what it has started.
    with breaking_off(broken_off):
        client, is_whole = driving.Driven(iter(())), True
        try:
            with serving(settings, port=options["port"]) as server:
                emulator = engine.Emulator(server.base_url, seed=options["seed"])
                with (
                    driving.driven(mode, argv, emulator, chosen, options) as client,
                    terminal.Terminal(console) as shown,
                ):
                    for event in client.events:
                        report.take(event)
                        shown.take(event)
                        broken_off.ensure_wanted()
        except ServerError as error:
            raise click.UsageError(str(error)) from None
        except PlayerError as error:
            click.echo(f"Error: {error}", err=True)
            return 3
        except KeyboardInterrupt:
            is_whole = False
        broken_off.is_over = True
        broken_off.heard += client.signals
        if broken_off.heard and is_whole:
            is_whole, chosen = False, []
        if not is_whole:
            if not report.has_begun:
                click.echo(f"{broken_off.told}: nothing was played, and no report is written", err=True)
                return broken_off.code
            report.break_off(chosen, broken_off.told)
        document = report.document()
        if expected is not None and is_whole:
            document = expectations.applied(document, options["expect"], expected, strict=options["strict"])
        words = ("failed when this file was written; say why", "was not judged when this file was written; say why")
        written = write_all(
            {
                "report": (options["report"], lambda file: files.write_json(file, document)),
                "junit": (options["junit"], lambda file: files.write_junit(file, document)),
                "markdown": (options["markdown"], lambda file: file.write_text(files.markdown(document), "utf-8")),
                "html": (options["html"], lambda file: file.write_text(page.render([document]), "utf-8")),
                "write-baseline": (
                    None if document["stopped"] else options["write_baseline"],
                    lambda file: file.write_text(expectations.baseline(document["cases"], *words), "utf-8"),
                ),
                "badge": (
                    options["badge"] if is_whole else None,
                    lambda file: files.write_json(file, files.badge(document)),
                ),
            }
        )
        remarks = [*client.remarks]
        if options["write_baseline"] and document["stopped"]:
            remarks.append("no baseline is written of a run that was stopped")
        if options["badge"] and not is_whole:
            remarks.append("no badge is written of a run that was broken off")
        if expected is not None and not is_whole:
            remarks.append(f"not compared with {options['expect']}: {broken_off.told}")
        outcome, _ = headline(document, strict=options["strict"])
        remarks += document.get("expectation", {}).get("departures", [])
        with telling():
            terminal.show(document, console, verbose=options["verbose"], strict=options["strict"])
            for remark in remarks:
                click.echo(remark)
        written.ensure()
        if not is_whole:
            return broken_off.code
    code = scores.exit_code(outcome, allow_partial=options["allow_partial"])
    return 1 if client.failed and code == 0 else code
