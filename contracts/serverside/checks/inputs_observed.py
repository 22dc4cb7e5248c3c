"""Inputs under the emulator's switch that plays the app as it was observed: silent adjustments and late failures."""

from typing import Any

from contracts.serverside import pictures
from contracts.serverside.cases import put_in_place, violations_of, warnings_of
from contracts.serverside.check import check
from contracts.serverside.exchange import UnexpectedError
from contracts.serverside.probe import Probe
from contracts.serverside.specimens import PROMPT
from contracts.wire.statuses import Status

_REFUSED_UPSTREAM = "[1201] "
_FAILED_UPSTREAM = "[-1] Task failed:"


def _fails(probe: Probe, requirement: str, what: str, given: Any, beginning: str) -> None:  # noqa: ANN401  # JSON
    """Submit an input that is to be accepted and to fail late with an error that begins so."""
    placed, _ = put_in_place(probe, given)
    answer = probe.run(placed, version=None)
    if answer.status != 200:
        told = f"{what}: answered {answer.status} {answer.code}; expected it to be accepted and to fail late"
        probe.holds(requirement, condition=False, told=told)
        return
    task = probe.ended(str(answer.member("id")))
    error = str(task.get("error"))
    fine = task.get("status") == Status.FAILED and error.startswith(beginning)
    told = f"{what}: the task ended with status {task.get('status')} and error {error!r}"
    probe.holds(requirement, fine, told if fine else f"{told}; expected it to fail with {beginning!r} and the reason")
    got = warnings_of(answer)
    probe.equal("REQ-INPUT-049", got, [], f"{what}: the list of warnings")


@check("input.observed-combinations-fail-late", "REQ-INPUT-017", "REQ-INPUT-043", "REQ-INPUT-048", "REQ-INPUT-049",
       needs=("control", "spend"))  # fmt: skip
def observed_combinations_fail_late(probe: Probe) -> None:
    """What upstream refuses is accepted, and the task fails after its start with upstream's code."""
    cheap = probe.cheap
    older = probe.target.app_version == "2026-05"
    image = pictures.png(400, 400)
    with probe.switched(enforce="observed"):
        _fails(probe, "REQ-INPUT-043", "an empty prompt", {**cheap, "prompt": ""}, _REFUSED_UPSTREAM)
        if older:
            given = {**cheap, "aspect_ratio": "4:3"}
            _fails(probe, "REQ-INPUT-017", "aspect_ratio 4:3", given, _REFUSED_UPSTREAM)
        long = {**cheap, "prompt": "x" * 2501}
        _fails(probe, "REQ-INPUT-048", "a prompt of 2501 characters", long, _REFUSED_UPSTREAM)
        both = {**cheap, "image": image, "end_image": image}
        _fails(probe, "REQ-INPUT-048", "two frames in the cheaper quality", both, _REFUSED_UPSTREAM)
        if not older:
            loud = {"prompt": PROMPT, "resolution": "720p", "sound": True}
            _fails(probe, "REQ-INPUT-048", "720p with sound on", loud, _REFUSED_UPSTREAM)


@check("input.observed-pictures-fail-late", "REQ-INPUT-039", "REQ-INPUT-050", needs=("control", "spend"))
def observed_pictures_fail_late(probe: Probe) -> None:
    """A picture that upstream cannot use fails the task; a data URI is refused by its form."""
    cheap = probe.cheap
    with probe.switched(enforce="observed"):
        for what, file in (
            ("a picture 299 pixels wide", pictures.png(299, 400)),
            ("a picture wider than 2.5:1", pictures.png(1004, 400)),
            ("a gif", pictures.other("gif")),
        ):
            _fails(probe, "REQ-INPUT-050", what, {**cheap, "image": file}, _FAILED_UPSTREAM)
        data = pictures.inline(pictures.png(400, 400))
        _fails(probe, "REQ-INPUT-039", "a data URI", {**cheap, "image": data}, _REFUSED_UPSTREAM)


@check("input.observed-adjustments-are-silent", "REQ-INPUT-049", needs=("control", "spend"))
def observed_adjustments_are_silent(probe: Probe) -> None:
    """What the documented enforcement warns of is done without a word."""
    given = {**probe.cheap, "image": "", "colour": "red", "voice_id": "930801338081615883"}
    if probe.target.app_version == "2026-05":
        given |= {"negative_prompt": "blurry", "sound": True}
    with probe.switched(enforce="observed"):
        answer = probe.run(given, version=None)
        if answer.status != 200:
            raise UnexpectedError(f"{answer.line()}: expected the input to be accepted, got {answer.beginning}")
        got = warnings_of(answer)
        probe.dismiss(answer)
    probe.equal("REQ-INPUT-049", got, [], "the list of warnings about an input that is adjusted")


@check("input.observed-types-are-checked", "REQ-INPUT-046", needs=("control",))
def observed_types_are_checked(probe: Probe) -> None:
    """Types and words are refused at once under either enforcement."""
    duration = 5 if probe.target.app_version == "2026-05" else "5"
    given = {**probe.cheap, "duration": duration, "sound": "on"}
    with probe.switched(enforce="observed"):
        answer = probe.run(given)
    got = [pointer for pointer, _ in violations_of(answer)] if answer.status == 422 else answer.status
    what = "what is refused of a duration and a sound of wrong types, under the observed enforcement,"
    probe.equal("REQ-INPUT-046", got, ["/duration", "/sound"], what)
