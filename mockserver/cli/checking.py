"""The commands of suite 1: `check` judges a server, `drift` compares two saved runs."""

import contextlib
import math
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from contracts.names import hint
from mockserver import settings
from mockserver.cli.interrupts import BrokenOff, heeding, noticing_lost
from mockserver.cli.kit import ensure_kit
from mockserver.cli.outputs import ensure_writable, telling, write_all

EXAMPLES = """
\b
Examples:
  inferencesh-mock check http://127.0.0.1:8787 --api-key any-key
  inferencesh-mock check http://127.0.0.1:8787 --api-key any-key --area stream --area task --allow-partial
  inferencesh-mock check --list
  inferencesh-mock check http://127.0.0.1:8787 --api-key any-key --html report.html --save run.json
  inferencesh-mock check https://api.example.com --api-key inf_... --i-mean-it --spend 0.50

Exit codes: 0 every promise that applies is kept, 1 one is broken or some were not looked at (see --allow-partial),
2 wrong usage, 3 the suite itself failed, 130 it was broken off by Ctrl-C, 143 by SIGTERM; reports are written all the
same.
"""

SCRIPTED = ("scripted",)
"""What --area and --check choose from."""

MOST_PATIENCE = 86_400
"""Seconds: a day."""

MOST_EXAMPLES = 1_000_000
"""Cases of each kind, which take days: more is a slip of the finger."""

MOST_SEED = 2**64 - 1
"""What every reader of JSON and every generator can hold."""

PHASES = ("scripted", "generated", "schemathesis", "machine")


