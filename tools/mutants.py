"""Puts every fault of tests/mutants/server into the emulator and prints which of them the suite finds.

`tools/mutants.py [TEXT]` tries only those whose name contains the text. Exit code 1 when one gets away.
"""

import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.mutants.trial import try_all


def main(wanted: str = "") -> int:
    """Try the mutants and print the score."""
    logging.disable()  # what a fault makes the emulator say is no news
    trials = []
    for trial in try_all(wanted):
        trials.append(trial)
        mark = "caught" if trial.caught else "MISSED"
        print(f"{mark}  {trial.mutant.name:60} {trial.mutant.requirement}", flush=True)
        if not trial.caught:
            print(f"        {trial.mutant.sentence}\n        {trial.verdict}: {trial.told}")
    caught = sum(trial.caught for trial in trials)
    print(f"{caught} of {len(trials)} mutants caught")
    return 0 if trials and caught == len(trials) else 1


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:2]))
