"""Every accepted combination of the app's input, judged and rendered: each number of D21 holds and all of it decodes.

All of version, quality, ratio, length, sound, images and voice in full, with the pictures' real bytes. Inputs that
lead to the same order for a video, such as those of two ratios beside an image, are rendered once.
"""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from PIL import Image

from contracts.apps import table
from contracts.apps.expectation import MediaExpectation
from contracts.apps.files import FileFacts
from contracts.apps.video_v2_6 import FILE_FIELDS, judge
from mockserver import replay as replays
from mockserver.media import GivenImage, MediaMode, Rendition, render
from mockserver.media.aac import SAMPLES_PER_FRAME
from mockserver.media.inspection import inspect

if TYPE_CHECKING:
    from conftest import Film

Watch = Callable[..., "Film"]
IMAGES: Mapping[str, tuple[int, int]] = {"landscape": (1600, 900), "portrait": (600, 900), "slim": (900, 360)}


class Order(NamedTuple):
    """What the renderer is asked for; equal orders make the same pictures but for the task's id."""

    version: table.VersionName
    expectation: MediaExpectation
    images: tuple[str | None, str | None]


def _inputs() -> Iterator[tuple[table.VersionName, dict[str, Any]]]:
    """Every combination, accepted or not."""
    ratios = sorted(table.load().sizes["720p"])
    pictures = [(None, None), *((name, None) for name in IMAGES), ("portrait", "landscape"), ("slim", "portrait")]
    for version, quality, ratio, seconds, sound, (image, end_image), voice in product(
        table.load().versions.values(), (True, False), ratios, (5, 10), (True, False), pictures, (None, "8298267512")
    ):
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


def _accepted() -> dict[Order, list[Rendition]]:
    """Per order what every accepted input that leads to it asks for; the first of them is rendered."""
    found: dict[Order, list[Rendition]] = {}
    for number, (version, given) in enumerate(_inputs()):
        judgement = judge(version, given, _facts)
        if judgement.violations or judgement.expectation is None:
            continue
        rate, moov = (48000 if number % 3 else 44100), ("end" if number % 2 else "front")
        wanted = replays.parse(f"1:{version}:documented:full:{moov}:{rate}:1760000000:task{number}")
        accepted = judgement.accepted or {}
        images = {field: _picture(accepted[field]) for field in FILE_FIELDS if accepted.get(field)}
        order = Order(version, judgement.expectation, (accepted.get("image"), accepted.get("end_image")))
        found.setdefault(order, []).append(replays.rendition(judgement, images, wanted))
    return found


@lru_cache(maxsize=len(IMAGES))
def _picture(name: str) -> GivenImage:
    """A gradient of its own, as PNG."""
    file = BytesIO()
    turned = Image.linear_gradient("L").rotate(90 * list(IMAGES).index(name)).resize(IMAGES[name])
    turned.convert("RGB").save(file, "PNG", compress_level=1)
    return GivenImage.of(file.getvalue())


ACCEPTED = _accepted()


def _made(order: Order, media: MediaMode = "full") -> bytes:
    rendition = ACCEPTED[order][0]
    token = rendition.replay.replace(":full:", f":{media}:")
    return render(order.expectation, replace(rendition, media=media, replay=token))


def _check(order: Order, content: bytes, watch: Watch, seen: "Film | None" = None) -> "Film":
    """Hold a file against what its input promises; one with the same pictures may have been decoded before."""
    expected = order.expectation
    film, found = seen or watch(content, digests=False), inspect(content)
    assert found.agrees, found.problems
    assert (film.width, film.height) == (expected.width, expected.height) == (found.width, found.height)
    assert (film.pixel_format, film.profile, film.colours, film.rate) == ("yuv420p", "Main", (1, 1, 1, 1), 24)
    assert film.times == tuple(Fraction(number, 24) for number in range(24 * expected.seconds + 1))
    assert (found.frames, found.fps) == (expected.frames, 24)
    assert found.app_version == table.load().versions[order.version].id
    if not expected.sound:
        assert (film.sound, found.sound) == (None, False)
        return film
    assert film.sound is not None
    assert (film.sound.profile, film.sound.layout, film.sound.start) == ("LC", "stereo", 0)
    assert seen is not None or film.sound.rate == found.sample_rate
    assert 0 <= film.sound.duration - film.duration < Fraction(SAMPLES_PER_FRAME, film.sound.rate)
    assert (found.voice is not None) == (expected.branch == "voice-control")
    return film


