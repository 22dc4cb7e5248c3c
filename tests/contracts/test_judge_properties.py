"""Properties of `judge` that hold for every input, every set of files, both versions and both enforcements."""

import copy
from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts import requirements
from contracts.apps.files import FileFacts, Origin
from contracts.apps.judgement import Judgement
from contracts.apps.table import Enforcement, VersionName
from contracts.apps.video_v2_6 import defaults, judge

PRICES = {0, 21_000_000, 42_000_000, 35_000_000, 70_000_000, 140_000_000, 84_000_000, 168_000_000}
AREAS = {"720p": 921_600, "1080p": 2_073_600}
TABLE_SIZES = {
    "720p": {(1280, 720), (720, 1280), (960, 960), (1080, 810), (810, 1080), (1080, 720), (720, 1080), (1470, 630)},
    "1080p": {
        (1920, 1080),
        (1080, 1920),
        (1440, 1440),
        (1620, 1216),
        (1216, 1620),
        (1620, 1080),
        (1080, 1620),
        (2206, 946),
    },
}
LATE = ("[1201] ", "[-1] Task failed: ", "Error downloading URL ", "Either 'uri' or 'path' must be provided")
SCHEMA_RULES = {f"REQ-INPUT-{number:03d}" for number in (1, 2, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16)}
"""The rules of a type or an enum; all others are about what a value says."""

versions = st.sampled_from(get_args(VersionName))
enforcements = st.sampled_from(get_args(Enforcement))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
prompts = st.text(max_size=40) | st.sampled_from(
    ["", "<<<voice_1>>> ahoy", "@voice_ann ahoy", "\U0001f6f6" * 2500, "a" * 2501]
)
names = st.sampled_from(["start", "end", "", "https://elsewhere.example/a.png"])
USUAL: dict[str, st.SearchStrategy[Any]] = {
    "prompt": prompts,
    "image": names | st.none(),
    "end_image": names | st.none(),
    "voice_id": st.sampled_from(["930801338081615883", "", None]),
    "mode": st.sampled_from(["std", "pro"]),
    "resolution": st.sampled_from(["720p", "1080p"]),
    "sound": st.booleans(),
    "aspect_ratio": st.sampled_from(["16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9"]),
    "duration": st.sampled_from(["5", "10", 5, 10]),
    "negative_prompt": prompts | st.none(),
}
usual_inputs = st.fixed_dictionaries({"prompt": prompts}, optional={k: v for k, v in USUAL.items() if k != "prompt"})
odd_inputs = st.builds(
    lambda usual, odd: {**usual, **odd},
    st.fixed_dictionaries({}, optional=USUAL),
    st.dictionaries(st.sampled_from(list(USUAL)) | st.text(max_size=12), json_values, max_size=4),
)
sides = st.none() | st.integers(1, 20_000) | st.sampled_from([299, 300, 750, 751])
facts = st.builds(
    FileFacts,
    origin=st.sampled_from(get_args(Origin)),
    size=st.none() | st.integers(0, 20_000_000),
    format=st.sampled_from([None, "jpeg", "png", "webp", "gif"]),
    width=sides,
    height=sides,
    defect=st.none() | st.just("truncated"),
)
good_facts = st.builds(
    FileFacts,
    origin=st.just("uploaded"),
    size=st.just(80_000),
    format=st.sampled_from(["jpeg", "png"]),
    width=st.integers(400, 1000),
    height=st.integers(400, 1000),
) | st.just(FileFacts("foreign"))


def lookup(start: FileFacts, end: FileFacts) -> Callable[[str], FileFacts]:
    """Know two files by name; anything else is on somebody else's server."""
    known = {"start": start, "end": end}
    return lambda name: known.get(name, FileFacts("foreign"))


