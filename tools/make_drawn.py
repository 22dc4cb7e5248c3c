"""Draw fixtures/drawn/inputs.json: the inputs that cases with an `example` are played with at seed 0.

Cases whose input is kept keep it, so that old reports can be compared with new ones: only what is missing is drawn, and
what no case asks for any more is taken out.
"""

import json
import zlib
from pathlib import Path

from contracts.clientside import case, examples

FILE = Path(__file__).parents[1] / "fixtures" / "drawn" / "inputs.json"


def main() -> None:
    """Write the file."""
    found = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    rows = {row.name: row for row in case.cases() if row.example}
    drawn = {
        name: found.get(name) or examples.draw(row.example, zlib.crc32(name.encode())) for name, row in rows.items()
    }
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(drawn, indent=1) + "\n", "utf-8")
    print(f"{len(drawn)} inputs, {len(drawn.keys() - found.keys())} of them drawn now")


if __name__ == "__main__":
    main()
