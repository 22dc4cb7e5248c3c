"""The ways in which `conform` drives a client: which words go with which, and what happens before the verdicts."""

import contextlib
import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contracts.reporting import plain
from mockserver.cli.interrupts import heeding

if TYPE_CHECKING:
    from contracts.clientside.case import Case, Mode
    from contracts.clientside.engine import Emulator
    from contracts.clientside.events import Event

AT_ONCE = 4
"""Programs of `--command` that run at the same time, unless `--parallel` says another number."""

MOST_NAME = 80

PATIENCE = 5.0
"""Real seconds that the project's own tests have to end by a signal."""

LIKE = {
    "adaptor": "the adaptor's command after `--`, such as: conform --adaptor -- python my_adaptor.py",
    "command": "the client's command after `--`, such as: conform --command -- python my_app.py {base_url}",
}


@dataclass(slots=True)
class Driven:
    """A client under way."""

    events: Iterator["Event"]
    remarks: list[str] = field(default_factory=list)
    """What is to be said once the events are over."""
    signals: list[int] = field(default_factory=list)
    """Those that have ended the project's own tests."""
    failed: bool = False
    """Whether the project's own tests have failed, whatever the wire says."""


def mode_of(options: Mapping[str, Any], argv: Sequence[str]) -> "Mode":
    """Return the way that the options name.

    Raises:
        click.UsageError: none or several, or words that do not go with it.
    """
    from contracts.clientside.modes import HEARD

    chosen = [mode for mode in HEARD if options[mode]]
    if not chosen:
        raise click.UsageError(
            "say how the client is driven: --adaptor, --command or --observe, then `--` and its command"
        )
    if len(chosen) > 1:
        raise click.UsageError(f"--{chosen[0]} and --{chosen[1]} do not go together; a client is driven in one way")
    (mode,) = chosen
    if mode in LIKE and not argv:
        raise click.UsageError(f"name {LIKE[mode]}")
    for name, modes in (
        ("port", {"observe"}),
        ("parallel", {"adaptor", "command"}),
        ("client", {"command", "observe"}),
    ):
        if options[name] is not None and mode not in modes:
            others = " or ".join(f"--{other}" for other in sorted(modes))
            raise click.UsageError(f"--{name} does not go with --{mode}, only with {others}")
    return mode


@contextlib.contextmanager
def driven(
    mode: "Mode", argv: Sequence[str], emulator: "Emulator", chosen: list["Case"], options: Mapping[str, Any]
) -> Iterator[Driven]:
    """Start what drives the client, and give what happens.

    Raises:
        click.UsageError: the command cannot be started.
        PlayerError: it is no adaptor.
    """
    from contracts.clientside.players.process import StartError

    way = {"adaptor": _adaptor, "command": _command, "observe": _observed}[mode]
    try:
        with way(argv, emulator, chosen, options) as found:
            yield found
    except StartError as error:
        raise click.UsageError(str(error)) from None


@contextlib.contextmanager
def _adaptor(
    argv: Sequence[str], emulator: "Emulator", chosen: list["Case"], options: Mapping[str, Any]
) -> Iterator[Driven]:
    from contracts.clientside import engine
    from contracts.clientside.players.adaptor import Adaptor, AdaptorPlayer

    adaptor = Adaptor(argv, environment(emulator.base_url), Path.cwd())
    try:
        run = engine.run(AdaptorPlayer(adaptor), emulator, chosen, parallel=options["parallel"])
        with contextlib.closing(run):
            yield Driven(run)
    finally:
        adaptor.close()


@contextlib.contextmanager
def _command(
    argv: Sequence[str], emulator: "Emulator", chosen: list["Case"], options: Mapping[str, Any]
) -> Iterator[Driven]:
    from contracts.clientside import engine
    from contracts.clientside.players.command import CommandPlayer
    from contracts.clientside.players.process import ensure_startable
    from contracts.clientside.protocol import Hello

    around = environment(emulator.base_url)
    ensure_startable(argv[0], around)
    hello = Hello.nameless(_name(argv, options), options["parallel"] or AT_ONCE)
    with contextlib.closing(engine.run(CommandPlayer(argv, around, Path.cwd(), hello), emulator, chosen)) as run:
        yield Driven(run)


