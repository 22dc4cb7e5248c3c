"""The codes in the pictures, held against the record."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from io import BytesIO

import av
import pytest
from PIL import Image

from contracts.apps.expectation import MediaExpectation
from mockserver.media import GivenImage, Rendition, readout, render
from mockserver.media.mosaic import mosaic
from mockserver.media.movie import movie_file
from mockserver.media.parameter_sets import FrameSize
from mockserver.media.picture_code import PictureCode, modules
from mockserver.media.provenance import record, supplemental_information
from mockserver.media.reel import reel
from mockserver.media.video_track import video_track
from mockserver.testing import inspect

HASH = "0123456789abcdef" * 4
EXPECTATION = MediaExpectation("text-to-video", "720p", 1280, 720, 3, sound=False)
OURS = Rendition(
    "7kq2v605mjer7htm68rg47xqmh",
    "a/b",
    "7",
    "ab",
    0,
    input_hash=HASH,
    replay="1:2026-05:documented:full:front:44100:0:x",
)  # fmt: skip - one request


@lru_cache(maxsize=4)
def _photo(turned: int) -> GivenImage:
    file = BytesIO()
    Image.linear_gradient("L").rotate(turned).resize((1280, 720)).convert("RGB").save(file, "PNG", compress_level=1)
    return GivenImage.of(file.getvalue())


def _forged(pictures: list[bytes], claim: Rendition = OURS) -> bytes:
    """A file in which index, hashes and record agree, whatever its pictures show."""
    return _recorded(pictures, record(EXPECTATION, claim, pictures, ()))


def _recorded(pictures: list[bytes], text: bytes) -> bytes:
    track = video_track(FrameSize(EXPECTATION.width, EXPECTATION.height), 24, pictures, supplemental_information(text))
    return movie_file([track], text, 0, "front")


def test_the_codes_are_read_from_the_pictures() -> None:
    """One a second, each saying task, input and its own number."""
    found = inspect(render(EXPECTATION, OURS))
    assert found.agrees, found.problems
    assert found.codes == {n: PictureCode(OURS.task_id, HASH[:16], n) for n in (0, 24, 48, 72)}


@pytest.mark.parametrize("end", [False, True])
def test_photographs_carry_them_as_well(end: bool) -> None:
    """From the second second on; not where the end image is shown alone."""
    images = {"start_image": _photo(0), **({"end_image": _photo(90)} if end else {})}
    found = inspect(render(EXPECTATION, replace(OURS, **images)))
    assert found.agrees, found.problems
    assert list(found.codes) == ([24, 48] if end else [24, 48, 72])


def test_a_claim_of_the_same_request_agrees() -> None:
    """So that the next tests fail for their reason alone."""
    assert inspect(_forged(reel(EXPECTATION, OURS).pictures)).agrees


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"task_id": "0" * 26}, f"the code in picture 0 says task {'0' * 26}, the record {OURS.task_id}"),
        ({"input_hash": "f" * 64}, f"the code in picture 24 says input {'f' * 16}, the record {HASH[:16]}"),
    ],
    ids=["task", "input"],
)
def test_pictures_of_another_request_are_noticed(other: dict[str, str], told: str) -> None:
    """By what they show alone."""
    assert told in inspect(_forged(reel(EXPECTATION, replace(OURS, **other)).pictures)).problems


def test_pictures_without_codes_are_noticed() -> None:
    """A mosaic has none, and its record says so; a slate has."""
    pictures = mosaic(EXPECTATION, OURS)
    assert inspect(_forged(pictures)).problems == ("there is no code in 2 pictures that should have one, such as 24",)
    assert inspect(_forged(pictures, replace(OURS, replay=OURS.replay.replace(":full:", ":tiny:")))).agrees


def _one_wrong(code: PictureCode) -> tuple[bytes, ...]:
    first, *rest = modules(code)[::-1]
    return (*rest[::-1], first[:-1] + bytes((first[-1] ^ 1,)))


@pytest.mark.parametrize(
    ("drawn", "told"),
    [
        (_one_wrong, "the code in picture 24 "),
        (lambda code: modules(code._replace(frame=code.frame + 1)), "the code in picture 24 says it is picture 25"),
        (lambda code: modules(code)[::-1], "there is no code in 2 pictures that should have one, such as 24"),
    ],
    ids=["a module", "the number", "upside down"],
)
def test_a_code_that_was_tampered_with_is_noticed(
    drawn: Callable[[PictureCode], tuple[bytes, ...]], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One module is enough."""
    monkeypatch.setattr(readout, "modules", drawn)
    assert any(problem.startswith(told) for problem in inspect(_forged(reel(EXPECTATION, OURS).pictures)).problems)


def test_pictures_of_another_encoder_are_not_looked_into() -> None:
    """Their record still says whose they are; that they were encoded anew is told by their hash."""
    again = BytesIO()
    with av.open(BytesIO(render(EXPECTATION, OURS))) as source, av.open(again, "w", format="mp4") as target:
        target.metadata["comment"] = source.metadata["comment"]
        stream = target.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = EXPECTATION.width, EXPECTATION.height, "yuv420p"
        for frame in source.decode(video=0):
            target.mux(stream.encode(frame))
        target.mux(stream.encode())
    found = inspect(again.getvalue())
    assert (found.task_id, found.codes) == (OURS.task_id, {})
    assert found.problems == ("the pictures are not those that were recorded: changed, lost or encoded anew",)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"frames": 10**15}, "there is no code in 41666666666662 pictures that should have one, such as 96"),
        ({"frames": 2**64 - 1}, "the record says 18446744073709551615 pictures, there are 73"),
        ({"task_id": None}, "the record of origin is not as this project writes it: its task_id is no text"),
        ({"app": ["a"]}, "the record of origin is not as this project writes it: its app is no text"),
    ],
)
def test_a_record_may_claim_anything(change: dict[str, object], told: str) -> None:
    """What it says is told and not believed."""
    pictures = reel(EXPECTATION, OURS).pictures
    claim = {**json.loads(record(EXPECTATION, OURS, pictures, ())), **change}
    assert told in inspect(_recorded(pictures, json.dumps(claim).encode())).problems


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"task_id": "\\ud800", "input_hash": "", "replay": ""}'])
def test_a_record_that_is_none_is_left_alone(text: bytes) -> None:
    """The file is not ours, then."""
    assert not inspect(_recorded(reel(EXPECTATION, OURS).pictures, text)).ours


def test_a_task_id_that_no_code_holds_is_no_error() -> None:
    """Such a video cannot have codes."""
    assert inspect(_forged(mosaic(EXPECTATION, OURS), replace(OURS, task_id="x" * 5000))).agrees
