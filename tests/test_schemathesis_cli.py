"""Schemathesis' own command line, run from outside against /openapi.json, finds nothing; `make fuzz` runs longer."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.operations import load

FUZZ = Path(__file__).parent.parent / "tools" / "fuzz.py"
DETERMINISTIC = ("--generation-deterministic", "--no-color")


@pytest.mark.parametrize(
    "arguments",
    [
        ("-n", "3"),
        ("-n", "1", "--app-version", "2026-08", "--envelope", "v2", "--phases", "examples,fuzzing,stateful"),
    ],
    ids=["whole", "other-version-and-envelope"],
)
def test_nothing_is_found(arguments: tuple[str, ...]) -> None:
    """No phase has a failure with all checks on, no hook and no configuration, and every operation was tested."""
    done = subprocess.run(
        [sys.executable, FUZZ, *DETERMINISTIC, *arguments], capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # It does not test the document itself, which it has read.
    operations = sum(row.emulated and row.id != "meta.openapi" for row in load())
    assert f"Selected: {operations}/{operations}\n  Tested: {operations}" in done.stdout, done.stdout
    for phase in ("Examples", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in done.stdout, done.stdout
    assert re.search(r"\b([0-9]{3,}) generated, \1 passed", done.stdout), done.stdout
