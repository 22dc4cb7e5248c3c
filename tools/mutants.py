"""Puts every fault of tests/mutants/server into the emulator and prints which of them the suite finds; then gives
every broken client of tests/mutants/clients the cases of its area and prints which fail their check and no other.

`tools/mutants.py [TEXT]` tries only those whose name contains the text. Exit code 1 when one gets away.
"""

import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.mutants import client_trial
from tests.mutants.trial import try_all


def main(wanted: str = "") -> int:
    """Try the mutants of both kinds and print the scores."""
    logging.disable()  # what a fault makes the emulator say is no news
    scores = [_servers(wanted), _clients(wanted)]
    return 0 if any(tried for _, tried in scores) and all(caught == tried for caught, tried in scores) else 1


def _servers(wanted: str) -> tuple[int, int]:
    trials = []
    for trial in try_all(wanted):
        trials.append(trial)
        mark = "caught" if trial.caught else "MISSED"
        print(f"{mark}  {trial.mutant.name:60} {trial.mutant.requirement}", flush=True)
        if not trial.caught:
            print(f"        {trial.mutant.sentence}\n        {trial.verdict}: {trial.told}")
    caught = sum(trial.caught for trial in trials)
    print(f"{caught} of {len(trials)} mutants caught")
    return caught, len(trials)


def _clients(wanted: str) -> tuple[int, int]:
    caught = tried = 0
    for mutant, trial in client_trial.try_all(wanted):
        good = trial.failed == {mutant.check} and not trial.blunders
        tried, caught = tried + 1, caught + good
        print(f"{'caught' if good else 'MISSED'}  {mutant.name:60} {mutant.check}", flush=True)
        for line in [] if good else [mutant.sentence, *trial.told("fail", "warn", "harness-error")]:
            print(f"        {line}")
    print(f"{caught} of {tried} broken clients failed their check and no other")
    return caught, tried


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:2]))
