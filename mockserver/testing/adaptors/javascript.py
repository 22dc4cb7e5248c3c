"""The adaptor of the official JavaScript client: starts javascript.mjs with Node, which takes this process's place.

It is run in a folder where `npm install @inferencesh/sdk` was done.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn


def main() -> NoReturn:
    """Become Node."""
    node = shutil.which("node")
    if node is None:
        sys.exit(
            "this adaptor needs Node.js 20.6 or newer, and there is no command `node`: install it (https://nodejs.org)"
        )
    os.execv(node, [node, str(Path(__file__).with_suffix(".mjs"))])  # noqa: S606  # our own program, and no shell


if __name__ == "__main__":
    main()
