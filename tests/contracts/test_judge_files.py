"""`judge` and what is known of a picture: each file rule, for either frame, under both enforcements."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from contracts.apps.files import FileFacts
from contracts.apps.judgement import Judgement
from contracts.apps.table import Enforcement, VersionName
from contracts.apps.video_v2_6 import judge

GOOD = FileFacts("uploaded", size=80_000, format="jpeg", width=1600, height=900)
UNREADABLE = "[-1] Task failed: Something went wrong when we tried to get the contents of the file."
WRONG_SHAPE = (
    "[-1] Task failed: The resolution or aspect ratio of the input image is invalid. "
    "Please ensure it meets the required specifications."
)
WRONG_PIXELS = "[-1] Task failed: Image pixel is invalid"
GONE = "Error downloading URL the-file after 2 attempts: HTTP 404"

both_versions = pytest.mark.parametrize("version", get_args(VersionName))
either_frame = pytest.mark.parametrize("field", ["image", "end_image"])

BAD = [
    pytest.param(FileFacts("malformed"), ["038"], "Either 'uri' or 'path' must be provided", id="malformed"),
    pytest.param(FileFacts("unknown"), ["025"], GONE, id="unknown"),
    pytest.param(FileFacts("pending"), ["025"], GONE, id="pending"),
    pytest.param(replace(GOOD, size=10_485_761), ["020"], UNREADABLE, id="heavy"),
    pytest.param(FileFacts("uploaded", size=9), ["019"], UNREADABLE, id="no image"),
    pytest.param(FileFacts("uploaded", size=9, format="webp"), ["019"], UNREADABLE, id="webp"),
    pytest.param(replace(GOOD, format="gif"), ["019"], UNREADABLE, id="gif with a size"),
    pytest.param(replace(GOOD, defect="truncated"), ["022"], UNREADABLE, id="truncated"),
    pytest.param(FileFacts("uploaded", size=9, format="png"), ["022"], UNREADABLE, id="header only"),
    pytest.param(replace(GOOD, width=299, height=300), ["021"], WRONG_PIXELS, id="299 wide"),
    pytest.param(replace(GOOD, width=300, height=299), ["021"], WRONG_PIXELS, id="299 high"),
    pytest.param(replace(GOOD, width=751, height=300), ["023"], WRONG_SHAPE, id="wider than 2.5:1"),
    pytest.param(replace(GOOD, width=300, height=751), ["023"], WRONG_SHAPE, id="narrower than 1:2.5"),
    pytest.param(replace(GOOD, width=10_000, height=5_001), ["040"], WRONG_SHAPE, id="too many pixels"),
    pytest.param(replace(GOOD, width=900, height=200), ["021", "023"], WRONG_PIXELS, id="small and slim"),
    pytest.param(FileFacts("uploaded", size=10_485_761, format="webp"), ["019", "020"], UNREADABLE, id="heavy webp"),
]

FINE = [
    pytest.param(GOOD, id="jpeg"),
    pytest.param(replace(GOOD, format="png"), id="png"),
    pytest.param(replace(GOOD, size=10_000_000), id="10 MB"),
    pytest.param(replace(GOOD, size=10_485_760), id="10 MiB"),
    pytest.param(replace(GOOD, width=300, height=300), id="300 by 300"),
    pytest.param(replace(GOOD, width=750, height=300), id="2.5:1"),
    pytest.param(replace(GOOD, width=300, height=750), id="1:2.5"),
    pytest.param(replace(GOOD, width=10_000, height=5_000), id="50 million pixels"),
]


def verdict(
    version: VersionName, field: str, file: FileFacts, enforcement: Enforcement = "documented", **fields: Any
) -> Judgement:
    """Judge an input whose `field` is this file and whose start frame, if it is not that, is good."""
    document = {"prompt": "a paper boat", "image": "good"} | {field: "the-file"} | fields
    return judge(version, document, {"good": GOOD, "the-file": file}.__getitem__, enforcement)


@pytest.mark.requirement(
    "REQ-INPUT-019",
    "REQ-INPUT-020",
    "REQ-INPUT-021",
    "REQ-INPUT-022",
    "REQ-INPUT-023",
    "REQ-INPUT-025",
    "REQ-INPUT-038",
    "REQ-INPUT-040",
    "REQ-INPUT-050",
)
@both_versions
@either_frame
@pytest.mark.parametrize(("file", "rules", "late"), BAD)
def test_a_bad_picture(version: VersionName, field: str, file: FileFacts, rules: list[str], late: str) -> None:
    """It is refused with exactly its rules, or fails late with upstream's words and costs nothing."""
    found = verdict(version, field, file)
    assert [(violation.pointer, violation.rule) for violation in found.violations] == [
        (f"/{field}", f"REQ-INPUT-{rule}") for rule in rules
    ]
    assert all(violation.message.startswith(f"{field} ") for violation in found.violations)
    observed = verdict(version, field, file, "observed")
    assert (observed.violations, observed.warnings) == ((), ())
    assert (observed.failure, observed.price) == (late, 0)


