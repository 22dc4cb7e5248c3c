"""`judge` against both decision grids: every quality, frame, voice and sound, both lengths, both enforcements."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest

from contracts.apps.files import FileFacts
from contracts.apps.judgement import Judgement
from contracts.apps.table import Enforcement, VersionName
from contracts.apps.video_v2_6 import judge

QUALITY = {"2026-05": "mode", "2026-08": "resolution"}
MARKER = {"2026-05": "<<<voice_1>>>", "2026-08": "@voice_1"}
LENGTHS: dict[str, tuple[Any, Any]] = {"2026-05": ("5", "10"), "2026-08": (5, 10)}
POINTERS = {"027": "/end_image", "028": "/end_image", "030": "/voice_id", "032": "/voice_id", "037": "/sound"}
WARNED = {
    "sound_requires_pro": "/sound",
    "sound_disabled_by_end_frame": "/sound",
    "sound_forced_by_voice": "/sound",
    "voice_requires_image": "/voice_id",
}
EXACT = {
    "E1": "[1201] model/mode/duration(kling-v2-6/std/{seconds}) is not supported with image_tail",
    "E2": "[1201] model/mode(kling-v2-6/std) is not supported with sound on",
}
SUBJECT = {"E3": "image_tail", "E4": "audio", "E5": "last_frame"}
"""The words of these three are not known (app.md §3), only what they complain about."""

PHOTO = FileFacts("uploaded", size=80_000, format="jpeg", width=1600, height=900)


@dataclass(frozen=True)
class Row:
    """One line of a grid."""

    version: VersionName
    quality: str
    flags: str
    branch: str
    result: str
    dollars: tuple[str, str]
    broken: tuple[str, ...]
    warning: str

    @property
    def high(self) -> bool:
        """Whether it is the better quality."""
        return self.quality in {"pro", "1080p"}

    def document(self, seconds: int, *, spoken: bool = True) -> dict[str, Any]:
        """Write the row as an input."""
        chosen: dict[str, Any] = {
            "prompt": f"{MARKER[self.version]} says ahoy" if "V" in self.flags and spoken else "a paper boat",
            QUALITY[self.version]: self.quality,
            "sound": "S" in self.flags,
            "duration": LENGTHS[self.version][seconds == 10],
        }
        files = {"I": ("image", "start"), "E": ("end_image", "end"), "V": ("voice_id", "930801338081615883")}
        return chosen | dict(pair for flag, pair in files.items() if flag in self.flags)


def _rows(version: VersionName) -> list[Row]:
    lines = (Path(__file__).parent / f"grid-{version}.txt").read_text("utf-8").splitlines()
    found = []
    for quality, flags, branch, result, five, ten, d4, *warning in (
        line.split() for line in lines if not line.startswith("#")
    ):
        broken = () if d4 == "ok" else tuple(d4.split(","))
        found.append(Row(version, quality, flags, branch, result, (five, ten), broken, "".join(warning)))
    return found


ROWS = [row for version in get_args(VersionName) for row in _rows(version)]
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.quality}{row.flags}")
both_lengths = pytest.mark.parametrize("seconds", [5, 10])


def verdict(version: VersionName, document: Mapping[str, Any], enforcement: Enforcement) -> Judgement:
    """Judge with every named file a good photo."""
    return judge(version, dict(document), lambda _: PHOTO, enforcement)


def microcents(dollars: str) -> int:
    """Turn a price of the grid into the unit of the wire."""
    whole, _, cents = dollars.partition(".")
    return (int(whole) * 100 + int(cents or 0)) * 1_000_000


def check_made(row: Row, seconds: int, found: Judgement) -> None:
    """Compare what is made and what it costs with the grid."""
    assert found.failure is None
    assert found.expectation is not None
    assert (found.expectation.branch, found.expectation.sound) == (row.branch, row.result != "silent")
    assert found.expectation.resolution == ("1080p" if row.high else "720p")
    assert found.expectation.seconds == seconds
    assert found.expectation.voice_id == ("930801338081615883" if row.result == "voice" else None)
    assert found.price == microcents(row.dollars[seconds == 10])


def test_the_grids_are_complete() -> None:
    """Each version has all 32 combinations once."""
    for version, low, high in (("2026-05", "std", "pro"), ("2026-08", "720p", "1080p")):
        flags = map("".join, itertools.product("-I", "-E", "-V", "-S"))
        wanted = set(itertools.product((low, high), flags))
        found = [(row.quality, row.flags) for row in ROWS if row.version == version]
        assert len(found) == 32
        assert set(found) == wanted


@pytest.mark.requirement("REQ-MEDIA-005", "REQ-MONEY-002", "REQ-MONEY-003", "REQ-MONEY-004")
@every_row
@both_lengths
def test_documented(row: Row, seconds: int) -> None:
    """Every combination breaks exactly the rules of D4 or makes exactly the clip of the grid, with its one warning."""
    found = verdict(row.version, row.document(seconds), "documented")
    assert [(broken.pointer, broken.rule) for broken in found.violations] == [
        (POINTERS[number], f"REQ-INPUT-{number}") for number in row.broken
    ]
    if row.broken:
        assert (found.accepted, found.expectation, found.failure, found.price) == (None, None, None, 0)
        return
    assert [(told.pointer, told.code) for told in found.warnings] == [
        (WARNED[code], code) for code in [row.warning] if code
    ]
    check_made(row, seconds, found)


@pytest.mark.requirement("REQ-INPUT-048", "REQ-TASK-011")
@every_row
@both_lengths
def test_observed(row: Row, seconds: int) -> None:
    """Every combination is accepted in silence, then makes the clip of the grid or fails with upstream's refusal."""
    found = verdict(row.version, row.document(seconds), "observed")
    assert (found.violations, found.warnings) == ((), ())
    assert found.accepted is not None
    if not row.result.startswith("E"):
        check_made(row, seconds, found)
        return
    assert found.price == 0
    assert found.failure is not None
    assert found.failure.startswith("[1201] ")
    known = [EXACT[key].format(seconds=seconds) for key in row.result.split("/") if key in EXACT]
    assert found.failure in known if known else SUBJECT[row.result] in found.failure


