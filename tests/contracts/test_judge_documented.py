"""`judge` under `documented`: each row of D4's decision table, with exactly what it says and nothing else."""

from collections.abc import Mapping
from typing import Any

import pytest

from contracts.apps.judgement import Judgement
from contracts.apps.table import VersionName
from contracts.apps.video_v2_6 import judge

from .verdicts import PHOTO, both_versions, broken, verdict, warned

LOW = {"2026-05": {"mode": "std"}, "2026-08": {"resolution": "720p"}}
MARKER = {"2026-05": "<<<voice_1>>>", "2026-08": "@voice_1"}
LOW_TEXT = {"2026-05": "pro mode only", "2026-08": "1080p only"}
ASTRAL = "\U0001f6f6"
"""One code point, two UTF-16 units, four bytes."""


def made(found: Judgement) -> tuple[str, bool]:
    """Branch and sound of what will be made."""
    assert found.expectation is not None
    return found.expectation.branch, found.expectation.sound


# ------------------------------------------------------------------------------------------------------------- texts


@pytest.mark.requirement("REQ-INPUT-002")
@both_versions
def test_a_missing_prompt_is_refused(version: VersionName) -> None:
    """`prompt` is the only required key."""
    found = judge(version, {}, lambda _: PHOTO)
    assert broken(found) == [("/prompt", "REQ-INPUT-002")]
    assert found.violations[0].received == "nothing"


@pytest.mark.requirement("REQ-INPUT-003")
@both_versions
@pytest.mark.parametrize(
    ("value", "received"), [(None, "null"), (5, "5"), (True, "true"), ([], "a list of 0"), ({}, "an object of 0 keys")]
)
def test_a_prompt_that_is_not_a_string_is_refused(version: VersionName, value: Any, received: str) -> None:
    """Nothing is turned into a string."""
    found = verdict(version, prompt=value)
    assert broken(found) == [("/prompt", "REQ-INPUT-003")]
    assert found.violations[0].received == received


@pytest.mark.requirement("REQ-INPUT-004")
@both_versions
@pytest.mark.parametrize("character", ["a", "é", "字", ASTRAL, "\n"])
def test_a_prompt_has_at_most_2500_code_points(version: VersionName, character: str) -> None:
    """Code points are counted, neither bytes nor UTF-16 units nor what one sees."""
    assert warned(verdict(version, prompt=character * 2499)) == []
    assert warned(verdict(version, prompt=character * 2500)) == []
    found = verdict(version, prompt=character * 2501)
    assert broken(found) == [("/prompt", "REQ-INPUT-004")]
    assert found.violations[0].received == "2501 characters"


@pytest.mark.requirement("REQ-INPUT-043")
@both_versions
def test_an_empty_prompt_is_accepted(version: VersionName) -> None:
    """The page sets an upper limit only (REQ-INPUT-043)."""
    assert warned(verdict(version, prompt="")) == []


@pytest.mark.requirement("REQ-INPUT-006")
@pytest.mark.parametrize("character", ["a", ASTRAL])
def test_a_negative_prompt_has_at_most_2500_code_points(character: str) -> None:
    """It has the prompt's limit although nobody reads it."""
    ignored = [("/negative_prompt", "negative_prompt_unsupported")]
    assert warned(verdict("2026-05", negative_prompt=character * 2500)) == ignored
    assert broken(verdict("2026-05", negative_prompt=character * 2501)) == [("/negative_prompt", "REQ-INPUT-006")]


@pytest.mark.requirement("REQ-INPUT-007")
def test_a_negative_prompt_is_ignored_with_a_warning() -> None:
    """It is accepted and never reaches the model."""
    found = verdict("2026-05", negative_prompt="rain")
    assert warned(found) == [("/negative_prompt", "negative_prompt_unsupported")]
    assert found.accepted is not None
    assert found.accepted["negative_prompt"] is None
    assert found.expectation == verdict("2026-05").expectation


@pytest.mark.requirement("REQ-INPUT-045")
def test_an_absent_negative_prompt_is_no_reason_for_a_warning() -> None:
    """Null and the empty string give nothing up."""
    assert warned(verdict("2026-05", negative_prompt=None)) == []
    assert warned(verdict("2026-05", negative_prompt="")) == []


# ------------------------------------------------------------------------------------------------- frames and sound


