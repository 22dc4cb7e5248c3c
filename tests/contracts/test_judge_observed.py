"""`judge` under `observed`: types are checked, the rest is adjusted in silence or fails late (app.md §2, §3)."""

from typing import Any, get_args

import pytest

from contracts.apps.files import FileFacts
from contracts.apps.judgement import Judgement
from contracts.apps.table import VersionName
from contracts.apps.video_v2_6 import judge

FILES = {
    "start": FileFacts("uploaded", size=80_000, format="jpeg", width=1600, height=900),
    "end": FileFacts("uploaded", size=80_000, format="png", width=900, height=1600),
    "small": FileFacts("uploaded", size=80_000, format="png", width=200, height=200),
    "inline": FileFacts("inline", size=80_000, format="png", width=900, height=900),
    "bad": FileFacts("malformed"),
    "data:image/png;base64,???": FileFacts("malformed"),
    "http://127.0.0.1/gone": FileFacts("unknown"),
    "https://elsewhere.example/a.jpg": FileFacts("foreign"),
}
MARKER = {"2026-05": "<<<voice_1>>>", "2026-08": "@voice_1"}
REFUSED_IMAGE = "[-1] Task failed: Image pixel is invalid"

both_versions = pytest.mark.parametrize("version", get_args(VersionName))


def verdict(version: VersionName, **fields: Any) -> Judgement:
    """Judge a prompt and these fields as the app behaved."""
    return judge(version, {"prompt": "a paper boat"} | fields, FILES.__getitem__, "observed")


def failure(version: VersionName, **fields: Any) -> str | None:
    """The error of the task, which was accepted without a word and costs nothing if it fails."""
    found = verdict(version, **fields)
    assert (found.violations, found.warnings) == ((), ())
    assert found.accepted is not None
    assert found.expectation is not None
    assert (found.price == 0) == (found.failure is not None)
    return found.failure


@pytest.mark.requirement("REQ-INPUT-046")
@both_versions
def test_types_are_refused_at_once(version: VersionName) -> None:
    """The schema is checked before anything runs, with the same rules as under `documented`."""
    document = {"prompt": 5, "sound": "on", "image": [], "aspect_ratio": "1:2", "duration": "7", "voice_id": 1}
    found = judge(version, document, FILES.__getitem__, "observed")
    assert found.violations == judge(version, document, FILES.__getitem__, "documented").violations
    assert [violation.pointer for violation in found.violations] == [f"/{key}" for key in sorted(document)]


@both_versions
def test_the_prompt_is_required(version: VersionName) -> None:
    """It is the one key the schema requires."""
    found = judge(version, {}, FILES.__getitem__, "observed")
    assert [violation.rule for violation in found.violations] == ["REQ-INPUT-002"]


@both_versions
def test_a_broken_start_frame_beside_an_end_frame_is_only_refused(version: VersionName) -> None:
    """What the end frame holds cannot matter while the start frame is not understood."""
    for end_image in ("inline", "small", "end", "bad"):
        found = verdict(version, image=5, end_image=end_image)
        assert [violation.rule for violation in found.violations] == ["REQ-INPUT-014"]
        assert found.failure is None


@pytest.mark.requirement("REQ-INPUT-049")
@both_versions
def test_adjustments_are_silent(version: VersionName) -> None:
    """Unknown keys, an empty file, a dropped voice and a dropped end frame are not mentioned (REQ-INPUT-049)."""
    fields: dict[str, Any] = {"zzz": 1, "image": "", "end_image": "end", "voice_id": "1"}
    assert failure(version, **fields) is None
    found = verdict(version, **fields)
    assert found.expectation is not None
    assert (found.expectation.branch, found.expectation.voice_id) == ("text-to-video", None)
    assert found.accepted is not None
    assert (found.accepted["end_image"], found.accepted["voice_id"]) == (None, None)


def test_a_negative_prompt_of_any_length_is_never_sent() -> None:
    """It is accepted and dropped."""
    found = verdict("2026-05", negative_prompt="x" * 9000)
    assert (found.failure, found.warnings, found.accepted and found.accepted["negative_prompt"]) == (None, (), None)


@pytest.mark.requirement("REQ-INPUT-004")
@both_versions
def test_a_long_prompt_fails_late(version: VersionName) -> None:
    """Upstream counts to 2500."""
    assert failure(version, prompt="\U0001f6f6" * 2500) is None
    assert failure(version, prompt="a" * 2501) == "[1201] prompt: size must be between 0 and 2500"


