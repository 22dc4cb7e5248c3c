"""Faults of videos. They are rendered in this process, so that the fault is in them."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from contracts.apps.expectation import MediaExpectation
from mockserver import images
from mockserver.media import Rendition, render
from mockserver.render_pool import RenderPool
from tests.mutants.mutant import mutant
from tests.mutants.surgery import Answer, Surgery


def _filmed(
    surgery: Surgery,
    expected: Callable[[MediaExpectation], MediaExpectation] = lambda given: given,
    rendered: Callable[[Rendition], Rendition] = lambda given: given,
) -> None:
    """Let other videos be rendered than those that are expected."""

    def instead(_: RenderPool, expectation: MediaExpectation, rendition: Rendition) -> bytes:
        return render(expected(expectation), rendered(rendition))

    surgery.replace(RenderPool, "render", instead)


def _bytes(surgery: Surgery, before: bytes, after: bytes) -> None:
    """Let bytes of every video be others."""

    def alter(answer: Answer) -> None:
        answer.body = answer.body.replace(before, after)

    surgery.alter("objects.get", by=alter)


class _OneShort(MediaExpectation):
    @property
    def frames(self) -> int:
        return 24 * self.seconds


class _Hasty(MediaExpectation):
    @property
    def fps(self) -> int:
        return 25


@mutant("REQ-MEDIA-001")
def baseline_profile(surgery: Surgery) -> None:
    """The pictures are H.264 Baseline."""
    _bytes(surgery, b"\x67\x4d", b"\x67\x42")


@mutant("REQ-MEDIA-001")
def no_video_at_all(surgery: Surgery) -> None:
    """An HTML page is served in the place of a video."""

    def page(answer: Answer) -> None:
        answer.body = b"<!doctype html><title>Moved</title>"

    surgery.alter("objects.get", by=page)


@mutant("REQ-MEDIA-002")
def twenty_five_a_second(surgery: Surgery) -> None:
    """There are 25 pictures a second."""
    _filmed(surgery, lambda given: _Hasty(**asdict(given)))


@mutant("REQ-MEDIA-003")
def one_picture_short(surgery: Surgery) -> None:
    """A clip of 5 seconds has 120 pictures."""
    _filmed(surgery, lambda given: _OneShort(**asdict(given)))


@mutant("REQ-MEDIA-004")
def colours_of_old_television(surgery: Surgery) -> None:
    """The picture is tagged BT.601."""
    _bytes(surgery, b"nclx\x00\x01\x00\x01\x00\x01", b"nclx\x00\x06\x00\x06\x00\x06")


@mutant("REQ-MEDIA-005")
def sides_swapped(surgery: Surgery) -> None:
    """Width and height are swapped."""
    _filmed(surgery, lambda given: replace(given, width=given.height, height=given.width))


@mutant("REQ-MEDIA-006")
def odd_side_cut(surgery: Surgery) -> None:
    """An odd side is the even number below."""
    _filmed(surgery, lambda given: replace(given, width=1214) if given.width == 1216 else given)


@mutant("REQ-MEDIA-007")
def ratio_of_the_input(surgery: Surgery) -> None:
    """A video with a start frame has the size of its aspect_ratio."""
    _filmed(surgery, lambda given: given if given.branch == "text-to-video" else replace(given, width=960, height=960))


@mutant("REQ-MEDIA-008")
def exif_ignored(surgery: Surgery) -> None:
    """A picture's EXIF orientation is not looked at."""
    surgery.replace(images, "_SWAPPED", frozenset())


@mutant("REQ-MEDIA-009")
def unseen_picture_is_wide(surgery: Surgery) -> None:
    """A video with a picture that nobody looked at is 16:9."""
    _filmed(surgery, lambda given: replace(given, height=540) if given.width == given.height else given)


@mutant("REQ-MEDIA-010")
def another_sample_rate(surgery: Surgery) -> None:
    """Sound has 48 kHz."""
    _filmed(surgery, rendered=lambda given: replace(given, sample_rate=48_000))


@mutant("REQ-MEDIA-010")
def silence_instead_of_sound(surgery: Surgery) -> None:
    """No video has a sound track."""
    _filmed(surgery, lambda given: replace(given, sound=False, voice_id=None))


@mutant("REQ-MEDIA-011")
def sound_when_it_is_off(surgery: Surgery) -> None:
    """Every video has a sound track."""
    _filmed(surgery, lambda given: replace(given, sound=True))


@mutant("REQ-MEDIA-012")
def index_at_the_end(surgery: Surgery) -> None:
    """The index stands behind the media data."""
    _filmed(surgery, rendered=lambda given: replace(given, moov="end"))


@mutant("REQ-MEDIA-014")
def frames_confused(surgery: Surgery) -> None:
    """The start frame comes last."""

    def turned(given: Rendition) -> Rendition:
        return replace(given, start_image=given.end_image, end_image=given.start_image)

    _filmed(surgery, rendered=turned)


@mutant("REQ-MEDIA-015")
def address_without_a_name(surgery: Surgery) -> None:
    """The video's address does not end in .mp4."""
    surgery.alter("tasks.get", by=lambda answer: setattr(answer, "body", answer.body.replace(b".mp4", b".bin")))


@mutant("REQ-MEDIA-016")
def object_without_a_size(surgery: Surgery) -> None:
    """Files as objects lack their size."""

    def alter(task: Any) -> None:
        video = (task.get("output") or {}).get("video")
        if isinstance(video, dict):
            video.pop("size")

    surgery.alter("tasks.get", by=lambda answer: answer.change(alter))


@mutant("REQ-MEDIA-017")
def output_meta_leaks(surgery: Surgery) -> None:
    """The output holds output_meta."""

    def alter(task: Any) -> None:
        if task.get("output"):
            task["output"]["output_meta"] = None

    surgery.alter("tasks.get", by=lambda answer: answer.change(alter))
