"""Commands given in this process, and the adaptor that most of them are given."""

import sys

from click.testing import CliRunner, Result

from mockserver.cli import cli

REFERENCE = (sys.executable, "-m", "mockserver.testing.adaptors.reference")


def told(*words: object) -> Result:
    """Give a command and return what came."""
    return CliRunner().invoke(cli, [str(word) for word in words], env={"COLUMNS": "200"})
