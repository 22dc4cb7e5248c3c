"""Inputs with their labels: the judge agrees, everything is reached, and what is found is the simplest there is."""

from typing import get_args

import pytest
from hypothesis import given

from contracts.apps import table
from contracts.apps.expectation import Branch
from contracts.apps.files import FileFacts
from contracts.apps.judgement import Judgement
from contracts.apps.table import VersionName
from contracts.apps.video_v2_6 import judge
from contracts.strategies import (
    Files,
    LabelledInput,
    bad_inline_files,
    inline_files,
    inputs_breaking,
    invalid_inputs,
    malformed_files,
    placeholders,
    rules,
    valid_inputs,
    warned_inputs,
)

from .reaching import drawn, smallest, unreached

GOOD = FileFacts("uploaded", size=80_000, format="jpeg", width=1600, height=900)
VERSIONS: tuple[VersionName, ...] = get_args(VersionName)
FILES = placeholders()

both_versions = pytest.mark.parametrize("version", VERSIONS)


def look_up(name: str) -> FileFacts:
    """Placeholders are good files, URLs somebody else's, anything else is none."""
    if name.startswith("$"):
        return GOOD
    return FileFacts("foreign" if name.startswith("https://") else "malformed")


def check(case: LabelledInput) -> Judgement:
    """The judge says what the label says."""
    found = judge(case.version, case.document, look_up)
    assert [(broken.pointer, broken.rule) for broken in found.violations] == list(case.violations)
    if case.accepted:
        assert [(told.pointer, told.code) for told in found.warnings] == list(case.warnings)
        assert found.expectation is not None
        made = (found.expectation.branch, found.expectation.sound, found.expectation.resolution == "1080p")
        assert made == (case.branch, case.sound, case.high)
    return found


@both_versions
@pytest.mark.parametrize("files", [None, FILES], ids=["without files", "with files"])
def test_valid_inputs_are_accepted_as_they_are_labelled(version: VersionName, files: Files | None) -> None:
    """Nothing is wrong with any of them; warnings, branch, sound and quality are those of the label."""
    for case in drawn(valid_inputs(version, files), 120):
        assert case.accepted
        check(case)
        assert files is not None or not {"image", "end_image"} & {
            key for key, value in case.document.items() if value not in {None, ""}
        }


@both_versions
@pytest.mark.parametrize("files", [None, FILES], ids=["without files", "with files"])
@pytest.mark.parametrize("most", [None, 1, 2])
def test_invalid_inputs_break_what_they_are_labelled_with(
    version: VersionName, files: Files | None, most: int | None
) -> None:
    """All violations, in order, with pointer and rule, and not more of them than was asked for."""
    for case in drawn(invalid_inputs(version, files, most), 80):
        assert not case.accepted
        assert most is None or len(case.violations) <= most
        check(case)


@both_versions
def test_warned_inputs_are_warned_of_what_they_are_labelled_with(version: VersionName) -> None:
    """At least one warning each, all of them and in order."""
    for case in drawn(warned_inputs(version, FILES), 120):
        assert case.warnings
        check(case)


@both_versions
def test_every_rule_of_the_table_can_be_broken_alone(version: VersionName) -> None:
    """Each rule under `documented` that the decision table and the schema have, save those about bad files."""
    spec = table.load()
    told = {rule.requirement for rule in spec.rules if rule.outcome == "violation" and version in rule.versions}
    told -= {rule.requirement for rule in spec.rules if rule.enforce == "observed"} - {
        rule.requirement for rule in spec.rules if rule.enforce == "documented"
    }
    assert told <= set(rules(version, files=True))
    for rule in rules(version, files=True):
        for case in drawn(inputs_breaking(version, rule, FILES), 10):
            assert case.rules == (rule,)
            check(case)


@both_versions
@pytest.mark.parametrize("number", [19, 21, 22, 23, 40, 38])
def test_a_rule_about_files_can_be_broken_alone(version: VersionName, number: int) -> None:
    """By a file that breaks it in the place of a good one, whatever else the input has."""
    rule = f"REQ-INPUT-0{number}"
    bad = malformed_files() if number == 38 else bad_inline_files(rule)
    for case in drawn(inputs_breaking(version, rule, Files(inline_files(), bad)), 10):
        assert case.rules == (rule,)
        ((pointer, _),) = case.violations
        assert case.document[pointer[1:]]


@both_versions
def test_every_warning_of_the_table_can_be_caused(version: VersionName) -> None:
    """By its code, and that of unknown keys."""
    spec = table.load()
    rows = [*spec.rules, *spec.file_rules]
    codes = {row.code for row in rows if row.outcome == "warning" and version in row.versions} | {"unknown_field"}
    for code in codes:
        for case in drawn(warned_inputs(version, FILES, code), 10):
            assert code in [told.code for told in case.warnings]
            check(case)