def deep(levels: int) -> Any:
    """Nest lists."""
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def check(found: Judgement) -> None:
    """Check what holds for every judgement."""
    pointers = [violation.pointer for violation in found.violations]
    assert pointers == sorted(pointers)
    assert all(pointer == "" or pointer.startswith("/") for pointer in pointers)
    assert len(set(found.violations)) == len(found.violations)
    cited = {violation.rule for violation in found.violations} | {warning.rule for warning in found.warnings}
    assert cited <= requirements.load().keys()
    assert all(violation.message and violation.expected for violation in found.violations)
    assert all(warning.code and warning.message for warning in found.warnings)
    assert found.price in PRICES
    if found.violations:
        assert (found.accepted, found.failure, found.expectation, found.price) == (None, None, None, 0)
    else:
        assert found.accepted is not None
        assert found.expectation is not None
        assert (found.price == 0) == (found.failure is not None)


@pytest.mark.requirement("REQ-ERR-008")
@given(versions, enforcements, json_values | odd_inputs, facts, facts)
@example("2026-08", "documented", {"prompt": "x", "negative_prompt": 7}, FileFacts("foreign"), FileFacts("foreign"))
@example(
    "2026-05", "observed", {"prompt": "x", "image": 5, "end_image": "end"}, FileFacts("foreign"), FileFacts("inline")
)
@example("2026-05", "documented", {"prompt": deep(900)}, FileFacts("foreign"), FileFacts("foreign"))
@example("2026-08", "documented", {"prompt": "x", "other": deep(900)}, FileFacts("foreign"), FileFacts("foreign"))
def test_no_json_value_raises(
    version: VersionName, enforcement: Enforcement, document: Any, start: FileFacts, end: FileFacts
) -> None:
    """Whatever arrives is judged, and the judgement is in order, cites promises that exist and costs a listed price."""
    before = copy.deepcopy(document)
    check(judge(version, document, lookup(start, end), enforcement))
    assert document == before


@pytest.mark.requirement("REQ-INPUT-049")
@given(versions, odd_inputs, facts, facts)
def test_observed_never_warns_and_refuses_types_only(
    version: VersionName, document: dict[str, Any], start: FileFacts, end: FileFacts
) -> None:
    """Under `observed` exactly the schema's violations remain, and every failure is one of the kinds seen."""
    found = judge(version, document, lookup(start, end), "observed")
    strict = judge(version, document, lookup(start, end), "documented")
    assert found.warnings == ()
    assert {violation.rule for violation in found.violations} <= SCHEMA_RULES
    assert found.violations == tuple(broken for broken in strict.violations if broken.rule in SCHEMA_RULES)
    assert found.failure is None or found.failure.startswith(LATE)


@pytest.mark.requirement("REQ-INPUT-047")
@given(versions, odd_inputs, facts, facts)
def test_documented_never_fails_late(
    version: VersionName, document: dict[str, Any], start: FileFacts, end: FileFacts
) -> None:
    """Under `documented` everything is said at submission."""
    assert judge(version, document, lookup(start, end), "documented").failure is None


@given(versions, usual_inputs, good_facts, good_facts)
def test_what_documented_accepts_is_what_observed_makes(
    version: VersionName, document: dict[str, Any], start: FileFacts, end: FileFacts
) -> None:
    """Enforcement changes when one is told, not what is made, save for the page's five ratios and a blank prompt."""
    strict = judge(version, document, lookup(start, end), "documented")
    loose = judge(version, document, lookup(start, end), "observed")
    if strict.accepted is None or loose.violations:
        return
    assert (loose.accepted, loose.expectation) == (strict.accepted, strict.expectation)
    if loose.failure is None:
        assert loose.price == strict.price
    else:
        assert "blank" in loose.failure or loose.failure.startswith("[1201] aspect_ratio value")


@given(versions, enforcements, usual_inputs, good_facts, good_facts)
def test_judging_what_was_accepted_changes_nothing(
    version: VersionName, enforcement: Enforcement, document: dict[str, Any], start: FileFacts, end: FileFacts
) -> None:
    """The accepted input is an input of its own: complete, valid, and leading to the same clip at the same price."""
    first = judge(version, document, lookup(start, end), enforcement)
    if first.accepted is None or first.failure is not None:
        return
    assert list(first.accepted) == list(defaults(version))
    again = judge(version, dict(first.accepted), lookup(start, end), enforcement)
    assert (again.violations, again.failure) == ((), None)
    assert (again.accepted, again.expectation, again.price) == (first.accepted, first.expectation, first.price)
    # What was adjusted the first time needs no adjusting now; what cannot be adjusted is still so.
    lasting = {"image_not_inspected", "voice_marker_missing", "voice_id_missing"}
    assert {warning.code for warning in again.warnings} <= lasting


