"""Where data files lie (`contracts/fixtures.py`)."""

from pathlib import Path

import pytest

from contracts import fixtures


def test_a_file_of_the_checkout_is_found() -> None:
    """The sound lies under fixtures/audio."""
    assert fixtures.path("audio", "beeps-44100.aac").is_file()


def test_a_wheels_own_files_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed, fixtures/ lies inside the package."""
    (tmp_path / "_fixtures").mkdir()
    (tmp_path / "_fixtures" / "audio").touch()
    monkeypatch.setattr(fixtures, "_ROOTS", (tmp_path / "_fixtures", *fixtures._ROOTS))
    assert fixtures.path("audio") == tmp_path / "_fixtures" / "audio"


def test_a_missing_file_is_named_with_the_places() -> None:
    """And with the next step."""
    with pytest.raises(
        FileNotFoundError, match=r"fixtures/no/such is missing: looked in .* Reinstall inferencesh-mock"
    ):
        fixtures.path("no", "such")
