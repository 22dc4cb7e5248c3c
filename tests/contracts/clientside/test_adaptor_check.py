"""`inferencesh-mock adaptor check` tells the author of an adaptor what is wrong with its answers."""

import sys

from click.testing import CliRunner

from mockserver.cli import cli
from tests import components

WRONG = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    if asked["op"] == "hello":
        client = {"name": "wrong", "version": "1", "language": "python"}
        print(json.dumps({"kit": 1, "client": client, "supports": ["run", "run.wait", "get"]}), flush=True)
    elif asked["op"] == "call" and asked["call"] == "run":
        print(json.dumps({"seq": asked["seq"], "saw": {"id": 5, "status": 10}}), flush=True)
    elif asked["op"] == "call":
        print(json.dumps({"seq": asked["seq"], "cannot": {"needs": "get"}}), flush=True)
    else:
        break
"""


def _check(*argv: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["adaptor", "check", "--", *argv])
    return done.exit_code, done.output


def test_the_adaptor_in_bash_answers_as_it_should() -> None:
    """A shell script is enough to join."""
    for name in ("bash", "curl", "jq"):
        components.program(name, package=name)
    code, told = _check(sys.executable, "-m", "mockserver.testing.adaptors.curl")
    assert (code, told.splitlines()[-1]) == (0, "every answer is as it should be")
    assert "download: saw" in told


def test_answers_that_break_the_protocol_are_named() -> None:
    """By the call, with what was expected; a claim that is not true is one of them."""
    code, told = _check(sys.executable, "-c", WRONG)
    assert code == 1
    assert "run: the adaptor failed: `saw` of `run`" in told
    assert "its hello says that it can" in told
    assert told.splitlines()[-1] == "2 answers are not as they should be"


def test_a_hello_that_is_none_ends_the_check() -> None:
    """Nothing is asked of what is no adaptor."""
    code, told = _check(sys.executable, "-c", "print('hi')")
    assert code == 1
    assert told.startswith("hello: the adaptor said no proper hello")
