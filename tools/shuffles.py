"""Plays all cases to a client again and again, shuffled and so many at once: every verdict is the same each time.

`tools/shuffles.py [COUNT] [-- ADAPTOR...]`: twenty runs of the reference client unless told otherwise. Exit code 1 when
two runs do not agree.
"""

import logging
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

from contracts import clock
from contracts.clientside import case, engine
from contracts.clientside.case import Case
from contracts.clientside.events import CaseEnded
from contracts.clientside.players.adaptor import Adaptor, AdaptorPlayer
from mockserver.cli.driving import environment
from mockserver.settings import Settings
from mockserver.testing import serving

REFERENCE = (sys.executable, "-m", "mockserver.testing.adaptors.reference")

AT_ONCE = (8, 4, 16, 2)
"""Cases at once, in turn; a client may allow fewer."""

Verdicts = dict[str, str]
"""By case and check."""


def main(count: str = "20", *rest: str) -> int:
    """Play, print a line for each run, and say what differs."""
    logging.disable()  # what a hostile case makes the emulator say is no news
    argv = rest[1:] if rest[:1] == ("--",) else rest
    first: Verdicts = {}
    same = 0
    for number in range(1, int(count) + 1):
        parallel, begun = AT_ONCE[number % len(AT_ONCE)], clock.now()
        found = played(argv or REFERENCE, shuffled(number), parallel)
        first = first or found
        differs = {
            name: (first.get(name), found.get(name)) for name in first | found if first.get(name) != found.get(name)
        }
        same += not differs
        mark = "the same" if not differs else "DIFFERS "
        print(f"{mark}  run {number:<3} {parallel:>2} at once  {clock.now() - begun:.0f} s", flush=True)
        for name, (before, now) in differs.items():
            print(f"          {name}: {before} in run 1, {now} here")
    print(f"{same} of {count} runs gave the same {len(first)} verdicts")
    return 0 if same == int(count) and first else 1


def shuffled(number: int) -> list[Case]:
    """Return all cases in the order of a run."""
    return sorted(case.cases(), key=lambda row: zlib.crc32(f"{number}:{row.name}".encode()))


def played(argv: Sequence[str], cases: Sequence[Case], parallel: int) -> Verdicts:
    """Return every verdict of one run."""
    found: Verdicts = {}
    with serving(Settings(port=0, max_worlds=4 * len(cases))) as server:
        adaptor = Adaptor(argv, environment(server.base_url), Path.cwd())
        try:
            for event in engine.run(AdaptorPlayer(adaptor), engine.Emulator(server.base_url), cases, parallel=parallel):
                if isinstance(event, CaseEnded):
                    found |= {f"{event.case.name} {row.check}": row.verdict for row in event.emitted}
        finally:
            adaptor.close()
    return found


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
