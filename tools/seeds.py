"""Judges the emulator as it is, once for each seed, by all phases of the suite: it finds nothing.

`tools/seeds.py [COUNT]`, 20 unless told otherwise. Exit code 1 when something is found.
"""

import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.mutants.trial import try_unmutated


def main(count: str = "20") -> int:
    """Judge, and print a line for each seed."""
    logging.disable()  # what a bad request makes the emulator say is no news
    passed = 0
    for seed in range(1, int(count) + 1):
        results = try_unmutated(seed)
        passed += results.outcome == "pass"
        began, ended = results.began, results.ended
        took = f"{ended.seconds:.0f} s" if ended else "broken off"
        print(f"{results.outcome:<7}  seed {seed:<3} {began.target.app_version if began else ''}  {took}", flush=True)
        for row in results.rows.values():
            if row.verdict in {"fail", "not-run"}:
                print(f"         {row.requirement.id} {row.verdict}: {row.told}")
        for phase, reason in results.stopped.items():
            print(f"         {phase} stopped: {reason}")
    print(f"{passed} of {count} seeds passed")
    return 0 if passed == int(count) else 1


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:2]))