@pytest.mark.requirement("REQ-INPUT-017")
@pytest.mark.parametrize("ratio", ["4:3", "3:4", "3:2", "2:3", "21:9"])
def test_a_ratio_upstream_does_not_take_fails_late(ratio: str) -> None:
    """With an image the ratio is not sent at all, so only text-to-video fails."""
    assert failure("2026-05", aspect_ratio=ratio) == f"[1201] aspect_ratio value '{ratio}' is invalid"
    assert failure("2026-05", aspect_ratio=ratio, image="start") is None


@both_versions
@pytest.mark.parametrize("ratio", ["16:9", "9:16", "1:1"])
def test_ratios_upstream_takes_are_made(version: VersionName, ratio: str) -> None:
    """Upstream's own three never fail."""
    assert failure(version, aspect_ratio=ratio) is None


@pytest.mark.requirement("REQ-INPUT-043")
@both_versions
@pytest.mark.parametrize("prompt", ["", " \n"])
def test_a_blank_prompt_fails_late_without_an_image(version: VersionName, prompt: str) -> None:
    """Text-to-video needs text, image-to-video does not."""
    told = failure(version, prompt=prompt)
    assert told is not None
    assert told.startswith("[1201] ")
    assert "blank" in told
    assert failure(version, prompt=prompt, image="start") is None


def test_a_blank_prompt_has_the_new_upstream_text_in_2026_08() -> None:
    """The newer version speaks to an interface whose words for it were captured (app.md §2.2)."""
    assert failure("2026-08", prompt="") == "[1201] content item of type 'prompt' must have non-blank text"


@pytest.mark.parametrize("duration", ["5", "10"])
def test_an_end_frame_in_std_names_the_length(duration: str) -> None:
    """The refusal repeats model, mode and duration."""
    told = failure("2026-05", mode="std", image="start", end_image="end", duration=duration)
    assert told == f"[1201] model/mode/duration(kling-v2-6/std/{duration}) is not supported with image_tail"


def test_a_voice_in_std_is_a_refusal_of_sound() -> None:
    """The app forces sound on for a voice, and std has none."""
    told = failure("2026-05", mode="std", image="start", voice_id="1", sound=False)
    assert told == "[1201] model/mode(kling-v2-6/std) is not supported with sound on"


def test_std_and_sound_is_no_failure() -> None:
    """The older app drops sound in std before it asks upstream; the newer no longer does in 720p."""
    assert failure("2026-05", mode="std", sound=True) is None
    told = failure("2026-08", resolution="720p")
    assert told is not None
    assert told.startswith("[1201] ")


@both_versions
def test_an_empty_voice_is_absent_or_unknown(version: VersionName) -> None:
    """The older code treats it as none; the newer sends it on, to a voice nobody has."""
    told = failure(version, image="start", voice_id="", prompt=MARKER[version])
    assert told == {"2026-05": None, "2026-08": "[1201] Voice id not found"}[version]
    assert failure(version, voice_id="") is None


@pytest.mark.requirement("REQ-INPUT-050")
@both_versions
def test_a_picture_that_is_too_small_fails_late(version: VersionName) -> None:
    """Upstream's words come after its own marker of a failed task."""
    assert failure(version, image="small") == REFUSED_IMAGE
    assert failure(version, image="start", end_image="small") == REFUSED_IMAGE


@both_versions
def test_an_end_frame_without_a_start_is_never_looked_at(version: VersionName) -> None:
    """The app drops it, but it has fetched it by then."""
    assert failure(version, end_image="small") is None
    assert failure(version, end_image="inline") is None
    assert failure(version, end_image="http://127.0.0.1/gone") is not None


@both_versions
def test_files_fail_before_upstream_and_upstream_before_pictures(version: VersionName) -> None:
    """The app fetches, upstream checks parameters, then it looks at pictures; the first failure is told."""
    gone = "http://127.0.0.1/gone"
    long = "a" * 2501
    assert failure(version, prompt=long, image=gone) == f"Error downloading URL {gone} after 2 attempts: HTTP 404"
    assert failure(version, prompt=long, image="small") == "[1201] prompt: size must be between 0 and 2500"
    assert failure(version, image="small", end_image="bad") == "Either 'uri' or 'path' must be provided"


@both_versions
def test_a_foreign_picture_is_taken_as_it_is(version: VersionName) -> None:
    """Nobody fetches it, so nobody complains."""
    assert failure(version, image="https://elsewhere.example/a.jpg") is None


@both_versions
def test_a_data_uri_that_cannot_be_read_has_a_text_of_its_own(version: VersionName) -> None:
    """The app's file model names what it could not read (app.md §1.4)."""
    assert failure(version, image="data:image/png;base64,???") == "Invalid data URI format"