def test_what_cannot_be_is_refused() -> None:
    """A rule of the other version, or one about files where there are none, is no strategy."""
    for version, rule in (("2026-05", "REQ-INPUT-037"), ("2026-08", "REQ-INPUT-010"), ("2026-05", "REQ-INPUT-028")):
        with pytest.raises(ValueError, match=f"no input of {version} breaks '{rule}' alone"):
            inputs_breaking(version, rule)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no input of 2026-08 has the warning 'sound_requires_pro'"):
        warned_inputs("2026-08", FILES, "sound_requires_pro")


ACCEPTED = {
    # quality is high?, image?, end image?, voice?, sound asked? — the rows of app.md §3 that D4 accepts
    "2026-05": {
        (False, False, False, False, False),
        (False, False, False, False, True),
        (False, True, False, False, False),
        (False, True, False, False, True),
        (True, False, False, False, False),
        (True, False, False, False, True),
        (True, False, False, True, False),
        (True, False, False, True, True),
        (True, True, False, False, False),
        (True, True, False, False, True),
        (True, True, False, True, False),
        (True, True, False, True, True),
        (True, True, True, False, False),
        (True, True, True, False, True),
    },
    "2026-08": {
        (False, False, False, False, False),
        (False, True, False, False, False),
        (True, False, False, False, False),
        (True, False, False, False, True),
        (True, False, False, True, False),
        (True, False, False, True, True),
        (True, True, False, False, False),
        (True, True, False, False, True),
        (True, True, False, True, False),
        (True, True, False, True, True),
        (True, True, True, False, False),
        (True, True, True, False, True),
    },
}


def row(case: LabelledInput) -> tuple[bool, bool, bool, bool, bool]:
    """The row of app.md §3 that an input is in."""
    said = case.document
    voice = said.get("voice_id")
    return (
        said.get("mode", said.get("resolution", "pro")) in {"pro", "1080p"},
        bool(said.get("image")),
        bool(said.get("end_image")),
        bool(voice) if case.version == "2026-05" else voice is not None,
        said.get("sound", True),
    )


@both_versions
def test_valid_inputs_reach_every_accepted_row_and_no_other(version: VersionName) -> None:
    """Every accepted combination of mode, frames, voice and sound comes up, and with them every branch."""
    strategy = valid_inputs(version, FILES)
    assert unreached(strategy, lambda case: [row(case)], ACCEPTED[version], 1500) == set()
    assert {row(case) for case in drawn(strategy, 100, 99)} <= ACCEPTED[version]
    assert unreached(strategy, lambda case: [case.branch], set(get_args(Branch)), 800) == set()


@both_versions
def test_one_run_of_invalid_inputs_reaches_every_rule(version: VersionName) -> None:
    """A suite of a few hundred examples meets each of them."""
    wanted = {*rules(version, files=True), "REQ-INPUT-038"}
    assert unreached(invalid_inputs(version, FILES), lambda case: case.rules, wanted, 1500) == set()


def test_the_simplest_inputs() -> None:
    """A failure is shown as the smallest input that has it: no field that does not matter, no long prompt."""
    version: VersionName = "2026-08"
    assert smallest(valid_inputs(version, FILES)).document == {"prompt": "a boat"}
    voiced = smallest(valid_inputs(version, FILES), lambda case: case.branch == "voice-control")
    assert set(voiced.document) == {"prompt", "image", "voice_id"}
    both = smallest(valid_inputs(version, FILES), lambda case: case.branch == "start-end-frame")
    assert set(both.document) == {"prompt", "image", "end_image"}
    several = smallest(invalid_inputs(version, FILES), lambda case: len(case.violations) > 1)
    assert len(several.violations) == 2
    assert len(several.document) <= 3
    lone = smallest(inputs_breaking(version, "REQ-INPUT-027", FILES))
    assert lone.document == {"prompt": "a boat", "end_image": "$start"}


def test_the_same_seed_draws_the_same() -> None:
    """A run can be had again."""
    strategy = invalid_inputs("2026-05", FILES)
    assert drawn(strategy, 50, 7) == drawn(strategy, 50, 7)
    assert drawn(strategy, 50, 7) != drawn(strategy, 50, 8)


@given(valid_inputs("2026-05", FILES))
def test_placeholders_are_replaced(case: LabelledInput) -> None:
    """What was uploaded stands in the place of what was still to be; the label is the same."""
    filled = case.with_files({"$start": "inf://start", "$end": "inf://end"})
    assert not {"$start", "$end"} & {value for value in filled.document.values() if isinstance(value, str)}
    assert (filled.violations, filled.warnings, filled.branch) == (case.violations, case.warnings, case.branch)
    frames = [case.document.get(field) for field in ("image", "end_image")]
    assert [filled.document.get(field) for field in ("image", "end_image")] == [
        {"$start": "inf://start", "$end": "inf://end"}.get(frame or "", frame) for frame in frames
    ]
