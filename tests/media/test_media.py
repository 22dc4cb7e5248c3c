"""The package."""

import subprocess
import sys

from mockserver import media


def test_the_package_exports_few_names() -> None:
    """Everything else may change."""
    assert media.__all__ == ["NOT_FETCHED", "GivenImage", "MediaMode", "Rendition", "render"]


def test_the_writer_is_loaded_by_the_first_video_only() -> None:
    """A server that starts does not wait for it."""
    script = (
        "import sys; from mockserver.app import create_app; create_app(); print('mockserver.media.film' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
