"""Every accepted combination of the app's input, judged and rendered: each number of D21 holds and all of it decodes.

The whole table in tiny, and a seeded sample of it in full, so that it stays a matter of seconds.
"""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contracts.apps import table
from contracts.apps.files import FileFacts
from contracts.apps.judgement import Judgement
from contracts.apps.video_v2_6 import judge
from mockserver import replay as replays
from mockserver.media import MediaMode, render
from mockserver.media.aac import SAMPLES_PER_FRAME
from mockserver.media.inspection import inspect
from mockserver.replay import Replay
from mockserver.rng import Rng

if TYPE_CHECKING:
    from conftest import Film

Watch = Callable[[bytes], "Film"]
IMAGES: Mapping[str, tuple[int, int]] = {"landscape": (1600, 900), "portrait": (600, 900), "slim": (900, 360)}
SAMPLED = 12


def _inputs() -> Iterator[tuple[table.VersionName, dict[str, Any]]]:
    """Every combination, accepted or not."""
    ratios = sorted(table.load().sizes["720p"])
    pictures = [(None, None), *((name, None) for name in IMAGES), ("portrait", "landscape")]
    for version, quality, ratio, seconds, sound, (image, end_image), voice in product(
        table.load().versions.values(), (True, False), ratios, (5, 10), (True, False), pictures, (None, "8298267512")
    ):
        if image and ratio != "16:9":
            continue  # the image decides
        yield (
            version.name,
            {
                "prompt": f"A man {version.marker_example} says hello to all of you",
                "duration": str(seconds) if version.name == "2026-05" else seconds,
                "aspect_ratio": ratio,
                "sound": sound,
                version.quality_field: version.high if quality else version.low,
                "image": image,
                "end_image": end_image,
                "voice_id": voice,
            },
        )


def _facts(name: str) -> FileFacts:
    width, height = IMAGES[name]
    return FileFacts("uploaded", size=1000, format="png", width=width, height=height, content_id=name)


def _accepted() -> list[tuple[table.VersionName, dict[str, Any], Judgement]]:
    judged = [(version, given, judge(version, given, _facts)) for version, given in _inputs()]
    return [(version, given, judgement) for version, given, judgement in judged if not judgement.violations]


ACCEPTED = _accepted()
SAMPLE = Rng(3, "table").draws("sample").sample(ACCEPTED, SAMPLED)


def _made(version: table.VersionName, judgement: Judgement, media: MediaMode, number: int) -> bytes:
    rate, moov = (48000 if number % 3 else 44100), ("end" if number % 2 else "front")
    wanted = replays.parse(f"1:{version}:documented:{media}:{moov}:{rate}:1760000000:task{number}")
    return _file(judgement, wanted)


def _file(judgement: Judgement, wanted: Replay) -> bytes:
    assert judgement.expectation is not None
    return render(judgement.expectation, replays.rendition(judgement, {}, wanted))


def _check(version: str, judgement: Judgement, content: bytes, watch: Watch) -> None:
    """Hold a file against what its input promises."""
    expected = judgement.expectation
    assert expected is not None
    film, found = watch(content), inspect(content)
    assert found.agrees, found.problems
    assert (film.width, film.height) == (expected.width, expected.height) == (found.width, found.height)
    assert (film.pixel_format, film.profile, film.colours, film.rate) == ("yuv420p", "Main", (1, 1, 1, 1), 24)
    assert film.times == tuple(Fraction(number, 24) for number in range(24 * expected.seconds + 1))
    assert (found.frames, found.fps, found.app_version) == (expected.frames, 24, table.load().versions[version].id)  # type: ignore[index]  # one of its names
    if not expected.sound:
        assert (film.sound, found.sound) == (None, False)
        return
    assert film.sound is not None
    assert (film.sound.profile, film.sound.layout, film.sound.start) == ("LC", "stereo", 0)
    assert film.sound.rate == found.sample_rate
    assert 0 <= film.sound.duration - film.duration < Fraction(SAMPLES_PER_FRAME, film.sound.rate)
    assert (found.voice is not None) == (expected.branch == "voice-control")


def test_the_table_has_every_branch_and_size() -> None:
    """So that the tests below leave nothing out."""
    expectations = [judgement.expectation for _, _, judgement in ACCEPTED if judgement.expectation]
    assert {row.branch for row in expectations} == {
        "text-to-video",
        "image-to-video",
        "start-end-frame",
        "voice-control",
    }  # fmt: skip - a list of four
    assert len({(row.width, row.height) for row in expectations}) > 16
    assert {row.seconds for row in expectations} == {5, 10}


SIZES = sorted({(row.width, row.height) for _, _, judged in ACCEPTED if (row := judged.expectation)})


@pytest.mark.requirement("REQ-MEDIA-001")
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_everything_accepted_decodes(size: tuple[int, int], watch: Watch) -> None:
    """The whole table in tiny, each different expectation of a size once."""
    seen = set()
    for number, (version, _, judgement) in enumerate(ACCEPTED):
        expected = judgement.expectation
        assert expected is not None
        if (expected.width, expected.height) == size and expected not in seen:
            seen.add(expected)
            _check(version, judgement, _made(version, judgement, "tiny", number), watch)
    assert seen


@pytest.mark.parametrize("media", ["full", "tiny"])
@pytest.mark.parametrize("number", range(SAMPLED))
def test_ffmpeg_has_nothing_to_say(
    number: int, media: MediaMode, program: Callable[[str], str], tmp_path: Path
) -> None:
    """Not even a warning, for pictures or sound."""
    version, _, judgement = SAMPLE[number]
    file = tmp_path / "film.mp4"
    file.write_bytes(_made(version, judgement, media, number))
    command = [program("ffmpeg"), "-v", "warning", "-xerror", "-err_detect", "explode", "-i", file, "-f", "null", "-"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize("number", range(SAMPLED))
def test_a_sample_of_it_decodes_in_full(number: int, watch: Watch) -> None:
    """The same numbers hold for the slate."""
    version, _, judgement = SAMPLE[number]
    _check(version, judgement, _made(version, judgement, "full", number), watch)
