"""The command `adaptor`: begins one, shows what calls there are, and checks what one says, call by call."""

import json
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contracts.counting import counted
from mockserver.cli.interrupts import BrokenOff, breaking_off
from mockserver.cli.kit import ensure_kit
from mockserver.cli.starters import STARTERS, StarterError

if TYPE_CHECKING:
    from contracts.clientside.players.adaptor import Adaptor
    from contracts.clientside.protocol import Reply

SECONDS = 15.0
"""For each call."""

MOST_SHOWN = 110


@click.group()
def adaptor() -> None:
    """Help with the adaptor of a client."""


@adaptor.command("new")
@click.argument("language", type=click.Choice(tuple(STARTERS)))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def new(language: str, folder: Path) -> None:
    """Write a starter adaptor into DIR, a new folder or an empty one.

    It works as it is, with a client that can submit, fetch and wait: put your own in its place.
    """
    starter = STARTERS[language]
    try:
        written = starter.write(folder)
    except StarterError as error:
        raise click.UsageError(str(error)) from None
    for file in written:
        click.echo(f"wrote {file}")
    click.echo(f"next: cd {shlex.quote(str(folder))}")
    for command in (
        starter.build,
        f"inferencesh-mock adaptor check -- {starter.command}",
        f"inferencesh-mock conform --adaptor --case submit/plain --allow-partial -- {starter.command}",
    ):
        if command:
            click.echo(f"      {command}")


@adaptor.command("calls")
def show_calls() -> None:
    """Show the calls there are: the capability that each takes, its arguments, and what it has to tell."""
    from contracts.clientside import calls

    for spec in calls.load().values():
        needs = [f"`{spec.capability}`"]
        for argument, name in spec.also.items():
            words = spec.arguments[argument].get("enum", [""])
            needs.append(f"{' or '.join(f'`{name.format(word)}`' for word in words)} where {argument} is given")
        click.echo(f"{spec.name}: {spec.summary}")
        click.echo(f"  supports  {', '.join(needs)}")
        for line in _members({"properties": spec.arguments, "required": spec.required}):
            click.echo(f"  with      {line}")
        for line in ["a task"] if "$ref" in spec.saw else _members(spec.saw) or ["an empty object"]:
            click.echo(f"  saw       {line}")
        click.echo()
    for name, schema in (("a task", calls.TASK), ("raised", calls.RAISED)):
        click.echo(f"{name}: {schema['description']}")
        for line in _members(schema):
            click.echo(f"            {line}")
        click.echo()


def _members(schema: Mapping[str, Any]) -> list[str]:
    """Return a line for each member of an object: its name, whether it is always there, and what it is."""
    return [
        f"{name}{'' if name in schema.get('required', ()) else '?'}: {member.get('description') or _shape(member)}"
        for name, member in schema.get("properties", {}).items()
    ]


def _shape(schema: Mapping[str, Any]) -> str:
    """Return what a value is, in a few words."""
    if "anyOf" in schema:
        return " or ".join(_shape(one) for one in schema["anyOf"])
    if "$ref" in schema:
        return "a task"
    if "properties" in schema:
        return "{" + ", ".join(schema["properties"]) + "}"
    if "items" in schema:
        return f"a list of {_shape(schema['items'])}"
    kind = schema["type"]
    return kind if isinstance(kind, str) else " or ".join(kind)


@adaptor.command("check")
@click.argument("argv", nargs=-1, type=click.UNPROCESSED, required=True)
def check(argv: tuple[str, ...]) -> None:
    """Ask an adaptor for its hello and for one call of each kind that it supports, and check every answer.

    ARGV, after `--`, is its command. Whether the client behaves is not looked at: that is what `conform` is for.
    """
    sys.exit(_check(argv))


def _check(argv: tuple[str, ...]) -> int:
    ensure_kit()
    broken = BrokenOff()
    try:
        with breaking_off(broken):
            return _checked(argv)
    except KeyboardInterrupt:
        click.echo(f"{broken.told}; nothing is said of what was not finished", err=True)
        return broken.code


def _checked(argv: tuple[str, ...]) -> int:
    from contracts.clientside.players.adaptor import Adaptor
    from contracts.clientside.players.process import StartError
    from contracts.clientside.players.stepping import PlayerError
    from mockserver.cli.driving import environment
    from mockserver.settings import Settings
    from mockserver.testing import serving

    with serving(Settings(port=0)) as server, tempfile.TemporaryDirectory() as folder:
        try:
            found = Adaptor(argv, environment(server.base_url), Path.cwd())
        except StartError as error:
            raise click.UsageError(str(error)) from None
        except PlayerError as error:
            click.echo(f"hello: {error}")
            return 1
        try:
            click.echo(f"hello: {found.hello.name} {found.hello.version} ({found.hello.language})")
            click.echo(f"       supports {', '.join(sorted(found.hello.supports)) or 'nothing'}")
            world = server.world()
            world.control("PATCH", "/settings", {"latency": "instant", "media": "tiny"})
            bad = 0
            for line, good in _calls(found, server.base_url, world.api_key, Path(folder)):
                click.echo(line)
                bad += not good
        finally:
            found.close()
    wrong = counted(bad, "answer is not as it should be", "answers are not as they should be")
    click.echo(wrong if bad else "every answer is as it should be")
    return 1 if bad else 0


def _calls(found: "Adaptor", base_url: str, api_key: str, folder: Path) -> Iterator[tuple[str, bool]]:
    """Yield a line for each call of the vocabulary, and whether its answer is good."""
    from contracts.clientside import calls, files
    from contracts.clientside.players.stepping import PlayerError
    from contracts.clientside.protocol import Order

    files.write(folder / "boat.png", "landscape-640x480.png")
    known: dict[str, Any] = {}
    for spec in calls.load().values():
        arguments = _arguments(spec.name, spec.example, known, folder)
        lacking = [need for need in spec.needs(arguments) if need not in found.hello.supports]
        if lacking:
            yield f"{spec.name}: not asked, for {lacking[0]} is not supported", True
            continue
        try:
            reply = found.ask(Order("adaptor/check", base_url, api_key, spec.name, arguments, SECONDS))
        except PlayerError as error:
            yield f"{spec.name}: {error}", False
            continue
        _remember(reply, known)
        good = reply.kind != "cannot"
        told = json.dumps(reply.told, default=str)[:MOST_SHOWN]
        yield f"{spec.name}: {reply.kind} {told}" + ("" if good else "; its hello says that it can"), good


def _arguments(call: str, example: Mapping[str, Any], known: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Put what there really is in the place of an example's task, URL and file."""
    there = {**known, "path": str(folder / ("boat.png" if call == "upload" else "out.mp4")), "timeout_ms": 200}
    return {key: there.get(key, value) for key, value in example.items()}


def _remember(reply: "Reply", known: dict[str, Any]) -> None:
    told = reply.told
    output = told.get("output")
    video = output.get("video") if isinstance(output, Mapping) else None
    if told.get("id"):
        known["task"] = told["id"]
    if video:
        known["url"] = video.get("uri") if isinstance(video, Mapping) else video
