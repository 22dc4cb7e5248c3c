"""Prompts: their lengths, their scripts and their voice markers."""

import unicodedata
from typing import get_args

import pytest

from contracts.apps.files import FileFacts
from contracts.apps.table import VersionName
from contracts.apps.video_v2_6 import judge
from contracts.strategies import (
    at_the_limit,
    at_the_limit_in_bytes,
    badly_marked,
    lookalikes,
    marked,
    prompts,
    too_long,
    unmarked,
)
from contracts.strategies.prompts import SCRIPTS

from .reaching import drawn, smallest, unreached

both_versions = pytest.mark.parametrize("version", get_args(VersionName))


def codes(version: VersionName, prompt: str, **fields: str) -> list[str]:
    """Codes of the warnings of an accepted input."""
    found = judge(version, {"prompt": prompt, **fields}, lambda _: FileFacts("foreign"))
    assert found.violations == ()
    return [warning.code for warning in found.warnings]


def test_limits_are_met_exactly() -> None:
    """2499 and 2500 characters, 2501 and more, and 2499 to 2501 bytes in fewer characters."""
    assert {len(text) for text in drawn(at_the_limit(), 60)} == {2499, 2500}
    assert {len(text) for text in drawn(too_long(), 100)} == {2501, 2502, 5000}
    small = drawn(at_the_limit_in_bytes(), 100)
    assert {len(text.encode("utf-8")) for text in small} == {2499, 2500, 2501}
    assert max(len(text) for text in small) < 2499


def test_a_script_is_what_its_name_says() -> None:
    """The first letter of each span belongs to the script, and all lengths of UTF-8 are there."""
    names = {script: unicodedata.name(chr(first)) for script, (first, _) in SCRIPTS.items()}
    for script in SCRIPTS.keys() - {"latin with accents", "kana", "han", "han beyond the first plane", "emoji"}:
        assert script.upper() in names[script]
    assert all(unicodedata.category(chr(code)) != "Cn" for span in SCRIPTS.values() for code in (span[0], span[1]))
    assert {len(chr(first).encode("utf-8")) for first, _ in SCRIPTS.values()} == {1, 2, 3, 4}


@both_versions
def test_prompts_of_every_kind_are_accepted(version: VersionName) -> None:
    """All scripts come up, none is refused, and only a marker is worth a warning."""

    def scripts(text: str) -> list[str]:
        assert codes(version, text) in ([], ["voice_id_missing"])
        return [
            name for name, (low, high) in SCRIPTS.items() if any(low <= ord(letter) <= high for letter in text[:100])
        ]

    assert unreached(prompts(version), scripts, SCRIPTS.keys(), 600) == set()


@pytest.mark.requirement("REQ-INPUT-052")
@both_versions
def test_marked_prompts_are_marked_and_the_others_are_not(version: VersionName) -> None:
    """Seen by the warnings that a voice does or does not bring; what resembles a marker is none (REQ-INPUT-052)."""
    for text in drawn(marked(version), 60):
        assert "voice_marker_missing" not in codes(version, text, voice_id="1")
    for strategy in (unmarked(version), badly_marked(version), lookalikes()):
        for text in drawn(strategy, 60):
            assert "voice_marker_missing" in codes(version, text, voice_id="1")


@both_versions
def test_the_simplest_prompts(version: VersionName) -> None:
    """Two plain words, a marker with nothing beside it, and the limit in plain letters."""
    assert smallest(prompts(version)) == "a boat"
    assert smallest(marked(version)) == {"2026-05": "<<<voice_1>>>", "2026-08": "@voice_1"}[version]
    assert smallest(too_long()) == "a" * 2501
