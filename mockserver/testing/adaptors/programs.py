"""Adaptors that are programs in another language: started from Python, for that is where a user finds them."""

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn


def become(program: str, file: str, needed: str) -> NoReturn:
    """Let a program take this process's place.

    Args:
        program: what runs the file, by the name of its command.
        file: beside this one.
        needed: what to install where that command is not there.
    """
    found = shutil.which(program)
    if found is None:
        sys.exit(f"this adaptor needs {needed}, and there is no command `{program}`: install it")
    os.execv(found, [found, str(Path(__file__).with_name(file))])  # noqa: S606  # our own program, and no shell
