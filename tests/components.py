"""Components that a machine may lack: the test is skipped with a word on how to get them, and in CI it fails."""

import os
import shutil
from typing import NoReturn

import pytest


def missing(told: str) -> NoReturn:
    """Skip the test, or fail it in CI.

    Args:
        told: what is missing, and how to get it.
    """
    if os.environ.get("CI") == "true":
        pytest.fail(f"missing in CI: {told}", pytrace=False)
    pytest.skip(f"missing: {told}")


def program(*names: str, package: str) -> str:
    """Return the path of the first of some programs that is there.

    Args:
        names: under which it may be installed.
        package: of Debian that brings it.
    """
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        missing(f"{names[0]}; `apt-get install {package}` (or `brew install {package}`) brings it")
    return found
