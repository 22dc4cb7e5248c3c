"""Faults in how inputs are judged. The judge itself is the suite's as well, so only what runs make of it is altered."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contracts.apps.files import FileFacts
from contracts.apps.judgement import InputWarning, Judgement
from mockserver import images
from mockserver.api import runs
from tests.mutants.mutant import mutant
from tests.mutants.surgery import Answer, Surgery


def _given(surgery: Surgery, alter: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Let runs judge another input than the one that came."""

    def around(judge: Any, version: str, document: Any, *rest: Any) -> Judgement:
        return judge(version, alter(document) if isinstance(document, dict) else document, *rest)

    surgery.wrap(runs, "judge", around)


def _judged(surgery: Surgery, alter: Callable[[Judgement], Judgement]) -> None:
    """Let runs make something else of a judgement."""
    surgery.wrap(runs, "judge", lambda judge, *given: alter(judge(*given)))


def _inspected(surgery: Surgery, alter: Callable[[FileFacts], FileFacts]) -> None:
    """Let pictures be taken for others."""
    surgery.wrap(images, "inspect", lambda inspect, *given: alter(inspect(*given)))


def _warned(surgery: Surgery, alter: Callable[[tuple[InputWarning, ...]], tuple[InputWarning, ...]]) -> None:
    _judged(surgery, lambda found: replace(found, warnings=alter(found.warnings)))


def _sound(surgery: Surgery, *, when: Callable[[Any], bool], on: bool) -> None:
    """Let videos of some kind have sound, or none."""

    def alter(found: Judgement) -> Judgement:
        expectation = found.expectation
        if expectation is None or not when(expectation):
            return found
        return replace(found, expectation=replace(expectation, sound=on))

    _judged(surgery, alter)


@mutant("REQ-ERR-009")
def only_the_first_violation(surgery: Surgery) -> None:
    """A 422 names the first violation alone."""
    _judged(surgery, lambda found: replace(found, violations=found.violations[:1]))


@mutant("REQ-ERR-009", checks=("input.everything-wrong-is-told-at-once",))
def violations_in_another_order(surgery: Surgery) -> None:
    """A 422 lists its violations from the last to the first."""

    def turned(answer: Answer) -> None:
        document = answer.json
        if answer.status == 422:
            answer.json = {**document, "data": document["data"][::-1]}

    surgery.alter("runs.create", by=turned)


@mutant("REQ-INPUT-003")
def pointer_without_slash(surgery: Surgery) -> None:
    """The pointers of violations are bare names."""
    _judged(
        surgery,
        lambda found: replace(
            found, violations=tuple(replace(row, pointer=row.pointer.lstrip("/")) for row in found.violations)
        ),
    )


@mutant("REQ-INPUT-028")
def end_frame_blamed_for_its_start(surgery: Surgery) -> None:
    """An end frame in mode std is refused by the rule about its start frame."""
    _judged(
        surgery,
        lambda found: replace(
            found,
            violations=tuple(
                replace(row, rule="REQ-INPUT-027") if row.rule == "REQ-INPUT-028" else row for row in found.violations
            ),
        ),
    )


@mutant("REQ-INPUT-004")
def prompt_counted_in_bytes(surgery: Surgery) -> None:
    """A prompt of more than 2500 bytes is refused, however few characters it has."""

    def alter(given: dict[str, Any]) -> dict[str, Any]:
        prompt = given.get("prompt")
        return {**given, "prompt": "x" * 2501} if isinstance(prompt, str) and len(prompt.encode()) > 2500 else given

    _given(surgery, alter)


@mutant("REQ-INPUT-006")
def negative_prompt_without_limit(surgery: Surgery) -> None:
    """A negative_prompt may have any length."""

    def alter(given: dict[str, Any]) -> dict[str, Any]:
        negative = given.get("negative_prompt")
        return {**given, "negative_prompt": negative[:2500]} if isinstance(negative, str) else given

    _given(surgery, alter)


@mutant("REQ-INPUT-010")
def integer_duration_coerced(surgery: Surgery) -> None:
    """The older version takes 5 for "5"."""
    _given(surgery, lambda given: {**given, "duration": "5"} if given.get("duration") == 5 else given)


@mutant("REQ-INPUT-011", version="2026-08")
def text_duration_coerced(surgery: Surgery) -> None:
    """The newer version takes "5" for 5."""
    _given(surgery, lambda given: {**given, "duration": 5} if given.get("duration") == "5" else given)


@mutant("REQ-INPUT-010")
def refusal_without_the_form(surgery: Surgery) -> None:
    """The refusal of a duration does not say which form this version takes."""
    _judged(
        surgery,
        lambda found: replace(
            found, violations=tuple(replace(row, message="duration is wrong") for row in found.violations)
        ),
    )


@mutant("REQ-INPUT-046")
def text_taken_for_a_boolean(surgery: Surgery) -> None:
    """The text "true" turns sound on."""
    _given(surgery, lambda given: {**given, "sound": True} if given.get("sound") == "true" else given)


