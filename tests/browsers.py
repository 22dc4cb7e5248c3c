"""Chromium for tests: where it is, and the flags that keep it quiet."""

from tests import components

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
    return components.program("chromium", "chromium-browser", package="chromium")
