"""The decision table as data: complete, consistent, and citing promises that exist."""

import dataclasses
import itertools
import re
from typing import Any, get_args

import pytest

from contracts import requirements, schemas
from contracts.apps import table
from contracts.apps.table import VERSIONS, Enforcement, Outcome, Rule, VersionName
from contracts.wire import ids

SPEC = table.load()
ALL_RULES = [*SPEC.rules, *SPEC.file_rules]
every_rule = pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: f"{rule.requirement}-{rule.enforce}")


@pytest.mark.requirement("REQ-APP-003")
def test_the_app_has_its_name_and_ids() -> None:
    """The reference is the vendor's; the ids are ours, in the vendor's form (D3, D15)."""
    assert SPEC.reference == "klingai/video-v2-6"
    assert ids.ID.fullmatch(SPEC.id)
    assert all(ids.SHORT_ID.fullmatch(version.id) for version in SPEC.versions.values())
    assert len({version.id for version in SPEC.versions.values()}) == 2


@pytest.mark.requirement("REQ-APP-003")
def test_there_are_two_versions() -> None:
    """The page's one and the newer one."""
    assert tuple(SPEC.versions) == VERSIONS == get_args(VersionName)
    assert [(version.quality_field, version.high, version.low) for version in SPEC.versions.values()] == [
        ("mode", "pro", "std"),
        ("resolution", "1080p", "720p"),
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_agrees_with_its_schema(version: VersionName) -> None:
    """The two qualities are the schema's enum, the better one is the default, the example marker is a marker."""
    row = SPEC.versions[version]
    schema = schemas.load(row.schema)
    definition = schema["properties"][row.quality_field]["$ref"].rsplit("/", 1)[-1]
    assert set(schema["$defs"][definition]["enum"]) == {row.high, row.low}
    assert schema["properties"][row.quality_field]["default"] == row.high
    assert re.fullmatch(row.marker, row.marker_example)


@pytest.mark.requirement("REQ-INPUT-009")
@pytest.mark.parametrize("version", VERSIONS)
def test_every_ratio_has_a_size(version: VersionName) -> None:
    """Whatever ratio the schema takes can be made in either resolution."""
    ratios = set(schemas.load(SPEC.versions[version].schema)["$defs"]["AspectRatioEnum"]["enum"])
    assert ratios <= SPEC.sizes["720p"].keys()
    assert ratios <= SPEC.sizes["1080p"].keys()
    assert ratios >= SPEC.upstream_ratios == {"16:9", "9:16", "1:1"}


@pytest.mark.requirement("REQ-MEDIA-005")
def test_sizes_are_those_of_the_fact_sheet() -> None:
    """The static table of app.md §2.5."""
    assert SPEC.sizes == {
        "720p": {
            "16:9": (1280, 720),
            "9:16": (720, 1280),
            "1:1": (960, 960),
            "4:3": (1080, 810),
            "3:4": (810, 1080),
            "3:2": (1080, 720),
            "2:3": (720, 1080),
            "21:9": (1470, 630),
        },
        "1080p": {
            "16:9": (1920, 1080),
            "9:16": (1080, 1920),
            "1:1": (1440, 1440),
            "4:3": (1620, 1215),
            "3:4": (1215, 1620),
            "3:2": (1620, 1080),
            "2:3": (1080, 1620),
            "21:9": (2206, 946),
        },
    }


@pytest.mark.requirement("REQ-MONEY-001", "REQ-MONEY-002", "REQ-MONEY-003")
def test_prices_are_those_of_the_page() -> None:
    """$0.21 to $1.68 a clip, ten seconds twice as much as five, failed tasks free (D18)."""
    assert {kind: (row["5"], row["10"]) for kind, row in SPEC.prices.items()} == {
        "low-silent": (21_000_000, 42_000_000),
        "high-silent": (35_000_000, 70_000_000),
        "high-sound": (70_000_000, 140_000_000),
        "high-voice": (84_000_000, 168_000_000),
    }


def test_limits_are_those_of_the_page() -> None:
    """2500 characters, 10 MB, 300 px, 1:2.5 to 2.5:1, jpeg and png."""
    limits = SPEC.limits
    assert (limits["prompt_characters"], limits["side_pixels"], limits["ratio"]) == (2500, 300, 2.5)
    assert (limits["file_bytes"], limits["formats"]) == (10 * 2**20, ["jpeg", "png"])


def test_some_branch_always_fits() -> None:
    """The last branch has no conditions, and only the last, so each combination has one and none is unreachable."""
    taken = {
        next(row.name for row in SPEC.branches if all(given[key] == value for key, value in row.when.items()))
        for given in (
            dict(zip(("image", "end_image", "voice"), flags, strict=True))
            for flags in itertools.product([False, True], repeat=3)
        )
    }
    assert taken == {row.name for row in SPEC.branches}
    assert [bool(row.when) for row in SPEC.branches] == [True, True, True, False]


@every_rule
def test_a_rule_cites_a_promise_of_its_versions(rule: Rule) -> None:
    """Its requirement exists and concerns every version in which the rule can fire."""
    promise = requirements.load()[rule.requirement]
    assert promise.area == "INPUT"
    assert set(rule.versions) <= set(promise.versions)


@every_rule
def test_a_rule_has_what_its_outcome_needs(rule: Rule) -> None:
    """A violation says what was expected, a warning has a code, a failure is late; each has its conditions."""
    assert rule.when
    assert rule.message
    assert rule.outcome in get_args(Outcome)
    assert rule.enforce in get_args(Enforcement)
    assert (rule.outcome == "failure") == (rule.enforce == "observed")
    assert bool(rule.code) == (rule.outcome == "warning")
    assert bool(rule.expected) == (rule.outcome == "violation")


@pytest.mark.parametrize("rule", SPEC.rules, ids=lambda rule: f"{rule.requirement}-{rule.enforce}")
def test_a_rule_points_at_a_field_of_its_versions(rule: Rule) -> None:
    """A pointer into a field that a version does not have would lead nowhere."""
    if rule.outcome == "failure":
        assert rule.pointer == ""
        return
    for version in rule.versions:
        assert rule.pointer[1:] in schemas.load(SPEC.versions[version].schema)["properties"]


def test_warning_codes_are_the_decided_ones() -> None:
    """D4 names them, and the requirement of each names it again."""
    warnings = [rule for rule in ALL_RULES if rule.outcome == "warning"]
    assert {rule.code for rule in warnings} == {
        "negative_prompt_unsupported",
        "image_not_inspected",
        "empty_file_ignored",
        "sound_disabled_by_end_frame",
        "sound_forced_by_voice",
        "sound_requires_pro",
        "voice_requires_image",
        "voice_marker_missing",
        "voice_id_missing",
    }
    assert all(rule.code in requirements.load()[rule.requirement].text for rule in warnings)


def test_a_rule_fires_only_when_all_facts_are_known_and_hold() -> None:
    """A fact that is not known is neither true nor false."""
    rule = Rule("REQ-INPUT-001", "documented", "violation", {"a": True, "b": False}, "m", versions=("2026-05",))
    assert rule.applies({"a": True, "b": False, "c": 1}, "2026-05", "documented")
    wrong: list[dict[str, Any]] = [{}, {"a": True}, {"b": False}, {"a": True, "b": True}, {"a": None, "b": False}]
    assert not any(rule.applies(facts, "2026-05", "documented") for facts in wrong)
    assert not rule.applies({"a": True, "b": False}, "2026-08", "documented")
    assert not rule.applies({"a": True, "b": False}, "2026-05", "observed")


def test_there_is_one_table_and_it_cannot_be_changed() -> None:
    """Everybody reads the same frozen rows."""
    assert table.load() is SPEC
    with pytest.raises(dataclasses.FrozenInstanceError):
        SPEC.name = "video-v3"  # type: ignore[misc]


def test_a_table_that_is_not_there_is_an_error() -> None:
    """A misspelt app is not an empty table."""
    with pytest.raises(FileNotFoundError):
        table.load("video_v9")
