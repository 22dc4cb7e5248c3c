"""Run Schemathesis' own command line against a fresh emulator, as anybody could who knows its address.

    python tools/fuzz.py --app-version 2026-08 --envelope v2 -n 200

`--app-version`, `--envelope` and `--enforce` go to the emulator, everything else to `st run`; its exit code is ours.
There are no hooks and no configuration: what Schemathesis knows, it has read in /openapi.json.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

BIN = Path(sys.executable).parent

SERVE = (
    "--port",
    "0",
    # Tasks end at once, and so do their streams; videos are cheap.
    "--latency",
    "instant",
    "--media",
    "tiny",
    # A run that waits for a task of tomorrow is held for 25 s: of the world's time.
    "--clock",
    "scaled",
    "--clock-scale",
    "1000",
    # Being out of money is documented, but no answer to a request that nothing is wrong with.
    "--credits",
    "1000000",
)  # fmt: skip - flags with their values


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    settings = ("--app-version", "--envelope", "--enforce")
    for flag in settings:
        parser.add_argument(flag)
    known, rest = parser.parse_known_args(arguments)
    told = [part for flag, value in zip(settings, vars(known).values(), strict=True) if value for part in (flag, value)]
    with (
        # Schemathesis keeps its own files where it is started, and would read a configuration there.
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [BIN / "inferencesh-mock", "serve", *SERVE, *told], stdout=subprocess.PIPE, text=True, cwd=folder
        ) as server,
    ):
        try:
            assert server.stdout is not None  # noqa: S101  # asked for above
            address = server.stdout.readline().strip().removeprefix("serving ")
            found = [f"{address}/openapi.json", "-H", "Authorization: Bearer fuzz", *rest]
            return subprocess.run([BIN / "st", "run", *found], cwd=folder, check=False).returncode
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