@mutant("REQ-INPUT-009")
def unknown_ratio_falls_back(surgery: Surgery) -> None:
    """A ratio that does not exist gives 16:9."""
    _given(surgery, lambda given: {**given, "aspect_ratio": "16:9"} if given.get("aspect_ratio") == "16:10" else given)


@mutant("REQ-INPUT-045")
def null_file_warned_of(surgery: Surgery) -> None:
    """A null for a file is warned of like an empty string."""
    _given(surgery, lambda given: {key: "" if value is None else value for key, value in given.items()})


@mutant("REQ-INPUT-007")
def warning_forgotten(surgery: Surgery) -> None:
    """Nobody is told that negative_prompt has no effect."""
    _warned(surgery, lambda rows: tuple(row for row in rows if row.code != "negative_prompt_unsupported"))


@mutant("REQ-INPUT-018")
def warning_twice(surgery: Surgery) -> None:
    """Warnings come twice."""
    _warned(surgery, lambda rows: tuple(row for row in rows for _ in range(2)))


@mutant("REQ-INPUT-018")
def nearest_key_not_named(surgery: Surgery) -> None:
    """The warning about an unknown key does not say which one was meant."""
    _warned(surgery, lambda rows: tuple(replace(row, message="unknown") for row in rows))


@mutant("REQ-INPUT-051", version="2026-08")
def successor_not_named(surgery: Surgery) -> None:
    """The newer version does not say what took the place of mode."""
    _warned(surgery, lambda rows: tuple(replace(row, message="unknown") for row in rows))


@mutant("REQ-INPUT-029")
def default_sound_warned_of(surgery: Surgery) -> None:
    """Two frames are warned of even if sound was left to its default."""
    _given(surgery, lambda given: {"sound": True, **given})


@mutant("REQ-INPUT-023")
def ratio_limit_excluded(surgery: Surgery) -> None:
    """A picture of exactly 2.5:1 is refused."""
    _inspected(surgery, lambda facts: replace(facts, width=751) if (facts.width, facts.height) == (750, 300) else facts)


@mutant("REQ-INPUT-021")
def side_limit_of_two_hundred(surgery: Surgery) -> None:
    """Sides of 299 pixels are taken."""
    _inspected(
        surgery,
        lambda facts: replace(
            facts,
            width=300 if facts.width == 299 else facts.width,
            height=300 if facts.height == 299 else facts.height,
        ),
    )


@mutant("REQ-INPUT-021", checks=("input.both-frames-are-judged",))
def end_frame_not_judged(surgery: Surgery) -> None:
    """What the end frame holds is not looked at."""

    def around(judge: Any, version: str, document: Any, files: Any, *rest: Any) -> Judgement:
        end = document.get("end_image") if isinstance(document, dict) else None
        fine = FileFacts("uploaded", size=1, format="png", width=400, height=400)
        return judge(version, document, lambda value: fine if value == end else files(value), *rest)

    surgery.wrap(runs, "judge", around)


@mutant("REQ-INPUT-019")
def gif_accepted(surgery: Surgery) -> None:
    """A gif is taken for a png."""
    _inspected(
        surgery,
        lambda facts: replace(facts, format="png", width=400, height=400) if facts.format == "gif" else facts,
    )


@mutant("REQ-INPUT-020")
def weight_not_looked_at(surgery: Surgery) -> None:
    """A file may have any size."""
    _inspected(surgery, lambda facts: replace(facts, size=1))


@mutant("REQ-INPUT-022")
def cut_off_picture_accepted(surgery: Surgery) -> None:
    """Nobody tries to decode a picture."""
    _inspected(surgery, lambda facts: replace(facts, defect=None))


@mutant("REQ-INPUT-040")
def any_number_of_pixels(surgery: Surgery) -> None:
    """A picture may promise any number of pixels."""
    _inspected(surgery, lambda facts: replace(facts, width=640, height=480) if (facts.width or 0) > 7000 else facts)


@mutant("REQ-INPUT-039")
def data_uri_not_judged(surgery: Surgery) -> None:
    """What a data URI holds is not looked at."""
    _inspected(
        surgery,
        lambda facts: (
            FileFacts("inline", size=1, format="png", width=400, height=400) if facts.origin == "inline" else facts
        ),
    )


def _found_as(surgery: Surgery, origin: str, instead: FileFacts) -> None:
    def around(judge: Any, version: str, document: Any, files: Any, *rest: Any) -> Judgement:
        return judge(version, document, lambda value: instead if files(value).origin == origin else files(value), *rest)

    surgery.wrap(runs, "judge", around)


@mutant("REQ-INPUT-025")
def bytes_not_waited_for(surgery: Surgery) -> None:
    """A file whose bytes were never sent is taken on trust."""
    _found_as(surgery, "pending", FileFacts("uploaded", size=1, format="png", width=400, height=400))