@pytest.mark.requirement("REQ-MEDIA-003")
@given(versions, enforcements, usual_inputs, good_facts, good_facts)
def test_a_clip_can_be_made_as_expected(
    version: VersionName, enforcement: Enforcement, document: dict[str, Any], start: FileFacts, end: FileFacts
) -> None:
    """Sides are even, the area is that of the resolution, and lengths are 121 or 241 pictures at 24 a second."""
    clip = judge(version, document, lookup(start, end), enforcement).expectation
    if clip is None:
        return
    size = (clip.width, clip.height)
    assert clip.width % 2 == clip.height % 2 == 0
    seen = lookup(start, end)(document.get("image") or "none")
    if seen.width is None or seen.height is None:
        assert size in TABLE_SIZES[clip.resolution]
    else:
        assert clip.width % 4 == clip.height % 4 == 0
        assert abs(clip.width * clip.height / AREAS[clip.resolution] - 1) < 0.006
        assert abs(clip.width / clip.height / (seen.width / seen.height) - 1) < 0.01
    assert (clip.fps, clip.frames) == (24, {5: 121, 10: 241}[clip.seconds])
    assert clip.duration == pytest.approx({5: 5.041667, 10: 10.041667}[clip.seconds], abs=1e-6)
    assert (clip.voice_id is not None) == (clip.branch == "voice-control")
    assert clip.sound or clip.branch != "voice-control"


@pytest.mark.requirement("REQ-INPUT-018")
@given(versions, usual_inputs, st.text(max_size=12), json_values)
def test_an_unknown_key_adds_one_warning_and_nothing_else(
    version: VersionName, document: dict[str, Any], key: str, value: Any
) -> None:
    """Whatever it is called and holds, its pointer finds it and the rest of the judgement stands."""
    files = lookup(FileFacts("foreign"), FileFacts("foreign"))
    if key in USUAL:
        return
    before, after = (judge(version, it, files) for it in (document, document | {key: value}))
    new = [warning for warning in after.warnings if warning not in before.warnings]
    assert [warning.code for warning in new] == ["unknown_field"]
    assert new[0].pointer.startswith("/")
    assert new[0].pointer[1:].replace("~1", "/").replace("~0", "~") == key
    assert (after.violations, after.accepted, after.price) == (before.violations, before.accepted, before.price)


@pytest.mark.requirement("REQ-INPUT-004")
@given(versions, st.integers(2400, 2600), st.sampled_from("a\u00e9\u2028\ufffd\U0001f6f6\U0010fffd"))
@example("2026-05", 2499, "\U0001f6f6")
@example("2026-05", 2500, "\U0001f6f6")
@example("2026-05", 2501, "\U0001f6f6")
@example("2026-08", 2500, "\U0001f6f6")
@example("2026-08", 2501, "\U0001f6f6")
def test_prompt_length_counts_code_points(version: VersionName, length: int, character: str) -> None:
    """2500 of any character pass and 2501 do not, wherever the character lies."""
    found = judge(version, {"prompt": character * length}, lambda _: FileFacts("foreign"))
    assert (found.violations == ()) == (length <= 2500)


@given(versions, enforcements, odd_inputs, facts, facts, st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(
    version: VersionName,
    enforcement: Enforcement,
    document: dict[str, Any],
    start: FileFacts,
    end: FileFacts,
    randomness: Any,
) -> None:
    """JSON objects are unordered, so the same members in another order are judged the same."""
    keys = list(document)
    randomness.shuffle(keys)
    files = lookup(start, end)
    assert judge(version, {key: document[key] for key in keys}, files, enforcement) == judge(
        version, document, files, enforcement
    )
