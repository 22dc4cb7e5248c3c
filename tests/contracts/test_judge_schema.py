"""`judge` and the shape of an input: types, enums, unknown keys, and how a verdict is written down."""

from typing import Any, get_args

import pytest

from contracts.apps.table import VersionName
from contracts.apps.video_v2_6 import judge

from .verdicts import PHOTO, both_versions, broken, verdict, warned


@pytest.mark.requirement(
    "REQ-INPUT-005",
    "REQ-INPUT-008",
    "REQ-INPUT-009",
    "REQ-INPUT-012",
    "REQ-INPUT-013",
    "REQ-INPUT-014",
    "REQ-INPUT-015",
    "REQ-INPUT-016",
    "REQ-INPUT-046",
)
@pytest.mark.parametrize(
    ("version", "field", "value", "rule"),
    [
        ("2026-05", "mode", "PRO", "008"),
        ("2026-05", "mode", "fast", "008"),
        ("2026-05", "mode", "", "008"),
        ("2026-05", "mode", None, "008"),
        ("2026-05", "aspect_ratio", "16x9", "009"),
        ("2026-05", "aspect_ratio", None, "009"),
        ("2026-05", "duration", "7", "010"),
        ("2026-05", "duration", None, "010"),
        ("2026-05", "duration", True, "010"),
        ("2026-05", "negative_prompt", 5, "005"),
        ("2026-08", "resolution", "1080", "016"),
        ("2026-08", "resolution", "4k", "016"),
        ("2026-08", "resolution", None, "016"),
        ("2026-08", "aspect_ratio", "4:3", "009"),
        ("2026-08", "aspect_ratio", "21:9", "009"),
        ("2026-08", "duration", 7, "011"),
        ("2026-08", "duration", 5.5, "011"),
        ("2026-08", "duration", True, "011"),
        ("2026-08", "duration", None, "011"),
        *(
            (version, field, value, rule)
            for version in get_args(VersionName)
            for field, value, rule in [
                ("sound", None, "012"),
                ("sound", "on", "012"),
                ("sound", "true", "012"),
                ("sound", 1, "012"),
                ("voice_id", 7, "013"),
                ("voice_id", False, "013"),
                ("image", {}, "014"),
                ("image", ["start"], "014"),
                ("image", False, "014"),
                ("end_image", {"uri": "end"}, "015"),
            ]
        ),
    ],
)
def test_a_value_outside_the_schema_is_refused(version: VersionName, field: str, value: Any, rule: str) -> None:
    """Enums and JSON types are strict: no case folding, no coercion, no null where the schema has none."""
    assert broken(verdict(version, **{field: value})) == [(f"/{field}", f"REQ-INPUT-{rule}")]


@pytest.mark.requirement("REQ-INPUT-010")
@pytest.mark.parametrize("value", [5, 10, 5.0])
def test_integer_seconds_are_refused_in_2026_05(value: float) -> None:
    """The older version takes strings, and the refusal says so."""
    found = verdict("2026-05", duration=value)
    assert broken(found) == [("/duration", "REQ-INPUT-010")]
    assert "takes it as a string" in found.violations[0].message
    assert found.violations[0].expected == 'one of "5", "10"'


@pytest.mark.requirement("REQ-INPUT-011")
@pytest.mark.parametrize("value", ["5", "10"])
def test_seconds_as_text_are_refused_in_2026_08(value: str) -> None:
    """The newer version takes integers, and the refusal says so."""
    found = verdict("2026-08", duration=value)
    assert broken(found) == [("/duration", "REQ-INPUT-011")]
    assert "takes it as an integer" in found.violations[0].message
    assert found.violations[0].expected == "one of 5, 10"


@pytest.mark.requirement("REQ-INPUT-001")
@both_versions
@pytest.mark.parametrize("value", [None, [], "prompt", 5, True])
def test_an_input_that_is_not_an_object_is_refused(version: VersionName, value: Any) -> None:
    """The pointer is that of the whole input."""
    assert broken(judge(version, value, lambda _: PHOTO)) == [("", "REQ-INPUT-001")]


@pytest.mark.requirement("REQ-INPUT-017", "REQ-MEDIA-006")
@pytest.mark.parametrize(
    ("ratio", "pro", "std"),
    [
        ("4:3", (1620, 1216), (1080, 810)),
        ("3:4", (1216, 1620), (810, 1080)),
        ("3:2", (1620, 1080), (1080, 720)),
        ("2:3", (1080, 1620), (720, 1080)),
        ("21:9", (2206, 946), (1470, 630)),
    ],
)
def test_a_ratio_upstream_does_not_take_is_accepted(ratio: str, pro: tuple[int, int], std: tuple[int, int]) -> None:
    """The page lists eight ratios, so all are made, at the size of the static table; an odd side is one more."""
    for mode, size in (("pro", pro), ("std", std)):
        found = verdict("2026-05", aspect_ratio=ratio, mode=mode)
        assert warned(found) == []
        assert found.expectation is not None
        assert (found.expectation.width, found.expectation.height) == size