@mutant("REQ-INPUT-038")
def any_text_is_an_address(surgery: Surgery) -> None:
    """A path on the caller's disk is taken for an address elsewhere."""
    _found_as(surgery, "malformed", FileFacts("foreign"))


@mutant("REQ-INPUT-024")
def foreign_picture_not_told(surgery: Surgery) -> None:
    """Nobody is told that a picture elsewhere was not looked at."""
    _warned(surgery, lambda rows: tuple(row for row in rows if row.code != "image_not_inspected"))


@mutant("REQ-INPUT-027")
def lonely_end_frame_dropped(surgery: Surgery) -> None:
    """An end frame without a start frame is dropped silently."""
    _given(surgery, lambda given: {k: v for k, v in given.items() if k != "end_image" or given.get("image")})


@mutant("REQ-INPUT-032")
def voice_beats_end_frame(surgery: Surgery) -> None:
    """A voice with both frames is taken, and the end frame dropped."""
    _given(surgery, lambda given: {k: v for k, v in given.items() if k != "end_image" or not given.get("voice_id")})


@mutant("REQ-INPUT-030")
def voice_dropped_in_std(surgery: Surgery) -> None:
    """A voice in mode std is dropped silently."""
    _given(surgery, lambda given: {k: v for k, v in given.items() if k != "voice_id" or given.get("mode") != "std"})


@mutant("REQ-INPUT-037", version="2026-08")
def sound_dropped_in_720p(surgery: Surgery) -> None:
    """720p turns sound off instead of refusing it."""
    _given(surgery, lambda given: {**given, "sound": False} if given.get("resolution") == "720p" else given)


@mutant("REQ-INPUT-042")
def empty_voice_is_a_voice(surgery: Surgery) -> None:
    """An empty voice_id counts as one in the older version."""
    _given(surgery, lambda given: {**given, "voice_id": "v"} if given.get("voice_id") == "" else given)


@mutant("REQ-INPUT-043")
def empty_prompt_refused(surgery: Surgery) -> None:
    """An empty prompt is refused."""
    _given(surgery, lambda given: {k: v for k, v in given.items() if (k, v) != ("prompt", "")})


@mutant("REQ-INPUT-044")
def ten_seconds_by_default(surgery: Surgery) -> None:
    """A duration that is left out is ten seconds."""
    _given(surgery, lambda given: {"duration": "10", **given})


@mutant("REQ-INPUT-052")
def other_marker_counts(surgery: Surgery) -> None:
    """The older version knows the newer one's marker as well."""

    def alter(given: dict[str, Any]) -> dict[str, Any]:
        prompt = given.get("prompt")
        return {**given, "prompt": prompt.replace("@voice_1", "<<<voice_1>>>")} if isinstance(prompt, str) else given

    _given(surgery, alter)


@mutant("REQ-INPUT-036")
def start_frame_silences(surgery: Surgery) -> None:
    """A start frame alone turns sound off."""
    _sound(surgery, when=lambda clip: clip.branch == "image-to-video", on=False)


@mutant("REQ-INPUT-041")
def voice_without_sound(surgery: Surgery) -> None:
    """A voice is not heard when sound was sent as false."""
    _sound(surgery, when=lambda clip: clip.branch == "voice-control", on=False)


@mutant("REQ-INPUT-035")
def std_with_sound(surgery: Surgery) -> None:
    """Videos of mode std have sound."""
    _sound(surgery, when=lambda clip: clip.resolution == "720p", on=True)


@mutant("REQ-INPUT-047")
def limits_observed_by_default(surgery: Surgery) -> None:
    """Limits are left to upstream."""

    def around(judge: Any, version: str, document: Any, files: Any, *_: Any) -> Judgement:
        return judge(version, document, files, "observed")

    surgery.wrap(runs, "judge", around)


@mutant("REQ-INPUT-050")
def picture_refused_under_observed(surgery: Surgery) -> None:
    """Pictures are refused at once under the observed enforcement too."""

    def around(judge: Any, version: str, document: Any, files: Any, *_: Any) -> Judgement:
        return judge(version, document, files, "documented")

    surgery.wrap(runs, "judge", around)


@mutant("REQ-INPUT-048")
def late_failure_without_code(surgery: Surgery) -> None:
    """The error of a task that upstream refused does not begin with upstream's code."""
    _judged(
        surgery,
        lambda found: replace(found, failure=None if found.failure is None else found.failure.partition("] ")[2]),
    )


@mutant("REQ-INPUT-049")
def adjustments_told_under_observed(surgery: Surgery) -> None:
    """What is adjusted is warned of under the observed enforcement too."""

    def around(judge: Any, version: str, document: Any, files: Any, *rest: Any) -> Judgement:
        told = judge(version, document, files, "documented").warnings
        return replace(judge(version, document, files, *rest), warnings=told)

    surgery.wrap(runs, "judge", around)