@contextlib.contextmanager
def _observed(
    argv: Sequence[str], emulator: "Emulator", chosen: list["Case"], options: Mapping[str, Any]
) -> Iterator[Driven]:
    from contracts.clientside.modes import FIXES
    from contracts.clientside.observing import Observation
    from contracts.clientside.protocol import Hello

    with Observation(emulator, chosen, Hello.nameless(_name(argv, options))) as observation:
        for line in _told_briefly(emulator, observation.waiting) if argv else waiting(emulator, chosen):
            click.echo(line)
        argv = [word.replace("{base_url}", emulator.base_url) for word in argv]
        signals: list[int] = []
        code = _suite(argv, environment(emulator.base_url), signals) if argv else _until_stopped()
        found = Driven(iter(()), signals=signals, failed=code != 0)
        if code:
            found.remarks.append(f"the project's own command ended with exit code {code}")

        def events() -> Iterator["Event"]:
            yield from observation.events()
            if observation.untouched:
                found.remarks.append(f"not touched: {', '.join(observation.untouched)}")
            if observation.strangers:
                found.remarks.append(f"keys that no case waits under were used: {observation.strangers}; {_SHOWS}")
            elif len(observation.untouched) == observation.waiting:
                found.remarks.append(f"nothing arrived at {emulator.base_url}. {FIXES}")

        found.events = events()
        yield found


_SHOWS = "`inferencesh-mock conform --list --observe` shows those that there are"


def _told_briefly(emulator: "Emulator", count: int) -> Iterator[str]:
    yield f"{count} cases wait at {emulator.base_url}, each under its own API key; {_SHOWS}"


def waiting(emulator: "Emulator", chosen: Sequence["Case"]) -> Iterator[str]:
    """Yield what somebody has to know who makes the calls of cases in tests of their own."""
    from contracts.clientside.observing import offered

    yield "Each case waits under its own API key for one test, which makes these calls once:"
    for case in offered(chosen):
        yield f"\n{emulator.key(case)}\n    {case.proves}"
        for step in (step for step in case.steps if not step.kit):
            told = {key: member for key, member in step.arguments.items() if key != "app"}
            shown = json.dumps(told, ensure_ascii=False).replace('"$input"', f"an input that is {case.example}")
            yield f"    {step.call} {shown}"
    if emulator.base_url:
        yield f"\nBase URL {emulator.base_url} (in KIT_BASE_URL and INFERENCE_BASE_URL too for a command after `--`)"


def environment(base_url: str) -> dict[str, str]:
    """Return what the client's side sees: our environment, without anything that leads its calls elsewhere."""
    kept = {name: value for name, value in os.environ.items() if name.lower() not in _PROXIES}
    told = {"INFERENCE_BASE_URL": base_url, "KIT_BASE_URL": base_url, "NO_PROXY": "127.0.0.1,localhost"}
    return {**kept, **told}


_PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy", "no_proxy", "inference_api_key"})


def _name(argv: Sequence[str], options: Mapping[str, Any]) -> str:
    return plain.text(str(options["client"] or " ".join(argv) or "the project's own tests"))[:MOST_NAME]


def _suite(argv: Sequence[str], around: Mapping[str, str], asked: list[int]) -> int:
    """Run the project's own tests to their end; a signal is passed on, and what they have done until then is judged.

    Who does not end by it is ended by force, with everything in its group.

    Args:
        argv: the command.
        around: its environment.
        asked: is given the signals.
    """
    from contracts.clientside.players.process import StartError, end_group

    children: list[subprocess.Popen[bytes]] = []
    patience = threading.Timer(PATIENCE, lambda: end_group(children[0], 0.2))
    patience.daemon = True

    def pass_on(number: int) -> None:
        asked.append(number)
        if len(asked) == 1:
            patience.start()
        for child in children:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, number)

    with heeding(pass_on):
        try:
            # In a group of its own, so that all of it can be ended.
            child = subprocess.Popen(list(argv), env=dict(around), start_new_session=True)  # noqa: S603  # the user's
        except (OSError, ValueError) as error:
            patience.cancel()
            raise StartError(f"{argv[0]!r} cannot be started: {getattr(error, 'strerror', None) or error}") from None
        children.append(child)
        if asked:
            child.send_signal(asked[0])
        try:
            return child.wait()
        finally:
            patience.cancel()
            if asked:
                end_group(child, 0.2)


def _until_stopped() -> int:
    """Wait for Ctrl-C or another signal that ends."""
    click.echo("serving; Ctrl-C ends it and brings the verdicts")
    stopped = threading.Event()
    with heeding(lambda _: stopped.set()):
        stopped.wait()
    return 0
