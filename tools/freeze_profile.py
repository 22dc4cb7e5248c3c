"""Write a profile: every MUST that a case emits today. `python tools/freeze_profile.py 2026-12`; never over one."""

import argparse
import sys
from pathlib import Path

from contracts.clientside import case, judging

FOLDER = Path(__file__).parents[1] / "contracts" / "clientside" / "profiles"


def main(argv: list[str]) -> int:
    """Write the file, unless it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="year and month")
    parser.add_argument("--again", action="store_true", help="over one that nobody has been scored by yet")
    told = parser.parse_args(argv)
    file = FOLDER / f"{told.name}.toml"
    if file.exists() and not told.again:
        sys.stderr.write(f"{file.name} is frozen; choose another name\n")
        return 1
    ids = sorted(
        {probe.check.id for row in case.cases() for probe in judging.declared(row) if probe.check.level == "MUST"}
    )
    file.write_text("checks = [\n" + "".join(f'  "{name}",\n' for name in ids) + "]\n", "utf-8")
    sys.stdout.write(f"{file.name}: {len(ids)} checks\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
