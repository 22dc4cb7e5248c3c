"""Chromium for tests: where it is, and the flags that keep it quiet."""

import os
import shutil

import pytest

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
)


def chromium() -> str:
    """Return the program; without it the test is skipped, and in CI it fails."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        message = "chromium is not installed; `apt-get install chromium` brings it."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found
