"""What the commands of the contract kit need beside the emulator: told before anything is done, in one sentence."""

from importlib.util import find_spec

import click

NEEDED = ("hypothesis", "jinja2", "junitparser", "psutil", "rich", "schemathesis", "yaml")
"""Modules that `inferencesh-mock[kit]` brings; nothing is imported to see whether they are there."""


def ensure_kit() -> None:
    """Refuse to begin without them.

    Raises:
        click.UsageError: one is missing; how to get it.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise click.UsageError(
            f"{', '.join(missing)} cannot be imported; the kit needs more: pip install 'inferencesh-mock[kit]'"
        )
