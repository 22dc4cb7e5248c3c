"""What a run may cost, before it is submitted."""

from typing import Any

import pytest

from contracts.apps.table import VersionName
from contracts.serverside.specimens import price_of
from contracts.serverside.target import Target


@pytest.mark.parametrize(
    ("version", "given", "cents"),
    [
        ("2026-05", {"prompt": "p"}, 70),
        ("2026-05", {"prompt": "p", "mode": "std"}, 21),
        ("2026-05", {"prompt": "p", "mode": "std", "aspect_ratio": "none"}, 21),
        ("2026-05", {"prompt": "p", "mode": "std", "duration": 10}, 42),
        ("2026-05", {"prompt": 5, "duration": "10"}, 140),
        ("2026-05", {"prompt": 5, "voice_id": "v"}, 84),
        ("2026-05", "no input at all", 70),
        ("2026-08", {"prompt": "p", "resolution": "720p"}, 21),
        ("2026-08", {"prompt": "p", "image": "https://example.com/a.png", "sound": False}, 35),
    ],
)
def test_a_run_is_priced_even_if_it_is_to_be_refused(version: VersionName, given: Any, cents: int) -> None:
    """A server that takes it nevertheless charges for it."""
    assert price_of(Target("http://127.0.0.1:1", "k", app_version=version), given) == cents * 1_000_000