@pytest.mark.requirement("REQ-INPUT-018")
@pytest.mark.parametrize(
    ("version", "key", "named"),
    [
        ("2026-05", "promt", "prompt"),
        ("2026-05", "PROMPTS", "prompt"),
        ("2026-05", "Mode", "mode"),
        ("2026-05", "MODE", "mode"),
        ("2026-05", "endImage", "end_image"),
        ("2026-05", "aspect-ratio", "aspect_ratio"),
        ("2026-05", "negativePrompt", "negative_prompt"),
        ("2026-05", "voice", "voice_id"),
        ("2026-08", "resolutions", "resolution"),
        ("2026-08", "durations", "duration"),
    ],
)
def test_an_unknown_key_is_ignored_and_its_neighbour_named(version: VersionName, key: str, named: str) -> None:
    """A misspelt field warns with the nearest known name instead of quietly making another clip."""
    found = verdict(version, **{key: "x"})
    assert warned(found) == [(f"/{key}", "unknown_field")]
    assert f"the nearest known field is {named};" in found.warnings[0].message
    assert found.accepted == verdict(version).accepted


def test_a_key_like_no_other_names_no_neighbour() -> None:
    """A suggestion that is no help is not made."""
    found = verdict("2026-05", zzz=1)
    assert warned(found) == [("/zzz", "unknown_field")]
    assert "nearest" not in found.warnings[0].message


@pytest.mark.requirement("REQ-INPUT-051")
def test_keys_of_the_older_version_are_unknown_to_the_newer() -> None:
    """`mode` and `negative_prompt` say what became of them, and change nothing (REQ-INPUT-051)."""
    found = verdict("2026-08", mode="std", negative_prompt=7)
    assert warned(found) == [("/mode", "unknown_field"), ("/negative_prompt", "unknown_field")]
    assert (
        "only the other version has it, not 2026-08; the nearest known field is resolution;"
        in found.warnings[0].message
    )
    assert found.expectation is not None
    assert found.expectation.resolution == "1080p"


@pytest.mark.parametrize(
    ("key", "pointer"),
    [("a/b", "/a~1b"), ("a~b", "/a~0b"), ("~1", "/~01"), ("/", "/~1"), ("", "/"), ("~/", "/~0~1"), ("é", "/é")],
)
def test_odd_keys_are_escaped_in_pointers(key: str, pointer: str) -> None:
    """A pointer is a JSON Pointer whatever the key (RFC 6901)."""
    assert warned(verdict("2026-05", **{key: 1})) == [(pointer, "unknown_field")]


@pytest.mark.requirement("REQ-ERR-007")
def test_a_violation_and_a_warning_have_their_wire_forms() -> None:
    """D5 and D6 fix the keys; a pointer travels in the warning's meta."""
    found = verdict("2026-05", mode="PRO", zzz=1)
    assert found.violations[0].document() == {
        "pointer": "/mode",
        "rule": "REQ-INPUT-008",
        "message": 'mode must be one of "std", "pro"',
        "expected": 'one of "std", "pro"',
        "received": '"PRO"',
    }
    assert found.warnings[0].document() == {
        "level": "warning",
        "code": "unknown_field",
        "message": "'zzz' is not a field; it is ignored",
        "meta": {"pointer": "/zzz"},
    }


def test_long_values_are_shortened_where_they_are_repeated() -> None:
    """A refusal does not send a megabyte back."""
    found = verdict("2026-05", mode="x" * 5000)
    assert found.violations[0].received == f'"{"x" * 120}... (5000 characters)"'


def test_resolution_is_hinted_at_mode_in_the_older_version() -> None:
    """`resolution` sent to 2026-05 says that `mode` stands in its place."""
    (warning,) = verdict("2026-05", resolution="720p").warnings
    assert "the nearest known field is mode" in warning.message


def test_a_flood_of_unknown_keys_is_told_in_a_hundred_and_one_warnings() -> None:
    """A body full of unknown keys costs no seconds: beyond a hundred the rest is told together."""
    found = verdict("2026-05", **{f"key{number}": number for number in range(5_000)})
    assert len(found.warnings) == 101
    assert any("4900 more" in warning.message for warning in found.warnings)