def _list(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    from contracts.serverside.check import load

    for row in load():
        click.echo(f"{row.name:<48} {row.summary}")
    context.exit()


def _number(_context: click.Context, _option: click.Parameter, seconds: float | None) -> float | None:
    """Refuse what is no number: no bound holds for it, and nothing that lasts as long would ever end."""
    if seconds is not None and math.isnan(seconds):
        raise click.BadParameter(f"nan is no number of seconds; expected 1 to {MOST_PATIENCE}, such as 60.")
    return seconds


@click.command(epilog=EXAMPLES)
@click.argument("base_url")
@click.option("--api-key", envvar="INFERENCE_API_KEY", required=True, help="In whose name; or INFERENCE_API_KEY.")
@click.option("--other-key", help="A second key, for what keys must not see of each other.")
@click.option(
    "--app-version",
    type=click.Choice(settings.choices("app_version")),
    default="2026-05",
    show_default=True,
    help="Generation of the app's contract.",
)
@click.option("--area", "areas", multiple=True, metavar="AREA", help="Only this area, such as stream. Repeatable.")
@click.option("--check", "names", multiple=True, metavar="NAME", help="Only this check. Repeatable.")
@click.option(
    "--phase",
    "phases",
    multiple=True,
    type=click.Choice(PHASES),
    help="Only this phase; all of them, or `scripted` with --area or --check. Repeatable.",
)
@click.option(
    "--max-examples",
    type=click.IntRange(1, MOST_EXAMPLES),
    default=20,
    show_default=True,
    help="Generated cases of each.",
)
@click.option("--seed", type=click.IntRange(0, MOST_SEED), default=0, show_default=True, help="Of what is generated.")
@click.option(
    "--spend",
    type=float,
    metavar="USD",
    help="What the run may cost; 0 unless the server is on this machine, where there is no limit.",
)
@click.option(
    "--task-patience",
    type=click.FloatRange(1, MOST_PATIENCE),
    callback=_number,
    metavar="SECONDS",
    help="How long a task may take to end; 60 where the server is on this machine, else 900.",
)
@click.option("--i-mean-it", is_flag=True, help="Needed for a server that is not on this machine.")
@click.option("--allow-partial", is_flag=True, help="Exit with 0 although some promises were not looked at.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Write the run as JSON, for `drift`.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML.")
@click.option("--markdown", type=click.Path(dir_okay=False, path_type=Path), help="Write Markdown for a pull request.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write one page with all evidence.")
@click.option(
    "--list", is_flag=True, is_eager=True, expose_value=False, callback=_list, help="Show the checks, run none."
)
@click.option("--verbose", "-v", is_flag=True, help="Every promise, and not only those that need a word.")
def check(base_url: str, **options: Any) -> None:  # noqa: ANN401  # whatever click parsed
    """Judge any server against the contract, by its base URL alone."""
    ensure_kit()
    from contracts.serverside import runner
    from contracts.serverside.check import areas, load
    from contracts.serverside.target import (
        LOCAL_TASK_PATIENCE,
        TASK_PATIENCE,
        Target,
        TargetError,
        allowance,
        clean,
        ensure_keys,
        is_loopback,
    )

    # A file that a key is kept in ends with a line break, and no key does.
    api_key, other_key = (key and key.rstrip("\r\n") for key in (options["api_key"], options["other_key"]))
    try:
        url = clean(base_url)
        ensure_keys(api_key, other_key)
        local = is_loopback(url)
        spend = allowance(options["spend"], is_local=local)
    except TargetError as error:
        raise click.UsageError(str(error)) from None
    if not local and not options["i_mean_it"]:
        raise click.UsageError(f"{url} is not on this machine; add --i-mean-it if it is yours to ask, see --spend too")
    _known("area", options["areas"], areas())
    _known("check", options["names"], tuple(row.name for row in load()), "`inferencesh-mock check --list` shows them")
    ensure_writable(options[name] for name in ("save", "junit", "markdown", "html"))
    target = Target(
        base_url=url,
        api_key=api_key,
        app_version=options["app_version"],
        other_key=other_key,
        spend=spend,
        task_patience=options["task_patience"] or (LOCAL_TASK_PATIENCE if local else TASK_PATIENCE),
    )
    wish = runner.Wish(
        phases=options["phases"] or (SCRIPTED if options["areas"] or options["names"] else PHASES),
        areas=options["areas"],
        names=options["names"],
        seed=options["seed"],
        max_examples=options["max_examples"],
    )
    sys.exit(_judge(target, wish, options))


@click.command()
@click.argument("before", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("after", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As a JSON list.")
def drift(before: Path, after: Path, *, as_json: bool) -> None:
    """Compare two runs that `check --save` wrote, requirement by requirement and shape by shape.

    Exit code 1 when something moved.
    """
    import json

    from contracts.reporting import plain
    from contracts.serverside import drift as compared

    try:
        one, other = compared.read(before), compared.read(after)
        found, differently = compared.compare(one, other), compared.conditions(one, other)
        servers = compared.servers(one, other)
    except compared.DriftError as error:
        raise click.UsageError(str(error)) from None
    if servers is not None:
        click.echo(plain.line(servers), err=as_json)
    if differently:
        click.echo(plain.line(f"the runs were made differently: {'; '.join(differently)}"), err=True)
    if as_json:
        click.echo(json.dumps([row.document() for row in found], indent=1))
    else:
        for row in found:
            click.echo(row.line())
        click.echo(f"{len(found)} moved" if found else "nothing moved")
    sys.exit(1 if found else 0)


def _judge(target: Any, wish: Any, options: dict[str, Any]) -> int:  # noqa: ANN401  # imported late
    from rich.console import Console

    from contracts.serverside import runner
    from contracts.serverside.caller import Recorder
    from contracts.serverside.reports import files, page, terminal
    from contracts.serverside.results import Results
    from contracts.serverside.target import TargetError

    console = Console()
    drawn = terminal.Terminal(console)
    broken_off = BrokenOff()
    results, recorder, is_whole = Results(), Recorder(drawn.waits, lambda: broken_off.heard), True

    def end(number: int) -> NoReturn:
        broken_off.heard.append(number)
        raise KeyboardInterrupt

    try:
        # A runner that gives up a job ends it by SIGTERM: what was seen until then is reported as after Ctrl-C.
        with (
            heeding(end),
            noticing_lost(lambda: None),  # the recorder looks at each request
            drawn as shown,
            contextlib.closing(runner.run(target, wish, recorder)) as events,
        ):
            for event in events:
                results.take(event)
                shown.take(event)
                recorder.heed()
    except TargetError as error:
        raise click.UsageError(str(error)) from None
    except KeyboardInterrupt:
        # What was seen until now may be what somebody waited for.
        is_whole = False
        results.break_off(broken_off.told)
    # What a run has told is not lost over a signal any more: writing it takes a moment.
    with heeding(lambda _: None):
        written = write_all(
            {
                "save": (options["save"], lambda file: files.write_json(file, results, recorder)),
                "junit": (options["junit"], lambda file: files.write_junit(file, results)),
                "markdown": (options["markdown"], lambda file: file.write_text(files.markdown(results), "utf-8")),
                "html": (
                    options["html"],
                    lambda file: file.write_text(page.render(results, recorder.exchanges), "utf-8"),
                ),
            }
        )
        with telling():
            terminal.show(results, console, verbose=options["verbose"])
        written.ensure()
    return results.exit_code(allow_partial=options["allow_partial"]) if is_whole else broken_off.code


def _known(kind: str, given: tuple[str, ...], known: tuple[str, ...], listed: str = "") -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        few = hint(unknown[0], known, listed or f"there are {', '.join(known)}")
        more = f" {listed}" if listed and listed not in few else ""
        raise click.UsageError(f"there is no {kind} {unknown[0]!r}; {few}{more}")
