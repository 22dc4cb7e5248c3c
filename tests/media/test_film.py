"""Whole files, as decoders see them."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from itertools import cycle, pairwise, product
from typing import TYPE_CHECKING, Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from contracts.apps.expectation import MediaExpectation
from mockserver.media import Rendition, render
from mockserver.media.aac import SAMPLES_PER_FRAME
from mockserver.media.canvas import CELL
from mockserver.media.layout import layout
from mockserver.media.palette import COLOUR_BARS
from mockserver.media.rendition import GivenImage

if TYPE_CHECKING:
    from conftest import Film, Planes

Watch = Callable[[bytes], "Film"]
Case = tuple[MediaExpectation, Rendition]
Rate = Literal[44100, 48000]
Moov = Literal["front", "end"]

# The static table (app.md 4, rest.md 1d); 1215 is 1216 in the file (D21).
STATIC_720P = [(1280, 720), (720, 1280), (960, 960), (1080, 810), (810, 1080), (1080, 720), (720, 1080), (1470, 630)]
STATIC_1080P = [
    (1920, 1080),
    (1080, 1920),
    (1440, 1440),
    (1620, 1216),
    (1216, 1620),
    (1620, 1080),
    (1080, 1620),
    (2206, 946),
]  # fmt: skip - a table
# Image-to-video keeps the image's ratio; these were observed (app.md 4).
OWN_RATIO = [
    (1284, 716),
    (1280, 716),
    (716, 1280),
    (1172, 784),
    (1176, 784),
    (860, 1068),
    (1916, 1080),
    (1928, 1072),
    (1908, 1084),
    (1072, 1928),
    (1116, 1852),
    (1088, 1904),
]  # fmt: skip - a table


def _cases() -> Iterator[Case]:
    """Every size once, sound, rate and place of the index in turn; one small size in every combination."""
    voices: list[tuple[bool, Rate]] = [(True, 44100), (False, 44100), (True, 48000)]
    places: list[Moov] = ["front", "end"]
    ways = [(sound, rate, moov) for sound, rate in voices for moov in places]
    turns = cycle(ways)
    for size in STATIC_720P + STATIC_1080P + OWN_RATIO:
        yield _case(size, 5, *next(turns))
    for seconds, (sound, rate, moov) in product((5, 10), ways):
        yield _case((256, 144), seconds, sound, rate, moov)
    yield _case((1920, 1080), 10, sound=True, rate=44100, moov="front")


def _case(size: tuple[int, int], seconds: int, sound: bool, rate: Rate, moov: Moov) -> Case:
    width, height = size
    resolution: Literal["720p", "1080p"] = "1080p" if width * height > 1_500_000 else "720p"
    expectation = MediaExpectation("image-to-video", resolution, width, height, seconds, sound)
    return expectation, Rendition("4f3a9c21-77aa", "klingai/video-v2-6", "7", "ab12", 1_760_000_000, moov, rate)


def _name(case: Case) -> str:
    expectation, rendition = case
    sound = rendition.sample_rate if expectation.sound else "silent"
    return f"{expectation.width}x{expectation.height}-{expectation.seconds}s-{sound}-{rendition.moov}"


@pytest.fixture(scope="module", params=_cases(), ids=_name)
def shown(request: pytest.FixtureRequest, watch: Watch) -> tuple[MediaExpectation, Rendition, "Film"]:
    """A case and what became of it."""
    expectation, rendition = request.param
    return expectation, rendition, watch(render(expectation, rendition))


Shown = tuple[MediaExpectation, Rendition, "Film"]


def test_picture_is_what_was_expected(shown: Shown) -> None:
    """Size, pixel format, profile and colour tags: BT.709 (1) thrice, limited range (1)."""
    expectation, _, film = shown
    assert (film.width, film.height) == (expectation.width, expectation.height)
    assert (film.pixel_format, film.profile, film.colours) == ("yuv420p", "Main", (1, 1, 1, 1))


def test_pictures_come_at_a_constant_rate(shown: Shown) -> None:
    """There are 24·d + 1 pictures, 1/24 s apart from 0 on, and they are as long as the expectation says."""
    expectation, _, film = shown
    assert film.times == tuple(Fraction(number, 24) for number in range(expectation.frames))
    assert film.rate == 24
    assert film.duration == Fraction(expectation.frames, 24)


def test_every_picture_differs_from_the_one_before(shown: Shown) -> None:
    """Time code and sweep move on; the tiny size has no time code, and there the sweep moves at least each second."""
    expectation, _, film = shown
    if expectation.width > 256:
        assert all(before != after for before, after in pairwise(film.digests))
    assert len(set(film.digests)) > expectation.seconds


def test_colour_bars_are_exact(shown: Shown) -> None:
    """Every sample of every bar has the published value, in the first picture and in the last."""
    expectation, _, film = shown
    _assert_bars(expectation, film.first)
    _assert_bars(expectation, film.last)


def _assert_bars(expectation: MediaExpectation, planes: "Planes") -> None:
    bars = layout(expectation.width, expectation.height, 35).bars
    for (name, colour), bar in zip(COLOUR_BARS, bars, strict=True):
        for rows, value, side in zip(planes, colour, (CELL, CELL // 2, CELL // 2), strict=True):
            seen = {row[bar.x * side : (bar.x + bar.width) * side] for row in rows[bar.y * side : bar.bottom * side]}
            assert set(b"".join(seen)) == {value}, name


def test_sound_is_as_long_as_the_picture_or_absent(shown: Shown) -> None:
    """With sound: AAC-LC stereo at the rate, at most a frame longer than the picture. Without: no stream at all."""
    expectation, rendition, film = shown
    if not expectation.sound:
        assert film.sound is None
        return
    assert film.sound is not None
    assert (film.sound.profile, film.sound.layout, film.sound.rate) == ("LC", "stereo", rendition.sample_rate)
    assert film.sound.start == 0
    assert film.sound.duration == Fraction(film.sound.samples, film.sound.rate)
    longer = film.sound.duration - film.duration
    assert 0 <= longer < Fraction(SAMPLES_PER_FRAME, film.sound.rate)


def test_same_arguments_give_the_same_bytes(expectation: MediaExpectation, rendition: Rendition) -> None:
    """Rendering leaves nothing behind that changes the next one."""
    assert render(expectation, rendition) == render(expectation, rendition)


@pytest.mark.parametrize("seed", ["1", "2"])
def test_a_fresh_interpreter_gives_the_same_bytes(
    seed: str, expectation: MediaExpectation, rendition: Rendition
) -> None:
    """No order of a set or dict leaks into the file, and no codec library is loaded."""
    script = (
        "import hashlib, sys\n"
        "from contracts.apps.expectation import MediaExpectation\n"
        "from mockserver.media import Rendition, render\n"
        f"print(hashlib.sha256(render({expectation!r}, {rendition!r})).hexdigest())\n"
        "print(sorted({'av', 'numpy'} & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
    )
    digest, loaded = answer.stdout.decode().split("\n")[:2]
    assert digest == hashlib.sha256(render(expectation, rendition)).hexdigest()
    assert loaded == "[]"


SCRIPTS = "A boat, лодка, βάρκα, قارب (35) ورقي, סירה, नाव राष्ट्रीय शक्ति, 一只纸船, 紙の船, 종이배 ♪ 👍 😀"


def _photo(width: int, height: int, turned: int) -> GivenImage:
    """A gradient as PNG."""
    file = BytesIO()
    Image.linear_gradient("L").rotate(turned).resize((width, height)).convert("RGB").save(file, "PNG")
    return GivenImage.of(file.getvalue())


def _golden() -> Iterator[tuple[str, Case]]:
    yield "720p", _case((1280, 720), 5, sound=False, rate=44100, moov="front")
    yield "1080p with sound", _case((1920, 1080), 10, sound=True, rate=48000, moov="end")
    expectation, rendition = _case((1088, 1904), 5, sound=True, rate=44100, moov="front")
    yield "portrait, every script", (expectation, replace(rendition, prompt=SCRIPTS, input_hash="0123456789abcdef"))
    images = {"start_image": _photo(1280, 720, 90), "end_image": _photo(900, 900, 180)}
    expectation, rendition = _case((1280, 720), 5, sound=False, rate=44100, moov="front")
    yield "start and end image", (expectation, replace(rendition, prompt=SCRIPTS, **images))
    yield "tiny", (expectation, replace(rendition, media="tiny"))


GOLDEN = {
    "720p": "2e3a28a1676c36a00a94e28de63354a7394c6b4a975769139ed2e56e6b62e5df",
    "1080p with sound": "185191300c0c13bc1d56688714610da788b4722038df36bb333a8b81a1e85842",
    "portrait, every script": "b19d714462f3a035296c2e4dc1e6238751d5e7419f1b6463a046121e1a4f4329",
    "start and end image": "7b5651ae07776e7761e6bfcaa2e3c56ae0d458fb39bade5c619f42af35445623",
    "tiny": "af271151e4ad3f3a09f0b8191c5a3c043f7f4f9f6b97cd3703b2804238b044c4",
}
"""SHA-256 of whole files. A change here changes what every user of recorded hashes sees: say so in the changelog."""


@pytest.mark.parametrize(("name", "case"), list(_golden()), ids=list(GOLDEN))
def test_bytes_are_the_recorded_ones(name: str, case: Case) -> None:
    """Every machine and Python gives these bytes."""
    assert hashlib.sha256(render(*case)).hexdigest() == GOLDEN[name]


@pytest.mark.parametrize("size", STATIC_720P + STATIC_1080P, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(
    "prompt",
    ["A boat", "A lighthouse in a storm, waves crash. " * 13, "一只纸船顺着雨水漂流而下," * 5],
    ids=["short", "long", "Chinese"],
)
def test_a_slate_stays_small(size: tuple[int, int], prompt: str) -> None:
    """At ten seconds with sound it has at most 600 kB, with prompts of up to 500 Latin letters."""
    expectation, rendition = _case(size, 10, sound=True, rate=44100, moov="front")
    assert 100_000 < len(render(expectation, replace(rendition, prompt=prompt))) <= 600_000


def test_another_prompt_gives_another_picture(
    expectation: MediaExpectation, rendition: Rendition, watch: Watch
) -> None:
    """Two videos are told apart at a glance: more than half of the samples differ."""
    one = watch(render(expectation, rendition))
    other = watch(render(expectation, replace(rendition, prompt_hash="00ff")))
    pairs = [pair for rows in zip(one.first, other.first, strict=True) for pair in zip(*rows, strict=True)]
    differing = sum(a != b for here, there in pairs for a, b in zip(here, there, strict=True))
    assert differing > sum(len(here) for here, _ in pairs) / 2


@pytest.mark.parametrize(("width", "height"), [(1215, 1620), (1620, 1215), (62, 64), (64, 48)])
def test_sizes_that_cannot_be_drawn_are_refused(width: int, height: int, rendition: Rendition) -> None:
    """An odd or tiny side is a mistake of the caller."""
    with pytest.raises(ValueError, match=f"Cannot draw {width}x{height}"):
        render(MediaExpectation("text-to-video", "720p", width, height, 5, sound=False), rendition)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(width=st.integers(32, 1200), height=st.integers(32, 1200), prompt=st.text(max_size=8), task_id=st.text())
def test_any_even_size_decodes(
    width: int, height: int, prompt: str, task_id: str, rendition: Rendition, watch: Watch
) -> None:
    """Whatever the even size from 64 to 2400, the prompt and the task id, the file decodes and the bars are exact."""
    expectation = MediaExpectation("start-end-frame", "1080p", 2 * width, 2 * height, 1, sound=False)
    film = watch(render(expectation, replace(rendition, prompt_hash=prompt, task_id=task_id)))
    assert (film.width, film.height, len(film.times)) == (2 * width, 2 * height, 25)
    _assert_bars(expectation, film.last)


@pytest.mark.parametrize("moov", ["front", "end"])
def test_ffmpeg_finds_no_error(
    moov: Moov, expectation: MediaExpectation, rendition: Rendition, program: Callable[[str], str], tmp_path: Any
) -> None:
    """The strictest reading FFmpeg offers has nothing to say."""
    file = tmp_path / "film.mp4"
    file.write_bytes(render(expectation, replace(rendition, moov=moov)))
    command = [program("ffmpeg"), "-v", "warning", "-xerror", "-err_detect", "explode", "-i", str(file)]
    answer = subprocess.run([*command, "-f", "null", "-"], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")


def test_ffprobe_reports_the_vendors_facts(
    expectation: MediaExpectation, rendition: Rendition, program: Callable[[str], str], tmp_path: Any
) -> None:
    """What a pipeline asks of ffprobe is answered as D21 says."""
    file = tmp_path / "film.mp4"
    file.write_bytes(render(expectation, rendition))
    command = [program("ffprobe"), "-v", "error", "-of", "json", "-show_streams", "-show_format", str(file)]
    report = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    video, sound = report["streams"]
    facts = {
        "codec_name": "h264",
        "profile": "Main",
        "codec_tag_string": "avc1",
        "pix_fmt": "yuv420p",
        "level": 32,
        "width": 1284,
        "height": 716,
        "sample_aspect_ratio": "1:1",
        "color_range": "tv",
        "color_space": "bt709",
        "color_transfer": "bt709",
        "color_primaries": "bt709",
        "field_order": "progressive",
        "has_b_frames": 0,
        "r_frame_rate": "24/1",
        "avg_frame_rate": "24/1",
        "start_pts": 0,
        "duration": "5.041667",
        "nb_frames": "121",
    }
    assert {name: video[name] for name in facts} == facts
    assert (sound["codec_name"], sound["profile"], sound["channels"], sound["start_pts"]) == ("aac", "LC", 2, 0)
    assert video["tags"]["creation_time"] == "2025-10-09T08:53:20.000000Z"
    assert report["format"]["duration"] == "5.061950"


def test_the_record_survives_a_copy_by_ffmpeg(
    expectation: MediaExpectation, rendition: Rendition, program: Callable[[str], str], tmp_path: Any, watch: Watch
) -> None:
    """After `ffmpeg -c copy` the task id can still be read from the comment."""
    file, copy = tmp_path / "film.mp4", tmp_path / "copy.mp4"
    file.write_bytes(render(expectation, rendition))
    subprocess.run([program("ffmpeg"), "-v", "error", "-i", str(file), "-c", "copy", str(copy)], check=True)
    assert json.loads(watch(copy.read_bytes()).metadata["comment"])["task_id"] == rendition.task_id
