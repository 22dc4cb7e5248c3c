"""Judging under `documented`, and what of a verdict the tests compare."""

from typing import Any, get_args

import pytest

from contracts.apps.files import FileFacts
from contracts.apps.judgement import Judgement
from contracts.apps.table import VersionName
from contracts.apps.video_v2_6 import judge

PHOTO = FileFacts("uploaded", size=80_000, format="jpeg", width=1600, height=900)
Told = list[tuple[str, str]]

both_versions = pytest.mark.parametrize("version", get_args(VersionName))


def verdict(version: VersionName, **fields: Any) -> Judgement:
    """Judge a prompt and these fields; every named file is a good photo."""
    return judge(version, {"prompt": "a paper boat"} | fields, lambda _: PHOTO)


def broken(found: Judgement) -> Told:
    """Where and which rule."""
    return [(violation.pointer, violation.rule) for violation in found.violations]


def warned(found: Judgement) -> Told:
    """Where and with which code, of an input that was accepted."""
    assert found.violations == ()
    assert found.accepted is not None
    return [(warning.pointer, warning.code) for warning in found.warnings]
