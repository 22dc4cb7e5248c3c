"""The settings file: inferencesh-mock.toml, or `[tool.inferencesh-mock]` in pyproject.toml, as a command's defaults."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from mockserver import reading
from mockserver.reading import ReadingError

OWN, PROJECT, TABLE = Path("inferencesh-mock.toml"), Path("pyproject.toml"), "inferencesh-mock"


def read(context: click.Context, _parameter: click.Parameter, file: Path | None) -> None:
    """Make a settings file the defaults of the command; flags and variables win over it.

    Args:
        context: the command's.
        file: what --config names; None: the own file of the folder, else the project's.

    Raises:
        click.UsageError: the file cannot be read, or a key or value of it is none that the command takes.
    """
    source, found = _load(file)
    known = {parameter.name: parameter for parameter in context.command.params if parameter.name}
    by_flag = {option.lstrip("-"): name for name, parameter in known.items() for option in parameter.opts}
    defaults: dict[str, Any] = {}
    for key, value in found.items():
        name = by_flag.get(key.replace("_", "-"))
        if name is None or name == "config":
            raise click.UsageError(f"{source} has {key!r}; it takes {', '.join(sorted(by_flag))}")
        try:
            defaults[name] = _converted(known[name], value, context)
        except (click.BadParameter, _WrongTypeError) as error:
            told = error.message if isinstance(error, click.BadParameter) else str(error)
            raise click.UsageError(f"{source}: {key} is {_shown(key, value)}; {told}") from None
    context.default_map = defaults


class _WrongTypeError(ValueError):
    """A value is of another type than its key takes; the message says which that is."""


def _load(file: Path | None) -> tuple[Path, Mapping[str, Any]]:
    if file is not None or OWN.is_file():
        source = file or OWN
        return source, _parsed(source)
    if not PROJECT.is_file():
        return PROJECT, {}
    table: Any = _parsed(PROJECT)
    for key in ("tool", TABLE):
        table = table.get(key, {})
        if not isinstance(table, dict):
            raise click.UsageError(f"{PROJECT}: {key} is {table!r:.100}; expected a table such as [tool.{TABLE}]")
    return PROJECT, table


def _parsed(file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(reading.text_of(file))
    except (ReadingError, ValueError, RecursionError) as error:
        raise click.UsageError(f"cannot read the settings file {file}: {error}") from None


def _converted(parameter: click.Parameter, value: Any, context: click.Context) -> Any:  # noqa: ANN401  # any TOML value
    """Return a value as the flag would give it; TOML has types, so `true` is no port and 1.5 no whole number."""
    if parameter.multiple:
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise _WrongTypeError("expected a list of strings")
        return value
    kind = parameter.type
    # In Python a boolean is a number as well.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(kind, click.types.BoolParamType):
        fits, wanted = isinstance(value, bool), "true or false"
    elif isinstance(kind, click.types.IntParamType):
        fits, wanted = is_number and isinstance(value, int), "a whole number"
    elif isinstance(kind, click.types.FloatParamType):
        fits, wanted = is_number, "a number"
    elif isinstance(kind, click.Choice):
        fits, wanted = isinstance(value, str) or is_number, "one of: " + ", ".join(map(str, kind.choices))
        value = str(value)
    else:
        fits, wanted = isinstance(value, str), "a string"
    if not fits:
        raise _WrongTypeError(f"expected {wanted}")
    return kind.convert(value, parameter, context)


def _shown(key: str, value: Any) -> str:  # noqa: ANN401  # any TOML value
    """Write a value for a message; a secret is not repeated."""
    return "wrong" if "secret" in key or "token" in key else repr(value)[:100]
