"""Profiles are frozen, and every check that they score is still emitted."""

import hashlib

import pytest

from contracts.clientside import case, judging, profiles, scores
from contracts.clientside.profiles import ProfileError

FROZEN = {"2026-12": "8059bff4804aca2e85d0b8e987a0f5858ec454a38895e9e25d6a8f6354566613"}
"""SHA-256 of the ids of each profile: one that changes is no measure."""


def test_profiles_do_not_change() -> None:
    """A new check waits for the next profile."""
    found = {
        name: hashlib.sha256("\n".join(sorted(profiles.load(name))).encode()).hexdigest() for name in profiles.names()
    }
    assert found == FROZEN


def test_every_scored_check_is_emitted() -> None:
    """By some case, as a MUST."""
    emitted = {probe.check.id for row in case.cases() for probe in judging.declared(row) if probe.check.level == "MUST"}
    assert profiles.load() <= emitted


def test_a_check_that_came_later_is_not_scored() -> None:
    """It is told, and changes no number."""
    rows = [{"check": "wire.contact", "level": "MUST", "verdict": "pass"}]
    later = {"check": "submit.new", "level": "MUST", "verdict": "fail"}
    assert scores.conformance([*rows, later], profiles.load()) == scores.Share(1, 1)


def test_what_the_emulator_does_is_no_merit_of_the_client() -> None:
    """`wire.harness-valid` is about us, and is in neither number."""
    rows = [
        {"check": "wire.harness-valid", "level": "MUST", "verdict": "pass"},
        {"check": "wire.contact", "level": "MUST", "verdict": "fail"},
    ]
    assert scores.conformance(rows, profiles.load()) == scores.Share(0, 1)
    assert scores.observed(rows) == scores.Share(1, 1)


def test_a_profile_that_is_not_there_is_told() -> None:
    """With those that are."""
    with pytest.raises(ProfileError, match="there is no profile '1999-01'; there are 2026-12"):
        profiles.load("1999-01")
