"""Commands of the kit where only the emulator is installed."""

import subprocess
import sys

import pytest

WITHOUT = """
import importlib.util, sys
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == {missing!r} else found(name, *more)
from mockserver.cli import main
sys.argv = ["inferencesh-mock", *{words!r}]
main()
"""


@pytest.mark.parametrize("missing", ["psutil", "yaml"])
@pytest.mark.parametrize(
    "words",
    [
        ("conform", "--list"),
        ("adaptor", "check", "--", "true"),
        ("report", "merge", "none.json"),
        ("check", "http://127.0.0.1:9", "--api-key", "k"),
    ],
    ids=lambda words: words[0],
)
def test_what_is_missing_is_named_with_how_to_get_it(words: tuple[str, ...], missing: str) -> None:
    """In one sentence, and nothing is begun."""
    program = WITHOUT.format(missing=missing, words=words)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    told = f"Error: {missing} cannot be imported; the kit needs more: pip install 'inferencesh-mock[kit]'"
    assert done.stderr.splitlines()[-1] == told