@pytest.mark.requirement("REQ-INPUT-020", "REQ-INPUT-023")
@both_versions
@either_frame
@pytest.mark.parametrize("file", FINE)
def test_a_good_picture(version: VersionName, field: str, file: FileFacts) -> None:
    """The limits themselves are allowed."""
    for enforcement in get_args(Enforcement):
        found = verdict(version, field, file, enforcement)
        assert (found.violations, found.warnings, found.failure) == ((), (), None)


@pytest.mark.requirement("REQ-INPUT-039")
@both_versions
@either_frame
def test_a_picture_in_the_request_itself(version: VersionName, field: str) -> None:
    """A data URI is judged by its content; the observed app hands it to an upstream that refuses it."""
    inline = replace(GOOD, origin="inline")
    found = verdict(version, field, inline)
    assert (found.violations, found.warnings) == ((), ())
    small = verdict(version, field, replace(inline, width=10))
    assert [violation.rule for violation in small.violations] == ["REQ-INPUT-021", "REQ-INPUT-023"]
    late = verdict(version, field, inline, "observed")
    assert (late.failure, late.warnings) == ("[1201] File is not in a valid base64 format", ())


@pytest.mark.requirement("REQ-INPUT-024")
@both_versions
@either_frame
def test_a_foreign_picture_is_accepted_unseen(version: VersionName, field: str) -> None:
    """It is not fetched, so all that can be said is that it was not inspected."""
    found = verdict(version, field, FileFacts("foreign"))
    assert found.violations == ()
    assert [(told.pointer, told.code) for told in found.warnings] == [(f"/{field}", "image_not_inspected")]
    assert found.expectation is not None
    assert found.expectation.branch == ("image-to-video" if field == "image" else "start-end-frame")


@pytest.mark.requirement("REQ-MEDIA-009")
def test_the_size_follows_the_ratio_when_nobody_saw_the_picture() -> None:
    """With a foreign start frame `aspect_ratio` is all there is (D4)."""
    found = verdict("2026-05", "image", FileFacts("foreign"), aspect_ratio="4:3")
    assert found.expectation is not None
    assert (found.expectation.width, found.expectation.height) == (1620, 1216)


@pytest.mark.requirement("REQ-MEDIA-007")
@both_versions
def test_the_size_follows_the_start_frame(version: VersionName) -> None:
    """Neither the end frame nor `aspect_ratio` has a say when the start frame was seen."""
    tall = replace(GOOD, width=1000, height=1500)
    choices: tuple[dict[str, Any], ...] = ({}, {"aspect_ratio": "1:1"}, {"end_image": "good"})
    for fields in choices:
        found = verdict(version, "image", tall, **fields)
        assert found.expectation is not None
        assert (found.expectation.width, found.expectation.height) == (1176, 1764)


@both_versions
def test_both_frames_are_judged(version: VersionName) -> None:
    """Two bad pictures are two violations, the end frame's first by pointer."""
    document = {"prompt": "", "image": "small", "end_image": "pending"}
    files = {"small": replace(GOOD, width=299, height=299), "pending": FileFacts("pending")}
    found = judge(version, document, files.__getitem__)
    assert [(violation.pointer, violation.rule) for violation in found.violations] == [
        ("/end_image", "REQ-INPUT-025"),
        ("/image", "REQ-INPUT-021"),
    ]


@both_versions
def test_only_named_files_are_looked_up(version: VersionName) -> None:
    """Null, the empty string and a value of a wrong type name no file."""
    asked: list[str] = []

    def lookup(name: str) -> FileFacts:
        asked.append(name)
        return GOOD

    for document in ({}, {"image": None, "end_image": ""}, {"image": 5, "end_image": []}, {"image": "a"}):
        judge(version, {"prompt": "x"} | document, lookup)
    assert asked == ["a"]