@pytest.mark.requirement("REQ-INPUT-026")
@both_versions
def test_an_empty_string_for_a_file_is_absent(version: VersionName) -> None:
    """It counts as no file, with a warning for each."""
    found = verdict(version, image="", end_image="")
    assert warned(found) == [("/end_image", "empty_file_ignored"), ("/image", "empty_file_ignored")]
    assert found.accepted is not None
    assert (found.accepted["image"], found.accepted["end_image"]) == (None, None)
    assert made(found) == ("text-to-video", True)


@pytest.mark.requirement("REQ-INPUT-045")
@both_versions
def test_null_for_a_file_is_absent_without_a_word(version: VersionName) -> None:
    """Null is the schema's own way to say none (REQ-INPUT-045)."""
    assert warned(verdict(version, image=None, end_image=None, voice_id=None)) == []


@pytest.mark.requirement("REQ-INPUT-027")
@both_versions
@pytest.mark.parametrize("absent", [{}, {"image": None}, {"image": ""}])
def test_an_end_image_requires_an_image(version: VersionName, absent: Mapping[str, Any]) -> None:
    """There is no end without a start."""
    found = verdict(version, end_image="end", **absent)
    assert broken(found) == [("/end_image", "REQ-INPUT-027")]
    assert "requires image" in found.violations[0].message


@pytest.mark.requirement("REQ-INPUT-028")
@both_versions
def test_an_end_image_is_for_the_better_quality_only(version: VersionName) -> None:
    """The page says pro mode only; the newer version says 1080p."""
    found = verdict(version, image="start", end_image="end", **LOW[version])
    assert broken(found) == [("/end_image", "REQ-INPUT-028")]
    assert LOW_TEXT[version] in found.violations[0].message


@pytest.mark.requirement("REQ-INPUT-029")
@both_versions
def test_an_end_image_turns_sound_off(version: VersionName) -> None:
    """Sound that was asked for yields with a warning, the default just yields."""
    frames = {"image": "start", "end_image": "end"}
    asked = verdict(version, sound=True, **frames)
    assert (warned(asked), made(asked)) == ([("/sound", "sound_disabled_by_end_frame")], ("start-end-frame", False))
    for fields in (frames, frames | {"sound": False}):
        found = verdict(version, **fields)
        assert (warned(found), made(found)) == ([], ("start-end-frame", False))
        assert found.price == asked.price == 35_000_000


@pytest.mark.requirement("REQ-INPUT-036")
@both_versions
def test_a_start_image_alone_keeps_sound(version: VersionName) -> None:
    """ "Start/end frames" means both of them."""
    found = verdict(version, image="start", sound=True)
    assert (warned(found), made(found)) == ([], ("image-to-video", True))


@pytest.mark.requirement("REQ-INPUT-035")
def test_sound_in_std_is_off_with_a_warning() -> None:
    """Asked for, it is dropped with a warning; by default it is dropped quietly."""
    found = verdict("2026-05", mode="std", sound=True)
    assert (warned(found), made(found)) == ([("/sound", "sound_requires_pro")], ("text-to-video", False))
    assert warned(verdict("2026-05", mode="std")) == []
    assert warned(verdict("2026-05", mode="std", sound=False)) == []


@pytest.mark.requirement("REQ-INPUT-037")
@pytest.mark.parametrize("fields", [{}, {"sound": True}, {"image": "start"}, {"end_image": 5}])
def test_sound_in_720p_is_refused(fields: Mapping[str, Any]) -> None:
    """What std quietly dropped is a violation in the newer version, even when sound is only the default."""
    found = broken(verdict("2026-08", resolution="720p", **fields))
    assert ("/sound", "REQ-INPUT-037") in found
    assert broken(verdict("2026-08", resolution="720p", sound=False)) == []


# -------------------------------------------------------------------------------------------------------------- voice


@pytest.mark.requirement("REQ-INPUT-030")
@both_versions
def test_a_voice_is_for_the_better_quality_only(version: VersionName) -> None:
    """The page says pro mode only; the newer version says 1080p."""
    found = verdict(version, prompt=MARKER[version], image="start", voice_id="1", sound=False, **LOW[version])
    assert broken(found) == [("/voice_id", "REQ-INPUT-030")]
    assert LOW_TEXT[version] in found.violations[0].message


@pytest.mark.requirement("REQ-INPUT-031")
@both_versions
def test_a_voice_without_an_image_is_dropped(version: VersionName) -> None:
    """Text-to-video has no voices, wherever they were to speak."""
    assert ("/voice_id", "voice_requires_image") in warned(verdict(version, prompt="a cat", voice_id="1"))
    found = verdict(version, prompt=MARKER[version], voice_id="1")
    assert (warned(found), made(found)) == ([("/voice_id", "voice_requires_image")], ("text-to-video", True))
    assert found.accepted is not None
    assert found.accepted["voice_id"] is None
    assert found.price == 70_000_000