def test_the_table_has_every_branch_and_size() -> None:
    """So that the tests below leave nothing out."""
    expectations = [order.expectation for order in ACCEPTED]
    assert {row.branch for row in expectations} == {
        "text-to-video",
        "image-to-video",
        "start-end-frame",
        "voice-control",
    }  # fmt: skip - a list of four
    assert len(SIZES) > 16
    assert {row.seconds for row in expectations} == {5, 10}
    assert {order.version for order in ACCEPTED} == set(table.load().versions)


def test_inputs_of_one_order_differ_in_nothing_that_is_seen() -> None:
    """But for what is drawn from the task's id and the input's hash, and for rate and place of the index."""
    for renditions in ACCEPTED.values():
        seen = {
            (row.app_version, row.prompt, row.prompt_hash, row.spoken_words, row.start_image, row.end_image)
            for row in renditions
        }
        assert len(seen) == 1


SIZES = sorted({(order.expectation.width, order.expectation.height) for order in ACCEPTED})
Films = list[tuple[Order, bytes]]


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def films(request: pytest.FixtureRequest) -> Films:
    """Every order of a size, rendered in full."""
    return [
        (order, _made(order))
        for order in ACCEPTED
        if (order.expectation.width, order.expectation.height) == request.param
    ]


@pytest.mark.requirement("REQ-MEDIA-001")
def test_everything_accepted_decodes(films: Films, watch: Watch) -> None:
    """The whole table in full. Pictures that two versions have in common are decoded once, all else is read in each."""
    watched: dict[object, Film] = {}
    for order, content in films:
        shape = (order.expectation, order.images)
        watched[shape] = _check(order, content, watch, watched.get(shape))


def test_the_same_numbers_hold_in_tiny(films: Films, watch: Watch) -> None:
    """Each expectation of a size once: versions and images do not change a mosaic."""
    for order in {order.expectation: order for order, _ in films}.values():
        _check(order, _made(order, "tiny"), watch)


def test_ffmpeg_has_nothing_to_say(films: Films, program: Callable[[str], str], tmp_path: Path) -> None:
    """Not a warning, for pictures or sound, reading as strictly as it can; each branch of a size in five seconds."""
    command = [program("ffmpeg"), "-nostdin", "-v", "warning", "-xerror", "-err_detect", "explode"]
    outputs: list[str] = []
    shapes = {
        (order.expectation.branch, order.expectation.sound): content
        for order, content in films
        if order.expectation.seconds == 5
    }
    contents = [*shapes.values(), _made(films[0][0], "tiny")]
    for number, content in enumerate(contents):
        file = tmp_path / f"{number}.mp4"
        file.write_bytes(content)
        command += ["-err_detect", "explode", "-i", str(file)]
        outputs += ["-map", f"{number}", "-f", "null", "-"]
    answer = subprocess.run([*command, *outputs], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")


def test_ffprobe_reports_what_was_ordered(films: Films, program: Callable[[str], str], tmp_path: Path) -> None:
    """One of each size, with nothing to warn of."""
    order, content = films[-1]
    file = tmp_path / "film.mp4"
    file.write_bytes(content)
    command = [program("ffprobe"), "-v", "warning", "-of", "json", "-show_streams", str(file)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert answer.stderr == ""
    video, *sound = json.loads(answer.stdout)["streams"]
    expected = order.expectation
    assert (video["codec_name"], video["profile"], video["pix_fmt"]) == ("h264", "Main", "yuv420p")
    assert (video["width"], video["height"]) == (expected.width, expected.height)
    assert (video["nb_frames"], video["avg_frame_rate"], video["start_pts"]) == (str(expected.frames), "24/1", 0)
    assert float(video["duration"]) == pytest.approx(expected.duration, abs=1e-6)
    assert [stream["codec_name"] for stream in sound] == ["aac"] * expected.sound