@every_row
def test_sound_left_out_is_sound_on(row: Row) -> None:
    """The default of `sound` is true; leaving it out changes nothing but the warnings about having asked for it."""
    if "S" not in row.flags:
        return
    document = row.document(5)
    for enforcement in get_args(Enforcement):
        asked = verdict(row.version, document, enforcement)
        silent = verdict(row.version, {key: value for key, value in document.items() if key != "sound"}, enforcement)
        assert silent.violations == asked.violations
        assert (silent.accepted, silent.failure) == (asked.accepted, asked.failure)
        assert (silent.expectation, silent.price) == (asked.expectation, asked.price)
        assert set(silent.warnings) == {told for told in asked.warnings if told.pointer != "/sound"}


@pytest.mark.requirement("REQ-MONEY-004")
@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.result == "voice"], ids=lambda row: f"{row.quality}{row.flags}"
)
@pytest.mark.parametrize("enforcement", get_args(Enforcement))
def test_a_voice_nobody_marks_costs_what_sound_costs(row: Row, enforcement: Enforcement) -> None:
    """The voice price is charged only when the prompt holds the marker (app.md §3, note 1)."""
    for seconds, price in ((5, 70_000_000), (10, 140_000_000)):
        found = verdict(row.version, row.document(seconds, spoken=False), enforcement)
        assert found.expectation is not None
        assert found.expectation.branch == "voice-control"
        assert found.price == price


@pytest.mark.requirement("REQ-INPUT-044")
def test_a_prompt_alone_is_five_seconds_with_sound() -> None:
    """A prompt alone is five seconds of 1080p, 16:9, with sound, in both versions (REQ-INPUT-044)."""
    for version in get_args(VersionName):
        for enforcement in get_args(Enforcement):
            found = verdict(version, {"prompt": "a paper boat"}, enforcement)
            assert found.expectation is not None
            size = (found.expectation.width, found.expectation.height)
            assert (size, found.expectation.seconds, found.expectation.sound) == ((1920, 1080), 5, True)
            assert (found.price, found.warnings) == (70_000_000, ())