@pytest.mark.requirement("REQ-INPUT-032")
@both_versions
def test_a_voice_and_both_frames_are_refused(version: VersionName) -> None:
    """An end frame is silent, a voice is not."""
    found = verdict(version, prompt=MARKER[version], image="start", end_image="end", voice_id="1")
    assert broken(found) == [("/voice_id", "REQ-INPUT-032")]


@pytest.mark.requirement("REQ-INPUT-033")
@both_versions
def test_a_voice_the_prompt_does_not_place_is_warned_about(version: VersionName) -> None:
    """The warning shows the marker of this version."""
    found = verdict(version, image="start", voice_id="1")
    assert (warned(found), made(found)) == ([("/prompt", "voice_marker_missing")], ("voice-control", True))
    assert MARKER[version] in found.warnings[0].message


@pytest.mark.requirement("REQ-INPUT-034")
@both_versions
def test_a_marker_without_a_voice_is_warned_about(version: VersionName) -> None:
    """Nobody will speak there."""
    found = verdict(version, prompt=f"says {MARKER[version]} ahoy", image="start")
    assert (warned(found), made(found)) == ([("/voice_id", "voice_id_missing")], ("image-to-video", True))


@pytest.mark.requirement("REQ-INPUT-052")
def test_each_version_has_its_own_marker() -> None:
    """The other version's marker is plain text."""
    assert warned(verdict("2026-05", prompt=MARKER["2026-08"])) == []
    assert warned(verdict("2026-08", prompt=MARKER["2026-05"])) == []


@pytest.mark.requirement("REQ-INPUT-041")
@both_versions
def test_a_voice_turns_sound_on(version: VersionName) -> None:
    """Sound false next to a voice is overruled with a warning (REQ-INPUT-041)."""
    found = verdict(version, prompt=MARKER[version], image="start", voice_id="1", sound=False)
    assert (warned(found), made(found)) == ([("/sound", "sound_forced_by_voice")], ("voice-control", True))


@pytest.mark.requirement("REQ-INPUT-042")
def test_an_empty_voice_is_absent_in_2026_05_and_refused_in_2026_08() -> None:
    """The older code asks whether it is true, the newer whether it is there (REQ-INPUT-042)."""
    found = verdict("2026-05", image="start", voice_id="")
    assert (warned(found), made(found)) == ([], ("image-to-video", True))
    assert broken(verdict("2026-08", image="start", voice_id="")) == [("/voice_id", "REQ-INPUT-042")]
    both = [("/voice_id", "REQ-INPUT-030"), ("/voice_id", "REQ-INPUT-042")]
    assert broken(verdict("2026-08", image="start", voice_id="", resolution="720p", sound=False)) == both


# ---------------------------------------------------------------------------------------------------- all at once


@pytest.mark.requirement("REQ-ERR-009")
def test_all_violations_come_at_once_in_pointer_order() -> None:
    """Schema, combinations and texts are told together (D5)."""
    found = judge(
        "2026-05",
        {
            "voice_id": "1",
            "prompt": "a" * 2501,
            "negative_prompt": "b" * 2501,
            "mode": "std",
            "end_image": "end",
            "duration": 5,
            "aspect_ratio": "1:2",
            "sound": "on",
            "colour": "red",
        },
        lambda _: PHOTO,
    )
    assert broken(found) == [
        ("/aspect_ratio", "REQ-INPUT-009"),
        ("/duration", "REQ-INPUT-010"),
        ("/end_image", "REQ-INPUT-027"),
        ("/end_image", "REQ-INPUT-028"),
        ("/negative_prompt", "REQ-INPUT-006"),
        ("/prompt", "REQ-INPUT-004"),
        ("/sound", "REQ-INPUT-012"),
        ("/voice_id", "REQ-INPUT-030"),
    ]
    assert (found.accepted, found.expectation, found.failure, found.price) == (None, None, None, 0)


def test_a_broken_field_takes_part_in_no_other_rule() -> None:
    """Nothing is concluded from a value that is not understood."""
    assert broken(verdict("2026-05", mode="ultra", end_image="end", image="start")) == [("/mode", "REQ-INPUT-008")]
    assert broken(verdict("2026-05", image=5, end_image="end")) == [("/image", "REQ-INPUT-014")]
